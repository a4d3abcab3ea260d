// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIOpenAI
import Testing

@Suite("Errors inside success")
struct ErrorInSuccessTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var body: String
        var code: OpenAIClientError.Code
        var message: String
        var apiCode: String?
        var isRetried: Bool
        var testDescription: String { body }

        init(
            _ body: String, _ code: OpenAIClientError.Code, _ message: String, _ apiCode: String? = nil,
            retried: Bool = false
        ) {
            self.body = body
            self.code = code
            self.message = message
            self.apiCode = apiCode
            isRetried = retried
        }
    }

    static let cases = [
        // OpenRouter
        Case(#"{"error":{"message":"slow","code":429}}"#, .rateLimited, "slow", "429", retried: true),
        Case(
            #"{"id":null,"choices":null,"error":{"message":"over","code":"503"}}"#, .server, "over", "503",
            retried: true),
        Case(#"{"error":{"message":"pay","code":402}}"#, .quotaExceeded, "pay", "402"),
        Case(
            #"{"choices":[{"index":0,"error":{"message":"upstream","code":502},"finish_reason":"error","message":{"content":""}}]}"#,
            .server, "upstream", "502", retried: true),
        // LiteLLM, vLLM, DeepInfra
        Case(#"{"error":{"message":"no","type":"BadRequestError"}}"#, .badRequest, "no"),
        Case(#"{"object":"error","message":"bad","type":"BadRequestError","code":400}"#, .badRequest, "bad", "400"),
        Case(
            #"{"choices":null,"error_type":"RateLimitError","error_message":"slow"}"#, .rateLimited, "slow",
            retried: true),
        Case(
            #"{"choices":[],"error_message":"This model's maximum context length is 8 tokens","code":400}"#,
            .contextLengthExceeded, "This model's maximum context length is 8 tokens", "400"),
        // FastAPI
        Case(#"{"detail":"Not authenticated","status_code":401}"#, .authentication, "Not authenticated", "401"),
        Case(#"{"detail":[{"loc":["body"],"msg":"field required"}],"status":422}"#, .unprocessable, "field required"),
        // MiniMax
        Case(
            #"{"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#, .quotaExceeded,
            "insufficient balance", "1008"),
        Case(
            #"{"base_resp":{"status_code":1002,"status_msg":"rate limit"}}"#, .rateLimited, "rate limit", "1002",
            retried: true),
        Case(#"{"base_resp":{"status_code":1027,"status_msg":"sensitive"}}"#, .contentFilter, "sensitive", "1027"),
        // DashScope, Cloudflare, proxies
        Case(
            #"{"code":"InvalidApiKey","message":"no such key","request_id":"r"}"#, .authentication, "no such key",
            "InvalidApiKey"),
        Case(#"{"code":"DataInspectionFailed","message":"unsafe"}"#, .contentFilter, "unsafe", "DataInspectionFailed"),
        Case(
            #"{"success":false,"result":null,"errors":[{"code":7009,"message":"upstream"}]}"#, .server, "upstream",
            "7009", retried: true),
        Case(#"{"error":"model not loaded"}"#, .server, "model not loaded", retried: true),
        Case(#"{"error":true,"message":"broken","code":500}"#, .server, "broken", "500", retried: true),
        Case(#"{"code":429,"msg":"busy"}"#, .rateLimited, "busy", "429", retried: true),
        // Google, Anthropic, Moonshot
        Case(
            #"{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}"#, .server, "overloaded", "503",
            retried: true),
        Case(#"{"error":{"message":"quota","status":"RESOURCE_EXHAUSTED"}}"#, .rateLimited, "quota", retried: true),
        Case(
            #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, .server, "Overloaded",
            retried: true),
        Case(#"{"error":{"type":"exceeded_current_quota_error","message":"empty"}}"#, .quotaExceeded, "empty"),
    ]

    static let good = #"{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}"#

    @Test("are the error of the same status, plain and as JSON or first event of a stream", arguments: cases)
    func typed(test: Case) async throws {
        for form in ["plain", "json", "event"] {
            let failed: StubTransport.Answer = form == "event" ? .events("data: \(test.body)\n\n") : .json(test.body)
            let transport = StubTransport(answers: Array(repeating: failed, count: 3))
            let client = OpenAIClient(transport, clock: RecordingClock())
            let error = try await failure { () throws(OpenAIClientError) in
                let request = ChatCompletionRequest(model: "m", messages: [.user("Hi")])
                return form == "plain"
                    ? try await client.chat.completions.create(request)
                    : try await client.chat.completions.stream(request).collect()
            }
            #expect(error.code == test.code, "\(form)")
            #expect(error.message == test.message, "\(form)")
            #expect(error.apiCode == test.apiCode, "\(form)")
            #expect(transport.requests.count == (test.isRetried ? 3 : 1), "\(form)")
        }
    }

    @Test("are thrown in the middle of a stream, without another attempt", arguments: cases)
    func midStream(test: Case) async throws {
        let piece = #"data: {"choices":[{"index":0,"delta":{"content":"a"}}]}"#
        let transport = StubTransport(.events("\(piece)\n\ndata: \(test.body)\n\ndata: [DONE]\n\n"))
        let client = OpenAIClient(transport, clock: RecordingClock())
        var iterator = try await client.chat.completions.stream(.init(model: "m", messages: [])).makeAsyncIterator()
        #expect(try await iterator.next()?.choices.first?.delta.content == "a")
        let error = try await failure { () throws(OpenAIClientError) in try await iterator.next() }
        #expect(error.code == test.code)
        #expect(error.message == test.message)
        #expect(transport.requests.count == 1)
    }

    static let answers = [
        #"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"error":null,"errors":[],"code":0,"msg":"ok","base_resp":{"status_code":0,"status_msg":""}}"#,
        #"{"choices":[{"message":{"content":"Hi"},"error":null}],"error":"","detail":null}"#,
        #"{"choices":[{"message":{"content":"Hi"}},{"message":{"content":""},"error":{"message":"one of two"}}]}"#,
        #"{"choices":[{"message":{"content":"Hi"}}],"message":"fine","code":200,"status":"ok","detail":"cached"}"#,
    ]

    @Test("are not seen where there is an answer", arguments: answers)
    func noError(body: String) async throws {
        let client = OpenAIClient(StubTransport(.json(body), .json(body)))
        let request = ChatCompletionRequest(model: "m", messages: [])
        #expect(try await client.chat.completions.create(request).choices[0].message.content == "Hi")
        #expect(try await client.chat.completions.stream(request).collect().choices[0].message.content == "Hi")
    }

    @Test("are found at every endpoint")
    func everyEndpoint() async throws {
        let body = #"{"error":{"message":"slow","code":429}}"#
        let client = OpenAIClient(StubTransport(answers: Array(repeating: .json(body), count: 7))) { $0.maxRetries = 0 }
        let errors = [
            try await failure { () throws(OpenAIClientError) in
                try await client.responses.create(.init(model: "m", input: "a"))
            },
            try await failure { () throws(OpenAIClientError) in
                try await client.responses.stream(.init(model: "m", input: "a")).collect()
            },
            try await failure { () throws(OpenAIClientError) in
                try await client.completions.create(.init(model: "m", prompt: "a"))
            },
            try await failure { () throws(OpenAIClientError) in
                try await client.completions.stream(.init(model: "m", prompt: "a")).collect()
            },
            try await failure { () throws(OpenAIClientError) in
                try await client.embeddings.create(.init(model: "m", input: "a"))
            },
            try await failure { () throws(OpenAIClientError) in try await client.models.list() },
            try await failure { () throws(OpenAIClientError) in try await client.responses.get("r") },
        ]
        #expect(errors.map(\.code) == Array(repeating: .rateLimited, count: 7))
        #expect(errors.allSatisfy { $0.message == "slow" })
    }

    @Test("show neither keys nor the values of headers that were sent", arguments: [200, 400])
    func secrets(status: Int) async throws {
        let body =
            #"{"error":{"message":"tenant t-7-secret with sk-test-0123456789abcdef and pw-of-call","code":"t-7-secret"}}"#
        let client = OpenAIClient(StubTransport(.json(body, status: status))) {
            $0.maxRetries = 0
            $0.headers = ["X-Tenant": "t-7-secret"]
        }
        let error = try await failure { () throws(OpenAIClientError) in
            try await client.chat.completions.create(
                .init(model: "m", messages: []), options: CallOptions(headers: ["X-Password": "pw-of-call"]))
        }
        var text = "\(error) \(error.apiCode ?? "")"
        dump(error, to: &text)
        for secret in ["t-7-secret", "0123456789", "pw-of-call"] { #expect(!text.contains(secret)) }
    }
}
