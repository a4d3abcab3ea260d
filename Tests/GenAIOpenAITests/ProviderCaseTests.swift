// SPDX-License-Identifier: MIT

import Foundation
import GenAICore
import GenAIHTTP
import GenAIOpenAI
import Testing

/// Answers from public bug reports, and what a client must make of them.
@Suite("What providers really send")
struct ProviderCaseTests {
    /// A file of Tests/Fixtures/cases. `source` names the report.
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Call: Decodable, Sendable {
            var mode: String
            var model: String?
            var provider: String?
            var retries: Int?
            var streamed: Bool?
        }

        struct Response: Decodable, Sendable {
            var status: Int
            var headers: [String: String]
            var body: String
        }

        var name: String
        var call: Call
        var responses: [Response]
        var testDescription: String { name }
    }

    /// The result of a call.
    enum Outcome {
        case chat(ChatCompletion)
        case response(ModelResponse)
        case completion(TextCompletion)
        case embeddings(EmbeddingResponse)
        case models([OpenAIClient.ModelInfo])
        case error(OpenAIClientError)

        var chat: ChatCompletion? { if case .chat(let value) = self { value } else { nil } }
        var response: ModelResponse? { if case .response(let value) = self { value } else { nil } }
        var models: [OpenAIClient.ModelInfo]? { if case .models(let value) = self { value } else { nil } }
        var error: OpenAIClientError? { if case .error(let value) = self { value } else { nil } }
        var message: ChatMessage? { chat?.choices.first?.message }
        var calls: [ChatMessage.ToolCall.Function?]? { message?.toolCalls.map(\.function) }
    }

    struct Ways: Sendable, CustomTestStringConvertible {
        var test: Case
        /// The bytes that arrive at a time.
        var size: Int
        var testDescription: String { "\(test.name), \(size) bytes at a time" }
    }

    static let ways: [Ways] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/cases")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        let cases = files.filter { $0.pathExtension == "json" }.compactMap { file in
            (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(Case.self, from: $0) }
        }
        return cases.sorted { $0.name < $1.name }.flatMap { test in [1, 7, 1 << 20].map { Ways(test: test, size: $0) } }
    }()

    static let checks: [String: @Sendable (Outcome, [HTTPRequest]) throws -> Void] = [
        "created-float": { outcome, _ in #expect(outcome.chat?.created == 1_746_709_563) },
        "deepinfra-error-fields": { outcome, _ in
            #expect(outcome.error?.message == "context too long")
            #expect(outcome.error?.code == .contextLengthExceeded)
            #expect(outcome.error?.apiCode == "400")
        },
        "deepseek-cache-fields": { outcome, _ in
            #expect(outcome.chat?.usage?.tokenUsage.cacheReadTokens == 48_000)
            #expect(outcome.chat?.usage?.tokenUsage.inputTokens == 50_000)
        },
        "embeddings-empty": { outcome, _ in
            #expect(outcome.error?.code == .decoding)
            #expect(outcome.error?.codingPath == ["data"])
        },
        "finish-empty-cut": { outcome, _ in #expect(outcome.error?.code == .truncated) },
        "gemini-empty-ids-index0": { outcome, _ in
            #expect(outcome.calls?.map { $0?.arguments } == [#"{"city":"Oslo"}"#, #"{"city":"Rome"}"#])
        },
        "gemini-message-null": { outcome, _ in
            #expect(outcome.message != nil)
            #expect(outcome.message?.content == nil)
            #expect(outcome.chat?.choices.first?.finishReason == .contentFilter)
        },
        "gemini-parallel-index0": { outcome, _ in
            #expect(outcome.message?.toolCalls.map(\.id) == ["call_a", "call_b"])
            #expect(outcome.calls?.map { $0?.arguments } == [#"{"city":"Oslo"}"#, #"{"city":"Rome"}"#])
        },
        "litellm-anthropic-cache": { outcome, _ in
            let usage = try #require(outcome.chat?.usage?.tokenUsage)
            #expect(usage.inputTokens == 98_805)
            #expect(usage.cacheReadTokens == 66_360)
            #expect(usage.cacheWriteTokens == 32_435)
        },
        "litellm-proxy-unnamed": { outcome, _ in #expect(outcome.chat?.usage?.tokenUsage.outputTokens == 20) },
        "logprob-null": { outcome, _ in
            let token = try #require(outcome.chat?.choices.first?.logprobs?.content?.first)
            #expect(token.logprob == nil)
            #expect(token.topLogprobs.map(\.logprob) == [nil])
            #expect(token.topLogprobs.map(\.token) == ["#"])
        },
        "mistral-content-list-stream": { outcome, _ in
            #expect(outcome.message?.content == "The answer")
            #expect(outcome.message?.body?.parts.compactMap(\.thinking) == ["Hm"])
        },
        "models-bare-array": { outcome, _ in #expect(outcome.models?.map(\.id) == ["a/b", "c/d"]) },
        "moonshot-usage-in-choice": { outcome, _ in
            #expect(outcome.chat?.usage?.tokenUsage.inputTokens == 20)
            #expect(outcome.chat?.usage?.tokenUsage.outputTokens == 7)
        },
        "openrouter-200-error": { outcome, requests in
            #expect(outcome.error?.code == .rateLimited)
            #expect(outcome.error?.message == "Provider returned error")
            #expect(outcome.error?.apiCode == "429")
            #expect(requests.count == 1)
        },
        "openrouter-200-error-retry": { outcome, requests in
            #expect(outcome.message?.content == "Hi")
            #expect(requests.count == 2)
        },
        "openrouter-reasoning-delta": { outcome, _ in
            #expect(outcome.message?.reasoning == "I think so")
            #expect(outcome.message?.content == "Yes")
        },
        "openrouter-reasoning-details": { _, requests in
            let sent = try #require(requests.last).json["messages"]?.arrayValue ?? []
            let details = sent.compactMap { $0["reasoning_details"]?.arrayValue }.first
            #expect(details?.map { $0["type"] } == ["reasoning.text", "reasoning.encrypted"])
            #expect(details?.first?["text"] == "I think")
            #expect(details?.last?["data"] == "SEAL")
        },
        "openrouter-usage-cost": { outcome, _ in
            #expect(outcome.chat?.usage?.tokenUsage.statedCost?.description == "0.0009525")
        },
        "perplexity-sonar-cost": { outcome, _ in
            #expect(outcome.chat?.usage?.tokenUsage.statedCost?.description == "0.00515")
            #expect(outcome.chat?.usage?.tokenUsage.searchContextSize == .low)
        },
        "responses-completed-empty-output": { outcome, _ in
            #expect(outcome.response?.outputText == "Hello")
            #expect(outcome.response?.status == .completed)
            #expect(outcome.response?.usage?.totalTokens == 120)
        },
        "responses-completed-no-blank": { outcome, _ in
            #expect(outcome.response?.status == .completed)
            #expect(outcome.response?.outputText == "Hi")
        },
        "role-empty": { outcome, requests in
            let sent = try #require(requests.last).json["messages"]?.arrayValue ?? []
            #expect(sent.map { $0["role"] }.contains("assistant"))
            #expect(!sent.map { $0["role"] }.contains(""))
            #expect(outcome.message?.content == "Hi")
        },
        "sse-last-event-no-blank": { outcome, _ in
            #expect(outcome.chat?.choices.first?.finishReason == .stop)
            #expect(outcome.message?.content == "Hi")
        },
        "sse-wrong-content-type": { outcome, _ in
            #expect(outcome.message?.content == "Hi")
            #expect(outcome.chat?.usage?.totalTokens == 120)
        },
        "stream-options-rejected": { outcome, requests in
            #expect(outcome.message?.content == "Hi")
            let asked: [JSONValue?] = try requests.map { try $0.json["stream_options"] }
            #expect(asked == [["include_usage": true], nil])
        },
        "tool-id-number": { outcome, _ in #expect(outcome.message?.toolCalls.map(\.id) == ["7"]) },
        "tool-name-in-pieces": { outcome, _ in
            #expect(outcome.calls?.map { $0?.name } == ["edit_existing_file"])
            #expect(outcome.calls?.map { $0?.arguments } == ["{}"])
        },
        "usage-float": { outcome, _ in
            #expect(outcome.message?.content == "Hi")
            #expect(outcome.chat?.usage?.tokenUsage.outputTokens == 37)
        },
        "web-search-fee": { outcome, _ in
            let usage = try #require(outcome.response?.usageReport.usage)
            #expect(usage.webSearches == 4)
            #expect(usage.inputTokens == 1000)
        },
        "xai-reasoning-additive": { outcome, _ in
            #expect(outcome.chat?.usage?.tokenUsage.outputTokens == 4308)
            #expect(outcome.chat?.usage?.tokenUsage.reasoningTokens == 2809)
        },
    ]

    @Test("is read as it was meant, however it arrives", arguments: ways)
    func meant(way: Ways) async throws {
        let answers = way.test.responses.map { response in
            let bytes = Array(response.body.utf8)
            let pieces = stride(from: 0, to: bytes.count, by: way.size).map {
                Array(bytes[$0..<min($0 + way.size, bytes.count)])
            }
            var headers: HTTPHeaders = [:]
            for (name, value) in response.headers { headers[name] = value }
            return StubTransport.Answer.response(status: response.status, headers: headers, pieces: pieces)
        }
        let transport = StubTransport(answers: answers)
        let client = OpenAIClient(transport, clock: RecordingClock()) {
            // A host for each run: what servers refuse is remembered by host.
            $0.baseURL = "https://\(way.test.name)-\(way.size).example/v1"
            $0.maxRetries = way.test.call.retries ?? 0
            $0.providerName = way.test.call.provider
        }
        let outcome = await Self.outcome(of: way.test.call, client)
        let check = try #require(Self.checks[way.test.name], "a case without an expectation")
        try check(outcome, transport.requests)
    }

    @Test("is kept as files, each with its expectation")
    func complete() {
        #expect(Set(Self.ways.map(\.test.name)) == Set(Self.checks.keys))
    }

    static func outcome(of call: Case.Call, _ client: OpenAIClient) async -> Outcome {
        let request = ChatCompletionRequest(model: call.model ?? "gpt-4o-mini", messages: [.user("hello")])
        let input = ResponseRequest(model: call.model ?? "gpt-4o-mini", input: "hello")
        do throws(OpenAIClientError) {
            switch call.mode {
            case "chat": return .chat(try await client.chat.completions.create(request))
            case "stream": return .chat(try await client.chat.completions.stream(request).collect())
            case "echo": return .chat(try await echo(request, client))
            case "responses": return .response(try await client.responses.create(input))
            case "rstream": return .response(try await client.responses.stream(input).collect())
            case "completion":
                return .completion(try await client.completions.create(.init(model: "m", prompt: "hello")))
            case "cstream":
                return .completion(try await client.completions.stream(.init(model: "m", prompt: "hello")).collect())
            case "models": return .models(try await client.models.list())
            case "embeddings":
                return .embeddings(try await client.embeddings.create(.init(model: "m", input: ["a", "b"])))
            default: return .error(OpenAIClientError(.configuration, "unknown mode \(call.mode)"))
            }
        } catch {
            return .error(error)
        }
    }

    /// Streams an answer and sends it back with the results of its tool calls.
    private static func echo(
        _ request: ChatCompletionRequest, _ client: OpenAIClient
    ) async throws(OpenAIClientError) -> ChatCompletion {
        var request = request
        let answer = try await client.chat.completions.stream(request).collect()
        request.messages += answer.choices.map(\.message)
        for call in answer.choices.first?.message.toolCalls ?? [] {
            request.messages.append(.tool("sunny", callID: call.id ?? ""))
        }
        return try await client.chat.completions.create(request)
    }
}
