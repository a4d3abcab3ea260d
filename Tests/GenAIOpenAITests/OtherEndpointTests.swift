// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIOpenAI
import Testing

@Suite("Embeddings, completions, models")
struct OtherEndpointTests {
    @Test("vectors arrive as numbers or in base64, in order")
    func embeddings() async throws {
        let body = #"""
            {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.0023064255,-1,1e-05]},
            {"object":"embedding","index":1,"embedding":"AACAPwAAAMA="}],
            "model":"text-embedding-3-small","usage":{"prompt_tokens":8,"total_tokens":8}}
            """#
        let transport = StubTransport(.json(body))
        let reply = try await OpenAIClient(transport).embeddings
            .create(.init(model: "text-embedding-3-small", input: ["a", "b"], dimensions: 3))
        #expect(reply.data[0].vector == [0.0023064255, -1, 1e-05])
        #expect(reply.data[1].vector == [1, -2])
        #expect(reply.data.map(\.index) == [0, 1])
        #expect(reply.usage?.promptTokens == 8)
        #expect(transport.requests.first?.url == "https://api.openai.com/v1/embeddings")
        #expect(
            try transport.requests.first?.json == [
                "model": "text-embedding-3-small", "input": ["a", "b"], "dimensions": 3,
            ])
        #expect(try EmbeddingResponse(json: reply.json) == reply)
    }

    @Test("one text and lists of tokens can be embedded")
    func embeddingInput() throws {
        #expect(EmbeddingRequest(model: "m", input: "a").json == ["model": "m", "input": ["a"]])
        var request = EmbeddingRequest(model: "m", input: [])
        request.input = .tokens([[1, 2], [3]])
        request.encodingFormat = "base64"
        request.user = "u"
        let expected: JSONValue = [
            "model": "m", "input": [[1, 2], [3]], "encoding_format": "base64", "user": "u",
        ]
        #expect(request.json == expected)
        #expect(try EmbeddingRequest(json: expected) == request)
        #expect(try EmbeddingRequest(json: ["model": "m", "input": "a"]).input == .texts(["a"]))
    }

    @Test("a vector that is none says where", arguments: [#"["x"]"#, #""AAA""#, #""AAAA""#, "{}", "7"])
    func badVector(vector: String) throws {
        let json = try JSONValue(parsing: #"{"data":[{"embedding":\#(vector)}]}"#)
        let error = #expect(throws: JSONError.self) { try EmbeddingResponse(json: json) }
        #expect(error?.path == ["data", "0", "embedding"])
    }

    static let completion = #"""
        {"id":"cmpl","object":"text_completion","created":1,"model":"gpt-3.5-turbo-instruct","choices":[
        {"text":" you","index":0,"logprobs":{"tokens":[" you"]},"finish_reason":"length"}],
        "usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}
        """#

    @Test("a prompt is continued")
    func completions() async throws {
        let transport = StubTransport(.json(Self.completion))
        var request = CompletionRequest(model: "gpt-3.5-turbo-instruct", prompt: "How are", maxTokens: 1)
        request.suffix = "?"
        request.bestOf = 2
        request.echo = false
        request.logprobs = 1
        request.choiceCount = 1
        let reply = try await OpenAIClient(transport).completions.create(request)
        #expect(reply.choices.first?.text == " you")
        #expect(reply.choices.first?.finishReason == .length)
        #expect(reply.choices.first?.logprobs?["tokens"] == [" you"])
        let expected: JSONValue = [
            "model": "gpt-3.5-turbo-instruct", "prompt": "How are", "max_tokens": 1, "suffix": "?", "best_of": 2,
            "echo": false, "logprobs": 1, "n": 1,
        ]
        #expect(try transport.requests.first?.json == expected)
        #expect(try CompletionRequest(json: expected) == request)
    }

    @Test("a continuation streams, its usage out of sight")
    func streamedCompletions() async throws {
        let transport = StubTransport(
            .events(
                "data: {\"choices\":[{\"text\":\"a\",\"index\":0,\"finish_reason\":null}]}\n\n",
                "data: {\"choices\":[{\"text\":\"b\",\"index\":0,\"finish_reason\":\"stop\"}]}\n\n",
                "data: {\"choices\":[],\"usage\":{\"total_tokens\":2}}\n\ndata: [DONE]\n\n"))
        var text = ""
        var count = 0
        for try await piece in try await OpenAIClient(transport).completions.stream(.init(model: "m", prompt: "x")) {
            text += piece.choices[0].text
            count += 1
        }
        #expect(text == "ab")
        #expect(count == 2)
        #expect(
            try transport.requests.first?.json == [
                "model": "m", "prompt": "x", "stream": true, "stream_options": ["include_usage": true],
            ])
    }

    @Test("models are listed and fetched by name")
    func models() async throws {
        let model =
            #"{"id":"ft:gpt-4o:org/x","object":"model","created":1686935002,"owned_by":"org","context_window":8}"#
        let transport = StubTransport(.json(RetryTests.models), .json(model))
        let client = OpenAIClient(transport)
        #expect(try await client.models.list().map(\.ownedBy) == ["openai"])
        let fetched = try await client.models.get("ft:gpt-4o:org/x")
        #expect(fetched.created == 1_686_935_002)
        #expect(fetched.additional["context_window"] == 8)
        #expect(transport.requests.last?.url == "https://api.openai.com/v1/models/ft:gpt-4o:org%2Fx")
    }
}
