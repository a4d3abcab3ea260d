// SPDX-License-Identifier: MIT

import GenAIOpenAI
import Testing

@Suite("The tool loop")
struct ToolLoopTests {
    struct City: Decodable { var city: String }

    struct Outage: Error, CustomStringConvertible {
        var description: String { "the station is down" }
    }

    static let weather = LocalTool(
        "weather", description: "Tells it", parameters: .object(["city": .string()]), strict: true
    ) { (city: City) in "Sunny in \(city.city)" }
    static let broken = LocalTool("broken") { _ in throw Outage() }

    @Test("asks, runs the tools side by side, tells the model, and returns its last answer")
    func runs() async throws {
        let transport = StubTransport(
            calls(("c1", "weather", #"{"city":"Rome"}"#), ("c2", "weather", #"{"city":"Oslo"}"#)), text("Sunny in both")
        )
        var request = ChatCompletionRequest(model: "m", messages: [.user("Weather?")])
        request.tools = [.function("own")]
        let result = try await OpenAIClient(transport).chat.completions.runTools(request, tools: [Self.weather])
        #expect(result.completion.choices.first?.message.content == "Sunny in both")
        #expect(result.rounds == 2)
        #expect(result.usage.totalTokens == 20)
        #expect(result.usage.promptTokensDetails?.cachedTokens == 4)
        #expect(result.messages.map(\.role) == [.user, .assistant, .tool, .tool, .assistant])
        let bodies = try transport.requests.map { try $0.json }
        #expect(bodies[0]["tools"]?.arrayValue?.map { $0["function"]?["name"] } == ["own", "weather"])
        #expect(bodies[0]["tools"]?.arrayValue?.last?["function"]?["strict"] == true)
        #expect(
            bodies[1]["messages"]?.arrayValue?.suffix(2) == [
                ["role": "tool", "content": "Sunny in Rome", "tool_call_id": "c1"],
                ["role": "tool", "content": "Sunny in Oslo", "tool_call_id": "c2"],
            ])
    }

    @Test("offers a tool by the type of its arguments, and says where that has no schema")
    func derived() async throws {
        struct Query: Decodable {
            var order: Int
            var note: String?
        }
        struct Loop: Decodable { var next: [Loop] }
        let tool = LocalTool("find_order", description: "Finds an order") { (query: Query) in "order \(query.order)" }
        #expect(
            tool.definition.parameters
                == JSONValue.Schema.object(["order": .integer(), "note": .string().orNull]).keywords)
        let transport = StubTransport(calls(("", "find_order", #"{"order":7,"note":null}"#)), text("Found"))
        let client = OpenAIClient(transport)
        let result = try await client.chat.completions.runTools(.init(model: "m", messages: []), tools: [tool])
        let id = try #require(result.messages.first?.toolCalls.first?.id)
        #expect(!id.isEmpty)
        #expect(result.messages[1].toolCallID == id)
        #expect(result.messages[1].content == "order 7")
        let endless = LocalTool("endless") { (_: Loop) in "" }
        let error = try await failure { () throws(OpenAIClientError) in
            try await client.chat.completions.runTools(.init(model: "m", messages: []), tools: [endless])
        }
        #expect(error.code == .configuration)
        #expect(transport.requests.count == 2)
    }

    static let failures: [(name: String, arguments: String, told: String)] = [
        ("broken", "{}", "Error: the station is down"), ("unknown", "{}", "Error: there is no tool with that name"),
        (
            "weather", #"{"town":1}"#,
            "Error: decoding: the model's text is not JSON of the expected form at city"
        ),
        ("broken", "{", "Error: expected a member name at byte 1"),
    ]

    @Test("tells the model what went wrong with a tool", arguments: failures)
    func toolFails(name: String, arguments: String, told: String) async throws {
        let transport = StubTransport(calls(("c1", name, arguments)), text("Sorry"))
        let result = try await OpenAIClient(transport).chat.completions
            .runTools(.init(model: "m", messages: []), tools: [Self.weather, Self.broken])
        #expect(result.messages.first { $0.role == .tool }?.content == told)
    }

    @Test("ends at a failing tool where the options say so")
    func stopsAtFailure() async throws {
        let transport = StubTransport(calls(("c1", "broken", "{}")), text("Sorry"))
        var options = ToolLoopOptions()
        options.stopsAtToolFailure = true
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport).chat.completions
                .runTools(.init(model: "m", messages: []), tools: [Self.broken], options: options)
        }
        #expect(error.code == .toolFailed)
        #expect(error.underlying is Outage)
        #expect(transport.requests.count == 1)
    }

    @Test("stops at the limit of rounds", arguments: [1, 3])
    func limit(rounds: Int) async throws {
        let again = calls(("c1", "weather", #"{"city":"Rome"}"#))
        let transport = StubTransport(again, again, again, again)
        var options = ToolLoopOptions()
        options.maxRounds = rounds
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport).chat.completions
                .runTools(.init(model: "m", messages: []), tools: [Self.weather], options: options)
        }
        #expect(error.code == .tooManyRounds)
        #expect(transport.requests.count == rounds)
    }

    @Test("asks before each call, and goes no further where the answer is no")
    func budget() async throws {
        let transport = StubTransport(calls(("c1", "weather", #"{"city":"Rome"}"#)), text("Sunny"))
        let asked = Log<String>()
        let client = OpenAIClient(transport) { configuration in
            configuration.beforeCall = { model in
                asked.append(model)
                if asked.entries.count > 1 { throw Outage() }
            }
        }
        let error = try await failure { () throws(OpenAIClientError) in
            try await client.chat.completions.runTools(.init(model: "m", messages: []), tools: [Self.weather])
        }
        #expect(error.code == .budgetExceeded)
        #expect(error.underlying is Outage)
        #expect(asked.entries == ["m", "m"])
        #expect(transport.requests.count == 1)
    }

    @Test("ends when cancelled while a tool runs")
    func cancelled() async throws {
        let transport = StubTransport(calls(("c1", "slow", "{}")), text("Done"))
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let slow = LocalTool("slow") { _ in
            start.yield()
            try await Task.sleep(for: .seconds(3600))
            return "never"
        }
        let client = OpenAIClient(transport)
        let task = Task {
            try await failure { () throws(OpenAIClientError) in
                try await client.chat.completions.runTools(.init(model: "m", messages: []), tools: [slow])
            }
        }
        for await _ in started { break }
        task.cancel()
        #expect(try await task.value.code == .cancelled)
        #expect(transport.requests.count == 1)
    }

    private func calls(_ calls: (id: String, name: String, arguments: String)...) -> StubTransport.Answer {
        var choice = ChatChoice()
        choice.message.toolCalls = calls.map { ChatMessage.ToolCall(id: $0.id, name: $0.name, arguments: $0.arguments) }
        choice.finishReason = .toolCalls
        return answer(choice)
    }

    private func text(_ text: String) -> StubTransport.Answer {
        var choice = ChatChoice()
        choice.message.content = text
        choice.finishReason = .stop
        return answer(choice)
    }

    private func answer(_ choice: ChatChoice) -> StubTransport.Answer {
        var completion = ChatCompletion()
        completion.choices = [choice]
        var usage = CompletionUsage()
        usage.totalTokens = 10
        usage.promptTokensDetails = .init()
        usage.promptTokensDetails?.cachedTokens = 2
        completion.usage = usage
        return .json(completion.json.serializedText)
    }
}
