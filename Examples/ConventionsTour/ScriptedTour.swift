// SPDX-License-Identifier: MIT
import GenAIHTTP
import Last9GenAI
import LoopbackServer

/// Every kind of call with every possible result, against a scripted server in this process.
struct ScriptedTour: Sendable {
    private let server: ScriptedServer
    private let client: OpenAIClient

    init() throws {
        server = try ScriptedServer()
        client = OpenAIClient(
            configuration: OpenAIClient.Configuration(baseURL: server.server.url + "/v1", apiKey: "no-key"))
    }

    func run() async throws {
        try await withConversation("tour", userID: "visitor") {
            try await withWorkflow("tour-1", type: "tour", name: "conventions") {
                try await (answers + streams + endpoints + failures).run()
            }
        }
        let total = server.server.requests.count
        say("\(total) requests")
    }

    private func options(_ stop: String, maxRetries: Int = 0) -> CallOptions {
        var options = CallOptions()
        options.headers["x-tour-stop"] = stop
        options.maxRetries = maxRetries
        return options
    }

    private func ask(_ question: String = "Hello?") -> ChatCompletionRequest {
        ChatCompletionRequest(model: "gpt-4o-mini", messages: [.system("Be brief."), .user(question)])
    }

    private func create(_ stop: String, _ request: ChatCompletionRequest, maxRetries: Int = 0) async throws -> String {
        let completion = try await client.chat.completions.create(
            request, options: options(stop, maxRetries: maxRetries))
        return completion.choices.map { $0.finishReason?.rawValue ?? "no reason" }.joined(separator: ", ")
    }
}

// MARK: - Answers

extension ScriptedTour {
    private var answers: [Stop] {
        [
            Stop("chat with every setting") {
                var request = ask()
                request.temperature = 0.5
                request.topP = 0.9
                request.maxCompletionTokens = 100
                request.frequencyPenalty = 0.1
                request.presencePenalty = 0.2
                request.seed = 7
                request.stop = ["END"]
                request.serviceTier = .default
                request.reasoningEffort = .low
                return try await create("plain", request)
            },
            Stop("chat without content") {
                try await withContentCapture(false) { try await create("plain", ask()) }
            },
            Stop("chat after two refused attempts") { try await create("retries", ask(), maxRetries: 3) },
            Stop("two answers") {
                var request = ask()
                request.choiceCount = 2
                return try await create("choices", request)
            },
            Stop("a tool call and its result") {
                var request = ask("Weather in Rome?")
                request.tools = [.function("weather", description: "Tells the weather")]
                let completion = try await client.chat.completions.create(request, options: options("tools"))
                guard let message = completion.choices.first?.message, let call = message.toolCalls.first else {
                    throw TourError("no tool call")
                }
                let result = executeTool(
                    "weather", callID: call.id, description: "Tells the weather",
                    arguments: call.function.map { .string($0.arguments) }
                ) { #"{"sky":"clear"}"# }
                request.messages += [message, .tool(result, callID: call.id ?? "")]
                return try await create("tools done", request)
            },
            Stop("a refusal") { try await create("refusal", ask("Do something bad")) },
            Stop("an answer cut by a filter") { try await create("filter", ask()) },
            Stop("structured output") {
                var request = ask("Weather in Rome?")
                request.responseFormat = .jsonObject
                return try await create("structured", request)
            },
            Stop("images, sound and files") {
                var request = ask()
                request.messages = [
                    .developer("Describe."),
                    .user([
                        .text("What is this?"), .image(url: "https://example.com/cat.png"),
                        .image([1, 2, 3], mediaType: "image/png"), .audio([4, 5, 6], format: "wav"),
                        .file(id: "file-1"), .file([7], name: "a.pdf", mediaType: "application/pdf"),
                    ]),
                ]
                request.modalities = ["text", "audio"]
                return try await create("media", request)
            },
        ]
    }
}

// MARK: - Streams and endpoints

extension ScriptedTour {
    private var streams: [Stop] {
        [
            Stop("a stream") { try await stream("stream", ask()) },
            Stop("a stream of tool calls") {
                var request = ask("Weather in Rome?")
                request.tools = [.function("weather")]
                return try await stream("stream tools", request)
            },
            Stop("a stream of an answer and a refusal") {
                var request = ask()
                request.choiceCount = 2
                return try await stream("stream choices", request)
            },
            Stop("a stream that is left early") {
                for try await chunk in try await client.chat.completions.stream(ask(), options: options("break")) {
                    return "left after \(chunk.choices.first?.delta.content ?? "nothing")"
                }
                return "nothing came"
            },
        ]
    }

    private func stream(_ stop: String, _ request: ChatCompletionRequest) async throws -> String {
        let stream = try await client.chat.completions.stream(request, options: options(stop))
        return try await stream.collect().choices.first?.finishReason?.rawValue ?? "no reason"
    }

    private var endpoints: [Stop] {
        var request = ResponseRequest(
            model: "gpt-5", input: [.message(.user, [.text("Weather?"), .image(url: "https://example.com/map.png")])],
            instructions: "Be brief.", previousResponseID: "resp_0", maxOutputTokens: 500,
            tools: [.builtIn("web_search"), .function("remember", parameters: .object(["fact": .string()]))])
        request.reasoning = ResponseRequest.Reasoning()
        request.reasoning?.effort = .low
        let question = request
        return [
            Stop("a response") {
                try await client.responses.create(question, options: options("response")).outputText
            },
            Stop("a response that is cut short") {
                let response = try await client.responses.create(question, options: options("response incomplete"))
                return response.status?.rawValue ?? "no status"
            },
            Stop("a streamed response") {
                try await client.responses.stream(question, options: options("response stream")).collect().outputText
            },
            Stop("a streamed response left early") {
                for try await event in try await client.responses.stream(question, options: options("response break"))
                where event.type == .outputTextDelta {
                    return "left after \(event.delta ?? "")"
                }
                return "nothing came"
            },
            Stop("a legacy completion") {
                let request = CompletionRequest(model: "gpt-3.5-turbo-instruct", prompt: "Once", maxTokens: 9)
                return try await client.completions.create(request, options: options("completion")).choices.first?.text
                    ?? ""
            },
            Stop("a streamed legacy completion") {
                let request = CompletionRequest(model: "gpt-3.5-turbo-instruct", prompt: "Once", maxTokens: 9)
                var text = ""
                for try await chunk in try await client.completions.stream(
                    request, options: options("completion stream"))
                { text += chunk.choices.first?.text ?? "" }
                return text
            },
            Stop("embeddings") {
                var request = EmbeddingRequest(
                    model: "text-embedding-3-small", input: ["one", "two"], dimensions: 2)
                request.encodingFormat = "float"
                let answer = try await client.embeddings.create(request, options: options("embeddings"))
                return "\(answer.data.first?.vector.count ?? 0) numbers"
            },
        ]
    }
}

// MARK: - Failures

extension ScriptedTour {
    private var failures: [Stop] {
        [
            Stop("a wrong key") {
                try await expecting(.authentication) { _ = try await create("unauthorized", ask()) }
            },
            Stop("an unknown model") { try await expecting(.notFound) { _ = try await create("unknown", ask()) } },
            Stop("a rate limit") { try await expecting(.rateLimited) { _ = try await create("limited", ask()) } },
            Stop("a server error") { try await expecting(.server) { _ = try await create("broken", ask()) } },
            Stop("a response that is refused") {
                try await expecting(.server) {
                    let request = ResponseRequest(model: "gpt-5", input: "Weather?")
                    _ = try await client.responses.create(request, options: options("broken"))
                }
            },
            Stop("embeddings that are refused") {
                try await expecting(.server) {
                    var request = EmbeddingRequest(model: "text-embedding-3-small", input: "one")
                    request.encodingFormat = "float"
                    _ = try await client.embeddings.create(request, options: options("broken"))
                }
            },
            Stop("an error in mid-stream") {
                try await expecting(.server) { _ = try await stream("mid-stream", ask()) }
            },
            Stop("a stream that is cut off") {
                try await expecting(.truncated, .connection) { _ = try await stream("cut", ask()) }
            },
            Stop("a cancelled call") {
                let before = server.server.requests.count
                let call = Task { try await create("hang", ask()) }
                _ = await server.server.waitForRequests(before + 1)
                call.cancel()
                return try await expecting(.cancelled) { _ = try await call.value }
            },
            Stop("a call that a budget stops") {
                var configuration = client.configuration
                configuration.beforeCall = { _ in throw TourError("the budget is spent") }
                let stopped = OpenAIClient(configuration: configuration)
                return try await expecting(.budgetExceeded) {
                    _ = try await stopped.chat.completions.create(ask(), options: options("plain"))
                }
            },
        ]
    }
}
