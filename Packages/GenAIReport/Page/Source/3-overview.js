// The overview: sums, a chart, and the questions that everybody asks.
const MEASURES = { cost: "Cost", calls: "Calls", tokens: "Tokens", failed: "Errors" };
const RANGES = { all: ["All time", Infinity], "1h": ["Last hour", 3600e3], "24h": ["Last 24 hours", 864e5], "7d": ["Last 7 days", 6048e5], "30d": ["Last 30 days", 2592e6] };

function overview(query) {
  const range = RANGES[query.get("range")] ? query.get("range") : "all";
  const start = range === "all" ? 0 : index.generated - RANGES[range][1];
  const positions = callsSince(start);
  const rangePicker = picker("Time", Object.entries(RANGES).map(([key, [label]]) => [key, label]), range, (value) => go("overview", query, { range: value === "all" ? null : value }));
  main.replaceChildren(
    h("div", { className: "head" },
      h("div", null, h("h1", null, index.title || "What your models did"), h("p", { className: "sub" }, describeReport())),
      h("div", { className: "tools" }, rangePicker)),
    ...notices(),
    statistics(range === "all" ? index.total : totalsOf(sumOf(positions)), sumOf(positions)),
    callCount ? h("div", { className: "grid" },
      chartPanel(positions, query),
      conversationPanel(positions),
      topPanel("Most expensive users", positions, "user", (name) => link("conversations") + "?user=" + encodeURIComponent(name)),
      topPanel("Spend by model family", range === "all" ? callsSince(lastCall - RANGES["7d"][1]) : positions, "family", (name) => link("conversations") + "?family=" + encodeURIComponent(name)),
      workflowPanel(positions),
      unpricedPanel()) : h("p", { className: "empty" }, index.live ? "Waiting for the first call to a model." : "No calls to models or tools were recorded."));
}

function describeReport() {
  const parts = [plural(index.conversations.length, "conversation")];
  if (callCount) parts.push(`${when(firstCall)} – ${when(lastCall)}`);
  return parts.join(" · ");
}

function totalsOf(sum) { return { ...sum, cost: String(sum.cost) }; }

function notices() {
  const found = [];
  const gone = index.forgotten;
  if (gone.traces) found.push(`${plural(gone.traces, "older trace")} (${plural(gone.totals.calls, "call")}, ${money(gone.totals.cost)}) no longer fit on this page. The sums at the top still count them; charts, lists and conversations do not.`);
  if (index.brokenLines) found.push(`${plural(index.brokenLines, "line")} of the files were no OTLP JSON and were skipped.`);
  return found.map((text) => h("p", { className: "notice" }, text));
}

function statistics(total, sum) {
  const stat = (label, value, note, isBad) => h("div", { className: "stat" }, h("dt", null, label), h("dd", { className: isBad ? "bad" : "" }, value, note && h("small", null, note)));
  const conversations = sum.conversations.size;
  const mean = conversations ? BigInt(total.cost) / BigInt(conversations) : 0n;
  return h("dl", { className: "card stats", id: "totals", style: { margin: "0 0 18px" } },
    stat("Cost", amount(total.cost, { id: "total-cost" }), conversations && !index.forgotten.traces ? ["≈ ", money(mean - mean % 1000000n), " per conversation"] : "USD, exact"),
    stat("Model calls", grouped(total.calls), plural(total.tools, "tool call")),
    stat("Tokens in", compact(total.in), `${percent(total.cached, total.in)} cached`),
    stat("Tokens out", compact(total.out), null),
    stat("Errors", grouped(total.failed), percent(total.failed, total.calls + total.tools) + " of calls", total.failed > 0),
    stat("Unpriced calls", grouped(total.unpriced), total.unpriced ? "not included in the cost" : "all have a price", total.unpriced > 0));
}

function picker(label, options, value, change) {
  const select = h("select", { on: { change() { change(select.value); } } }, options.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
  return h("label", { className: "field" }, label, select);
}

// MARK: - Chart

function chartPanel(positions, query) {
  const measure = MEASURES[query.get("measure")] ? query.get("measure") : "cost";
  const names = ["model", "user", "workflow", "agent", ...[...dimensions.keys()].filter((name) => !["model", "user", "workflow", "agent", "step"].includes(name)), "step", "conversation"];
  const by = names.includes(query.get("by")) ? query.get("by") : "model";
  const label = (name) => name.replace(/^(custom|metadata)\./, "");
  const groups = sums(positions, by);
  if (measure !== "cost") groups.sort((a, b) => a[1].value(measure) < b[1].value(measure) ? 1 : -1);
  const counted = groups.filter(([, sum]) => sum.calls || sum.value(measure) > 0n);
  const shown = counted.slice(0, 7);
  return h("section", { className: "card panel full", "aria-labelledby": "chart-title" },
    h("div", { className: "panel-head" },
      h("h2", { id: "chart-title" }, `${MEASURES[measure]} over time by ${label(by)}`),
      h("div", { className: "tools" },
        picker("Show", Object.entries(MEASURES), measure, (value) => go("overview", query, { measure: value === "cost" ? null : value })),
        picker("by", names.map((name) => [name, label(name)]), by, (value) => go("overview", query, { by: value === "model" ? null : value })))),
    chart(positions, by, measure, shown.map(([name]) => name)),
    legend(counted, shown));
}

const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 604800, 2592000].map((seconds) => seconds * 1000);

function chart(positions, by, measure, names) {
  const of = grouping(by), place = new Map(names.map((name, i) => [name, i]));
  const starts = positions.map((i) => calls.start[i]);
  const first = starts.reduce((a, b) => Math.min(a, b), Infinity), last = starts.reduce((a, b) => Math.max(a, b), 0);
  const step = STEPS.find((step) => (last - first) / step <= 40) || STEPS[STEPS.length - 1];
  const origin = Math.floor(first / step) * step;
  const count = Math.max(positions.length ? Math.floor((last - origin) / step) + 1 : 1, 12);
  const bins = Array.from({ length: count }, () => new Map());
  for (const i of positions) {
    const bin = bins[Math.floor((calls.start[i] - origin) / step)], key = place.has(of(i)) ? of(i) : OTHER;
    if (!bin.has(key)) bin.set(key, new Sum());
    bin.get(key).add(i);
  }
  const totals = bins.map((bin) => [...bin.values()].reduce((sum, one) => sum + one.value(measure), 0n));
  const top = totals.reduce((a, b) => b > a ? b : a, 0n);
  const W = Math.max(320, Math.min(1120, main.clientWidth - 88)), H = W < 600 ? 180 : 210, left = 74, bottom = 24, plot = H - bottom, slot = (W - left) / count;
  const scale = (value) => top > 0n ? Number(value * 100000n / top) / 100000 * (plot - 12) : 0;
  const svg = s("svg", { class: "chart", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${MEASURES[measure]} over time, most ${measureText(top, measure)} in ${stepText(step)}` });
  for (const share of [0, 0.5, 1]) {
    const y = plot - share * (plot - 12);
    svg.append(s("line", { class: "axis", x1: left, x2: W, y1: y, y2: y }), s("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, measureText(top * BigInt(share * 2) / 2n, measure, true)));
  }
  const every = Math.ceil(count / (W < 600 ? 4 : 8));
  bins.forEach((bin, i) => {
    const x = left + i * slot, time = origin + i * step;
    if (i % every === 0) svg.append(s("text", { x: x + 2, y: H - 6 }, axisTime(time, step)));
    let y = plot;
    for (const name of [...names, OTHER]) {
      const height = bin.has(name) ? scale(bin.get(name).value(measure)) : 0;
      if (height <= 0) continue;
      y -= height;
      svg.append(s("rect", { class: "k" + (place.has(name) ? place.get(name) : 7), x: x + slot * 0.12, y, width: Math.max(1, Math.min(slot * 0.76, 46)), height: Math.max(0.75, height - 0.75), rx: Math.min(2, height / 2) }));
    }
    const hit = s("rect", { class: "hit", x, y: 0, width: slot, height: plot });
    if (bin.size) tooltip(hit, () => [h("b", null, axisTime(time, step, true)), ...[...names, OTHER].filter((name) => bin.has(name)).map((name) => h("div", null, h("span", { className: "clip bidi" }, h("span", { className: "dot k" + (place.has(name) ? place.get(name) : 7) }), name), h("b", null, measureText(bin.get(name).value(measure), measure))))]);
    svg.prepend(hit);
  });
  return svg;
}

function measureText(value, measure, isShort) {
  if (measure !== "cost") return isShort ? compact(Number(value)) : grouped(value);
  if (!isShort) return money(value);
  const dollars = Number(value) / 1e12;
  return dollars === 0 ? "$0" : "$" + (dollars >= 100 ? compact(Math.round(dollars)) : Number(dollars.toPrecision(2)).toFixed(Math.max(2, 1 - Math.floor(Math.log10(dollars)))));
}
const stepText = (step) => step < 1000 ? step + " ms" : step < 60000 ? plural(step / 1000, "second") : step < 3600000 ? plural(step / 60000, "minute") : step < 864e5 ? plural(step / 3600000, "hour") : plural(step / 864e5, "day");
function axisTime(time, step, isLong) {
  const date = new Date(time);
  if (isLong) return step < 1000 ? axisTime(time, step) : `${dayOf(date)} ${step < 864e5 ? clockOf(date) : ""}`;
  if (step < 1000) return `${clockOf(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  return step >= 864e5 ? dayOf(date).slice(5) : step >= 60000 ? clockOf(date).slice(0, 5) : clockOf(date);
}

function legend(groups, shown) {
  const place = new Map(shown.map(([name], i) => [name, i]));
  const rest = groups.slice(shown.length);
  const row = (name, sum, place) => h("tr", null,
    h("td", { className: "name" }, h("span", { className: "dot k" + place, "aria-hidden": "true" }), h("span", { className: "bidi" }, name)),
    h("td", { className: "right" }, grouped(sum.calls)), h("td", { className: "right slim" }, compact(sum.in + sum.out)), h("td", { className: "right slim" }, sum.failed ? h("span", { className: "bad" }, grouped(sum.failed)) : "0"), h("td", { className: "right" }, costOf(sum)));
  const table = h("table", { className: "rows", style: { marginTop: "12px" } },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Group"), h("th", { className: "right", scope: "col" }, "Calls"), h("th", { className: "right slim", scope: "col" }, "Tokens"), h("th", { className: "right slim", scope: "col" }, "Errors"), h("th", { className: "right", scope: "col" }, "Cost"))),
    h("tbody", null, shown.map(([name, sum]) => row(name, sum, place.get(name))), rest.length ? row(`${plural(rest.length, "other")}`, merged(rest), 7) : null));
  return h("div", { className: "scroll" }, table);
}

function merged(groups) {
  const all = new Sum();
  for (const [, sum] of groups) {
    all.cost += sum.cost;
    for (const key of ["calls", "tools", "in", "cached", "out", "unpriced", "failed", "duration"]) all[key] += sum[key];
  }
  return all;
}

function tooltip(element, content) {
  const tip = byID("tip");
  element.addEventListener("pointermove", (event) => {
    tip.replaceChildren(...content());
    tip.hidden = false;
    tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
    tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8) + "px";
  });
  element.addEventListener("pointerleave", () => { tip.hidden = true; });
}

// MARK: - Questions

function panel(title, note, ...content) {
  return h("section", { className: "card panel" }, h("div", { className: "panel-head" }, h("h2", null, title), note && h("p", null, note)), ...content);
}

function bars(rows) {
  const top = rows.reduce((a, row) => row.cost > a ? row.cost : a, 1n);
  return h("table", { className: "rows bars" }, h("tbody", null, rows.map((row) => h("tr", null,
    h("td", { className: "name" }, row.href ? h("a", { href: row.href, className: "bidi" }, row.name) : h("span", { className: "bidi" }, row.name), row.note && h("div", { className: "muted small" }, row.note), h("div", { className: "bar", style: { width: Number(row.cost * 1000n / top) / 10 + "%" } })),
    h("td", { className: "right" }, amount(row.cost))))));
}

function conversationPanel(positions) {
  const groups = new Map();
  for (const i of positions) {
    const c = calls.conversation[i];
    if (!groups.has(c)) groups.set(c, new Sum());
    groups.get(c).add(i);
  }
  const rows = [...groups].sort((a, b) => a[1].cost < b[1].cost ? 1 : -1);
  const total = rows.reduce((sum, [, one]) => sum + one.cost, 0n);
  return panel("Most expensive conversations",
    rows.length ? ["Average cost per conversation: ", money((total / BigInt(rows.length)) / 1000000n * 1000000n), `, over ${grouped(rows.length)}`] : null,
    bars(rows.slice(0, 6).map(([c, sum]) => {
      const one = index.conversations[c];
      return { name: one.named ? one.id : one.title || one.id, href: link("conversation", one.id), note: [one.users[0], plural(one.turns, "turn"), plural(sum.calls, "call")].filter(Boolean).join(" · "), cost: sum.cost };
    })));
}

function topPanel(title, positions, name, href) {
  const week = name === "family" && firstCall < lastCall - RANGES["7d"][1] ? `In the 7 days up to ${when(lastCall)}` : null;
  const groups = sums(positions, name).filter(([key]) => key !== NONE);
  if (!groups.length) return panel(title, null, h("p", { className: "muted small" }, name === "user" ? "No span has a user: set one with withConversation(_:userID:)." : "No call has a model."));
  return panel(title, week, bars(groups.slice(0, 6).map(([key, sum]) => ({ name: key, href: href(key), note: [plural(sum.calls, "call"), `${compact(sum.in + sum.out)} tokens`, name === "user" ? plural(sum.conversations.size, "conversation") : `${percent(sum.cached, sum.in)} cached`].join(" · "), cost: sum.cost }))));
}

function workflowPanel(positions) {
  const groups = sums(positions, "workflow").filter(([key]) => key !== NONE);
  const risen = spikes(positions);
  if (!groups.length) return panel("Workflows", null, h("p", { className: "muted small" }, "No span has a workflow: set one with withWorkflow(_:)."));
  return panel("Workflows", risen.length ? null : "No workflow's runs cost 1.5 times as much in their later half as in their earlier half.",
    risen.map((spike) => h("p", { className: "notice" }, h("b", { className: "bidi" }, spike.name), ` costs ${(Number(spike.is) / Number(spike.was)).toFixed(1)} times as much per run since ${when(spike.since)}: `, amount(spike.is), " instead of ", amount(spike.was), ". The step behind it: ", h("b", { className: "bidi" }, spike.step.label), ", ", amount(spike.step.more), " more per run.")),
    bars(groups.slice(0, 6).map(([key, sum]) => ({ name: key, href: link("conversations") + "?workflow=" + encodeURIComponent(key), note: [plural(sum.traces.size, "trace"), plural(sum.calls, "call"), plural(sum.tools, "tool call")].join(" · "), cost: sum.cost }))));
}

function unpricedPanel() {
  if (!index.unpriced.length) return null;
  return h("section", { className: "card panel full" }, h("div", { className: "panel-head" }, h("h2", null, "Calls without a price"), h("p", null, "The sums do not include them. Set prices in code or with GENAI_PRICES_FILE.")),
    h("table", { className: "rows" }, h("tbody", null, index.unpriced.map(([reason, model, count]) => h("tr", null, h("td", { className: "name bidi" }, model || "(no model)"), h("td", { className: "muted nowrap" }, reason), h("td", { className: "right" }, grouped(count)))))));
}
