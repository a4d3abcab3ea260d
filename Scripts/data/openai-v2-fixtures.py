#!/usr/bin/env python3
"""Records what OpenTelemetry's Python SDK with openai-v2 exports, in both generations of the conventions.

usage: openai-v2-fixtures.py legacy|latest > FILE.jsonl

Needs: pip install opentelemetry-sdk opentelemetry-instrumentation-openai-v2 opentelemetry-exporter-otlp-proto-common openai httpx
       opentelemetry-util-genai==0.4b0 (later ones lack what openai-v2 2.4b0 imports)
A scripted server on loopback answers; ids and times are made equal from run to run. The results are
Tests/Fixtures/report/openai-v2-legacy.jsonl and openai-v2-latest.jsonl.
"""
import base64
import http.server
import json
import os
import sys
import threading

generation = sys.argv[1]
os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true" if generation == "legacy" else "span_and_event"
os.environ["OTEL_SERVICE_NAME"] = "python-desk"
if generation == "latest":
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"

from google.protobuf.json_format import MessageToDict
from openai import OpenAI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider, id_generator
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Counting(id_generator.IdGenerator):
    def __init__(self):
        self.number = 0

    def generate_span_id(self):
        self.number += 1
        return 0xA000000000000000 + self.number

    def generate_trace_id(self):
        self.number += 1
        return 0xB0000000000000000000000000000000 + self.number


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        last = request["messages"][-1]
        if "tools" in request and last["role"] == "user":
            message = {"role": "assistant", "content": None, "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "find_order", "arguments": '{"number": 1007}'}}]}
            finish, usage = "tool_calls", (71, 16)
        elif last["role"] == "tool":
            message, finish, usage = {"role": "assistant", "content": "Order 1007 has shipped."}, "stop", (112, 13)
        else:
            message, finish, usage = {"role": "assistant", "content": "Close the valve. Does it still drip?"}, "stop", (24, 9)
        body = json.dumps({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini-2024-07-18",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


resource = Resource({"service.name": "python-desk", "telemetry.sdk.language": "python"})
spans, logs = InMemorySpanExporter(), InMemoryLogRecordExporter()
tracing = TracerProvider(resource=resource, id_generator=Counting())
tracing.add_span_processor(SimpleSpanProcessor(spans))
logging = LoggerProvider(resource=resource)
logging.add_log_record_processor(SimpleLogRecordProcessor(logs))
OpenAIInstrumentor().instrument(tracer_provider=tracing, logger_provider=logging)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = OpenAI(base_url=f"http://127.0.0.1:{server.server_address[1]}/v1", api_key="none", max_retries=0)

with tracing.get_tracer("desk").start_as_current_span("answer"):
    said = [{"role": "system", "content": "You are a support desk."}, {"role": "user", "content": "My machine drips."}]
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=said)
    said += [{"role": "assistant", "content": answer.choices[0].message.content}, {"role": "user", "content": "Where is order 1007?"}]
    tools = [{"type": "function", "function": {"name": "find_order", "parameters": {"type": "object"}}}]
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=said, tools=tools)
    call = answer.choices[0].message.tool_calls[0]
    said += [{"role": "assistant", "tool_calls": [call.model_dump()]}, {"role": "tool", "tool_call_id": "call_1", "content": '{"state": "shipped"}'}]
    client.chat.completions.create(model="gpt-4o-mini", messages=said)
server.shutdown()

IDS = {"traceId", "spanId", "parentSpanId"}
START = 1_795_000_000_000_000_000
times = sorted({time for span in spans.get_finished_spans() for time in (span.start_time, span.end_time)}
               | {record.log_record.timestamp or record.log_record.observed_timestamp for record in logs.get_finished_logs()})


def spelled(node, key=None):
    """OTLP/JSON: ids in hexadecimal; times and ports that are the same whenever this runs."""
    if isinstance(node, list):
        return [spelled(item) for item in node]
    if isinstance(node, dict):
        if node.get("key") == "server.port":
            return {"key": "server.port", "value": {"intValue": "8080"}}
        return {name: spelled(value, name) for name, value in node.items()}
    if key in IDS:
        return base64.b64decode(node).hex()
    if key and key.endswith("UnixNano"):
        place = next((i for i, time in enumerate(times) if time >= int(node)), len(times))
        return str(START + place * 100_000_000)
    return node


for message in [encode_spans(spans.get_finished_spans()), encode_logs(logs.get_finished_logs())]:
    document = spelled(MessageToDict(message, use_integers_for_enums=True))
    if document:
        print(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
