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

from call_data import ATTRIBUTES, COMPLETION, PROMPT, RESOURCE, USAGE, scopes
from last9_genai import Last9LogToSpanProcessor, Last9SpanProcessor, ModelPricing, calculate_llm_cost, install
from measuring import measure, measure_added
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

    class Tap(Dropping):
        def __init__(self):
            self.exporter = OTLPSpanExporter(endpoint=f"http://127.0.0.1:{port}/v1/traces")

        def export(self, spans):
            result = self.exporter.export(spans)
            self.count += len(spans)
            return result

        def shutdown(self):
            self.exporter.shutdown()

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
        "w5.cpu_s": processor_seconds() - cpu,
        "w5.wall_s": time.perf_counter() - start,
        "w5.peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }


def w6(port):
    from openai import OpenAI
    from openai.resources.chat.completions import Completions

    client = OpenAI(api_key="sk-x", base_url=f"http://127.0.0.1:{port}/v1", max_retries=0)
    messages = [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "What is the weather in Paris today?"},
    ]

    # Whole batches, and flushed, so that what the exporting thread does for a call counts as well.
    def ask(create):
        Completions.create = create
        for _ in range(BATCH_SIZE):
            client.chat.completions.create(
                model="gpt-4o", messages=messages, max_tokens=1024, temperature=0.7, top_p=0.95
            )
        if create is recorded:
            handle.tracer_provider.force_flush()

    plain = Completions.create
    handle = install(capture_content=True)
    handle.tracer_provider.add_span_processor(BatchSpanProcessor(Dropping()))
    recorded = Completions.create
    assert plain is not recorded
    with scopes():
        base, whole, wall, cpu = measure_added(lambda: ask(plain), lambda: ask(recorded), BATCH_SIZE)
    return {
        "w6.plain.ns": base,
        "w6.content.ns": whole,
        "w6.overhead_us": wall / 1000,
        "w6.overhead_cpu_us": cpu / 1000,
    }


if __name__ == "__main__":
    workload = globals()[sys.argv[1]]
    print(json.dumps(workload(*sys.argv[2:])))
