// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIOpenAI
import Testing

@Suite("Chat completions")
struct ChatCompletionTests {
    static let hello = #"""
        {"id":"chatcmpl-1","object":"chat.completion","created":1741569952,"model":"gpt-4o-mini-2024-07-18",
        "choices":[{"index":0,"message":{"role":"assistant","content":"Hello there","refusal":null,"annotations":[]},
        "logprobs":null,"finish_reason":"stop"}],
        "usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
        "prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},
        "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,
        "rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_1"}
        """#

    @Test("a plain call posts the request and returns the answer")
    func plain() async throws {
        let transport = StubTransport(.json(Self.hello))
        let reply = try await OpenAIClient(transport).chat.completions
            .create(.init(model: "gpt-4o-mini", messages: [.user("Hello!")]))
        #expect(reply.choices[0].message.content == "Hello there")
        #expect(reply.choices[0].finishReason == .stop)
        #expect(reply.usage?.totalTokens == 29)
        let request = try #require(transport.requests.first)
        #expect(request.method == "POST")
        #expect(request.url == "https://api.openai.com/v1/chat/completions")
        #expect(request.headers["Authorization"] == "Bearer \(testKey)")
        #expect(try request.json == ["model": "gpt-4o-mini", "messages": [["role": "user", "content": "Hello!"]]])
    }

    @Test("a stream asks for usage, hides its chunk and ends at [DONE]")
    func streamed() async throws {
        let transport = StubTransport(
            .events(
                #"data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"He"}}]}"#,
                "\n\n", #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"llo"},"finish_reason":"stop"}]}"#,
                "\n\n", #"data: {"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
                "\n\ndata: [DONE]\n\n"))
        let request = ChatCompletionRequest(model: "m", messages: [.user("Hi")])
        var text = ""
        var count = 0
        for try await chunk in try await OpenAIClient(transport).chat.completions.stream(request) {
            text += chunk.choices.first?.delta.content ?? ""
            count += 1
        }
        #expect(text == "Hello")
        #expect(count == 2)
        let body = try #require(transport.requests.first).json
        #expect(body["stream"] == true)
        #expect(body["stream_options"] == ["include_usage": true])
    }
}
