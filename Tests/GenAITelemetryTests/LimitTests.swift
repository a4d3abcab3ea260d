// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Testing

@Suite("Span limits")
struct SpanLimitTests {
    let processor = RecordingProcessor()

    func tracer(_ environment: [String: String]) -> TracerProvider.Tracer {
        makeProvider([processor]) { $0.limits = SpanLimits(environment: TelemetryEnvironment(environment)) }
            .tracer(named: "tests")
    }

    @Test("refuse a new attribute and count it, but let a known one change")
    func attributeCount() {
        let span = tracer(["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "2"]).startSpan("s", attributes: ["a": 1])
        span.setAttributes(["b": 2, "c": 3])
        span.setAttribute("a", 10)
        span.end()
        #expect(processor.spans[0].attributes == ["a": 10, "b": 2])
        #expect(processor.spans[0].droppedAttributesCount == 1)
    }

    @Test("hold for attributes that are changed where they lie, until the span has ended")
    func updatedInPlace() {
        let span = tracer(["OTEL_ATTRIBUTE_COUNT_LIMIT": "2", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "3"])
            .startSpan("s", attributes: ["a": 1])
        span.updateAttributes { attributes in
            attributes["a"] = "abcdef"
            attributes["b"] = ["abcdef"]
            attributes["c"] = 3
            attributes["gen_ai.request.model"] = "gpt"
        }
        span.end()
        span.updateAttributes { _ in Issue.record("the span has ended") }
        #expect(processor.spans[0].attributes == ["a": "abc", "b": ["abc"], "gen_ai.request.model": "gpt"])
        #expect(processor.spans[0].droppedAttributesCount == 1)
    }

    @Test("never refuse what an LLM span is nothing without")
    func coreAttributes() {
        let span = tracer(["OTEL_ATTRIBUTE_COUNT_LIMIT": "1"]).startSpan("s", attributes: ["a": 1])
        span.setAttribute("gen_ai.request.model", "gpt-4o")
        span.setAttribute("gen_ai.usage.cost_usd", 0.1)
        span.setAttribute("gen_ai.prompt.0.content", "Hello")
        span.end()
        #expect(processor.spans[0].attributes.map(\.key) == ["a", "gen_ai.request.model", "gen_ai.usage.cost_usd"])
        #expect(processor.spans[0].droppedAttributesCount == 1)
    }

    @Test("cut texts by characters, inside arrays and maps too, and nothing else")
    func valueLength() {
        let span = tracer(["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "3"]).startSpan("s")
        span.setAttributes([
            "text": "abcdef", "exact": "äöü", "number": 123_456, "list": ["abcdef", "x"], "map": ["k": "abcdef"],
            "bytes": .bytes([1, 2, 3, 4]),
        ])
        span.end()
        let expected: Attributes = [
            "text": "abc", "exact": "äöü", "number": 123_456, "list": ["abc", "x"], "map": ["k": "abc"],
            "bytes": .bytes([1, 2, 3]),
        ]
        #expect(processor.spans[0].attributes == expected)
    }

    @Test("replace arrays and maps that lie too deep by an empty value")
    func valueDepth() {
        func nested(_ depth: Int, around core: AttributeValue) -> AttributeValue {
            (0..<depth).reduce(core) { value, _ in [value] }
        }
        let span = tracer([:]).startSpan("s", attributes: ["start": nested(65, around: "x")])
        span.setAttributes(["fits": nested(64, around: "x"), "map": ["k": nested(64, around: "x")]])
        span.addEvent("e", attributes: ["deep": nested(70, around: "x")])
        span.end()
        let expected: Attributes = [
            "start": nested(64, around: .null), "fits": nested(64, around: "x"),
            "map": ["k": nested(63, around: .null)],
        ]
        #expect(processor.spans[0].attributes == expected)
        #expect(processor.spans[0].events[0].attributes == ["deep": nested(64, around: .null)])
        #expect(processor.spans[0].droppedAttributesCount == 0)
    }

    @Test("hold for events, links and their attributes")
    func eventsAndLinks() {
        let tracer = tracer([
            "OTEL_SPAN_EVENT_COUNT_LIMIT": "1", "OTEL_SPAN_LINK_COUNT_LIMIT": "1",
            "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "1", "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT": "1",
        ])
        let other = tracer.startSpan("other").context
        let span = tracer.startSpan("s", links: [TraceSpan.Link(context: other, attributes: ["a": 1, "b": 2])])
        span.addLink(to: other)
        span.addEvent("first", attributes: ["a": 1, "b": 2])
        span.addEvent("second")
        span.end()
        let ended = processor.spans[0]
        #expect(ended.events.map(\.name) == ["first"])
        #expect(ended.events[0].droppedAttributesCount == 1)
        #expect(ended.droppedEventsCount == 1)
        #expect(ended.links.map(\.droppedAttributesCount) == [1])
        #expect(ended.droppedLinksCount == 1)
    }
}

@Suite("Random identifiers")
struct RandomIDTests {
    @Test("are valid and never repeat")
    func unique() {
        let generator = RandomIDGenerator()
        let spans = Set((0..<50_000).map { _ in generator.makeSpanID() })
        let traces = Set((0..<50_000).map { _ in generator.makeTraceID() })
        #expect(spans.count == 50_000 && spans.allSatisfy(\.isValid))
        #expect(traces.count == 50_000 && traces.allSatisfy(\.isValid))
    }
}
