// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Testing

@testable import GenAIBridge

@Suite("A record belongs to the span it names, for as long as that is open")
struct OwnershipTests {
    @Test("the current span does not matter")
    func otherSpanIsCurrent() throws {
        let pipelines = Pipelines()
        let call = pipelines.tracer.startSpan("chat")
        let outer = pipelines.tracer.withSpan("request") { outer in
            pipelines.emitter.emit(.user("Hi", to: call.context))
            pipelines.emitter.emit(.choice("Hello", to: call.context))
            return outer.context
        }
        call.end()
        #expect(try pipelines.ended(call.context).entries("gen_ai.prompt").count == 1)
        #expect(try pipelines.ended(call.context).entries("gen_ai.completion").count == 1)
        #expect(try pipelines.ended(outer).attributes.isEmpty)
    }

    @Test("a streamed answer comes when the span is no longer current, and is still promoted")
    func streamed() async throws {
        let pipelines = Pipelines()
        let call = pipelines.tracer.startSpan("chat")
        pipelines.emitter.emit(.user("Hi", to: call.context))
        await Task.detached {
            pipelines.emitter.emit(.choice("Hello", to: call.context))
            call.end()
        }.value
        let span = try pipelines.ended(call.context)
        #expect(try span.entries("gen_ai.prompt").count == 1)
        #expect(try span.entries("gen_ai.completion").first?["content"] as? String == "Hello")
    }

    @Test("equal span ids in different traces are different spans")
    func traceCounts() throws {
        let pipelines = Pipelines()
        let call = pipelines.tracer.startSpan("chat")
        var elsewhere = call.context
        elsewhere.traceID = TraceID(high: ~call.context.traceID.high, low: 1)
        pipelines.emitter.emit(.user("Hi", to: elsewhere))
        call.end()
        #expect(try pipelines.ended(call.context).attributes.isEmpty)
        #expect(pipelines.bridge.losses.lateRecords == 1)
    }

    @Test("a record that names no span changes nothing and is not a loss")
    func noSpan() {
        let pipelines = Pipelines()
        pipelines.emitter.emit(.user("Hi"))
        let invalid = SpanContext(traceID: TraceID(high: 0, low: 0), spanID: SpanID(rawValue: 0), flags: .sampled)
        pipelines.emitter.emit(.user("Hi", to: invalid))
        #expect(pipelines.bridge.losses == LogToSpanProcessor.Losses())
        #expect(pipelines.records.all.count == 2)
    }

    @Test("records after the end are dropped and counted")
    func late() throws {
        let pipelines = Pipelines()
        let call = pipelines.tracer.startSpan("chat")
        call.end()
        for _ in 0..<3 { pipelines.emitter.emit(.choice("late", to: call.context)) }
        #expect(try pipelines.ended(call.context).attributes.isEmpty)
        #expect(pipelines.bridge.losses.lateRecords == 3)
        #expect(pipelines.bridge.openSpanCount == 0)
        #expect(pipelines.reports.all.count == 3)
        #expect(pipelines.records.all.count == 3)
    }

    @Test("spans that are not sampled leave nothing behind and are no loss")
    func unsampled() {
        let pipelines = Pipelines(sampler: AlwaysOffSampler())
        for _ in 0..<100 {
            pipelines.tracer.withSpan("chat") { span in
                pipelines.emitter.emit(.user("Hi"))
                pipelines.emitter.emit(.choice("Hello", to: span.context))
            }
        }
        #expect(pipelines.bridge.openSpanCount == 0)
        #expect(pipelines.bridge.losses == LogToSpanProcessor.Losses())
    }

    @Test("messages are released when their span ends")
    func released() {
        let pipelines = Pipelines()
        for number in 0..<100 {
            pipelines.tracer.withSpan("chat") { _ in
                pipelines.emitter.emit(.user("\(number)"))
                #expect(pipelines.bridge.openSpanCount == 1)
            }
        }
        #expect(pipelines.bridge.openSpanCount == 0)
        #expect(pipelines.bridge.storedSize == 0)
    }

    @Test("concurrent spans never mix")
    func concurrent() async throws {
        let pipelines = Pipelines()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<64 {
                group.addTask {
                    await pipelines.tracer.withSpan("chat", attributes: ["number": .int(number)]) { _ in
                        for message in 0..<20 {
                            pipelines.emitter.emit(.user("\(number) \(message)"))
                            await Task.yield()
                        }
                        pipelines.emitter.emit(.choice("\(number)"))
                    }
                }
            }
        }
        let spans = pipelines.spans.all
        #expect(spans.count == 64)
        for span in spans {
            let number = try #require(Int(attributeValue: span.attributes["number"] ?? .null))
            let contents = try span.entries("gen_ai.prompt").map { $0["content"] as? String }
            #expect(contents == (0..<20).map { "\(number) \($0)" })
            #expect(try span.entries("gen_ai.completion").map { $0["content"] as? String } == ["\(number)"])
        }
        #expect(pipelines.bridge.openSpanCount == 0)
    }

    @Test("after shutdown nothing is collected")
    func shutdown() async throws {
        let pipelines = Pipelines()
        let before = pipelines.tracer.startSpan("chat")
        before.end()
        pipelines.emitter.emit(.user("late", to: before.context))
        let call = pipelines.tracer.startSpan("chat")
        pipelines.emitter.emit(.user("Hi", to: call.context))
        #expect(await pipelines.bridge.forceFlush(timeout: .seconds(1)))
        #expect(await pipelines.bridge.shutdown(timeout: .seconds(1)))
        pipelines.emitter.emit(.choice("Hello", to: call.context))
        call.end()
        #expect(try pipelines.ended(call.context).attributes.isEmpty)
        let later = pipelines.tracer.startSpan("chat")
        #expect(pipelines.bridge.openSpanCount == 0)
        later.end()
        #expect(pipelines.bridge.losses.lateRecords == 1)
    }
}

@Suite("What is kept is bounded")
struct BoundsTests {
    @Test("spans that never end are forgotten, the oldest first")
    func tooManySpans() throws {
        let pipelines = Pipelines(shardCount: 1) { $0.maxSpans = 16 }
        let calls = (0..<40).map { number in
            let call = pipelines.tracer.startSpan("chat")
            pipelines.emitter.emit(.user("\(number)", to: call.context))
            return call
        }
        #expect(pipelines.bridge.openSpanCount <= 16)
        #expect(pipelines.bridge.losses.evictedSpans == 40 - pipelines.bridge.openSpanCount)
        #expect(!pipelines.reports.all.isEmpty)
        for call in calls { call.end() }
        #expect(try pipelines.ended(calls[0].context).attributes.isEmpty)
        #expect(try pipelines.ended(calls[39].context).entries("gen_ai.prompt").count == 1)
        #expect(pipelines.bridge.openSpanCount == 0)
        #expect(pipelines.bridge.storedSize == 0)
    }

    @Test("spans with too many bytes between them lose their messages, the oldest first")
    func tooManyBytes() throws {
        let pipelines = Pipelines(shardCount: 1) { $0.maxBytes = 40_000 }
        let text = AttributeValue.string(String(repeating: "x", count: 1000))
        let idle = pipelines.tracer.startSpan("idle")
        let calls = (0..<100).map { _ in
            let call = pipelines.tracer.startSpan("chat")
            pipelines.emitter.emit(.user(text, to: call.context))
            return call
        }
        #expect(pipelines.bridge.storedSize <= 40_000)
        #expect(pipelines.bridge.losses.evictedSpans > 50)
        pipelines.emitter.emit(.user("still open", to: idle.context))
        for call in calls { call.end() }
        idle.end()
        #expect(try pipelines.ended(calls[0].context).attributes.isEmpty)
        #expect(try pipelines.ended(calls[99].context).entries("gen_ai.prompt").count == 1)
        #expect(try pipelines.ended(idle.context).entries("gen_ai.prompt").count == 1)
    }

    @Test("a span with too many bytes keeps its beginning and its end, and says what it left out")
    func longConversation() throws {
        let pipelines = Pipelines {
            $0.maxBytesPerSpan = 20_000
            $0.maxTotalLength = 1 << 20
        }
        let context = pipelines.tracer.withSpan("chat") { span in
            for number in 0..<1000 { pipelines.emitter.emit(.user("message \(number)")) }
            #expect(pipelines.bridge.storedSize <= 20_000)
            pipelines.emitter.emit(.choice("the end"))
            return span.context
        }
        let span = try pipelines.ended(context)
        let prompts = try span.entries("gen_ai.prompt")
        #expect(prompts.first?["content"] as? String == "message 0")
        #expect(prompts.last?["content"] as? String == "message 999")
        let elided = pipelines.bridge.losses.elidedMessages
        #expect(prompts.count == 1000 - elided + 1)
        let markers = prompts.filter { $0["role"] as? String == "elided" }
        #expect(markers.map { $0["content"] as? String } == ["...[\(elided) messages elided]"])
        #expect(try span.entries("gen_ai.completion").count == 1)
        #expect(span.text("gen_ai.prompt.1.content") == "message 1")
    }

    @Test("work grows with the number of messages, not with its square")
    func linear() throws {
        func work(_ count: Int) throws -> (evictions: Int, bytes: Int, attributes: Int, events: Int) {
            let pipelines = Pipelines(shardCount: 1) {
                $0.maxBytesPerSpan = 16_384
                $0.maxTotalLength = 1 << 24
            }
            let span = try pipelines.span((0..<count).map { .user(.string("message \(1000 + $0 % 1000)")) })
            return (
                pipelines.bridge.evictionWork, span.text("gen_ai.prompt")?.utf8.count ?? 0,
                span.attributes.count, span.events.count
            )
        }
        let small = try work(1000)
        let large = try work(16_000)
        // Each message is looked at a bounded number of times, however many come after it.
        #expect(small.evictions <= 3 * 1000)
        #expect(large.evictions <= 3 * 16_000)
        #expect(large.bytes <= small.bytes * 2)
        #expect(large.attributes == small.attributes)
        #expect(large.events == 1)
    }

    @Test("finding the oldest spans costs a bounded amount per span")
    func linearEviction() {
        let pipelines = Pipelines(shardCount: 1) { $0.maxSpans = 256 }
        let calls = (0..<10_000).map { _ in pipelines.tracer.startSpan("chat") }
        #expect(pipelines.bridge.evictionWork <= 10 * 10_000)
        #expect(pipelines.bridge.losses.evictedSpans == 0)
        for call in calls { call.end() }
    }
}
