# SPDX-License-Identifier: MIT
"""Runs one workload with the Python packages and prints its figures as one JSON object.

usage: peers.py WORKLOAD [SINK_PORT]
"""
import json
import logging
import resource
import sys
import threading
import time
import urllib.request

from call_data import ATTRIBUTES, COMPLETION, PROMPT, RESOURCE, USAGE, scopes
from last9_genai import Last9LogToSpanProcessor, Last9SpanProcessor, ModelPricing, calculate_llm_cost, install
from measuring import PAIRS, measure, measure_added
from opentelemetry._logs import LogRecord
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind

logging.disable(logging.CRITICAL)
NO_PARENT = Context()
BATCH_SIZE = 512


class Counting(SpanProcessor):
    count = 0

    def on_end(self, span):
        self.count += 1


class Keeping(SpanProcessor):
    def __init__(self):
        self.spans = []

    def on_end(self, span):
        self.spans.append(span)


class Dropping(SpanExporter):
    count = 0

    def export(self, spans):
        self.count += len(spans)
        return SpanExportResult.SUCCESS

    def shutdown(self):
        pass

    def force_flush(self, timeout_millis=30_000):
        return True


def provider(*processors):
    made = TracerProvider(resource=Resource(RESOURCE))
    for processor in processors:
        made.add_span_processor(processor)
    return made


def chat_spans(tracer, count, extra=()):
    for _ in range(count):
        span = tracer.start_span("chat gpt-4o", context=NO_PARENT, kind=SpanKind.CLIENT)
        for key, value in ATTRIBUTES:
            span.set_attribute(key, value)
        for key, value in extra:
            span.set_attribute(key, value)
        span.end()


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


# MARK: - Workloads


def w1():
    tracer = provider(Last9SpanProcessor(), Counting()).get_tracer("bench", "1.0")
    with scopes():
        wall, cpu = measure(lambda n: chat_spans(tracer, n))
    return {"w1.ns": wall, "w1.cpu_ns": cpu}


def w1b():
    figures = {}
    for threads in (1, 2):
        runs = sorted(produce(20_000, threads) for _ in range(5))
        figures[f"w1b.{threads}thread{'s' if threads > 1 else ''}.spans_per_s"] = runs[2]
    return figures


def produce(count, threads):
    made = provider(Last9SpanProcessor(), BatchSpanProcessor(Dropping()))
    tracer = made.get_tracer("bench", "1.0")

    def work():
        with scopes():
            chat_spans(tracer, count // threads)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    elapsed = time.perf_counter() - start
    made.shutdown()
    return count / elapsed


def w2():
    kept = Keeping()
    tracer = provider(Last9SpanProcessor(), kept).get_tracer("bench", "1.0")
    with scopes():
        for _ in range(BATCH_SIZE):
            span = tracer.start_span("chat gpt-4o", context=NO_PARENT, kind=SpanKind.CLIENT)
            for key, value in ATTRIBUTES:
                span.set_attribute(key, value)
            span.set_attribute("gen_ai.prompt", PROMPT)
            span.set_attribute("gen_ai.completion", COMPLETION)
            span.add_event("gen_ai.choice", {"index": 0, "finish_reason": "stop"})
            span.end()

    def encode(count):
        for _ in range(count):
            encode_spans(kept.spans).SerializeToString()

    wall, cpu = measure(encode, units=BATCH_SIZE)
    return {"w2.ns_per_span": wall, "w2.cpu_ns_per_span": cpu}


def w3():
    figures = {}
    for messages in (1, 10, 50, 100):
        bridge, kept = Last9LogToSpanProcessor(), Keeping()
        tracer = provider(Last9SpanProcessor(log_processor=bridge), kept).get_tracer("bench")
        loggers = LoggerProvider()
        loggers.add_log_record_processor(bridge)
        logger = loggers.get_logger("bench")

        def hold(count):
            for _ in range(count):
                make_conversation(tracer, logger, messages)
            if count > 1:
                kept.spans.clear()

        wall, cpu = measure(hold)
        make_conversation(tracer, logger, messages)
        figures |= {
            f"w3.n{messages}.ns": wall,
            f"w3.n{messages}.cpu_ns": cpu,
            f"w3.n{messages}.ns_per_message": wall / (messages + 1),
            f"w3.n{messages}.cpu_ns_per_message": cpu / (messages + 1),
            f"w3.n{messages}.bytes": len(encode_spans(kept.spans[-1:]).SerializeToString()),
        }
    return figures


def make_conversation(tracer, logger, messages):
    content = "x" * 100
    with tracer.start_as_current_span("chat gpt-4o"):
        for number in range(messages):
            role = "user" if number % 2 == 0 else "assistant"
            logger.emit(LogRecord(event_name=f"gen_ai.{role}.message", body={"content": content}))
        answer = {"role": "assistant", "content": content}
        body = {"index": 0, "finish_reason": "stop", "message": answer}
        logger.emit(LogRecord(event_name="gen_ai.choice", body=body))


def w4():
    prices = {"gpt-4o": ModelPricing(input=2.5, output=10.0), "gpt-4o-mini": ModelPricing(input=0.15, output=0.6)}

    def by_name(count):
        for _ in range(count):
            calculate_llm_cost("gpt-4o", USAGE, prices)

    wall, cpu = measure(by_name)
    return {"w4.hit.ns": wall, "w4.hit.cpu_ns": cpu}


def w4_genai_prices():
    from genai_prices import Usage, calc_price

    usage = Usage(**USAGE)

    def by_name(count):
        for _ in range(count):
            calc_price(usage, model_ref="gpt-4o", provider_id="openai")

    wall, cpu = measure(by_name)
    return {"w4.hit.ns": wall, "w4.hit.cpu_ns": cpu}


def w4_litellm():
    from litellm import cost_per_token

    def by_name(count):
        for _ in range(count):
            cost_per_token(model="gpt-4o", prompt_tokens=1234, completion_tokens=567)

    wall, cpu = measure(by_name)
    return {"w4.hit.ns": wall, "w4.hit.cpu_ns": cpu}


def w5(port):
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return deliver("w5", OTLPSpanExporter(endpoint=f"http://127.0.0.1:{port}/v1/traces"))


def w11(port):
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    return deliver("w11.grpc", OTLPSpanExporter(endpoint=f"http://127.0.0.1:{port}", insecure=True))


def deliver(name, exporter):
    class Tap(Dropping):
        def export(self, spans):
            result = exporter.export(spans)
            self.count += len(spans)
            return result

        def shutdown(self):
            exporter.shutdown()

    tap, count = Tap(), 100_000
    made = provider(Last9SpanProcessor(), BatchSpanProcessor(tap))
    tracer = made.get_tracer("bench", "1.0")
    content = (("gen_ai.prompt", PROMPT), ("gen_ai.completion", COMPLETION))
    start, cpu = time.perf_counter(), processor_seconds()
    with scopes():
        for number in range(0, count, 64):
            while number - tap.count > 1536:
                time.sleep(0.0005)
            chat_spans(tracer, min(64, count - number), content)
    made.force_flush()
    made.shutdown()
    return {
        f"{name}.cpu_s": processor_seconds() - cpu,
        f"{name}.wall_s": time.perf_counter() - start,
        f"{name}.peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }


# MARK: - The client

CALL = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "What is the weather in Paris today?"},
    ],
    "max_tokens": 1024,
    "temperature": 0.7,
    "top_p": 0.95,
}


def w6(port):
    """What last9-genai adds to a call, without exporters for logs and metrics."""
    from openai.resources.chat.completions import Completions

    plain = Completions.create
    handle = install(capture_content=True)
    handle.tracer_provider.add_span_processor(BatchSpanProcessor(Dropping()))
    return added("w6", port, plain, handle.tracer_provider.force_flush, BATCH_SIZE)


def w6_readme(port):
    """What last9-genai with openai-v2 adds to a call, with all three signals exported over HTTP."""
    from openai.resources.chat.completions import Completions

    plain = Completions.create
    providers = export_all(port)

    def flush():
        for one in providers[:2]:
            one.force_flush()

    counts = stats(port)
    figures = added("w6.readme", port, plain, flush, 256, flush_at_end=providers[2].force_flush)
    for one in providers:
        one.shutdown()
    after = stats(port)
    calls = after["spans"] - counts["spans"]
    assert calls == 4 * 256 * (PAIRS + 1), f"{calls} spans came"
    return figures | {"w6.readme.bytes": (after["bytes"] - counts["bytes"]) / calls}


def export_all(port):
    """Sets up last9-genai with openai-v2, and exports spans, log records and metrics."""
    from opentelemetry import metrics
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    base = f"http://127.0.0.1:{port}/v1"
    meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/metrics"))])
    metrics.set_meter_provider(meters)
    handle = install(capture_content=True)
    handle.tracer_provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/traces")))
    handle.logger_provider.add_log_record_processor(
        BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{base}/logs"))
    )
    return handle.tracer_provider, handle.logger_provider, meters


def stats(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats") as response:
        return json.load(response)


def added(name, port, plain, flush, calls_per_flush, flush_at_end=lambda: None):
    """What the recording that replaced `plain` adds to a call."""
    from openai import OpenAI
    from openai.resources.chat.completions import Completions

    client = OpenAI(api_key="sk-x", base_url=f"http://127.0.0.1:{port}/v1", max_retries=0)
    recorded = Completions.create
    assert plain is not recorded
    flushes = 1 if calls_per_flush == BATCH_SIZE else 4

    # Whole batches, and flushed, so that what the exporting thread does for a call counts as well.
    def ask(create):
        Completions.create = create
        for _ in range(flushes):
            for _ in range(calls_per_flush):
                client.chat.completions.create(**CALL)
            if create is recorded:
                flush()
        if create is recorded:
            flush_at_end()

    with scopes():
        base, whole, wall, cpu = measure_added(lambda: ask(plain), lambda: ask(recorded), flushes * calls_per_flush)
    return {
        f"{name}.plain.ns": base,
        f"{name}.recorded.ns": whole,
        f"{name}.overhead_us": wall / 1000,
        f"{name}.overhead_cpu_us": cpu / 1000,
    }


def w7():
    import asyncio

    def enter(count):
        for _ in range(count):
            with scopes():
                pass

    wall, cpu = measure(enter)

    # There is one kind of scope; in a coroutine it costs what it costs there.
    async def enter_in_task():
        return measure(enter)

    async_wall, async_cpu = asyncio.run(enter_in_task())
    return {
        "w7.scopes.ns": wall,
        "w7.scopes.cpu_ns": cpu,
        "w7.scopes.async.ns": async_wall,
        "w7.scopes.async.cpu_ns": async_cpu,
    }


def w9(port):
    return client(port, "off")


def w9_recorded(port):
    providers = export_all(port)
    return client(port, "on", lambda: [one.force_flush() for one in providers])


def client(port, kind, flush=lambda: None):
    """The asynchronous client from one task and from 64."""
    import asyncio

    from openai import AsyncOpenAI

    async def ask(made, count, tasks):
        async def work():
            for _ in range(count // tasks):
                await made.chat.completions.create(**CALL)

        with scopes():
            await asyncio.gather(*(work() for _ in range(tasks)))

    async def run(tasks):
        count = 1_024
        made = AsyncOpenAI(api_key="sk-x", base_url=f"http://127.0.0.1:{port}/v1", max_retries=0)
        await ask(made, 128, tasks)
        flush()
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        await ask(made, count, tasks)
        elapsed = time.perf_counter_ns() - wall
        flush()
        spent = time.process_time_ns() - cpu
        await made.close()
        name = f"w9.client.t{tasks}.{kind}"
        return {
            f"{name}.calls_per_s": count / elapsed * 1e9,
            f"{name}.cpu_us": spent / count / 1e3,
            f"{name}.calls_per_cpu_s": count / spent * 1e9,
        }

    return asyncio.run(run(1)) | asyncio.run(run(64))


if __name__ == "__main__":
    workload = globals()[sys.argv[1]]
    print(json.dumps(workload(*sys.argv[2:])))
