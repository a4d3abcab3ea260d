#!/usr/bin/env python3
"""Writes OTLP JSON lines of made-up conversations, for looking at and for measuring.

usage: report-load.py [--conversations N] [--spans-per N] [--text BYTES] [--bytes N] [--trace-prefix HEX] [--hostile]
                      [--deep N] > FILE
"""
import argparse
import json
import random
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--conversations", type=int, default=1000)
parser.add_argument("--spans-per", type=int, default=20, help="spans of a conversation")
parser.add_argument("--text", type=int, default=300, help="bytes of a message")
parser.add_argument("--bytes", type=int, default=0, help="repeat until the output is so long")
parser.add_argument("--trace-prefix", default="", help="what the ids of traces begin with")
parser.add_argument("--hostile", action="store_true", help="add texts that attack pages and terminals")
parser.add_argument("--deep", type=int, default=0, help="add one trace of so many spans")
arguments = parser.parse_args()
random.seed(7)

WORDS = """the order has shipped and arrives on tuesday please close steam valve firmly does it still drip mix
descaler with water run half wait ten minutes then rest of it charge is a reservation that goes away""".split()
MODELS = [("gpt-4o-mini", 0.15, 0.6), ("gpt-4o", 2.5, 10), ("gpt-4.1-nano", 0.1, 0.4), ("claude-sonnet-4-5", 3, 15)]
START = 1_795_000_000_000_000_000
HOSTILE = [
    "</script><script>window.broken = true</script>", "<img src=x onerror='window.broken = true'>",
    "\u202eesrever\u202c and \u2066isolated\u2069", "👩‍👩‍👧‍👦 🇩🇪 ﷽ Z͑ͫ̓ͪ̂ͫ̽a̴̢l͖g", "line\u2028separator\u2029paragraph\u0000nul\u001b[31mred",
    "<!-- <script> ]]> -->", "javascript:window.broken=true", "\"};window.broken=true;{\"", "${window.broken=true}{{7*7}}",
    "x" * (1 << 20),
]


def words(size):
    text = []
    length = 0
    while length < size:
        text.append(random.choice(WORDS))
        length += len(text[-1]) + 1
    return " ".join(text).capitalize() + "."


def attribute(key, value):
    kind = {str: "stringValue", int: "intValue", float: "doubleValue", bool: "boolValue"}[type(value)]
    return {"key": key, "value": {kind: str(value) if type(value) is int else value}}


def span(trace, number, parent, name, start, duration, attributes, error=None):
    record = {
        "traceId": trace, "spanId": f"{number:016x}", "name": name, "kind": 3 if name.startswith("chat") else 1,
        "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + duration),
        "attributes": [attribute(key, value) for key, value in attributes.items()],
    }
    if parent:
        record["parentSpanId"] = f"{parent:016x}"
    if error:
        record["status"] = {"code": 2, "message": error}
    return record


def trace_id():
    text = f"{random.getrandbits(128) | 1:032x}"
    return arguments.trace_prefix + text[len(arguments.trace_prefix):]


def line(spans):
    resource = {"attributes": [attribute("service.name", "load"), attribute("deployment.environment.name", "test")]}
    print(json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [
        {"scope": {"name": "load"}, "spans": spans}]}]}, ensure_ascii=False, separators=(",", ":")))


def turn(conversation, number, trace, start, said):
    """A workflow around an agent's calls to a model and its tools."""
    first = random.getrandbits(62) + 1
    base = {"gen_ai.conversation.id": f"thread-{conversation}", "gen_ai.conversation.turn_number": number,
            "user.id": f"user-{conversation % 97}", "workflow.id": ["support", "billing", "orders"][conversation % 3],
            "custom.tenant": ["acme", "globex", "initech"][conversation % 3]}
    spans = []
    at = start
    for step in range(4):
        if step == 2:
            spans.append(span(trace, first + step, first + 9, "execute_tool find_order", at, 3_000_000, base | {
                "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "find_order",
                "gen_ai.tool.call.arguments": '{"number": 1007}', "gen_ai.tool.call.result": '{"state": "shipped"}'}))
            at += 4_000_000
            continue
        model, price_in, price_out = MODELS[(conversation + step) % len(MODELS)]
        said.append({"role": "user", "parts": [{"type": "text", "content": words(arguments.text)}]})
        answer = {"role": "assistant", "parts": [{"type": "text", "content": words(arguments.text)}], "finish_reason": "stop"}
        tokens = (len(said) * 70 + 12, 60 + step)
        cost = round((tokens[0] * price_in + tokens[1] * price_out) / 1e6, 12)
        failed = random.random() < 0.01
        spans.append(span(trace, first + step, first + 9, f"chat {model}", at, 700_000_000, base | {
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": model,
            "gen_ai.response.model": model, "gen_ai.agent.name": "Order Desk", "gen_ai.usage.input_tokens": tokens[0],
            "gen_ai.usage.output_tokens": tokens[1], "gen_ai.usage.cost_usd": cost,
            "gen_ai.input.messages": json.dumps(said[-6:], ensure_ascii=False),
            "gen_ai.output.messages": json.dumps([answer], ensure_ascii=False)}, "rate limited" if failed else None))
        said.append(answer)
        at += 710_000_000
    spans.append(span(trace, first + 9, None, f"invoke_workflow {base['workflow.id']}", start, at - start, base | {
        "gen_ai.operation.name": "invoke_workflow"}))
    return spans


written = 0
conversation = 0
while conversation < arguments.conversations or 0 < arguments.bytes > written:
    said = []
    for number in range(max(1, arguments.spans_per // 5)):
        start = START + conversation * 60_000_000_000 + number * 8_000_000_000
        spans = turn(conversation, number + 1, trace_id(), start, said)
        line(spans)
        if arguments.bytes:
            written += 300 + sum(len(json.dumps(one)) for one in spans)
    conversation += 1
if arguments.hostile:
    for place, text in enumerate(HOSTILE):
        base = {"gen_ai.operation.name": "chat", "gen_ai.request.model": text[:200], "user.id": text[:200],
                "gen_ai.conversation.id": f"hostile-{place}-{text[:60]}", "workflow.id": text[:100],
                "gen_ai.usage.input_tokens": 1, "gen_ai.usage.output_tokens": 1, "custom.<b>key</b>": text[:80],
                "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]}]),
                "gen_ai.output.messages": json.dumps([{"role": text[:40], "parts": [
                    {"type": "text", "content": text}, {"type": "tool_call", "name": text[:100], "arguments": text}]}])}
        line([span(f"{place + 1:032x}", 1, None, text[:300], START, 5_000_000, base, text[:200])])
    sys.stdout.flush()
    # Bytes that are no UTF-8, within JSON that is otherwise sound.
    text = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span(
        "f" * 32, 1, None, "chat BYTES", START, 1, {"gen_ai.operation.name": "chat", "gen_ai.request.model": "BYTES",
                                                    "gen_ai.prompt": '[{"role":"user","content":"BYTES"}]'})]}]}]})
    sys.stdout.buffer.write(text.encode().replace(b"BYTES", b"\xff\xfe\xc3(\xed\xa0\x80") + b"\n")
    sys.stdout.buffer.write(b"not json\n{\"resourceSpans\":[{\n")
    sys.stdout.buffer.flush()
if arguments.deep:
    trace = "d" * 32
    spans = [span(trace, i + 1, i if i % 50 else i // 50 * 50 - 49 if i >= 50 else None, f"step {i}", START + i * 1_000_000,
                  900_000, {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t"}) for i in range(arguments.deep)]
    line(spans)
