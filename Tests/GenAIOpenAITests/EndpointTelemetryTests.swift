// SPDX-License-Identifier: MIT
import GenAICore
import GenAIOpenAI
import GenAITelemetry
import LoopbackServer
import Testing

private let response = """
    {"id":"resp_1","model":"gpt-5-2025-08-07","status":"completed","service_tier":"default","output":[
     {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}]},
     {"type":"web_search_call","id":"ws_1","status":"completed"},
     {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Sunny"}]}],
     "usage":{"input_tokens":30,"input_tokens_details":{"cached_tokens":8,"cache_write_tokens":4},
     "output_tokens":20,"output_tokens_details":{"reasoning_tokens":12}}}
    """

@Suite("Telemetry of the other endpoints")
struct EndpointTelemetryTests {
    private var request: ResponseRequest {
        var request = ResponseRequest(
            model: "gpt-5", input: "Weather?", instructions: "Be brief.", previousResponseID: "resp_0",
            maxOutputTokens: 99, tools: [.builtIn("web_search"), .function("f", parameters: .object([:]))])
        request.conversation = ["id": "conv_1"]
        request.reasoning = ResponseRequest.Reasoning()
        request.reasoning?.effort = .low
        return request
    }

    @Test("is exact for a response, latest names")
    func responseLatest() async throws {
        let exchange = try Exchange(.json(200, response), conventions: .latest)
        _ = try await exchange.client.responses.create(request)
        let span = try exchange.recorded.span()
        var attributes = span.attributes
        #expect(span.name == "chat gpt-5" && span.kind == .client && span.status == .unset)
        #expect(
            try attributes.json("gen_ai.system_instructions") == [["type": "text", "content": "Be brief."]])
        #expect(
            try attributes.json("gen_ai.input.messages")
                == [["role": "user", "parts": [["type": "text", "content": "Weather?"]]]])
        #expect(
            try attributes.json("gen_ai.output.messages") == [
                [
                    "role": "assistant",
                    "parts": [
                        ["type": "reasoning", "content": "Hm."], ["type": "text", "content": "Sunny"],
                        [
                            "type": "server_tool_call", "id": "ws_1", "name": "web_search",
                            "server_tool_call": ["type": "web_search"],
                        ],
                    ],
                    "finish_reason": "stop",
                ]
            ])
        #expect(
            try attributes.json("gen_ai.tool.definitions")
                == [["type": "web_search", "name": "web_search"], ["type": "function", "name": "f"]])
        for name in [
            "gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions",
        ] {
            attributes[name] = nil
        }
        let expected: Attributes = [
            "gen_ai.provider.name": "openai", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5",
            "gen_ai.request.max_tokens": 99, "gen_ai.conversation.id": "conv_1", "openai.api.type": "responses",
            "gen_ai.response.id": "resp_1", "gen_ai.response.model": "gpt-5-2025-08-07",
            "gen_ai.response.finish_reasons": ["stop"], "gen_ai.usage.input_tokens": 30,
            "gen_ai.usage.output_tokens": 20, "gen_ai.usage.cache_read.input_tokens": 8,
            "gen_ai.usage.cache_creation.input_tokens": 4, "gen_ai.usage.reasoning.output_tokens": 12,
            "openai.response.service_tier": "default",
        ]
        #expect(attributes == expected.merging(exchange.address))
        #expect(span.usage?.cacheWriteTokens == 4)
    }

    @Test("adds what is unreleased only where it is asked for")
    func responseDevelopment() async throws {
        let exchange = try Exchange(.json(200, response), conventions: .development)
        _ = try await exchange.client.responses.create(request)
        let attributes = try exchange.recorded.span().attributes
        #expect(attributes["gen_ai.request.previous_response.id"] == "resp_0")
        #expect(attributes["gen_ai.request.reasoning.level"] == "low")
        #expect(attributes["gen_ai.usage.cache_write.input_tokens"] == 4)
        #expect(attributes["gen_ai.usage.cache_creation.input_tokens"] == nil)
    }

    @Test("is exact for a response, legacy names, instructions first")
    func responseLegacy() async throws {
        let exchange = try Exchange(.json(200, response))
        _ = try await exchange.client.responses.create(request)
        let expected: Attributes = [
            "gen_ai.system": "openai", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5",
            "gen_ai.request.max_tokens": 99, "gen_ai.conversation.id": "conv_1", "gen_ai.response.id": "resp_1",
            "gen_ai.response.model": "gpt-5-2025-08-07", "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 30, "gen_ai.usage.output_tokens": 20,
            "gen_ai.openai.response.service_tier": "default",
        ]
        #expect(try exchange.recorded.span().attributes == expected.merging(exchange.address))
        let records = exchange.recorded.records
        #expect(records.map(\.eventName) == ["gen_ai.system.message", "gen_ai.user.message", "gen_ai.choice"])
        #expect(records.first?.body == ["content": "Be brief."])
        #expect(records.last?.body?["message"]?["content"] == "Sunny")
    }

    @Test("prefers the program's conversation to the server's")
    func conversation() async throws {
        let exchange = try Exchange(.json(200, response))
        try await withConversation("mine") { _ = try await exchange.client.responses.create(request) }
        #expect(try exchange.recorded.span().attributes["gen_ai.conversation.id"] == "mine")
    }

    @Test("has a response that failed on the server as a failure", arguments: [GenAIConventions.v1_36, .latest])
    func failedResponse(conventions: GenAIConventions) async throws {
        let exchange = try Exchange(
            .json(
                200,
                #"{"id":"r","model":"m","status":"failed","error":{"code":"server_error","message":"Oh"},"output":[]}"#
            ), conventions: conventions)
        _ = try await exchange.client.responses.create(.init(model: "m", input: "x"))
        let span = try exchange.recorded.span()
        #expect(span.attributes["error.type"] == "server_error")
        #expect(span.status == .error(description: "Oh"))
        #expect(span.attributes["gen_ai.response.finish_reasons"] == ["error"])
    }

    @Test("has an incomplete response as cut short, not as a failure")
    func incompleteResponse() async throws {
        let exchange = try Exchange(
            .json(
                200,
                #"{"id":"r","model":"m","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}"#
            ))
        _ = try await exchange.client.responses.create(.init(model: "m", input: "x"))
        let span = try exchange.recorded.span()
        #expect(span.status == .unset)
        #expect(span.attributes["gen_ai.response.finish_reasons"] == ["length"])
    }

    static let responseEvents = [
        #"{"type":"response.created","response":{"id":"r","model":"m-1","status":"in_progress","output":[]}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","summary":[]}}"#,
        #"{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"H"}"#,
        #"{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"m"}"#,
        #"{"type":"response.output_item.added","output_index":1,"item":{"type":"message","role":"assistant","content":[]}}"#,
        #"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"Sun"}"#,
        #"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"ny"}"#,
        #"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","call_id":"c","name":"f","arguments":""}}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"x\":"}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"1}"}"#,
    ]
    static let lastResponseEvent =
        #"{"type":"response.completed","response":{"id":"r","model":"m-1","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Sunny"}]}],"usage":{"input_tokens":3,"output_tokens":2}}}"#

    @Test("is exact for a streamed response")
    func streamedResponse() async throws {
        let exchange = try Exchange(
            .events((Self.responseEvents + [Self.lastResponseEvent]).map { .event($0) }), conventions: .latest)
        _ = try await exchange.client.responses.stream(.init(model: "m", input: "x")).collect()
        var attributes = try exchange.recorded.span().attributes
        #expect(try #require(attributes[.genAIResponseTimeToFirstChunk]) > 0)
        attributes[.genAIResponseTimeToFirstChunk] = nil
        let expected: Attributes = [
            "gen_ai.provider.name": "openai", "gen_ai.operation.name": "chat", "gen_ai.request.model": "m",
            "gen_ai.request.stream": true, "openai.api.type": "responses", "gen_ai.response.id": "r",
            "gen_ai.response.model": "m-1", "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 2,
            "gen_ai.input.messages": #"[{"role":"user","parts":[{"type":"text","content":"x"}]}]"#,
            "gen_ai.output.messages":
                #"[{"role":"assistant","parts":[{"type":"text","content":"Sunny"}],"finish_reason":"stop"}]"#,
        ]
        #expect(attributes == expected.merging(exchange.address))
    }

    @Test("keeps what a broken response had said, thought and called")
    func brokenResponse() async throws {
        let exchange = try Exchange(
            .events(Self.responseEvents.map { .event($0) } + [.close]), conventions: .latest)
        let stream = try await exchange.client.responses.stream(.init(model: "m", input: "x"))
        await #expect(throws: OpenAIClientError.self) { for try await _ in stream {} }
        let span = try exchange.recorded.span()
        #expect(span.status != .unset)
        #expect(
            try span.attributes.json("gen_ai.output.messages") == [
                [
                    "role": "assistant",
                    "parts": [
                        ["type": "reasoning", "content": "Hm"], ["type": "text", "content": "Sunny"],
                        ["type": "tool_call", "id": "c", "name": "f", "arguments": ["x": 1]],
                    ],
                    "finish_reason": "error",
                ]
            ])
    }

    @Test("is exact for embeddings", arguments: [GenAIConventions.v1_36, .latest])
    func embeddings(conventions: GenAIConventions) async throws {
        let exchange = try Exchange(
            .json(
                200,
                #"{"model":"e-1","data":[{"index":0,"embedding":[0.5,1]}],"usage":{"prompt_tokens":2,"total_tokens":2}}"#
            ), conventions: conventions)
        var request = EmbeddingRequest(model: "e", input: "x")
        request.encodingFormat = "float"
        _ = try await exchange.client.embeddings.create(request)
        let span = try exchange.recorded.span()
        var expected: Attributes = [
            "gen_ai.operation.name": "embeddings", "gen_ai.request.model": "e",
            "gen_ai.request.encoding_formats": ["float"], "gen_ai.response.model": "e-1",
            "gen_ai.usage.input_tokens": 2,
        ]
        if conventions == .v1_36 {
            expected["gen_ai.system"] = "openai"
        } else {
            expected["gen_ai.provider.name"] = "openai"
            expected["gen_ai.embeddings.dimension.count"] = 2
        }
        #expect(span.name == "embeddings e")
        #expect(span.attributes == expected.merging(exchange.address))
        #expect(exchange.recorded.records.isEmpty)
    }

    @Test("is exact for legacy completions, plain and streamed", arguments: [false, true])
    func completions(isStreamed: Bool) async throws {
        let exchange = try Exchange(
            isStreamed
                ? .stream(
                    #"{"id":"c","model":"i-1","choices":[{"index":0,"text":"upon "}]}"#,
                    #"{"id":"c","model":"i-1","choices":[{"index":0,"text":"a time","finish_reason":"stop"}]}"#,
                    #"{"id":"c","model":"i-1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":3}}"#)
                : .json(
                    200,
                    #"{"id":"c","model":"i-1","choices":[{"index":0,"text":"upon a time","finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":3}}"#
                ))
        let request = CompletionRequest(model: "i", prompt: "Once", maxTokens: 9)
        if isStreamed {
            for try await _ in try await exchange.client.completions.stream(request) {}
        } else {
            _ = try await exchange.client.completions.create(request)
        }
        let span = try exchange.recorded.span()
        let expected: Attributes = [
            "gen_ai.system": "openai", "gen_ai.operation.name": "text_completion", "gen_ai.request.model": "i",
            "gen_ai.request.max_tokens": 9, "gen_ai.response.id": "c", "gen_ai.response.model": "i-1",
            "gen_ai.response.finish_reasons": ["stop"], "gen_ai.usage.input_tokens": 1,
            "gen_ai.usage.output_tokens": 3,
        ]
        #expect(span.name == "text_completion i")
        #expect(span.attributes == expected.merging(exchange.address))
        #expect(
            exchange.recorded.records.map(\.body) == [
                ["content": "Once"],
                [
                    "index": 0, "finish_reason": "stop",
                    "message": ["role": "assistant", "content": "upon a time"],
                ],
            ])
    }
}
