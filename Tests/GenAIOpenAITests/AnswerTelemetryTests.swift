// SPDX-License-Identifier: MIT
import GenAICore
import GenAIOpenAI
import GenAITelemetry
import LoopbackServer
import Testing

private func chat(_ choices: String, usage: String = #"{"prompt_tokens":9,"completion_tokens":4}"#)
    -> LoopbackServer.Reply
{
    .json(200, #"{"id":"c1","model":"m-1","choices":[\#(choices)],"usage":\#(usage)}"#)
}

private let toolCalls = """
    {"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":"One moment.","tool_calls":[
     {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Rome\\"}"}},
     {"id":"call_2","type":"custom","custom":{"name":"shell","input":"ls -l"}}]}}
    """

@Suite("Telemetry of what a chat answers")
struct AnswerTelemetryTests {
    @Test("has one choice record per answer and one finish reason each, in order")
    func severalChoices() async throws {
        let exchange = try Exchange(
            chat(
                """
                {"index":0,"message":{"role":"assistant","content":"A"},"finish_reason":"stop"},
                {"index":1,"message":{"role":"assistant","content":"B"},"finish_reason":"length"}
                """))
        var request = ChatCompletionRequest(model: "m", messages: [.user("x")])
        request.choiceCount = 2
        _ = try await exchange.client.chat.completions.create(request)
        let span = try exchange.recorded.span()
        #expect(span.attributes["gen_ai.request.choice.count"] == 2)
        #expect(span.attributes["gen_ai.response.finish_reasons"] == ["stop", "length"])
        #expect(
            exchange.recorded.records.filter { $0.eventName == "gen_ai.choice" }.map(\.body) == [
                ["index": 0, "finish_reason": "stop", "message": ["role": "assistant", "content": "A"]],
                ["index": 1, "finish_reason": "length", "message": ["role": "assistant", "content": "B"]],
            ])
    }

    /// Two answers side by side and a refusal, from a server that sends no `[DONE]`.
    private static let severalStreamed = LoopbackServer.Reply.events(
        [
            #"{"index":1,"delta":{"role":"assistant","content":"B"}},{"index":0,"delta":{"content":"A"}}"#,
            #"{"index":1,"delta":{"content":"b"},"finish_reason":"length"}"#,
            #"{"index":2,"delta":{"role":"assistant","refusal":"No."},"finish_reason":"stop"}"#,
            #"{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"#,
        ].map { .event(#"{"id":"c1","model":"m-1","choices":[\#($0)]}"#) })

    @Test("has each answer of a stream in order, also without [DONE], legacy form")
    func severalStreamedChoices() async throws {
        let exchange = try Exchange(Self.severalStreamed)
        var request = ChatCompletionRequest(model: "m", messages: [.user("x")])
        request.choiceCount = 3
        for try await _ in try await exchange.client.chat.completions.stream(request) {}
        let span = try exchange.recorded.span()
        #expect(span.status == .unset)
        #expect(span.attributes["gen_ai.response.finish_reasons"] == ["stop", "length", "stop"])
        let bodies = exchange.recorded.records.filter { $0.eventName == "gen_ai.choice" }.map(\.body)
        #expect(bodies.map { $0?["index"] } == [0, 1, 2])
        #expect(bodies.map { $0?["message"]?["content"] } == ["Aa", "Bb", "No."])
    }

    @Test("has each answer of a stream in order, also without [DONE], latest form")
    func severalStreamedMessages() async throws {
        let exchange = try Exchange(Self.severalStreamed, conventions: .latest)
        for try await _ in try await exchange.client.chat.completions.stream(
            .init(model: "m", messages: [.user("x")]))
        {}
        let messages = try exchange.recorded.span().attributes.json("gen_ai.output.messages")
        let expected: JSONValue = [
            ["role": "assistant", "parts": [["type": "text", "content": "Aa"]], "finish_reason": "stop"],
            ["role": "assistant", "parts": [["type": "text", "content": "Bb"]], "finish_reason": "length"],
            ["role": "assistant", "parts": [["type": "text", "content": "No."]], "finish_reason": "stop"],
        ]
        #expect(messages == expected)
    }

    @Test("keeps the text beside tool calls, legacy form")
    func toolCallsAsRecords() async throws {
        let exchange = try Exchange(chat(toolCalls))
        _ = try await exchange.client.chat.completions.create(.init(model: "m", messages: [.user("x")]))
        #expect(
            exchange.recorded.records.last?.body?["message"] == [
                "role": "assistant", "content": "One moment.",
                "tool_calls": [
                    [
                        "id": "call_1", "type": "function",
                        "function": ["name": "weather", "arguments": #"{"city":"Rome"}"#],
                    ],
                    ["id": "call_2", "type": "custom", "function": ["name": "shell", "arguments": "ls -l"]],
                ],
            ])
    }

    @Test("has tool calls, their results and the tools on offer as the schemas have them, latest form")
    func toolCallsAsAttributes() async throws {
        let exchange = try Exchange(chat(toolCalls), conventions: .latest)
        var answer = ChatMessage(role: .assistant, content: "One moment.")
        answer.toolCalls = [ChatMessage.ToolCall(id: "call_0", name: "weather", arguments: #"{"city":"Oslo"}"#)]
        var request = ChatCompletionRequest(
            model: "m", messages: [.user("x"), answer, .tool(#"{"sky":"clear"}"#, callID: "call_0")])
        request.tools = [.function("weather", description: "Tells it")]
        _ = try await exchange.client.chat.completions.create(request)
        let attributes = try exchange.recorded.span().attributes
        #expect(
            try attributes.json("gen_ai.input.messages") == [
                ["role": "user", "parts": [["type": "text", "content": "x"]]],
                [
                    "role": "assistant",
                    "parts": [
                        ["type": "text", "content": "One moment."],
                        ["type": "tool_call", "id": "call_0", "name": "weather", "arguments": ["city": "Oslo"]],
                    ],
                ],
                [
                    "role": "tool",
                    "parts": [["type": "tool_call_response", "id": "call_0", "response": ["sky": "clear"]]],
                ],
            ])
        #expect(
            try attributes.json("gen_ai.output.messages") == [
                [
                    "role": "assistant",
                    "parts": [
                        ["type": "text", "content": "One moment."],
                        ["type": "tool_call", "id": "call_1", "name": "weather", "arguments": ["city": "Rome"]],
                        ["type": "tool_call", "id": "call_2", "name": "shell", "arguments": "ls -l"],
                    ],
                    "finish_reason": "tool_call",
                ]
            ])
        #expect(try attributes.json("gen_ai.tool.definitions") == [["type": "function", "name": "weather"]])
        #expect(attributes["gen_ai.response.finish_reasons"] == ["tool_calls"])
    }

    @Test("puts streamed tool calls together", arguments: [GenAIConventions.v1_36, .latest])
    func streamedToolCalls(conventions: GenAIConventions) async throws {
        let exchange = try Exchange(
            .stream(
                #"{"id":"c","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":""}}]}}]}"#,
                #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}}]}"#,
                #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Rome\"}"}}]}}]}"#,
                #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
                #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":6}}"#), conventions: conventions)
        for try await _ in try await exchange.client.chat.completions.stream(.init(model: "m", messages: [])) {}
        let attributes = try exchange.recorded.span().attributes
        #expect(attributes["gen_ai.response.finish_reasons"] == ["tool_calls"])
        #expect(attributes["gen_ai.response.model"] == "m-1")
        #expect(attributes["gen_ai.usage.output_tokens"] == 6)
        if conventions == .v1_36 {
            #expect(
                exchange.recorded.records.last?.body?["message"]?["tool_calls"] == [
                    ["id": "a", "type": "function", "function": ["name": "weather", "arguments": #"{"city":"Rome"}"#]]
                ])
        } else {
            #expect(
                try attributes.json("gen_ai.output.messages")[0]?["parts"] == [
                    ["type": "tool_call", "id": "a", "name": "weather", "arguments": ["city": "Rome"]]
                ])
        }
    }

    @Test("has a refusal as what was said", arguments: [GenAIConventions.v1_36, .latest])
    func refusal(conventions: GenAIConventions) async throws {
        let exchange = try Exchange(
            chat(
                #"{"index":0,"message":{"role":"assistant","content":null,"refusal":"I can't."},"finish_reason":"stop"}"#
            ), conventions: conventions)
        _ = try await exchange.client.chat.completions.create(.init(model: "m", messages: []))
        if conventions == .v1_36 {
            #expect(exchange.recorded.records.last?.body?["message"]?["content"] == "I can't.")
        } else {
            #expect(
                try exchange.recorded.span().attributes.json("gen_ai.output.messages")[0]?["parts"]
                    == [["type": "text", "content": "I can't."]])
        }
    }

    @Test("says that a filter cut the answer")
    func contentFilter() async throws {
        let exchange = try Exchange(
            chat(#"{"index":0,"message":{"role":"assistant","content":"Wel"},"finish_reason":"content_filter"}"#),
            conventions: .latest)
        _ = try await exchange.client.chat.completions.create(.init(model: "m", messages: []))
        let span = try exchange.recorded.span()
        #expect(span.status == .unset)
        #expect(span.attributes["gen_ai.response.finish_reasons"] == ["content_filter"])
        #expect(try span.attributes.json("gen_ai.output.messages")[0]?["finish_reason"] == "content_filter")
    }

    @Test("names the form of structured output", arguments: [GenAIConventions.v1_36, .latest])
    func structuredOutput(conventions: GenAIConventions) async throws {
        let exchange = try Exchange(
            chat(#"{"index":0,"message":{"role":"assistant","content":"{}"},"finish_reason":"stop"}"#),
            conventions: conventions)
        var request = ChatCompletionRequest(model: "m", messages: [])
        request.responseFormat = .jsonObject
        _ = try await exchange.client.chat.completions.create(request)
        let attributes = try exchange.recorded.span().attributes
        #expect(attributes["gen_ai.output.type"] == "json")
        #expect(attributes["gen_ai.openai.request.response_format"] == nil)
    }

    @Test("has images, sound and files as parts of their own kinds")
    func media() async throws {
        let exchange = try Exchange(
            chat(
                #"{"index":0,"message":{"role":"assistant","content":null,"audio":{"id":"a","data":"AA==","transcript":"Tea."}},"finish_reason":"stop"}"#
            ), conventions: .latest)
        _ = try await exchange.client.chat.completions.create(
            .init(
                model: "m",
                messages: [
                    .user([
                        .text("What?"), .image(url: "https://x/a.png"), .image([1], mediaType: "image/png"),
                        .audio([2], format: "wav"), .file(id: "file-1"),
                        .file([3], name: "a.pdf", mediaType: "application/pdf"),
                    ])
                ]))
        let attributes = try exchange.recorded.span().attributes
        #expect(
            try attributes.json("gen_ai.input.messages")[0]?["parts"] == [
                ["type": "text", "content": "What?"],
                ["type": "uri", "modality": "image", "uri": "https://x/a.png"],
                ["type": "blob", "modality": "image", "mime_type": "image/png", "content": "AQ=="],
                ["type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "Ag=="],
                ["type": "file", "modality": "document", "file_id": "file-1"],
                ["type": "blob", "modality": "document", "mime_type": "application/pdf", "content": "Aw=="],
            ])
        #expect(
            try attributes.json("gen_ai.output.messages")[0]?["parts"] == [["type": "text", "content": "Tea."]])
    }

    @Test("has the tools of a loop as spans between the calls, all in the span of one agent")
    func toolLoop() async throws {
        let exchange = try Exchange(
            chat(
                #"{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{}"}}]}}"#
            ), chat(#"{"index":0,"message":{"role":"assistant","content":"Sunny"},"finish_reason":"stop"}"#))
        let tool = LocalTool("weather", description: "Tells it") { _ in "sunny" }
        _ = try await exchange.client.chat.completions
            .runTools(.init(model: "m", messages: [.user("x")]), tools: [tool])
        let spans = exchange.recorded.spans
        #expect(spans.map(\.name) == ["chat m", "execute_tool weather", "chat m", "invoke_agent"])
        #expect(spans.dropLast().allSatisfy { $0.parent == spans[3].context })
        #expect(
            spans[1].attributes == [
                "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather", "gen_ai.tool.call.id": "call_1",
                "gen_ai.tool.type": "function", "gen_ai.tool.description": "Tells it",
                "gen_ai.tool.call.arguments": "{}", "gen_ai.tool.call.result": "sunny", "last9.tool.result.size": 5,
            ])
        #expect(
            exchange.recorded.records.map(\.eventName) == [
                "gen_ai.user.message", "gen_ai.choice", "gen_ai.user.message", "gen_ai.assistant.message",
                "gen_ai.tool.message", "gen_ai.choice",
            ])
    }
}

extension JSONValue {
    /// The element of an array.
    subscript(position: Int) -> JSONValue? {
        arrayValue.flatMap { $0.indices.contains(position) ? $0[position] : nil }
    }
}
