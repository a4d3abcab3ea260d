// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIOpenAI
import Testing

@Suite("Responses")
struct ResponsesTests {
    static let answer = #"""
        {"id":"resp_1","object":"response","created_at":1741476542.5,"status":"completed","error":null,
        "incomplete_details":null,"model":"gpt-4o","output":[
        {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Thought."}],"encrypted_content":"gAAA"},
        {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[
        {"type":"output_text","text":"In a ","annotations":[],"logprobs":[]},
        {"type":"output_text","text":"hole","annotations":[{"type":"file_citation"}]}]},
        {"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"x\":1}","status":"completed"},
        {"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}},
        {"type":"hologram","content":{"deep":true},"name":{"not":"text"}}],
        "previous_response_id":"resp_0","reasoning":{"effort":"low","summary":null},"tools":[],"service_tier":"default",
        "usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":8,"cache_write_tokens":4},
        "output_tokens":87,"output_tokens_details":{"reasoning_tokens":64},"total_tokens":123}}
        """#

    @Test("ask with text and read every part of the answer")
    func plain() async throws {
        let transport = StubTransport(.json(Self.answer))
        let response = try await OpenAIClient(transport).responses.create(.init(model: "gpt-4o", input: "Hello"))
        #expect(try transport.requests.first?.json == ["model": "gpt-4o", "input": "Hello"])
        #expect(transport.requests.first?.url == "https://api.openai.com/v1/responses")
        #expect(response.id == "resp_1")
        #expect(response.status == .completed)
        #expect(response.outputText == "In a hole")
        #expect(response.functionCalls.map(\.arguments) == [#"{"x":1}"#])
        #expect(response.output.map(\.type) == [.reasoning, .message, .functionCall, .webSearchCall, "hologram"])
        #expect(response.output[0].summary?.first?.text == "Thought.")
        #expect(response.output[3].additional["action"]?["query"] == "q")
        #expect(response.output[4].additional["name"] == ["not": "text"])
        #expect(response.usage?.inputTokensDetails?.cachedTokens == 8)
        #expect(response.usage?.inputTokensDetails?.cacheWriteTokens == 4)
        #expect(response.usage?.outputTokensDetails?.reasoningTokens == 64)
        #expect(response.additional["reasoning"]?["effort"] == "low")
    }

    @Test("keep what they do not know, all the way back")
    func roundTrip() throws {
        let json = try JSONValue(parsing: Self.answer)
        #expect(try ModelResponse(json: json).json.withoutNulls == json.withoutNulls)
        let output = try ModelResponse(json: json).output
        #expect(ResponseInput.items(output).json == json["output"])
    }

    @Test("hold every documented member under its documented name")
    func everything() throws {
        var request = ResponseRequest(
            model: "gpt-5",
            input: [
                .message(.user, [.text("What?"), .image(url: "https://x/a.png", detail: "high"), .file(id: "f")]),
                .functionOutput("42", callID: "call_1"),
                .message(.user, [.file([0x25], name: "a.pdf", mediaType: "application/pdf")]),
            ],
            instructions: "Be brief.", previousResponseID: "resp_0", maxOutputTokens: 9, temperature: 1,
            reasoning: .init(effort: .high, summary: "auto"), text: .jsonSchema(["type": "object"], name: "p"),
            tools: [
                .function("f", description: "F", parameters: .object([:]), strict: true), .custom("c"),
                .builtIn("web_search", ["search_context_size": "low"]),
            ], toolChoice: .function("f"), store: false)
        request.include = ["reasoning.encrypted_content"]
        request.parallelToolCalls = true
        request.truncation = "auto"
        request.serviceTier = .priority
        request.background = false
        request.metadata = ["a": "1"]
        request.topP = 0.5
        request.topLogprobs = 2
        request.maxToolCalls = 3
        request.conversation = "conv_1"
        request.prompt = ["id": "pmpt_1"]
        request.user = "u"
        request.promptCacheKey = "k"
        request.safetyIdentifier = "s"
        request.text?.verbosity = "low"
        let expected: JSONValue = [
            "model": "gpt-5",
            "input": [
                [
                    "role": "user",
                    "content": [
                        ["type": "input_text", "text": "What?"],
                        ["type": "input_image", "image_url": "https://x/a.png", "detail": "high"],
                        ["type": "input_file", "file_id": "f"],
                    ],
                ],
                ["type": "function_call_output", "call_id": "call_1", "output": "42"],
                [
                    "role": "user",
                    "content": [
                        [
                            "type": "input_file", "filename": "a.pdf",
                            "file_data": "data:application/pdf;base64,JQ==",
                        ]
                    ],
                ],
            ],
            "instructions": "Be brief.", "previous_response_id": "resp_0", "max_output_tokens": 9, "temperature": 1,
            "reasoning": ["effort": "high", "summary": "auto"],
            "text": [
                "format": ["type": "json_schema", "name": "p", "schema": ["type": "object"], "strict": true],
                "verbosity": "low",
            ],
            "tools": [
                [
                    "type": "function", "name": "f", "description": "F", "strict": true,
                    "parameters": ["type": "object", "properties": [:], "required": [], "additionalProperties": false],
                ],
                ["type": "custom", "name": "c"], ["type": "web_search", "search_context_size": "low"],
            ],
            "tool_choice": ["type": "function", "name": "f"], "store": false,
            "include": ["reasoning.encrypted_content"], "parallel_tool_calls": true, "truncation": "auto",
            "service_tier": "priority", "background": false, "metadata": ["a": "1"], "top_p": 0.5, "top_logprobs": 2,
            "max_tool_calls": 3, "conversation": "conv_1", "prompt": ["id": "pmpt_1"], "user": "u",
            "prompt_cache_key": "k", "safety_identifier": "s",
        ]
        #expect(request.json == expected)
        #expect(try ResponseRequest(json: expected) == request)
    }

    static let events = [
        #"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","output":[]}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","content":[]}}"#,
        #"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hi"}"#,
        #"{"type":"response.hologram.delta","delta":{"deep":1},"item":7}"#,
        #"{"type":"response.output_text.done","item_id":"msg_1","text":"Hi"}"#,
    ]

    @Test("stream events, unknown ones included, and end with the last without [DONE]")
    func streamed() async throws {
        let last = #"{"type":"response.completed","response":\#(Self.answer.replacing("\n", with: " "))}"#
        let text = (Self.events + [last]).map { "event: x\ndata: \($0)\n\n" }.joined()
        let transport = StubTransport(.events(text), .events(text))
        let client = OpenAIClient(transport)
        var events: [ModelResponse.Event] = []
        for try await event in try await client.responses.stream(.init(model: "m", input: "Hi")) {
            events.append(event)
        }
        #expect(events.count == 6)
        #expect(events[0].sequenceNumber == 0)
        #expect(events[1].item?.id == "msg_1")
        #expect(events[2].type == .outputTextDelta)
        #expect(events[2].delta == "Hi")
        #expect(events[3].additional == ["delta": ["deep": 1], "item": 7])
        #expect(events[4].text == "Hi")
        #expect(events[5].response?.usage?.totalTokens == 123)
        let whole = try await client.responses.stream(.init(model: "m", input: "Hi")).collect()
        #expect(whole.outputText == "In a hole")
        #expect(try transport.requests.first?.json == ["model": "m", "input": "Hi", "stream": true])
    }

    @Test("cut short are an error, not a response")
    func cut() async throws {
        let transport = StubTransport(.events(Self.events.map { "data: \($0)\n\n" }.joined()))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport).responses.stream(.init(model: "m", input: "Hi")).collect()
        }
        #expect(error.code == .truncated)
    }

    @Test("throw the error event of a stream")
    func errorEvent() async throws {
        let event = #"{"type":"error","code":"server_error","message":"boom","param":"input","sequence_number":3}"#
        let transport = StubTransport(.events("event: error\ndata: \(event)\n\n"))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport) { $0.maxRetries = 0 }.responses.stream(.init(model: "m", input: "Hi"))
                .collect()
        }
        #expect(error.code == .server)
        #expect(error.message == "boom")
        #expect(error.param == "input")
    }

    @Test("return a failed response with its reason", arguments: [true, false])
    func failed(isStreamed: Bool) async throws {
        let body = #"{"id":"r","status":"failed","error":{"code":"server_error","message":"boom"},"output":[]}"#
        let event = #"data: {"type":"response.failed","response":\#(body)}"# + "\n\n"
        let client = OpenAIClient(StubTransport(isStreamed ? .events(event) : .json(body)))
        let request = ResponseRequest(model: "m", input: "Hi")
        let response =
            isStreamed
            ? try await client.responses.stream(request).collect() : try await client.responses.create(request)
        #expect(response.status == .failed)
        #expect(response.error?.code == "server_error")
        #expect(throws: OpenAIClientError.self) { try response.decoded(as: String.self) }
    }

    @Test("can be fetched, cancelled and deleted by id")
    func kept() async throws {
        let transport = StubTransport(.json(Self.answer), .json(Self.answer), .json(#"{"deleted":true}"#))
        let client = OpenAIClient(transport)
        #expect(try await client.responses.get("resp_1").id == "resp_1")
        #expect(try await client.responses.cancel("resp_1").id == "resp_1")
        try await client.responses.delete("../models")
        let base = "https://api.openai.com/v1/responses/"
        #expect(transport.requests.map(\.method) == ["GET", "POST", "DELETE"])
        #expect(transport.requests.map(\.url) == [base + "resp_1", base + "resp_1/cancel", base + "..%2Fmodels"])
    }
}
