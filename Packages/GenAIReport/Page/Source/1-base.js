"use strict";
// Everything that was recorded is shown by way of textContent: no text of a report becomes markup or code.

/** An element with properties, attributes (aria-…, data-…, role, …) and children: nodes, texts or nothing. */
function h(name, properties, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (key === "style") Object.assign(element.style, value);
    else if (key in element && !key.includes("-")) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An element of SVG with attributes. */
function s(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const byID = (id) => document.getElementById(id);
const index = JSON.parse(byID("index").textContent);
const main = byID("main");

/** The data of a conversation (`c0`, …) or trace (`t0`, …); null while the page is still loading. */
const blocks = new Map();
function block(id) {
  if (!blocks.has(id)) {
    const element = byID(id);
    if (!element) return null;
    blocks.set(id, JSON.parse(element.textContent));
  }
  return blocks.get(id);
}

// Money is a whole number of pico-dollars (BigInt), so that sums are exact.
const DOLLAR = 1000000000000n;

/** `$0.0007475`: all digits, at least two decimals. */
function money(pico) {
  const amount = BigInt(pico);
  const size = amount < 0n ? -amount : amount;
  const decimals = String(size % DOLLAR).padStart(12, "0").replace(/0+$/, "").padEnd(2, "0");
  return (amount < 0n ? "−" : "") + "$" + grouped(size / DOLLAR) + "." + decimals;
}

/** An amount with its last digits toned down. */
function amount(pico, properties) {
  const text = money(pico);
  const point = text.indexOf(".");
  const significant = text.search(/[1-9]/);
  const cut = Math.max(point + 3, significant < 0 ? 0 : significant + 3);
  const tail = text.slice(cut);
  return h("span", { className: "money", ...properties }, text.slice(0, cut), tail && h("i", null, tail));
}

// A sum of calls that all lack a price is unknown, not nothing.
const costOf = (sum) => sum.calls && sum.unpriced === sum.calls ? h("span", { className: "muted" }, "no price") : amount(sum.cost);

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const compact = (number) => number < 10000 ? grouped(number) : number < 999500 ? (number / 1000).toFixed(number < 99950 ? 1 : 0) + "k" : (number / 1e6).toFixed(number < 99950000 ? 2 : 0) + "M";
const plural = (count, one, many) => `${grouped(count)} ${count === 1 ? one : many || one + "s"}`;
const percent = (part, whole) => !(whole > 0) || !part ? "0%" : part * 100 < whole ? "<1%" : Math.round(part * 100 / whole) + "%";

function took(milliseconds) {
  if (milliseconds < 1) return Math.round(milliseconds * 1000) + " µs";
  if (milliseconds < 1000) return (milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)) + " ms";
  if (milliseconds < 60000) return (milliseconds / 1000).toFixed(milliseconds < 10000 ? 2 : 1) + " s";
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
}

const two = (number) => String(number).padStart(2, "0");
const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const clockOf = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** A time for people, in their time zone: without the day where that is the day of the report. */
function when(milliseconds) {
  const date = new Date(milliseconds);
  const day = dayOf(date);
  return day === dayOf(new Date(index.generated)) ? clockOf(date) : `${day} ${clockOf(date).slice(0, 5)}`;
}

/** JSON text with line breaks; what is no JSON as it is. Re-arranged as text, so that no number loses digits. */
function pretty(text) {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed) || trimmed.length > 200000) return text;
  try { JSON.parse(trimmed); } catch { return text; }
  let out = "", depth = 0, quoted = false;
  for (let i = 0; i < trimmed.length; i++) {
    const c = trimmed[i];
    if (quoted) {
      out += c;
      if (c === "\\") out += trimmed[++i];
      else if (c === '"') quoted = false;
    } else if (c === '"') { quoted = true; out += c; }
    else if (c === "{" || c === "[") {
      const close = /^\s*[}\]]/.exec(trimmed.slice(i + 1, i + 40));
      if (close) { out += c + trimmed[i + close[0].length]; i += close[0].length; }
      else out += c + "\n" + "  ".repeat(++depth);
    } else if (c === "}" || c === "]") out += "\n" + "  ".repeat(Math.max(0, --depth)) + c;
    else if (c === ",") out += c + "\n" + "  ".repeat(depth);
    else if (c === ":") out += ": ";
    else if (!/\s/.test(c)) out += c;
  }
  return out;
}

/** Text of any length: long ones show their beginning and a button. */
const FEW = 4000;
function longText(text, tag = "div", className = "") {
  const element = h(tag, { className: className + " bidi", dir: "auto" });
  if (text.length <= FEW + 2000) { element.textContent = text; return element; }
  element.textContent = text.slice(0, FEW) + "…";
  const button = h("button", { className: "more", on: { click() {
    element.textContent = text;
    button.remove();
  } } }, `Show all ${grouped(text.length)} characters`);
  return h("div", { style: { maxWidth: "100%" } }, element, button);
}

/** Says something to screen readers. */
function say(text) { byID("said").textContent = text; }

async function copy(text, button) {
  try { await navigator.clipboard.writeText(text); } catch {
    const area = h("textarea", { value: text, className: "visually-hidden" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const label = button.textContent;
  button.textContent = "Copied";
  say("Copied");
  setTimeout(() => { button.textContent = label; }, 1400);
}

const copyButton = (label, text) => h("button", { on: { click(event) { copy(text(), event.currentTarget); } } }, label);

/** A link to a place in the page. */
const link = (...parts) => "#" + parts.map(encodeURIComponent).join("/");
