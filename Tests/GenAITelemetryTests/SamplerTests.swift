// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization
import Testing

@Suite("Samplers")
struct SamplerTests {
    private static func parent(isSampled: Bool, isRemote: Bool) -> SpanContext {
        SpanContext(
            traceID: TraceID(high: 1, low: 2), spanID: SpanID(rawValue: 3), flags: isSampled ? .sampled : [],
            isRemote: isRemote)
    }

    private func decision(
        _ sampler: any Sampler, _ traceID: TraceID = TraceID(high: 1, low: 2), parent: SpanContext? = nil
    ) -> SamplingResult.Decision {
        sampler.sample(SpanToSample(parent: parent, traceID: traceID)).decision
    }

    @Test(
        "are named by the environment, parent-based always-on by default",
        arguments: [
            ([:], "ParentBased{root:AlwaysOnSampler,"),
            (["OTEL_TRACES_SAMPLER": "always_on"], "AlwaysOnSampler"),
            (["OTEL_TRACES_SAMPLER": "ALWAYS_OFF"], "AlwaysOffSampler"),
            (["OTEL_TRACES_SAMPLER": "traceidratio"], "TraceIdRatioBased{1.000000}"),
            (
                ["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.0001"],
                "TraceIdRatioBased{0.000100}"
            ),
            (["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"], "TraceIdRatioBased{1.000000}"),
            (["OTEL_TRACES_SAMPLER": "parentbased_always_off"], "ParentBased{root:AlwaysOffSampler,"),
            (
                ["OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"],
                "ParentBased{root:TraceIdRatioBased{0.250000},"
            ),
            (["OTEL_TRACES_SAMPLER": "jaeger_remote"], "ParentBased{root:AlwaysOnSampler,"),
            (["OTEL_TRACES_SAMPLER_ARG": "0.5"], "ParentBased{root:AlwaysOnSampler,"),
        ] as [([String: String], String)])
    func environment(variables: [String: String], description: String) {
        #expect(TelemetryEnvironment(variables).sampler().description.hasPrefix(description))
    }

    /// Counts how often it is asked, and keeps what would be dropped for the processors.
    private final class Reviewer: DropReviewingSampler {
        let base: any Sampler
        let askedCount = Mutex(0)
        let description = "Reviewer"

        init(_ base: any Sampler) { self.base = base }

        func sample(_ span: SpanToSample) -> SamplingResult {
            askedCount.withLock { $0 += 1 }
            var result = base.sample(span)
            if result.decision == .drop { result.decision = .recordOnly }
            return result
        }
    }

    @Test(
        "that only review what is dropped are asked of nothing else",
        arguments: [
            (AlwaysOnSampler(), 0), (ParentBasedSampler(), 0), (AlwaysOffSampler(), 2),
            (ParentBasedSampler(root: AlwaysOffSampler()), 2), (TraceIDRatioSampler(ratio: 1), 2),
        ] as [(any Sampler, Int)])
    func review(base: any Sampler, askedCount: Int) {
        let sampler = Reviewer(base)
        var configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.sampler = sampler
        let tracer = TracerProvider(configuration).tracer(named: "test")
        for _ in 0..<2 {
            let span = tracer.startSpan("a", context: GenAIContext())
            #expect(span.isRecording)
            #expect(
                span.context.isSampled == !(base.description.contains("root:AlwaysOff") || base is AlwaysOffSampler))
            span.end()
        }
        #expect(sampler.askedCount.withLock { $0 } == askedCount)
    }

    @Test("of a ratio decide by the trace alone, and a larger ratio has whatever a smaller has")
    func superset() {
        let generator = RandomIDGenerator()
        let smaller = TraceIDRatioSampler(ratio: 0.2)
        let larger = TraceIDRatioSampler(ratio: 0.7)
        var counts = (smaller: 0, larger: 0)
        for _ in 0..<10_000 {
            let traceID = generator.makeTraceID()
            let isInSmaller = decision(smaller, traceID) == .recordAndSample
            let isInLarger = decision(larger, traceID) == .recordAndSample
            #expect(!isInSmaller || isInLarger)
            let child = decision(smaller, traceID, parent: Self.parent(isSampled: false, isRemote: false))
            #expect(child == (isInSmaller ? .recordAndSample : .drop))
            counts.smaller += isInSmaller ? 1 : 0
            counts.larger += isInLarger ? 1 : 0
        }
        // Ten standard deviations around 2,000 and 7,000.
        #expect((1_600...2_400).contains(counts.smaller) && (6_540...7_460).contains(counts.larger))
    }

    @Test("of ratio 0 and 1 take nothing and everything", arguments: [UInt64.min, 1, .max])
    func ends(low: UInt64) {
        let traceID = TraceID(high: 1, low: low)
        #expect(decision(TraceIDRatioSampler(ratio: 0), traceID) == .drop)
        #expect(decision(TraceIDRatioSampler(ratio: 1), traceID) == .recordAndSample)
        #expect(decision(TraceIDRatioSampler(ratio: .nan), traceID) == .recordAndSample)
    }

    @Test("that follow the parent ask the one of five that fits")
    func delegates() {
        struct Only: Sampler {
            let description = "only"
            func sample(_ span: SpanToSample) -> SamplingResult { SamplingResult(.recordOnly) }
        }
        var parents: [SpanContext?] = [nil]
        for isRemote in [true, false] {
            for isSampled in [true, false] { parents.append(Self.parent(isSampled: isSampled, isRemote: isRemote)) }
        }
        let makers: [() -> ParentBasedSampler] = [
            { ParentBasedSampler(root: Only()) }, { ParentBasedSampler(remoteParentSampled: Only()) },
            { ParentBasedSampler(remoteParentNotSampled: Only()) }, { ParentBasedSampler(localParentSampled: Only()) },
            { ParentBasedSampler(localParentNotSampled: Only()) },
        ]
        for (position, make) in makers.enumerated() {
            let asked = parents.map { decision(make(), parent: $0) == .recordOnly }
            #expect(asked == parents.indices.map { $0 == position })
        }
        #expect(
            parents.map { decision(ParentBasedSampler(), parent: $0) == .recordAndSample } == [
                true, true, false, true, false,
            ])
    }

    @Test("that only record show the span to processors, and no exporter gets it")
    func recordOnly() async {
        struct RecordOnly: Sampler {
            let description = "RecordOnly"
            func sample(_ span: SpanToSample) -> SamplingResult {
                SamplingResult(.recordOnly, attributes: ["sampler": "here"], traceState: TraceState("v=1"))
            }
        }
        let seen = RecordingProcessor()
        let exporter = CountingExporter()
        let batch = BatchSpanProcessor(exporter: exporter, options: batchOptions())
        let provider = makeProvider([seen, batch]) { $0.sampler = RecordOnly() }
        let span = provider.tracer(named: "tests").startSpan("s")
        #expect(span.isRecording && !span.context.isSampled)
        span.end()
        #expect(await provider.shutdown())
        #expect(seen.spans.map { $0.attributes["sampler"] } == ["here"])
        #expect(seen.spans.first?.context.traceState["v"] == "1")
        #expect(exporter.count == 0 && batch.statistics.received == 0)
    }

    @Test("that drop give the span an identity of its own, and record nothing")
    func drop() {
        let seen = RecordingProcessor()
        let tracer = makeProvider([seen]) { $0.sampler = AlwaysOffSampler() }.tracer(named: "tests")
        tracer.withSpan("outer") { outer in
            #expect(outer.context.isValid && !outer.isRecording && !outer.context.isSampled)
            tracer.withSpan("inner") { inner in
                #expect(inner.context.traceID == outer.context.traceID)
                #expect(inner.context.spanID != outer.context.spanID)
            }
        }
        #expect(seen.spans.isEmpty)
    }
}
