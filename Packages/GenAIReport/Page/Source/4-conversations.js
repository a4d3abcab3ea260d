// The list of conversations: filters, sorting, and rows that exist only while they are in view.
const COLUMNS = [
  { key: "title", label: "Conversation", sort: (c) => c.title || c.id },
  { key: "user", label: "User", className: "slim", sort: (c) => c.users[0] || "" },
  { key: "turns", label: "Turns", className: "right narrow", sort: (c) => c.turns },
  { key: "calls", label: "Calls", className: "right slim", sort: (c) => c.totals.calls },
  { key: "tokens", label: "Tokens", className: "right slim", sort: (c) => c.totals.in + c.totals.out },
  { key: "duration", label: "Duration", className: "right narrow", sort: (c) => c.end - c.start },
  { key: "cost", label: "Cost", className: "right", sort: (c) => BigInt(c.totals.cost) },
  { key: "last", label: "Last activity", className: "right narrow", sort: (c) => c.end },
];
const ROW = 58;

const values = (list) => [...new Set(list)].sort((a, b) => a.localeCompare(b));

function conversationList(query) {
  const found = filtered(query);
  const column = COLUMNS.find((one) => one.key === query.get("sort")) || COLUMNS[7];
  const isRising = query.get("order") === "up";
  found.sort((a, b) => {
    const [x, y] = [column.sort(index.conversations[a]), column.sort(index.conversations[b])];
    const order = typeof x === "string" ? x.localeCompare(y) : x < y ? -1 : x > y ? 1 : 0;
    return isRising ? order : -order;
  });
  const viewport = h("div", { className: "viewport", style: { height: found.length * ROW + "px" } });
  main.replaceChildren(
    h("div", { className: "head" }, h("div", null, h("h1", null, "Conversations"), h("p", { className: "sub", id: "count" }, found.length === index.conversations.length ? plural(found.length, "conversation") : `${grouped(found.length)} of ${plural(index.conversations.length, "conversation")}`, ", ", amount(found.reduce((sum, c) => sum + BigInt(index.conversations[c].totals.cost), 0n))))),
    ...notices(),
    h("section", { className: "card", "aria-label": "Conversations" }, filterBar(query), listHead(column, isRising, query),
      h("div", { className: "list" }, found.length ? viewport : h("p", { className: "empty" }, "No conversation matches the filters."))));
  if (found.length) virtual(viewport, found.length, ROW, (row) => conversationRow(found[row], row));
}

function filtered(query) {
  const text = (query.get("text") || "").toLowerCase();
  const above = dollars(query.get("above"));
  const picks = [["user", "users"], ["workflow", "workflows"], ["agent", "agents"], ["model", "models"]].filter(([key]) => query.get(key));
  const found = [];
  index.conversations.forEach((one, i) => {
    if (text && !`${one.title}\n${one.id}\n${one.users.join("\n")}`.toLowerCase().includes(text)) return;
    if (picks.some(([key, list]) => !one[list].includes(query.get(key)))) return;
    if (query.get("family") && !one.models.some((model) => family(model) === query.get("family"))) return;
    if (query.get("errors") && !one.totals.failed) return;
    if (query.get("unpriced") && !one.totals.unpriced) return;
    if (above !== null && BigInt(one.totals.cost) <= above) return;
    found.push(i);
  });
  return found;
}

/** Pico-dollars of a decimal text; null for anything else. */
function dollars(text) {
  const match = /^\$?(\d*)(?:\.(\d*))?$/.exec((text || "").trim());
  return match && (match[1] || match[2]) ? BigInt(match[1] || 0) * DOLLAR + BigInt((match[2] || "").slice(0, 12).padEnd(12, "0")) : null;
}

function filterBar(query) {
  const change = (name, value) => go("conversations", query, { [name]: value || null });
  const select = (name, label, list) => list.length < 1 ? null : h("select", { "aria-label": label, id: "filter-" + name, on: { change(event) { change(name, event.target.value); } } },
    h("option", { value: "" }, label), list.map((value) => h("option", { value, selected: query.get(name) === value }, value)));
  let timer;
  const typed = (name) => ({ input(event) { clearTimeout(timer); const value = event.target.value; timer = setTimeout(() => change(name, value), 160); } });
  const all = (list) => values(index.conversations.flatMap((one) => one[list]));
  return h("div", { className: "filters" },
    h("input", { type: "search", id: "filter-text", placeholder: "Filter by words, id or user", "aria-label": "Filter by words, id or user", value: query.get("text") || "", on: typed("text") }),
    select("user", "Any user", all("users").slice(0, 500)), select("workflow", "Any workflow", all("workflows")), select("agent", "Any agent", all("agents")), select("model", "Any model", all("models")),
    h("label", { className: "field" }, "Cost above", h("input", { id: "filter-above", inputMode: "decimal", placeholder: "$0.00", value: query.get("above") || "", on: typed("above") })),
    h("button", { "aria-pressed": query.get("errors") ? "true" : "false", id: "filter-errors", on: { click() { change("errors", query.get("errors") ? "" : "1"); } } }, "Errors only"),
    [...query.keys()].some((key) => !["sort", "order"].includes(key)) && h("button", { className: "plain", on: { click() { location.hash = "conversations"; } } }, "Clear"));
}

function listHead(column, isRising, query) {
  return h("div", { className: "list-head" }, COLUMNS.map((one) => h("div", { className: one.className || "" },
    h("button", { id: "sort-" + one.key, "aria-sort": one === column ? (isRising ? "ascending" : "descending") : "none", on: { click() {
      go("conversations", query, { sort: one.key, order: one === column && !isRising ? "up" : null });
    } } }, one.label, one === column ? (isRising ? " ↑" : " ↓") : ""))));
}

function conversationRow(c, row) {
  const one = index.conversations[c], totals = one.totals;
  return h("a", { className: "item", href: link("conversation", one.id), style: { top: row * ROW + "px" } },
    h("div", { className: "what" }, h("b", { className: "bidi", dir: "auto" }, one.title || "(no text captured)"),
      h("span", null, totals.failed ? h("span", { className: "tag err", style: { display: "inline-block", marginRight: "6px" } }, plural(totals.failed, "error")) : null, h("span", { className: "bidi", style: { display: "inline" } }, [one.named ? one.id : "trace " + one.id.slice(0, 12), ...one.workflows.slice(0, 3), ...one.models.slice(0, 2)].join(" · ")))),
    h("div", { className: "slim clip bidi muted" }, one.users[0] || "–"),
    h("div", { className: "right narrow" }, grouped(one.turns)), h("div", { className: "right slim" }, grouped(totals.calls)), h("div", { className: "right slim" }, compact(totals.in + totals.out)),
    h("div", { className: "right narrow" }, took(one.end - one.start)),
    h("div", { className: "right" }, costOf(totals)),
    h("div", { className: "right narrow muted small" }, when(one.end)));
}

/** Shows those of many rows that are in view. */
function virtual(viewport, count, height, make, scroller) {
  let from = -1, to = -1;
  const rows = new Map();
  function update() {
    if (!viewport.isConnected) return stop();
    const box = viewport.getBoundingClientRect();
    const [top, bottom] = scroller ? [scroller.getBoundingClientRect().top, scroller.getBoundingClientRect().bottom] : [0, innerHeight];
    const first = printing ? 0 : Math.max(0, Math.floor((top - box.top) / height) - 8);
    const last = printing ? Math.min(count, 3000) : Math.min(count, Math.ceil((bottom - box.top) / height) + 8);
    if (first === from && last === to) return;
    [from, to] = [first, last];
    for (const [i, row] of rows) if (i < first || i >= last) { row.remove(); rows.delete(i); }
    for (let i = first; i < last; i++) if (!rows.has(i)) { rows.set(i, make(i)); }
    const order = [...rows.keys()].sort((a, b) => a - b);
    order.forEach((i) => { if (!rows.get(i).isConnected) viewport.insertBefore(rows.get(i), nextRow(order, i)); });
  }
  const nextRow = (order, i) => { for (const j of order) if (j > i && rows.get(j).isConnected) return rows.get(j); return null; };
  const target = scroller || window;
  function stop() { target.removeEventListener("scroll", update); removeEventListener("resize", update); removeEventListener("report-print", again); }
  function again() { from = -1; update(); }
  target.addEventListener("scroll", update, { passive: true });
  addEventListener("resize", update);
  addEventListener("report-print", again);
  update();
  return { refresh() { for (const row of rows.values()) row.remove(); rows.clear(); from = -1; update(); } };
}

let printing = false;
for (const [event, isOn] of [["beforeprint", true], ["afterprint", false]]) addEventListener(event, () => { printing = isOn; dispatchEvent(new Event("report-print")); });
