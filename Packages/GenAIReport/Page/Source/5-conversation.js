// One conversation as a chat.
const conversationPlace = new Map(index.conversations.map((one, i) => [one.id, i]));
const tracePlace = new Map(index.traces.map((one, i) => [one.id, i]));

function conversationPage(id, turnText) {
  const place = conversationPlace.get(id);
  if (place === undefined) return missing(`The conversation ${id} is not on this page.`);
  const one = index.conversations[place], data = block("c" + place);
  if (!data) return loading();
  const talk = h("div");
  const rail = data.turns.length > 1;
  main.replaceChildren(
    h("div", { className: "head" },
      h("div", null, h("h1", { className: "bidi", dir: "auto" }, one.title || (one.named ? one.id : "Trace")), h("p", { className: "sub bidi" }, one.named ? one.id : `trace ${one.id}, which names no conversation`)),
      h("div", { className: "tools" }, neighbours(place), copyButton("Copy as text", () => conversationText(one, data)), copyButton("Copy JSON", () => JSON.stringify({ ...one, ...data }, null, 2)))),
    facts(one, data),
    one.all ? h("p", { className: "notice", style: { marginTop: "14px" } }, `Earlier turns no longer fit on this page: all ${plural(one.all.calls, "call")} of the conversation cost ${money(one.all.cost)}.`) : "",
    h("div", { className: rail ? "talk" : "talk alone" }, rail ? turnRail(one, data) : null, talk));
  inPortions(talk, data.turns, (turn, i) => turnSection(one, turn, i, data.turns), turnText === undefined ? null : Number(turnText));
}

function facts(one, data) {
  const fact = (label, value) => value === null || value === undefined || value === "" ? null : h("div", null, h("dt", null, label), h("dd", { className: "bidi" }, value));
  const t = one.totals;
  return h("dl", { className: "card facts" },
    fact("Cost", amount(t.cost, { id: "conversation-cost" })), t.unpriced ? fact("Unpriced", h("span", { className: "bad" }, plural(t.unpriced, "call"))) : null,
    fact("Turns", grouped(data.turns.length)), fact("Calls", grouped(t.calls)), t.tools ? fact("Tools", grouped(t.tools)) : null,
    fact("Tokens", `${grouped(t.in)} in${t.cached ? ` (${percent(t.cached, t.in)} cached)` : ""}, ${grouped(t.out)} out`),
    fact("Took", took(one.end - one.start)), fact("Started", when(one.start)), fact("User", one.users.join(", ")), fact(one.workflows.length > 1 ? "Workflows" : "Workflow", one.workflows.join(", ")),
    fact(one.agents.length > 1 ? "Agents" : "Agent", one.agents.join(", ")), fact(one.models.length > 1 ? "Models" : "Model", one.models.join(", ")), t.failed ? fact("Errors", h("span", { className: "bad" }, grouped(t.failed))) : null);
}

function neighbours(place) {
  const other = (step, label, key) => {
    const one = index.conversations[place + step];
    return one ? h("a", { href: link("conversation", one.id), "aria-label": label, title: `${label} (${key})`, className: "field" }, h("button", { tabIndex: -1, "aria-hidden": "true" }, step < 0 ? "‹" : "›")) : null;
  };
  return h("span", { className: "tools" }, other(-1, "Previous conversation", "["), other(1, "Next conversation", "]"));
}

function turnRail(one, data) {
  const top = data.turns.reduce((a, turn) => BigInt(turn.totals.cost) > a ? BigInt(turn.totals.cost) : a, 1n);
  return h("nav", { className: "rail", "aria-label": "Turns" }, h("h3", null, "Turns"), h("ol", null, data.turns.map((turn, i) => h("li", null, h("a", { href: link("conversation", one.id, i + 1) },
    h("span", { className: "clip" }, turnName(turn, i)), h("span", { className: "muted" }, measureText(BigInt(turn.totals.cost), "cost", true)),
    h("div", { className: "bar", style: { width: Number(BigInt(turn.totals.cost) * 1000n / top) / 10 + "%" } }))))));
}

const turnName = (turn, i) => turn.workflow || (turn.steps[0] && turn.steps[0].agent) || `Turn ${turn.number || i + 1}`;

/** Adds elements a hundred at a time, as the reader comes to them; up to one of them at once where it is asked for. */
function inPortions(parent, list, make, wanted) {
  let next = 0;
  const portion = () => { for (const end = Math.min(next + 100, list.length); next < end; next++) parent.append(make(list[next], next)); };
  portion();
  while (wanted && next < wanted) portion();
  if (wanted && parent.children[wanted - 1]) parent.children[wanted - 1].scrollIntoView();
  if (next >= list.length) return;
  const end = h("p", { className: "empty" }, "…");
  parent.after(end);
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    portion();
    if (next >= list.length) { observer.disconnect(); end.remove(); }
  }, { rootMargin: "1200px" });
  observer.observe(end);
}

function turnSection(one, turn, i, turns) {
  const section = h("section", { className: "turn", id: `turn-${i + 1}`, "aria-label": `Turn ${turn.number || i + 1}` },
    h("div", { className: "turn-head" }, h("h2", null, `Turn ${turn.number || i + 1}`), turn.workflow && h("span", { className: "tag bidi" }, turn.workflow), h("span", null, when(turn.start)), h("span", null, took(turn.end - turn.start)),
      h("span", { className: "end" }, turn.totals.calls ? h("span", null, amount(turn.totals.cost), turns.length > 1 ? [" · so far ", amount(turn.running)] : "") : null, h("a", { href: link("trace", turn.trace) }, "Trace"))));
  for (const error of turn.errors || []) section.append(h("p", { className: "failure bidi" }, error));
  let agent = i > 0 ? lastAgent(turns[i - 1]) : undefined;
  const results = toolResults(turn);
  for (const step of turn.steps) {
    if (step.agent !== agent && (step.agent || agent)) section.append(h("p", { className: "hand" }, step.agent ? `Agent ${step.agent}` : "No agent"));
    agent = step.agent;
    section.append(...stepElements(turn, step, results));
  }
  return section;
}

const lastAgent = (turn) => turn.steps.length ? turn.steps[turn.steps.length - 1].agent : undefined;

/** The ids of the tool calls of which the turn has a span: these show their result themselves. */
function toolResults(turn) {
  const calls = new Set();
  for (const step of turn.steps) if (step.kind === "tool" && step.result !== undefined) calls.add(step.call || step.tool);
  return calls;
}

function stepElements(turn, step, results) {
  if (step.kind === "tool") return [toolCard(turn, step)];
  if (step.kind !== "model") return [plainStep(turn, step)];
  const found = [];
  if (step.repeated && step.input) found.push(h("p", { className: "hidden-count" }, `${plural(step.repeated, "earlier message")} sent again`));
  for (const message of step.input || []) found.push(...messageElements(message, step, results));
  if (step.error) found.push(h("p", { className: "failure bidi", role: "note" }, h("b", null, "Failed: "), step.error));
  for (const message of step.output || []) found.push(...messageElements(message, step, results));
  found.push(callMeta(turn, step));
  for (const note of step.notes || []) found.push(h("p", { className: "note" }, note));
  return found;
}

function callMeta(turn, step) {
  const parts = [h("a", { href: link("trace", turn.trace, step.span), title: "Show the span" }, step.model || step.name)];
  if (step.provider) parts.push(step.provider);
  parts.push(took(step.duration));
  if (step.first) parts.push(`first chunk after ${took(step.first)}`);
  if (step.in !== undefined || step.out !== undefined) parts.push(`${grouped(step.in || 0)} in${step.cached ? ` (${grouped(step.cached)} cached)` : ""}, ${grouped(step.out || 0)} out${step.reasoning ? ` (${grouped(step.reasoning)} thinking)` : ""}`);
  if (step.cost !== undefined) parts.push(amount(step.cost, step.computed ? { title: "Computed with the prices of this report, because the span has no cost." } : null));
  else if (step.reason) parts.push(`no price: ${step.reason}`);
  return h("div", { className: "meta bidi" }, parts.map((part) => h("span", null, part)));
}

function plainStep(turn, step) {
  const label = step.kind === "embeddings" ? "Embeddings" : step.kind === "retrieval" ? "Retrieval" : step.kind;
  const element = h("div", { className: "step" }, h("b", null, label), h("a", { href: link("trace", turn.trace, step.span), className: "bidi" }, step.model || step.name), h("span", null, took(step.duration)),
    step.in ? h("span", null, plural(step.in, "token")) : null, step.cost !== undefined ? amount(step.cost) : step.reason ? h("span", null, `no price: ${step.reason}`) : null, step.args ? h("span", { className: "bidi" }, `“${step.args.slice(0, 200)}”`) : null, step.error ? h("span", { className: "bad bidi" }, step.error) : null);
  return step.result ? h("div", null, element, h("div", { className: "tool" }, h("div", null, longText(pretty(step.result), "pre")))) : element;
}

function toolCard(turn, step) {
  return h("div", { className: "tool" },
    h("div", { className: "tool-head" }, h("b", { className: "bidi" }, step.tool || step.name), h("span", { className: "muted" }, "tool"), step.error ? h("span", { className: "tag err" }, "failed") : null, h("span", { className: "end muted" }, h("a", { href: link("trace", turn.trace, step.span) }, took(step.duration)))),
    step.args !== undefined ? h("div", { className: "io" }, h("span", null, "Arguments"), longText(pretty(step.args), "pre")) : null,
    step.result !== undefined ? h("div", { className: "io" }, h("span", null, "Result"), longText(pretty(step.result), "pre")) : null,
    step.error ? h("div", { className: "io bad bidi" }, step.error) : null,
    (step.notes || []).map((note) => h("p", { className: "note" }, note)));
}

const WHO = { user: "User", assistant: "Model", system: "System", developer: "Developer", tool: "Tool" };

function messageElements(message, step, results) {
  const role = WHO[message.role] ? message.role : "other";
  const who = [message.name || WHO[message.role] || message.role, message.role === "assistant" && message.finish_reason && !["stop", "tool_calls", "tool_call"].includes(message.finish_reason) ? `stopped: ${message.finish_reason}` : null].filter(Boolean).join(" · ");
  if (!message.parts.length) return [h("div", { className: "msg " + role }, h("span", { className: "who" }, who), h("p", { className: "note" }, "The text was not captured."))];
  return message.parts.map((part) => partElement(part, role, who, results)).filter(Boolean);
}

function partElement(part, role, who, results) {
  switch (part.type) {
    case "text": return h("div", { className: "msg " + role }, h("span", { className: "who bidi" }, who), longText(part.content, "div", "said"));
    case "reasoning": return h("div", { className: "msg think" }, h("span", { className: "who" }, "Thinking"), longText(part.content, "div", "said"));
    case "tool_call":
      return results.has(part.id) || results.has(part.name) ? null : h("div", { className: "tool" }, h("div", { className: "tool-head" }, h("b", { className: "bidi" }, part.name), h("span", { className: "muted" }, "requested by the model")), part.arguments ? h("div", { className: "io" }, h("span", null, "Arguments"), longText(pretty(part.arguments), "pre")) : null);
    case "tool_call_response":
      return results.size && (results.has(part.id) || !part.id) ? null : h("div", { className: "tool" }, h("div", { className: "tool-head" }, h("b", null, "Result"), part.id ? h("span", { className: "muted mono bidi" }, part.id) : null), h("div", { className: "io" }, longText(pretty(part.response || ""), "pre")));
    case "blob":
      if (part.modality === "image" && /^image\/[a-z0-9.+-]+$/i.test(part.mime_type || "")) return h("div", { className: "msg " + role }, h("span", { className: "who" }, who), h("img", { className: "media", alt: "An image of the conversation", src: `data:${part.mime_type};base64,${part.content}` }));
      return h("div", { className: "step" }, h("b", null, part.modality), `${grouped(Math.floor(part.content.length * 3 / 4))} bytes`, part.mime_type || "");
    case "uri": return h("div", { className: "step" }, h("b", null, part.modality), h("span", { className: "mono bidi" }, part.uri.slice(0, 300)), h("span", null, "not loaded: this page calls nobody"));
    case "file": return h("div", { className: "step" }, h("b", null, part.modality), h("span", { className: "mono bidi" }, part.file_id));
    default: return h("div", { className: "tool" }, h("div", null, longText(pretty(part.json || ""), "pre")));
  }
}

// MARK: - As text

function conversationText(one, data) {
  const lines = [`# ${one.named ? "Conversation" : "Trace"} ${one.id}`, "", `${plural(data.turns.length, "turn")}, ${plural(one.totals.calls, "call")}, ${money(one.totals.cost)}${one.users.length ? `, user ${one.users.join(", ")}` : ""}`];
  data.turns.forEach((turn, i) => {
    lines.push("", `## Turn ${turn.number || i + 1}${turn.workflow ? ` (${turn.workflow})` : ""} · ${money(turn.totals.cost)} · trace ${turn.trace}`);
    for (const error of turn.errors || []) lines.push(`ERROR ${error}`);
    for (const step of turn.steps) lines.push(...stepText_(step));
  });
  return lines.join("\n") + "\n";
}

function stepText_(step) {
  const said = (message) => message.parts.map((part) => `**${message.role}**: ${part.content || part.response || part.json || part.uri || (part.name ? `calls ${part.name}(${part.arguments || ""})` : `[${part.type}]`)}`);
  const facts = [step.name, took(step.duration), step.in !== undefined ? `${step.in} + ${step.out || 0} tokens` : null, step.cost !== undefined ? money(step.cost) : step.reason ? `no price: ${step.reason}` : null, step.agent ? `agent ${step.agent}` : null].filter(Boolean).join(", ");
  return [...(step.input || []).flatMap(said), `[${facts}]`, step.error ? `ERROR ${step.error}` : null, step.args !== undefined ? `arguments: ${step.args}` : null, step.result !== undefined ? `result: ${step.result}` : null, ...(step.output || []).flatMap(said), ...(step.notes || []).map((note) => `(${note})`)].filter((line) => line !== null);
}
