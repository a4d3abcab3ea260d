// Search, links, keys, and keeping up with a program that still runs.

// MARK: - Search

let haystacks = null;

/** A text as it stands in the data, so that it can be found without reading that. */
const escapedText = (text) => JSON.stringify(text).slice(1, -1).replace(/[<>&\u2028\u2029]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));

function searchPage(text) {
  if (document.readyState === "loading") return loading();
  byID("search").value = text;
  haystacks = haystacks || index.conversations.map((one, i) => (byID("c" + i)?.textContent || "").toLowerCase());
  const needle = escapedText(text).toLowerCase(), plain = text.toLowerCase();
  const found = [];
  index.conversations.forEach((one, i) => {
    if (needle && (haystacks[i].includes(needle) || `${one.id}\n${one.users.join("\n")}`.toLowerCase().includes(plain))) found.push(i);
  });
  main.replaceChildren(
    h("div", { className: "head" }, h("div", null, h("h1", null, "Search"), h("p", { className: "sub" }, text ? [`${plural(found.length, "conversation")} with `, h("b", { className: "bidi" }, text)] : "Type words to search for."))),
    found.length ? h("ul", { className: "card hit-list" }, found.slice(0, 100).map((i) => hit(i, plain))) : h("p", { className: "empty" }, text ? "Nothing was found in messages, tools and names of conversations." : ""));
  say(plural(found.length, "result"));
}

function hit(place, plain) {
  const one = index.conversations[place];
  let turn = 0, snippet = null;
  const look = (text, i) => {
    if (snippet || !text) return;
    const at = text.toLowerCase().indexOf(plain);
    if (at < 0) return;
    turn = i + 1;
    snippet = [at > 60 ? "…" : "", text.slice(Math.max(0, at - 60), at), h("mark", null, text.slice(at, at + plain.length)), text.slice(at + plain.length, at + plain.length + 160)];
  };
  block("c" + place).turns.forEach((one, i) => one.steps.forEach((step) => {
    for (const message of [...(step.input || []), ...(step.output || [])]) for (const part of message.parts) look(part.content || part.response || part.arguments, i);
    for (const text of [step.args, step.result, step.error, step.name]) look(text, i);
  }));
  return h("li", null, h("a", { href: turn > 1 ? link("conversation", one.id, turn) : link("conversation", one.id) }, h("b", { className: "bidi" }, one.title || one.id), h("span", { className: "muted small" }, ` · ${one.users[0] || one.id.slice(0, 40)} · `, when(one.end)), h("div", { className: "snippet bidi", dir: "auto" }, snippet || one.id)));
}

// MARK: - Links

const missing = (text) => main.replaceChildren(h("p", { className: "empty" }, text, h("br"), h("a", { href: "#conversations" }, "All conversations")));
const loading = () => main.replaceChildren(h("p", { className: "empty" }, "Loading…"));

/** Goes to a view with some of its settings changed. */
function go(view, query, changes) {
  const next = new URLSearchParams(query);
  for (const [key, value] of Object.entries(changes)) if (value === null) next.delete(key); else next.set(key, value);
  const text = next.toString();
  const hash = "#" + view + (text ? "?" + text : "");
  history.replaceState({ ...history.state }, "", hash);
  show({ keepsPlace: true });
}

function show({ keepsPlace } = {}) {
  const focused = document.activeElement && document.activeElement.id;
  const selection = focused && document.activeElement.selectionStart;
  const [path, queryText] = location.hash.slice(1).split("?");
  const [view, ...parts] = (path || "overview").split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  const query = new URLSearchParams(queryText || "");
  main.classList.remove("wide");
  byID("tip").hidden = true;
  const views = { overview: () => overview(query), conversations: () => conversationList(query), conversation: () => conversationPage(parts[0], parts[1]), trace: () => tracePage(parts[0], parts[1]), search: () => searchPage(parts[0] || "") };
  if (view === "main") return;
  (views[view] || views.overview)();
  for (const a of document.querySelectorAll("#nav a")) {
    const isCurrent = a.getAttribute("href") === (["conversation", "trace", "search"].includes(view) ? "#conversations" : "#" + (views[view] ? view : "overview"));
    if (isCurrent) a.setAttribute("aria-current", "page"); else a.removeAttribute("aria-current");
  }
  const heading = main.querySelector("h1");
  document.title = [heading && view !== "overview" ? heading.textContent : null, name].filter(Boolean).join(" · ");
  if (focused && byID(focused) && document.activeElement.id !== focused) {
    byID(focused).focus({ preventScroll: true });
    if (typeof selection === "number" && byID(focused).setSelectionRange) try { byID(focused).setSelectionRange(selection, selection); } catch { /* not a text */ }
  }
  if (!keepsPlace && !(view === "conversation" && parts[1])) scrollTo(0, (history.state && history.state.y) || 0);
}

const name = index.title || [...new Set(index.traces.map((one) => one.service).filter(Boolean))].slice(0, 3).join(", ") || "GenAI report";
byID("title").textContent = name;
history.scrollRestoration = "manual";
let scrollTimer;
addEventListener("scroll", () => { clearTimeout(scrollTimer); scrollTimer = setTimeout(keepPlace, 120); }, { passive: true });
const keepPlace = (more) => history.replaceState({ ...history.state, y: scrollY, ...(more && more.live ? more : {}) }, "");
addEventListener("popstate", () => show());
document.addEventListener("click", (event) => {
  const a = event.target.closest && event.target.closest('a[href^="#"]');
  if (!a || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (a.getAttribute("href") === "#main") return main.focus();
  keepPlace();
  history.pushState({}, "", a.getAttribute("href"));
  show();
  if (document.activeElement === document.body || document.activeElement === a) main.focus({ preventScroll: true });
});

// The chart is drawn for the width there is.
let width = main.clientWidth;
addEventListener("resize", () => {
  const isOverview = !location.hash || location.hash.startsWith("#overview");
  if (!isOverview || Math.abs(main.clientWidth - width) < 40) return;
  width = main.clientWidth;
  show({ keepsPlace: true });
});

// MARK: - Keys

const search = byID("search");
let searchTimer;
search.addEventListener("input", () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => {
    const hash = search.value ? link("search", search.value) : "#conversations";
    if (location.hash.startsWith("#search")) history.replaceState(history.state, "", hash); else history.pushState({}, "", hash);
    show({ keepsPlace: true });
  }, 200);
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && document.activeElement === search) { search.value = ""; search.blur(); return; }
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
  const jump = (label) => { const a = main.querySelector(`a[aria-label="${label}"]`); if (a) a.click(); };
  if (event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
  else if (event.key === "o") location.hash = "overview";
  else if (event.key === "c") location.hash = "conversations";
  else if (event.key === "[") jump("Previous conversation");
  else if (event.key === "]") jump("Next conversation");
});

// MARK: - Following a program that still runs

/** A page from the disk cannot look whether the file has changed, so it reloads; nobody notices, since all is kept. */
function follow() {
  const live = byID("live");
  live.hidden = false;
  if (!index.live) {
    live.textContent = `Written ${when(index.generated)}`;
    return;
  }
  const known = (history.state && history.state.live) || {};
  const isNew = known.revision !== index.revision || known.generated !== index.generated;
  const loadTime = performance.now();
  const delay = Math.min(15000, Math.max(isNew ? 1200 : Math.min((known.delay || 1200) * 1.5, 6000), loadTime * 12));
  let isPaused = Boolean(known.isPaused), lastTouch = 0;
  const button = h("button", { className: "plain", id: "pause", on: { click() { isPaused = !isPaused; label(); keepPlace({ live: { ...known, isPaused } }); } } });
  function label() {
    live.className = isPaused ? "live" : "live on";
    live.replaceChildren(isPaused ? "Paused" : "Live", h("span", { className: "slim" }, `· ${when(index.generated)}`), button);
    button.textContent = isPaused ? "Resume" : "Pause";
  }
  label();
  for (const event of ["pointerdown", "keydown", "wheel", "touchmove"]) addEventListener(event, () => { lastTouch = performance.now(); }, { passive: true });
  const isBusy = () => document.hidden || isPaused || performance.now() - lastTouch < 1500 || String(getSelection()) || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
  const isAtEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 60 && scrollY > 0;
  setInterval(() => {
    if (performance.now() < delay + loadTime || isBusy()) return;
    const fall = byID("fall"), detail = byID("detail");
    keepPlace({ live: { revision: index.revision, generated: index.generated, delay, isPaused, isAtEnd: isAtEnd || innerHeight + scrollY > document.documentElement.scrollHeight - 60 && scrollY > 0, fall: fall && fall.scrollTop, detail: detail && detail.scrollTop, focus: document.activeElement && document.activeElement.id } });
    location.reload();
  }, 250);
}

/** Puts everything back where it was before the page reloaded itself. */
function restore() {
  const live = history.state && history.state.live;
  if (!live) return;
  if (live.isAtEnd && location.hash.startsWith("#conversation/")) scrollTo(0, document.documentElement.scrollHeight);
  for (const id of ["fall", "detail"]) if (live[id] && byID(id)) byID(id).scrollTop = live[id];
  if (live.focus && byID(live.focus)) byID(live.focus).focus({ preventScroll: true });
}

show();
if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => { if (/^#(conversation\/|trace|search)/.test(location.hash)) show(); restore(); follow(); });
else { restore(); follow(); }
