// The calls to models and tools, as columns, and what they add up to.
const calls = index.calls;
const callCount = calls.start.length;
const cost = calls.cost.map((text) => text === null ? null : BigInt(text));
const dimensions = new Map(calls.dimensions.map((dimension) => [dimension.name, dimension]));
const OTHER = "(other)", NONE = "(none)";

/** `gpt-4o-mini` of `openai/gpt-4o-mini-2024-07-18`: the name without provider and date. */
const family = (model) => model.replace(/^.*\//, "").replace(/[-@](\d{8}|\d{4}-\d\d-\d\d|\d{6}|latest)$/, "");

/** A function from a call to its group. */
function grouping(name) {
  if (name === "conversation") return (i) => index.conversations[calls.conversation[i]].id;
  const dimension = dimensions.get(name === "family" ? "model" : name);
  if (!dimension) return () => NONE;
  const values = name === "family" ? dimension.values.map(family) : dimension.values;
  return (i) => dimension.picks[i] < 0 ? NONE : values[dimension.picks[i]];
}

class Sum {
  constructor() { this.cost = 0n; this.calls = 0; this.tools = 0; this.in = 0; this.cached = 0; this.out = 0; this.unpriced = 0; this.failed = 0; this.duration = 0; this.conversations = new Set(); this.traces = new Set(); }
  add(i) {
    if (calls.tool[i]) this.tools++;
    else {
      this.calls++;
      if (cost[i] === null) this.unpriced++;
      else this.cost += cost[i];
      this.in += calls.in[i];
      this.cached += calls.cached[i];
      this.out += calls.out[i];
      this.duration += calls.duration[i];
    }
    this.failed += calls.failed[i];
    this.conversations.add(calls.conversation[i]);
    this.traces.add(calls.trace[i]);
  }
  /** What charts show. */
  value(measure) {
    switch (measure) {
      case "cost": return this.cost;
      case "tokens": return BigInt(this.in + this.out);
      case "failed": return BigInt(this.failed);
      default: return BigInt(this.calls);
    }
  }
}

/** The calls of a time range, as positions. */
function callsSince(start) {
  const found = [];
  for (let i = 0; i < callCount; i++) if (calls.start[i] >= start) found.push(i);
  return found;
}

/** Sums by group, the most expensive first. */
function sums(positions, name) {
  const of = grouping(name), found = new Map();
  for (const i of positions) {
    const key = of(i);
    let sum = found.get(key);
    if (!sum) found.set(key, sum = new Sum());
    sum.add(i);
  }
  return [...found].sort((a, b) => a[1].cost === b[1].cost ? b[1].calls - a[1].calls : a[1].cost < b[1].cost ? 1 : -1);
}

function sumOf(positions) {
  const sum = new Sum();
  for (const i of positions) sum.add(i);
  return sum;
}

const lastCall = calls.start.reduce((a, b) => Math.max(a, b), 0);
const firstCall = calls.start.reduce((a, b) => Math.min(a, b), Infinity);

// MARK: - Workflows whose cost spiked

/** The mean of a run's cost in the later half of its runs against the earlier half, and the step that made the difference. */
function spikes(positions) {
  const workflow = grouping("workflow"), step = grouping("step"), agent = grouping("agent"), model = grouping("model");
  const runs = new Map();
  for (const i of positions) {
    const name = workflow(i);
    if (name === NONE || calls.tool[i] || cost[i] === null) continue;
    const key = `${calls.trace[i]} ${calls.turn[i]}`;
    if (!runs.has(name)) runs.set(name, new Map());
    const run = runs.get(name).get(key) || { start: Infinity, cost: 0n, steps: new Map() };
    run.start = Math.min(run.start, calls.start[i]);
    run.cost += cost[i];
    const label = [agent(i) === NONE ? "" : agent(i), step(i) || model(i)].filter(Boolean).join(" · ");
    run.steps.set(label, (run.steps.get(label) || 0n) + cost[i]);
    runs.get(name).set(key, run);
  }
  const found = [];
  for (const [name, byKey] of runs) {
    const all = [...byKey.values()].sort((a, b) => a.start - b.start);
    if (all.length < 4) continue;
    const half = Math.floor(all.length / 2);
    const before = all.slice(0, half), after = all.slice(half);
    const mean = (list, pick) => list.reduce((sum, run) => sum + pick(run), 0n) / BigInt(list.length);
    const was = mean(before, (run) => run.cost), is = mean(after, (run) => run.cost);
    if (was <= 0n || is * 2n < was * 3n) continue;
    const labels = new Set(all.flatMap((run) => [...run.steps.keys()]));
    const growth = [...labels].map((label) => {
      const pick = (run) => run.steps.get(label) || 0n;
      return { label, more: mean(after, pick) - mean(before, pick) };
    }).sort((a, b) => a.more < b.more ? 1 : -1);
    found.push({ name, was, is, runs: all.length, since: after[0].start, step: growth[0] });
  }
  return found.sort((a, b) => a.is - a.was < b.is - b.was ? 1 : -1);
}
