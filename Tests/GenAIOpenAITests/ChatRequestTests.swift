// SPDX-License-Identifier: MIT

import GenAIOpenAI
import Testing

@Suite("Chat request bodies")
struct ChatRequestTests {
    @Test("hold every documented member under its documented name")
    func everything() throws {
        var request = ChatCompletionRequest(
            model: "gpt-5", messages: [.developer("Be brief."), .user("Hi")], temperature: 0, maxCompletionTokens: 100,
            reasoningEffort: .minimal, choiceCount: 2, seed: 42)
        request.topP = 0.5
        request.maxTokens = 7
        request.stop = ["END"]
        request.frequencyPenalty = 0.25
        request.presencePenalty = -1
        request.logitBias = ["50256": -100, "1": 3]
        request.logprobs = true
        request.topLogprobs = 5
        request.verbosity = "low"
        request.parallelToolCalls = false
        request.modalities = ["text", "audio"]
        request.audio = ["voice": "alloy", "format": "wav"]
        request.prediction = ["type": "content", "content": "x"]
        request.webSearchOptions = ["search_context_size": "low"]
        request.serviceTier = .flex
        request.store = true
        request.metadata = ["b": "2", "a": "1"]
        request.user = "u"
        request.promptCacheKey = "k"
        request.safetyIdentifier = "s"
        request.streamOptions = ChatStreamOptions(includeUsage: false)
        request.additional = ["top_k": 40]
        #expect(
            request.json == [
                "model": "gpt-5",
                "messages": [["role": "developer", "content": "Be brief."], ["role": "user", "content": "Hi"]],
                "temperature": 0, "max_completion_tokens": 100, "reasoning_effort": "minimal", "n": 2, "seed": 42,
                "top_p": 0.5, "max_tokens": 7, "stop": ["END"], "frequency_penalty": 0.25, "presence_penalty": -1,
                "logit_bias": ["50256": -100, "1": 3], "logprobs": true, "top_logprobs": 5, "verbosity": "low",
                "parallel_tool_calls": false, "modalities": ["text", "audio"],
                "audio": ["voice": "alloy", "format": "wav"], "prediction": ["type": "content", "content": "x"],
                "web_search_options": ["search_context_size": "low"], "service_tier": "flex", "store": true,
                "metadata": ["a": "1", "b": "2"], "user": "u", "prompt_cache_key": "k", "safety_identifier": "s",
                "stream_options": ["include_usage": false], "top_k": 40,
            ])
        #expect(try ChatCompletionRequest(json: request.json) == request)
    }

    @Test("are the same bytes each time")
    func stable() {
        var request = ChatCompletionRequest(model: "m", messages: [.user("Hi")])
        request.metadata = Dictionary(uniqueKeysWithValues: (0..<20).map { ("key\($0)", "x") })
        #expect(request.json.serialized() == request.json.serialized())
        #expect(request.json["metadata"]?.objectValue?.map(\.key) == request.metadata?.keys.sorted())
    }

    @Test("an additional member wins over a property")
    func additionalWins() {
        var request = ChatCompletionRequest(model: "m", messages: [], temperature: 1)
        request.additional["temperature"] = .null
        #expect(request.json == ["model": "m", "messages": [], "temperature": .null])
    }

    @Test("describe tools and the choice among them")
    func tools() throws {
        let parameters = JSONValue.Schema.object([
            "city": .string("Where"), "unit": .string(oneOf: ["C", "F"]).orNull, "days": .integer().orNull,
            "tags": .array(of: .string()), "at": .any(of: [.number(), .boolean()]),
        ])
        var request = ChatCompletionRequest(model: "m", messages: [])
        request.tools = [
            .function("weather", description: "Tells it", parameters: parameters, strict: true), .function("now"),
            .custom("shell", description: "Runs it", format: ["type": "text"]),
        ]
        request.toolChoice = .function("weather")
        let schema: JSONValue = [
            "type": "object",
            "properties": [
                "city": ["type": "string", "description": "Where"],
                "unit": ["anyOf": [["type": "string", "enum": ["C", "F"]], ["type": "null"]]],
                "days": ["type": ["integer", "null"]], "tags": ["type": "array", "items": ["type": "string"]],
                "at": ["anyOf": [["type": "number"], ["type": "boolean"]]],
            ],
            "required": ["city", "unit", "days", "tags", "at"], "additionalProperties": false,
        ]
        #expect(
            request.json["tools"] == [
                [
                    "type": "function",
                    "function": [
                        "name": "weather", "description": "Tells it", "parameters": schema, "strict": true,
                    ],
                ],
                ["type": "function", "function": ["name": "now"]],
                ["type": "custom", "custom": ["name": "shell", "description": "Runs it", "format": ["type": "text"]]],
            ])
        #expect(request.json["tool_choice"] == ["type": "function", "function": ["name": "weather"]])
        #expect(ChatToolChoice.custom("shell").json == ["type": "custom", "custom": ["name": "shell"]])
        #expect([ChatToolChoice.auto, .none, .required].map(\.json) == ["auto", "none", "required"])
        #expect(
            ChatToolChoice.allowed([.function("now"), .custom("shell")], isRequired: true).json == [
                "type": "allowed_tools",
                "allowed_tools": [
                    "mode": "required",
                    "tools": [
                        ["type": "function", "function": ["name": "now"]],
                        ["type": "custom", "custom": ["name": "shell"]],
                    ],
                ],
            ])
        let order = request.json["tools"]?.arrayValue?.first?["function"]?["parameters"]?["properties"]?.objectValue
        #expect(order?.map(\.key) == ["city", "unit", "days", "tags", "at"])
    }

    @Test("carry text, images, sound and files")
    func parts() {
        let message = ChatMessage.user([
            .text("What is this?"), .image(url: "https://example.com/a.png", detail: "low"),
            .image([0x89, 0x50], mediaType: "image/png"), .audio([1, 2, 3], format: "wav"), .file(id: "file-1"),
            .file([0x25], name: "a.pdf", mediaType: "application/pdf"),
        ])
        #expect(
            message.json == [
                "role": "user",
                "content": [
                    ["type": "text", "text": "What is this?"],
                    ["type": "image_url", "image_url": ["url": "https://example.com/a.png", "detail": "low"]],
                    ["type": "image_url", "image_url": ["url": "data:image/png;base64,iVA="]],
                    ["type": "input_audio", "input_audio": ["data": "AQID", "format": "wav"]],
                    ["type": "file", "file": ["file_id": "file-1"]],
                    ["type": "file", "file": ["filename": "a.pdf", "file_data": "data:application/pdf;base64,JQ=="]],
                ],
            ])
        #expect(message.content == "What is this?")
    }

    @Test("take an answer back as it came")
    func history() throws {
        let text = #"""
            {"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function",
            "function":{"name":"f","arguments":"{\"a\": 1}"}}],"audio":{"id":"audio_1"},"vendor":{"x":[1.50]}}
            """#
        let message = try ChatMessage(json: JSONValue(parsing: text))
        let request = ChatCompletionRequest(
            model: "m", messages: [.system("S"), .user("U"), message, .tool("42", callID: "call_1"), .assistant("A")])
        #expect(
            request.json["messages"] == [
                ["role": "system", "content": "S"], ["role": "user", "content": "U"],
                [
                    "role": "assistant",
                    "tool_calls": [
                        ["id": "call_1", "type": "function", "function": ["name": "f", "arguments": "{\"a\": 1}"]]
                    ], "audio": ["id": "audio_1"], "vendor": ["x": [1.5]],
                ],
                ["role": "tool", "content": "42", "tool_call_id": "call_1"],
                ["role": "assistant", "content": "A"],
            ])
    }

    @Test("name the form of the answer")
    func responseFormat() {
        #expect(ChatResponseFormat.text.json == ["type": "text"])
        #expect(ChatResponseFormat.jsonObject.json == ["type": "json_object"])
        let format = ChatResponseFormat.jsonSchema(["type": "object"], name: "person", description: "One")
        #expect(
            format.json == [
                "type": "json_schema",
                "json_schema": [
                    "name": "person", "description": "One", "schema": ["type": "object"], "strict": true,
                ],
            ])
    }

    @Test("a plain call leaves out the options of streams")
    func plainCall() async throws {
        let transport = StubTransport(.json(ChatCompletionTests.hello))
        var request = ChatCompletionRequest(model: "m", messages: [])
        request.streamOptions = ChatStreamOptions(includeUsage: true)
        _ = try await OpenAIClient(transport).chat.completions.create(request)
        #expect(try transport.requests.first?.json == ["model": "m", "messages": []])
    }

    static let usage: [(asked: Bool?, isAutomatic: Bool, url: String, sent: JSONValue?)] = [
        (nil, true, "https://api.openai.com/v1", ["include_usage": true]),
        (true, true, "https://api.openai.com/v1", ["include_usage": true]),
        (false, true, "https://api.openai.com/v1", ["include_usage": false]),
        (nil, false, "https://api.openai.com/v1", nil),
        (nil, true, "https://api.mistral.ai/v1", nil),
    ]

    @Test("a stream asks for usage unless told otherwise", arguments: usage)
    func streamUsage(asked: Bool?, isAutomatic: Bool, url: String, sent: JSONValue?) async throws {
        let transport = StubTransport(.events("data: [DONE]\n\n"))
        let client = OpenAIClient(transport) { configuration in
            configuration.baseURL = url
            configuration.requestsStreamUsage = isAutomatic
        }
        var request = ChatCompletionRequest(model: "m", messages: [])
        request.streamOptions = asked.map { ChatStreamOptions(includeUsage: $0) }
        _ = try await client.chat.completions.stream(request).collect()
        let body = try #require(transport.requests.first).json
        #expect(body["stream"] == true)
        #expect(body["stream_options"] == sent)
    }
}
