// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization
import Testing

/// Takes batches and counts their spans.
final class CountingExporter: SpanExporter {
    private let taken = Mutex(0)
    var count: Int { taken.withLock { $0 } }

    func export(_ batch: [SpanData]) async throws(ExportError) { taken.withLock { $0 += batch.count } }
}

@Suite("Span counts")
struct SpanCountTests {
    @Test("tell spans by the sampler's decision and by where the parent came from")
    func started() throws {
        let remote = try #require(
            SpanContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"))
        let provider = makeProvider([])
        let tracer = provider.tracer(named: "tests")
        tracer.withSpan("root") { _ in tracer.withSpan("child") { _ in } }
        GenAIContext.current.settingParent(remote).run { tracer.withSpan("unsampled") { _ in } }
        let statistics = provider.statistics
        #expect(statistics.started == 3)
        #expect(statistics.started(.recordAndSample, parent: .none) == 1)
        #expect(statistics.started(.recordAndSample, parent: .local) == 1)
        #expect(statistics.started(.drop, parent: .remote) == 1)
    }

    @Test("tell which spans have not ended, and stay after the shutdown")
    func live() async {
        let provider = makeProvider([])
        let tracer = provider.tracer(named: "tests")
        let span = tracer.startSpan("open")
        tracer.startSpan("closed").end()
        #expect(provider.statistics.live(.recordAndSample) == 1)
        span.end()
        span.end()
        #expect(provider.statistics.live(.recordAndSample) == 0)
        #expect(await provider.shutdown())
        tracer.startSpan("late").end()
        #expect(provider.statistics.started == 2)
    }

    @Test("are exact when many threads start and end spans")
    func concurrent() async {
        let provider = makeProvider([])
        let tracer = provider.tracer(named: "tests")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1_000 { tracer.withSpan("s") { _ in } } }
            }
        }
        #expect(provider.statistics.started == 8_000)
        #expect(provider.statistics.live(.recordAndSample) == 0)
    }

    @Test("belong to one provider, also when two are made of the same configuration")
    func separate() {
        let configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        let (one, other) = (TracerProvider(configuration), TracerProvider(configuration))
        one.tracer(named: "tests").startSpan("s").end()
        #expect(one.statistics.started == 1 && other.statistics.started == 0)
    }

    @Test("go on when the configuration changes")
    func changed() {
        let provider = makeProvider([])
        let tracer = provider.tracer(named: "")
        tracer.startSpan("before").end()
        provider.addProcessor(RecordingProcessor())
        tracer.startSpan("after").end()
        #expect(provider.statistics.started == 2)
    }
}
