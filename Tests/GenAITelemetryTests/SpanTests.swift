// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization
import Testing

/// A user's own processor: plugs in through the public protocol and keeps what it is given.
final class RecordingProcessor: SpanProcessor {
    private let ended = Mutex<[SpanData]>([])
    var spans: [SpanData] { ended.withLock { $0 } }

    func onEnd(_ span: SpanData) { ended.withLock { $0.append(span) } }
}

/// Adds an attribute when a span starts and another one when it ends.
struct StampingProcessor: SpanProcessor {
    func onStart(_ span: TraceSpan, parent: GenAIContext) { span.setAttribute("started", true) }
    func onEnding(_ span: inout SpanData) {
        span.attributes["took"] = .int(Int(span.endNanoseconds - span.startNanoseconds))
    }
}

struct Failed: Error, CustomStringConvertible {
    var description: String { "the shelf is empty" }
}

func makeProvider(
    _ processors: [any SpanProcessor], change: (inout TracerProvider.Configuration) -> Void = { _ in }
) -> TracerProvider {
    var configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
    configuration.processors = processors
    change(&configuration)
    return TracerProvider(configuration)
}

@Suite("Span")
struct SpanTests {
    let processor = RecordingProcessor()
    var tracer: TracerProvider.Tracer { makeProvider([processor]).tracer(named: "tests") }

    @Test("is a child of the span around it, and of the same trace")
    func nesting() throws {
        let tracer = tracer
        tracer.withSpan("outer") { _ in tracer.withSpan("inner") { _ in } }
        let inner = try #require(processor.spans.first { $0.name == "inner" })
        let outer = try #require(processor.spans.first { $0.name == "outer" })
        #expect(inner.parent == outer.context)
        #expect(inner.context.traceID == outer.context.traceID)
        #expect(inner.context.spanID != outer.context.spanID)
        #expect(outer.parent == nil)
    }

    @Test("keeps its parent across await and in child tasks")
    func childTasks() async throws {
        let tracer = tracer
        await tracer.withSpan("outer") { _ in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask { await tracer.withSpan("inner \(number)") { _ in await Task.yield() } }
                }
            }
        }
        let outer = try #require(processor.spans.first { $0.name == "outer" })
        #expect(processor.spans.count == 21)
        #expect(processor.spans.filter { $0.parent == outer.context }.count == 20)
    }

    @Test("goes on with a remote parent's trace")
    func remoteParent() throws {
        let remote = try #require(
            SpanContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
        let tracer = tracer
        GenAIContext.current.settingParent(remote).run { tracer.withSpan("server", kind: .server) { _ in } }
        let span = try #require(processor.spans.first)
        #expect(span.context.traceID == remote.traceID)
        #expect(span.parent == remote)
        #expect(span.parent?.isRemote == true)
    }

    @Test("records a thrown error once: status, type and exception event, and throws it on")
    func errors() throws {
        #expect(throws: Failed.self) { try tracer.withSpan("fails") { _ in throw Failed() } }
        let span = try #require(processor.spans.first)
        #expect(span.status == .error(description: "the shelf is empty"))
        #expect(span.attributes["error.type"] == "GenAITelemetryTests.Failed")
        #expect(span.events.map(\.name) == ["exception"])
        #expect(span.events[0].attributes["exception.message"] == "the shelf is empty")
    }

    @Test("ends once, and what is written later does nothing")
    func endsOnce() {
        let span = tracer.startSpan("once", startNanoseconds: 100)
        #expect(span.isRecording)
        span.end(at: 200)
        span.setAttribute("late", 1)
        span.end(at: 300)
        #expect(!span.isRecording)
        #expect(processor.spans.map(\.endNanoseconds) == [200])
        #expect(processor.spans[0].attributes["late"] == nil)
    }

    @Test("never ends before it began")
    func noNegativeDuration() {
        tracer.startSpan("short", startNanoseconds: 100).end(at: 50)
        #expect(processor.spans.map(\.endNanoseconds) == [100])
    }

    @Test("takes a status by rank: ok is final, unset changes nothing")
    func status() {
        let span = tracer.startSpan("status")
        span.setStatus(.error(description: "bad"))
        span.setStatus(.unset)
        span.setStatus(.ok)
        span.setStatus(.error(description: "worse"))
        span.end()
        #expect(processor.spans[0].status == .ok)
    }

    @Test("can be written to by a processor while it ends")
    func onEnding() {
        let tracer = makeProvider([StampingProcessor(), processor]).tracer(named: "tests")
        tracer.startSpan("stamped", startNanoseconds: 10).end(at: 35)
        #expect(processor.spans[0].attributes["started"] == true)
        #expect(processor.spans[0].attributes["took"] == 25)
    }

    @Test("is stamped with every scope around it")
    func stamping() {
        let tracer = tracer
        withConversation("c-1", userID: "u-1", turn: 4) {
            withWorkflow("w-1", type: "chat") {
                withAgent(name: "Bot", id: "a-1") {
                    withAttributes(["tenant": "acme", "seats": 3]) { tracer.withSpan("work") { _ in } }
                }
            }
        }
        let attributes = processor.spans[0].attributes
        let expected: Attributes = [
            "gen_ai.conversation.id": "c-1", "session.id": "c-1", "gen_ai.conversation.turn": 4,
            "gen_ai.conversation.turn_number": 4,
            "user.id": "u-1", "workflow.id": "w-1", "workflow.type": "chat", "gen_ai.agent.name": "Bot",
            "gen_ai.agent.id": "a-1", "custom.tenant": "acme", "custom.seats": 3,
        ]
        #expect(attributes == expected)
    }

    @Test("can change actor state inside, without leaving the actor")
    func isolation() async {
        #expect(await Shop(tracer: tracer).sell() == 2)
    }

    @Test("is not recorded after shutdown, and work goes on")
    func afterShutdown() async {
        let provider = makeProvider([processor])
        let tracer = provider.tracer(named: "tests")
        await provider.shutdown()
        #expect(tracer.withSpan("late") { span in span.isRecording } == false)
        #expect(processor.spans.isEmpty)
    }

    @Test("is not recorded when the SDK is disabled by the environment")
    func disabled() {
        var configuration = TracerProvider.Configuration(
            environment: TelemetryEnvironment(["OTEL_SDK_DISABLED": "true"]))
        configuration.processors = [processor]
        TracerProvider(configuration).tracer(named: "tests").startSpan("none").end()
        #expect(processor.spans.isEmpty)
    }
}

private actor Shop {
    final class Shelf { var count = 0 }

    let tracer: TracerProvider.Tracer
    private let shelf = Shelf()
    private var sold = 0

    init(tracer: TracerProvider.Tracer) { self.tracer = tracer }

    func sell() async -> Int {
        // The shelf is not Sendable: it may come out of the scopes because they run on this actor.
        let sameShelf = await withConversation("c") {
            await tracer.withSpan("sell") { _ in
                sold += 1
                await Task.yield()
                shelf.count += 1
                return shelf
            }
        }
        return sold + sameShelf.count
    }
}
