// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import GenAITelemetryTesting
import Testing

/// Another library's tracer: spans of its own, current by a task-local of its own.
private struct ForeignTracer {
    @TaskLocal static var current: SpanContext?

    /// Runs a closure within a span of the other tracer, a child of what that tracer has current.
    static func within<Value>(_ number: UInt64, isSampled: Bool = true, _ operation: (SpanContext) -> Value) -> Value {
        let traceID = current?.traceID ?? TraceID(high: number, low: number)
        let span = SpanContext(traceID: traceID, spanID: SpanID(rawValue: number), flags: isSampled ? .sampled : [])
        return $current.withValue(span) { operation(span) }
    }
}

@Suite("A span beside another tracer")
struct ForeignParentTests {
    private let processor = RecordingProcessor()
    private let tracer: TracerProvider.Tracer

    init() {
        tracer = makeProvider([processor]) { $0.currentParent = { ForeignTracer.current } }.tracer(named: "tests")
    }

    private func parent(of name: String) throws -> SpanContext? {
        try #require(processor.spans.first { $0.name == name }).parent
    }

    private func context(of name: String) throws -> SpanContext {
        try #require(processor.spans.first { $0.name == name }).context
    }

    @Test("nests in the other tracer's span and is in its trace")
    func nests() throws {
        let theirs = ForeignTracer.within(1) { theirs in
            tracer.withSpan("ours") { _ in }
            return theirs
        }
        #expect(try parent(of: "ours") == theirs)
        #expect(try context(of: "ours").traceID == theirs.traceID)
    }

    @Test("ours in theirs in ours in theirs: each is a child of the innermost one")
    func alternates() throws {
        let (first, second) = ForeignTracer.within(1) { first in
            tracer.withSpan("outer") { _ in
                tracer.withSpan("before") { _ in }
                let second = ForeignTracer.within(2) { second in
                    tracer.withSpan("inner") { _ in tracer.withSpan("innermost") { _ in } }
                    return second
                }
                tracer.withSpan("after") { _ in }
                return (first, second)
            }
        }
        #expect(try parent(of: "outer") == first)
        #expect(try parent(of: "before") == context(of: "outer"))
        #expect(try parent(of: "inner") == second)
        #expect(try parent(of: "innermost") == context(of: "inner"))
        #expect(try parent(of: "after") == context(of: "outer"))
        #expect(Set(processor.spans.map(\.context.traceID)) == [first.traceID])
    }

    @Test("a span begun outside of theirs does not hide theirs, nor theirs ours once it has ended")
    func oursFirst() throws {
        let theirs = tracer.withSpan("outer") { _ in
            let theirs = ForeignTracer.within(1) { theirs in
                tracer.withSpan("within theirs") { _ in }
                return theirs
            }
            tracer.withSpan("within ours") { _ in }
            return theirs
        }
        #expect(try parent(of: "outer") == nil)
        #expect(try parent(of: "within theirs") == theirs)
        #expect(try parent(of: "within ours") == context(of: "outer"))
    }

    @Test("follows a captured context to where the other tracer has no span")
    func captured() throws {
        let captured = ForeignTracer.within(1) { _ in tracer.withSpan("outer") { _ in GenAIContext.current } }
        captured.run { tracer.withSpan("later") { _ in } }
        #expect(try parent(of: "later") == context(of: "outer"))
    }

    @Test("wins over a remote parent, whose child the other tracer's span is")
    func remote() throws {
        let remote = try #require(
            SpanContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
        let theirs = ForeignTracer.within(1) { theirs in
            GenAIContext.current.settingParent(remote).run { tracer.withSpan("ours") { _ in } }
            return theirs
        }
        #expect(try parent(of: "ours") == theirs)
    }

    @Test("an invalid span of the other tracer is none", arguments: [true, false])
    func invalid(isTraceValid: Bool) throws {
        let invalid = SpanContext(
            traceID: TraceID(high: 0, low: isTraceValid ? 1 : 0), spanID: SpanID(rawValue: isTraceValid ? 0 : 1))
        ForeignTracer.$current.withValue(invalid) {
            tracer.withSpan("outer") { _ in tracer.withSpan("inner") { _ in } }
        }
        #expect(try parent(of: "outer") == nil)
        #expect(try parent(of: "inner") == context(of: "outer"))
    }

    @Test("follows what the other tracer has sampled, where our own roots are not")
    func sampling() {
        let provider = makeProvider([processor]) {
            $0.currentParent = { ForeignTracer.current }
            $0.sampler = ParentBasedSampler(root: AlwaysOffSampler())
        }
        let tracer = provider.tracer(named: "tests")
        tracer.startSpan("root").end()
        ForeignTracer.within(1) { _ in tracer.startSpan("sampled").end() }
        ForeignTracer.within(2, isSampled: false) { _ in tracer.startSpan("unsampled").end() }
        #expect(processor.spans.map(\.name) == ["sampled"])
    }

    @Test("what is inside of a span that is not sampled is not either, in the other tracer's spans too")
    func droppedInside() {
        struct NoHealthChecks: Sampler {
            var description: String { "NoHealthChecks" }
            func sample(_ span: SpanToSample) -> SamplingResult {
                if let parent = span.parent, !parent.isSampled { return SamplingResult(.drop) }
                return SamplingResult(span.name == "health" ? .drop : .recordAndSample)
            }
        }
        let provider = makeProvider([processor]) {
            $0.currentParent = { ForeignTracer.current }
            $0.sampler = NoHealthChecks()
        }
        let tracer = provider.tracer(named: "tests")
        ForeignTracer.within(1) { _ in
            tracer.withSpan("health") { _ in
                tracer.withSpan("inside") { _ in }
                ForeignTracer.within(2) { _ in tracer.withSpan("inside of theirs") { _ in } }
            }
            tracer.withSpan("request") { _ in }
        }
        #expect(processor.spans.map(\.name) == ["request"])
    }
}
