// SPDX-License-Identifier: MIT
import Last9GenAI

/// The calls that any server with OpenAI's API should support, against another server.
///
/// Variables: `TOUR_BASE_URL`, `TOUR_API_KEY`; the models `TOUR_CHAT_MODEL` and `TOUR_EMBEDDING_MODEL`; optionally
/// `TOUR_TOOL_MODEL`, a model that calls tools, `TOUR_EMBEDDING_BASE_URL`, another server for embeddings,
/// `TOUR_BROKEN_MODEL`, which makes the server fail, and `TOUR_SKIP`, a list of stops the server does not have.
struct RealServerTour: Sendable {
    private let client: OpenAIClient
    private let strangers: OpenAIClient
    private let embedder: OpenAIClient
    private let chatModel: String
    private let toolModel: String
    private let embeddingModel: String
    private let brokenModel: String?
    private let skipped: [String]

    init(baseURL: String, environment: TelemetryEnvironment = .process) {
        let key = environment.string("TOUR_API_KEY")
        var configuration = OpenAIClient.Configuration(baseURL: baseURL, apiKey: key)
        configuration.maxRetries = 0
        client = OpenAIClient(configuration: configuration)
        var embedding = configuration
        embedding.baseURL = environment.string("TOUR_EMBEDDING_BASE_URL") ?? baseURL
        embedder = OpenAIClient(configuration: embedding)
        configuration.apiKey = "sk-this-is-not-the-key"
        strangers = OpenAIClient(configuration: configuration)
        chatModel = environment.string("TOUR_CHAT_MODEL") ?? "gpt-4o-mini"
        toolModel = environment.string("TOUR_TOOL_MODEL") ?? chatModel
        embeddingModel = environment.string("TOUR_EMBEDDING_MODEL") ?? "text-embedding-3-small"
        brokenModel = environment.string("TOUR_BROKEN_MODEL")
        skipped = environment.list("TOUR_SKIP") ?? []
    }

    func run() async throws {
        let failures = await withConversation("real") {
            var failures = 0
            for stop in stops where !skipped.contains(stop.name) {
                do {
                    try await [stop].run()
                } catch {
                    say("\(stop.name): \(error)")
                    failures += 1
                }
            }
            return failures
        }
        for name in skipped { say("\(name): skipped") }
        guard failures == 0 else { throw TourError("\(failures) call(s) did not go as they should") }
    }

    private func ask(_ question: String = "Say hello.") -> ChatCompletionRequest {
        var request = ChatCompletionRequest(model: chatModel, messages: [.system("Be brief."), .user(question)])
        request.maxTokens = 16
        return request
    }

    private func askWithTool() -> ChatCompletionRequest {
        var request = ask("What is the weather in Rome? Use the tool.")
        request.model = toolModel
        request.maxTokens = 64
        request.tools = [.function("weather", description: "Tells the weather", parameters: Self.city)]
        return request
    }

    private static let city = JSONValue.Schema.object(["city": .string(oneOf: ["Rome"])])

    private var stops: [Stop] { answers + failures }

    private var answers: [Stop] {
        [
            Stop("models") { "\(try await client.models.list().count) models" },
            Stop("plain") { describe(try await client.chat.completions.create(ask())) },
            Stop("streamed") { describe(try await client.chat.completions.stream(ask()).collect()) },
            Stop("tools") { describe(try await client.chat.completions.create(askWithTool())) },
            Stop("streamed tools") { describe(try await client.chat.completions.stream(askWithTool()).collect()) },
            Stop("structured") {
                var request = ask("Which city?")
                request.maxTokens = 64
                request.responseFormat = .jsonSchema(Self.city, name: "city")
                return describe(try await client.chat.completions.create(request))
            },
            Stop("left early") {
                for try await chunk in try await client.chat.completions.stream(ask()) {
                    return "left after \(chunk.choices.count) choice(s)"
                }
                return "nothing came"
            },
            Stop("response") { describe(try await client.responses.create(respond())) },
            Stop("streamed response") { describe(try await client.responses.stream(respond()).collect()) },
            Stop("completion") {
                let request = CompletionRequest(model: chatModel, prompt: "Once upon", maxTokens: 8)
                let answer = try await client.completions.create(request)
                return "\(answer.choices.count) choice(s), \(answer.usage?.totalTokens ?? 0) tokens"
            },
            Stop("embeddings") {
                let answer = try await embedder.embeddings.create(
                    EmbeddingRequest(model: embeddingModel, input: "hello"))
                return "\(answer.data.first?.vector.count ?? 0) numbers"
            },
        ]
    }

    private var failures: [Stop] {
        [
            Stop("wrong key") {
                try await expecting(.authentication, .permissionDenied, .badRequest) {
                    _ = try await strangers.chat.completions.create(ask())
                }
            },
            Stop("unknown model") {
                try await expecting(.notFound, .badRequest) {
                    _ = try await client.chat.completions.create(.init(model: "no-such-model", messages: [.user("x")]))
                }
            },
            Stop("server error") {
                guard let brokenModel else { return "no model that fails is named" }
                return try await expecting(.server, .rateLimited) {
                    _ = try await client.chat.completions.create(.init(model: brokenModel, messages: [.user("x")]))
                }
            },
        ]
    }

    private func respond() -> ResponseRequest {
        ResponseRequest(model: chatModel, input: "Say hello.", instructions: "Be brief.", maxOutputTokens: 16)
    }

    private func describe(_ completion: ChatCompletion) -> String {
        let message = completion.choices.first?.message
        let reason = completion.choices.first?.finishReason?.rawValue ?? "no reason"
        return "\(reason), \(message?.content?.count ?? 0) characters, \(message?.toolCalls.count ?? 0) tool call(s), "
            + "\(completion.usage?.totalTokens ?? 0) tokens"
    }

    private func describe(_ response: ModelResponse) -> String {
        "\(response.status?.rawValue ?? "no status"), \(response.outputText.count) characters, "
            + "\(response.usage?.totalTokens ?? 0) tokens"
    }
}
