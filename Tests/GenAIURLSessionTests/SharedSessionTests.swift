// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import GenAITelemetryTesting
import GenAIURLSession
import LoopbackServer
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("URLSession.shared, observed", .serialized, RecordingGlobally())
struct SharedSessionTests {
    private let model = ObservedServer.shared

    @Test("a call has one span with the identity of the calling task, and the program gets the same bytes")
    func plain() async throws {
        #expect(model.isObserving)
        let request = try model.request("plain")
        let (data, response) = try await withConversation("observed-1", userID: "u1") {
            try await URLSession.shared.data(for: request)
        }
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
        let spans = await model.spans("plain")
        let span = try #require(spans.first)
        let id = try #require(span.attributes[.genAIResponseID])
        #expect(String(decoding: data, as: UTF8.self) == ObservedServer.json(id, "plain"))
        #expect(spans.count == 1 && span.name == "chat plain")
        #expect(span.attributes[.genAIConversationID] == "observed-1" && span.attributes[.genAIConversationTurn] == 1)
        #expect(span.attributes[.genAIResponseModel] == "plain-1" && span.attributes[.genAIProviderName] == .openAI)
        #expect(span.attributes[.genAIUsageInputTokens] == 3 && span.attributes[.genAIUsageOutputTokens] == 2)
        #expect(span.attributes[.genAIResponseFinishReasons] == ["stop"])
        #expect(span.attributes.contains(name: "gen_ai.input.messages"))
        #expect(span.attributes.contains(name: "gen_ai.output.messages"))
        #expect(!String(describing: span).contains("secret"))
    }

    @Test("a stream that is awaited whole is recorded and arrives whole")
    func stream() async throws {
        let (data, _) = try await URLSession.shared.data(for: try model.request("stream", isStream: true))
        #expect(String(decoding: data, as: UTF8.self).hasSuffix("data: [DONE]\n\n"))
        let span = try #require(await model.spans("stream").first)
        #expect(span.attributes[.genAIUsageOutputTokens] == 2 && span.attributes[.errorType] == nil)
    }

    @Test("a completion handler gets the same bytes")
    func completionHandler() async throws {
        let request = try model.request("handler")
        let data = try await withCheckedThrowingContinuation { continuation in
            let task = URLSession.shared.dataTask(with: request) { data, _, error in
                if let data { continuation.resume(returning: data) } else { continuation.resume(throwing: error!) }
            }
            task.resume()
        }
        let span = try #require(await model.spans("handler").first)
        #expect(
            String(decoding: data, as: UTF8.self)
                == ObservedServer.json(span.attributes[.genAIResponseID] ?? "", "handler"))
    }

    @Test(
        "a failure is an error span with the provider's name for it",
        arguments: [
            ("limited", "rate_limit_exceeded"), ("refused", "connection"), ("silent", "timed_out"),
        ])
    func failures(path: String, type: String) async throws {
        var request = try model.request(path, path: "/\(path)/v1/chat/completions")
        if path == "silent" { request.timeoutInterval = 1 }
        if path == "refused" { request.url = URL(string: try LoopbackServer.refusedURL() + "/v1/chat/completions") }
        _ = try? await URLSession.shared.data(for: request)
        let spans = await model.spans(path)
        #expect(spans.map { $0.attributes[.errorType] } == [type])
    }

    @Test("a cancelled task is an error span, and the program gets the platform's error")
    func cancelled() async throws {
        let request = try model.request("cancelled", path: "/silent/v1/chat/completions")
        let count = model.server?.requests.count ?? 0
        let task = Task { try await URLSession.shared.data(for: request) }
        _ = await model.server?.waitForRequests(count + 1)
        task.cancel()
        await #expect(throws: URLError.self) { try await task.value }
        #expect(await model.spans("cancelled").map { $0.attributes[.errorType] } == ["cancelled"])
    }

    @Test("a redirect is followed as ever")
    func redirect() async throws {
        let request = try model.request("redirect", path: "/redirect/v1/chat/completions")
        let (_, response) = try await URLSession.shared.data(for: request)
        #expect(response.url?.path == "/v1/chat/completions")
        #expect(await model.spans("redirect").count == 1)
    }

    @Test("cookies are kept and sent as ever")
    func cookies() async throws {
        _ = try await URLSession.shared.data(for: try model.request("cookie", path: "/cookie/v1/chat/completions"))
        _ = try await URLSession.shared.data(for: try model.request("cookie"))
        #expect(model.server?.requests.last?.header("Cookie") == "taste=sweet")
        let url = try #require(URL(string: model.server?.url ?? ""))
        for cookie in HTTPCookieStorage.shared.cookies(for: url) ?? [] { HTTPCookieStorage.shared.deleteCookie(cookie) }
    }

    @Test("other requests, uploads and downloads are left alone")
    func others() async throws {
        var request = try model.request("other", path: "/echo")
        #expect(String(decoding: try await URLSession.shared.data(for: request).0, as: UTF8.self).hasSuffix("]}"))
        request = try model.request("other")
        let body = try #require(request.httpBody)
        request.httpBody = nil
        let (data, _) = try await URLSession.shared.upload(for: request, from: body)
        #expect(String(decoding: data, as: UTF8.self).contains("Hello"))
        let size = try await withCheckedThrowingContinuation { continuation in
            URLSession.shared.downloadTask(with: request) { url, _, error in
                let data = url.flatMap { try? Data(contentsOf: $0) }
                if let data {
                    continuation.resume(returning: data.count)
                } else {
                    continuation.resume(throwing: error!)
                }
            }.resume()
        }
        #expect(size > 0)
        #expect(await model.spans("other").isEmpty)
    }

    @Test("a call that is recorded already is not recorded once more")
    func once() async throws {
        let request = try model.request("once")
        try await withModelCall(ModelRequest(model: "once", provider: .openAI)) { _ in
            _ = try await URLSession.shared.data(for: request)
        }
        #expect(await model.spans("once").count == 1)
    }

    @Test("different requests that run at once keep their own identities")
    func concurrent() async throws {
        try await withThrowingTaskGroup { group in
            for index in 0..<1_000 {
                let request = try model.request("many-\(index)")
                group.addTask {
                    _ = try await withConversation("many-\(index % 100)", userID: "user-\(index)") {
                        try await URLSession.shared.data(for: request)
                    }
                }
            }
            try await group.waitForAll()
        }
        await model.provider.forceFlush()
        let spans = model.exporter.spans.filter { $0.attributes[.genAIRequestModel]?.hasPrefix("many-") == true }
        #expect(spans.count == 1_000)
        let wrong = spans.filter { span in
            let number = Int(span.attributes[.genAIRequestModel]?.dropFirst("many-".count) ?? "")
            return span.attributes[.genAIConversationID] != number.map { "many-\($0 % 100)" }
                || span.attributes[.userID] != number.map { "user-\($0)" }
        }
        #expect(wrong.isEmpty)
    }

    @Test("of equal requests none has another's identity, and all their own when bound to it")
    func equalRequests() async throws {
        for isBound in [false, true] {
            let name = isBound ? "bound" : "equal"
            let before = URLSessionObservation.callsWithoutIdentity
            let request = try model.request(name)
            let owners = try await withThrowingTaskGroup(of: (String, String).self) { group in
                for index in 0..<60 {
                    group.addTask {
                        try await withConversation("\(name)-\(index)") {
                            let own = isBound ? request.inGenAIContext() : request
                            let (data, _) = try await URLSession.shared.data(for: own)
                            let text = String(decoding: data, as: UTF8.self)
                            return (String(text.dropFirst(#"{"id":""#.count).prefix { $0 != "\"" }), "\(name)-\(index)")
                        }
                    }
                }
                return try await group.reduce(into: [String: String]()) { $0[$1.0] = $1.1 }
            }
            let spans = await model.spans(name)
            #expect(spans.count == 60 && owners.count == 60)
            let lost = spans.filter { $0.attributes[.genAIConversationID] == nil }
            for span in spans where span.attributes[.genAIConversationID] != nil {
                #expect(span.attributes[.genAIConversationID] == owners[span.attributes[.genAIResponseID] ?? ""])
            }
            #expect(URLSessionObservation.callsWithoutIdentity - before == lost.count)
            if isBound { #expect(lost.isEmpty) }
        }
    }
}

@Suite("Sessions of a program's own, observed", .serialized, RecordingGlobally())
struct OwnSessionTests {
    private let model = ObservedServer.shared

    @Test("a session's delegate gets every piece as it comes, and the call is recorded", arguments: [true, false])
    func delegate(isStream: Bool) async throws {
        let collector = Collector()
        let session = URLSession(
            configuration: .default.observingModelCalls(), delegate: collector, delegateQueue: nil)
        let name = isStream ? "pieces" : "piece"
        let request = try model.request(name, isStream: isStream)
        withConversation("d1") { session.dataTask(with: request).resume() }
        for await error in collector.finished { #expect(error == nil) }
        let text = String(decoding: collector.data, as: UTF8.self)
        #expect(isStream ? text.hasSuffix("data: [DONE]\n\n") : text.hasSuffix("}}"))
        let span = try #require(await model.spans(name).first)
        #expect(span.attributes[.genAIConversationID] == "d1" && span.attributes[.genAIUsageOutputTokens] == 2)
        session.finishTasksAndInvalidate()
    }

    @Test("a completion handler of a session with a delegate gets a stream whole")
    func handlerWithDelegate() async throws {
        let session = URLSession(
            configuration: .default.observingModelCalls(), delegate: Collector(), delegateQueue: nil)
        let (data, _) = try await session.data(for: try model.request("whole", isStream: true))
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.hasPrefix("data: {\"id\"") && text.hasSuffix("data: [DONE]\n\n"))
        #expect(await model.spans("whole").count == 1)
        session.finishTasksAndInvalidate()
    }

    @Test("a challenge reaches the program's delegate, which answers it as ever", arguments: [true, false])
    func challenge(isObserved: Bool) async throws {
        let collector = Collector()
        let configuration = URLSessionConfiguration.default
        let session = URLSession(
            configuration: isObserved ? configuration.observingModelCalls() : configuration, delegate: collector,
            delegateQueue: nil)
        session.dataTask(with: try model.request("challenge", path: "/auth/v1/chat/completions")).resume()
        for await error in collector.finished { #expect(error == nil) }
        #expect(collector.challengeCount == 1)
        #expect(String(decoding: collector.data, as: UTF8.self).contains("Hello"))
        session.finishTasksAndInvalidate()
    }

    @Test("a configuration is not changed, and observed only once")
    func configuration() {
        let configuration = URLSessionConfiguration.default
        let count = configuration.protocolClasses?.count ?? 0
        #expect(configuration.observingModelCalls().observingModelCalls().protocolClasses?.count == count + 1)
        #expect(configuration.protocolClasses?.count == count)
    }
}
