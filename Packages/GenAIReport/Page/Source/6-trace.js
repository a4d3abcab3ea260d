// A trace as a waterfall, with all that its spans hold.
const SPAN_ROW = 30;

function tracePage(id, spanID) {
  const place = tracePlace.get(id);
  if (place === undefined) return missing(`The trace ${id} is not on this page.`);
  const one = index.traces[place], data = block("t" + place);
  if (!data) return loading();
  const tree = new SpanTree(data);
  const selected = tree.byID.get(spanID) || tree.roots[0];
  const detail = h("section", { className: "card panel detail", "aria-label": "Span", id: "detail" });
  const fall = waterfall(tree, id, selected, detail, data);
  main.classList.add("wide");
  main.replaceChildren(
    h("div", { className: "head" },
      h("div", null, h("h1", { className: "bidi" }, one.name || "Trace"), h("p", { className: "sub" }, h("span", { className: "mono" }, id), ` · ${[one.service, plural(one.spans, "span"), took(one.duration), when(one.start)].filter(Boolean).join(" · ")} · `, amount(one.totals.cost))),
      h("div", { className: "tools" }, (one.conversations || []).slice(0, 3).map((conversation) => h("a", { href: link("conversation", conversation), className: "tag agent bidi" }, conversation)), conversationPlace.has(id) ? h("a", { href: link("conversation", id), className: "tag agent" }, "as a chat") : null,
        copyButton("Copy as text", () => traceText(one, tree, data)), copyButton("Copy JSON", () => JSON.stringify(traceJSON(one, data), null, 2)))),
    h("div", { className: "trace" }, fall, detail));
  showSpan(detail, selected, data);
  fall.dispatchEvent(new Event("shown"));
}

class SpanTree {
  constructor(data) {
    this.byID = new Map(data.spans.map((span) => [span.id, { span, children: [], isOpen: true, depth: 0 }]));
    this.roots = [];
    for (const node of this.byID.values()) {
      const parent = node.span.parent && node.span.parent !== node.span.id ? this.byID.get(node.span.parent) : null;
      if (parent) { node.parent = parent; parent.children.push(node); } else this.roots.push(node);
    }
    // Spans that are their own ancestors, which only broken data has, become roots.
    const reached = new Set();
    const walk = (node) => { const stack = [node]; while (stack.length) { const next = stack.pop(); if (reached.has(next)) continue; reached.add(next); for (const child of next.children) { child.depth = next.depth + 1; stack.push(child); } } };
    this.roots.forEach(walk);
    for (const node of this.byID.values()) if (!reached.has(node)) { node.parent = null; node.depth = 0; this.roots.push(node); walk(node); }
    this.end = data.spans.reduce((end, span) => Math.max(end, span.at + span.for), 1);
    this.begin = data.spans.reduce((begin, span) => Math.min(begin, span.at), 0);
  }
  /** The nodes that are not inside a closed one, top down. */
  visible() {
    const list = [], stack = [...this.roots].reverse(), seen = new Set();
    while (stack.length) {
      const node = stack.pop();
      if (seen.has(node)) continue;
      seen.add(node);
      list.push(node);
      if (node.isOpen) for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]);
    }
    return list;
  }
}

function waterfall(tree, id, selected, detail, data) {
  let shown = tree.visible();
  const viewport = h("div", { className: "viewport", style: { height: shown.length * SPAN_ROW + "px" } });
  const scroller = h("div", { className: "fall-scroll", role: "tree", "aria-label": "Spans", tabIndex: 0, id: "fall", on: { keydown: onKey } }, viewport);
  let list;
  function row(i) {
    const node = shown[i], span = node.span, whole = tree.end - tree.begin;
    const left = (span.at - tree.begin) / whole * 100, width = span.for / whole * 100;
    const time = h("div", { className: `time ${span.kind} ${span.error !== undefined ? "failed" : ""}`, style: { left: left + "%", width: `max(2px, ${width}%)` } });
    const isInside = left + width > 78 && left < 22;
    const label = h("span", { className: isInside ? "took inside" : "took", style: isInside ? { right: 100 - left - width + "%" } : left + width > 78 ? { right: 100 - left + "%" } : { left: left + width + "%" } }, took(span.for / 1000));
    return h("div", { className: "span", role: "treeitem", "aria-level": node.depth + 1, "aria-selected": node === selected ? "true" : "false", "aria-expanded": node.children.length ? String(node.isOpen) : null, style: { top: i * SPAN_ROW + "px" }, on: { click() { select(node); } } },
      h("div", { className: "label", style: { paddingLeft: Math.min(node.depth, 24) * 14 + "px" } },
        h("span", { className: "twist", on: { click(event) { if (node.children.length) { event.stopPropagation(); toggle(node); } } } }, node.children.length ? (node.isOpen ? "▾" : "▸") : ""),
        h("b", { className: span.error !== undefined ? "bad bidi" : "bidi" }, span.name || "(no name)"), span.cost !== undefined ? h("span", { className: "muted small nowrap" }, measureText(BigInt(span.cost), "cost", true)) : null),
      h("div", { className: "lane" }, time, label));
  }
  function refresh() { shown = tree.visible(); viewport.style.height = shown.length * SPAN_ROW + "px"; list.refresh(); }
  function toggle(node) { node.isOpen = !node.isOpen; refresh(); }
  function select(node) {
    selected = node;
    history.replaceState(history.state, "", link("trace", id, node.span.id));
    list.refresh();
    showSpan(detail, node, data);
    const top = shown.indexOf(node) * SPAN_ROW;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    if (top + SPAN_ROW > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + SPAN_ROW - scroller.clientHeight;
  }
  function onKey(event) {
    const i = shown.indexOf(selected);
    const moves = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: shown.length - 1, PageDown: i + 10, PageUp: i - 10 };
    if (event.key in moves) select(shown[Math.max(0, Math.min(shown.length - 1, moves[event.key]))]);
    else if (event.key === "ArrowLeft" && selected.isOpen && selected.children.length) toggle(selected);
    else if (event.key === "ArrowLeft" && selected.parent) select(selected.parent);
    else if (event.key === "ArrowRight" && selected.children.length && !selected.isOpen) toggle(selected);
    else return;
    event.preventDefault();
    say(`${selected.span.name}, ${took(selected.span.for / 1000)}`);
  }
  const card = h("section", { className: "card fall", "aria-label": "Waterfall" }, h("div", { className: "fall-head" }, h("div", null, "Span"), h("div", null, h("span", null, "0"), h("span", null, took((tree.end - tree.begin) / 1000)))), scroller);
  card.addEventListener("shown", () => {
    list = virtual(viewport, Infinity, SPAN_ROW, (i) => i < shown.length ? row(i) : h("div", { hidden: true }), scroller);
    const top = shown.indexOf(selected) * SPAN_ROW;
    if (top > scroller.clientHeight - SPAN_ROW) scroller.scrollTop = top - scroller.clientHeight / 2;
  });
  return card;
}

const valueText = (attribute, data) => attribute[2] ? data.texts[attribute[1]] : typeof attribute[1] === "string" ? attribute[1] : JSON.stringify(attribute[1]);

function attributeList(attributes, data) {
  return h("dl", { className: "kv" }, attributes.map((attribute) => {
    const text = valueText(attribute, data), long = text.length > 90 || text.includes("\n");
    const value = longText(pretty(text), "dd", long ? "long" : "");
    return [h("dt", { className: "bidi" }, attribute[0]), value.tagName === "DD" ? value : h("dd", { className: "long" }, ...value.childNodes)];
  }));
}

function showSpan(detail, node, data) {
  if (!node) return detail.replaceChildren(h("p", { className: "empty" }, "The trace has no spans."));
  const span = node.span;
  const facts = [took(span.for / 1000), `starts at +${took(span.at / 1000)}`, span.role, span.scope].filter(Boolean).join(" · ");
  const happened = [...(span.events || []), ...(span.logs || [])].sort((a, b) => a.at - b.at);
  detail.replaceChildren(
    h("h2", { className: "bidi" }, span.name || "(no name)"), h("p", { className: "muted small bidi" }, facts, span.cost !== undefined ? [" · ", amount(span.cost)] : ""),
    span.error !== undefined ? h("p", { className: "failure bidi" }, span.error || "failed") : "",
    h("div", { className: "tools", style: { margin: "10px 0 4px" } }, copyButton("Copy JSON", () => JSON.stringify(spanJSON(span, data), null, 2)), copyButton("Copy as text", () => spanText(node, data, 0).join("\n"))),
    h("h3", null, plural(span.attributes.length, "attribute"), span.dropped ? `, ${plural(span.dropped, "more was", "more were")} dropped because of the limit` : ""), attributeList(span.attributes, data),
    happened.length ? h("h3", null, plural(happened.length, "event")) : "", ...happened.map((event) => h("div", { className: "event" }, h("p", { className: "small bidi" }, h("b", null, event.name || "(log record)"), h("span", { className: "muted" }, ` +${took((event.at - span.at) / 1000)}`)), attributeList(event.attributes, data))),
    span.links ? h("h3", null, plural(span.links.length, "link")) : "", ...(span.links || []).map((target) => h("p", { className: "mono" }, tracePlace.has(target.split("/")[0]) ? h("a", { href: "#trace/" + target }, target) : target)),
    h("h3", null, "Identity"), attributeList([["span", span.id], ["parent", span.parent || "none"], ...(data.resource || [])], data));
}

// MARK: - As text and JSON

const plainAttributes = (attributes, data) => Object.fromEntries(attributes.map((attribute) => [attribute[0], attribute[2] ? data.texts[attribute[1]] : attribute[1]]));

function spanJSON(span, data) {
  const happened = (list) => list && list.map((event) => ({ ...event, attributes: plainAttributes(event.attributes, data) }));
  return { ...span, cost: span.cost === undefined ? undefined : money(span.cost), attributes: plainAttributes(span.attributes, data), events: happened(span.events), logs: happened(span.logs) };
}

const traceJSON = (one, data) => ({ traceId: one.id, startUnixNano: data.start, resource: plainAttributes(data.resource || [], data), spans: data.spans.map((span) => spanJSON(span, data)) });

function spanText(node, data, depth) {
  const span = node.span, indent = "  ".repeat(depth);
  const clip = (text) => text.length > 2000 ? text.slice(0, 2000) + `… (${text.length} characters)` : text;
  return [`${indent}- ${span.name} (${took(span.for / 1000)} at +${took(span.at / 1000)}${span.cost !== undefined ? `, ${money(span.cost)}` : ""})${span.error !== undefined ? ` ERROR ${span.error}` : ""}`,
    ...span.attributes.map((attribute) => `${indent}    ${attribute[0]} = ${clip(valueText(attribute, data))}`),
    ...[...(span.events || []), ...(span.logs || [])].map((event) => `${indent}    * ${event.name} ${event.attributes.map((attribute) => `${attribute[0]}=${clip(valueText(attribute, data))}`).join(" ")}`)];
}

function traceText(one, tree, data) {
  const all = new Set();
  const lines = [`# Trace ${one.id}`, `${[one.service, plural(one.spans, "span"), took(one.duration), money(one.totals.cost)].filter(Boolean).join(", ")}`, ""];
  const stack = [...tree.roots].reverse();
  while (stack.length) {
    const node = stack.pop();
    if (all.has(node)) continue;
    all.add(node);
    lines.push(...spanText(node, data, node.depth));
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]);
  }
  return lines.join("\n") + "\n";
}
