// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import GenAIURLSession
import LoopbackServer
import Synchronization
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A budget with nothing left, or with enough.
private final class Meter: CallMeter {
    struct Refused: Error {}

    let isSpent: Bool
    private let asked = Mutex<[String?]>([])

    init(isSpent: Bool) { self.isSpent = isSpent }

    var models: [String?] { asked.withLock { $0 } }

    func check(model: String?) throws {
        asked.withLock { $0.append(model) }
        if isSpent { throw Refused() }
    }
}

@Suite("The context of an observed call", .serialized, RecordingGlobally())
struct ContextTests {
    private let model = ObservedServer.shared

    private func sessions() -> [(name: String, session: URLSession)] {
        let delegate = Collector()
        return [
            ("shared", .shared), ("own", URLSession(configuration: .ephemeral.observingModelCalls())),
            (
                "delegate",
                URLSession(configuration: .ephemeral.observingModelCalls(), delegate: delegate, delegateQueue: nil)
            ),
        ]
    }

    @Test("its budget refuses it before anything is sent, and the program gets the budget's error")
    func refusal() async throws {
        for (name, session) in sessions() {
            let meter = Meter(isSpent: true)
            let request = try model.request("refused-\(name)")
            let count = model.server?.requests.count
            let context = GenAIContext.current.updating { $0.meter = meter }
            await #expect(throws: Meter.Refused.self) {
                try await context.run { _ = try await session.data(for: request) }
            }
            #expect(meter.models == ["refused-\(name)"])
            #expect(model.server?.requests.count == count)
            #expect(await model.spans("refused-\(name)").isEmpty)
        }
    }

    @Test("its budget is asked once, and other requests are not asked about")
    func budget() async throws {
        for (name, session) in sessions() {
            let meter = Meter(isSpent: false)
            let context = GenAIContext.current.updating { $0.meter = meter }
            let (call, other) = (try model.request("asked-\(name)"), try model.request("other", path: "/echo"))
            try await context.run {
                _ = try await session.data(for: call)
                _ = try await session.data(for: other)
            }
            #expect(meter.models == ["asked-\(name)"])
        }
    }

    @Test(
        "is lost among equal requests of different contexts, but not the wish to keep content out, nor a budget's share"
    )
    func mixed() async throws {
        let request = try model.request("mixed")
        let meters = (0..<2).map { _ in Meter(isSpent: false) }
        try await withThrowingTaskGroup { group in
            for index in 0..<60 {
                group.addTask {
                    let context = GenAIContext.current.updating {
                        $0.conversationID = "mixed-\(index)"
                        $0.allowsContentCapture = index % 2 == 0
                        $0.meter = meters[index % 2]
                    }
                    _ = try await context.run { try await URLSession.shared.data(for: request) }
                }
            }
            try await group.waitForAll()
        }
        let spans = await model.spans("mixed")
        #expect(spans.count == 60 && meters.map(\.models.count) == [30, 30])
        // A call whose context is known is recorded as that one wishes, the others only as all that wait allow.
        for span in spans {
            guard let id = span.attributes[.genAIConversationID], let number = Int(id.dropFirst("mixed-".count)) else {
                continue
            }
            #expect(span.attributes.contains(name: "gen_ai.input.messages") == (number % 2 == 0))
        }
        #expect(spans.count { $0.attributes.contains(name: "gen_ai.input.messages") } <= 30)
    }

    @Test("may be bound to a request that is resumed elsewhere")
    func bound() async throws {
        let request = try withConversation("bound-1") { try model.request("elsewhere").inGenAIContext() }
        _ = try await URLSession.shared.data(for: request)
        #expect(await model.spans("elsewhere").map { $0.attributes[.genAIConversationID] } == ["bound-1"])
        let delegate = Collector()
        let session = URLSession(
            configuration: .ephemeral.observingModelCalls(), delegate: delegate, delegateQueue: nil)
        let other = try withConversation("bound-2") { try model.request("elsewhere-2").inGenAIContext() }
        session.dataTask(with: other).resume()
        for await error in delegate.finished { #expect(error == nil) }
        #expect(await model.spans("elsewhere-2").map { $0.attributes[.genAIConversationID] } == ["bound-2"])
        session.finishTasksAndInvalidate()
    }

    @Test("tasks of one delegate keep their own identities, pieces and ends")
    func manyTasks() async throws {
        let delegate = Sorter()
        let session = URLSession(
            configuration: .ephemeral.observingModelCalls(), delegate: delegate, delegateQueue: nil)
        let count = 100
        for index in 0..<count {
            let request = try model.request("sorted-\(index)", isStream: index % 2 == 0)
            withConversation("sorted-\(index)") {
                let task = session.dataTask(with: request)
                delegate.expect(task, "sorted-\(index)")
                task.resume()
            }
        }
        let texts = await delegate.wait(for: count)
        #expect(texts.count == count)
        for (name, text) in texts { #expect(text.contains(#""model":"\#(name)-1""#)) }
        await model.provider.forceFlush()
        for index in 0..<count {
            let spans = await model.spans("sorted-\(index)")
            #expect(spans.map { $0.attributes[.genAIConversationID] } == ["sorted-\(index)"])
        }
        session.finishTasksAndInvalidate()
    }

    @Test("streams are asked for their usage where the program wants that", arguments: [false, true])
    func streamUsage(addsStreamUsage: Bool) async throws {
        let server = try LoopbackServer { request in
            var events: [LoopbackServer.Reply.Step] = [
                .event(#"{"id":"s","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#)
            ]
            if request.text.contains(#""include_usage":true"#) {
                events.append(.event(#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#))
            }
            return .events(events + [.event("[DONE]")])
        }
        for withDelegate in [false, true] {
            let name = "usage-\(addsStreamUsage)-\(withDelegate)"
            let delegate = Collector()
            let session = URLSession(
                configuration: .ephemeral.observingModelCalls(addsStreamUsage: addsStreamUsage),
                delegate: withDelegate ? delegate : nil, delegateQueue: nil)
            var request = try model.request(name, isStream: true)
            request.url = URL(string: server.url + "/v1/chat/completions")
            if withDelegate {
                session.dataTask(with: request).resume()
                for await error in delegate.finished { #expect(error == nil) }
            } else {
                let (data, _) = try await session.data(for: request)
                #expect(String(decoding: data, as: UTF8.self).hasSuffix("data: [DONE]\n\n"))
            }
            let span = try #require(await model.spans(name).first)
            #expect(span.attributes[.genAIUsageOutputTokens] == (addsStreamUsage ? 2 : nil))
            #expect(span.attributes.contains(name: "last9.usage.reported") == !addsStreamUsage)
            session.finishTasksAndInvalidate()
        }
        #expect(server.requests.allSatisfy { $0.text.contains("include_usage") == addsStreamUsage })
    }
}

/// A delegate of many tasks.
private final class Sorter: NSObject, URLSessionDataDelegate {
    private struct State {
        var names: [Int: String] = [:]
        var data: [Int: Data] = [:]
        var finished: [String: String] = [:]
    }

    private let state = Mutex(State())

    func expect(_ task: URLSessionTask, _ name: String) {
        state.withLock { $0.names[task.taskIdentifier] = name }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        state.withLock { $0.data[dataTask.taskIdentifier, default: Data()] += data }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        state.withLock { state in
            guard let name = state.names[task.taskIdentifier], error == nil else { return }
            state.finished[name] = String(decoding: state.data[task.taskIdentifier] ?? Data(), as: UTF8.self)
        }
    }

    func wait(for count: Int) async -> [String: String] {
        for _ in 0..<3_000 {
            let finished = state.withLock { $0.finished }
            if finished.count >= count { return finished }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return state.withLock { $0.finished }
    }
}
