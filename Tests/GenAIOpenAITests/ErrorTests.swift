// SPDX-License-Identifier: MIT

import Foundation
import GenAIHTTP
import GenAIOpenAI
import Testing

@Suite("Errors of the server")
struct ErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var status: Int
        var body: String
        var code: OpenAIClientError.Code
        var message: String
        var param: String?
        var apiCode: String?
        var testDescription: String { "\(status) \(code)" }
    }

    static let cases = [
        Case(
            status: 400,
            body:
                #"{"error":{"message":"Bad value","type":"invalid_request_error","param":"temperature","code":null}}"#,
            code: .badRequest, message: "Bad value", param: "temperature"),
        Case(
            status: 400,
            body:
                #"{"error":{"message":"Too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
            code: .contextLengthExceeded, message: "Too long", param: "messages", apiCode: "context_length_exceeded"),
        Case(  // vLLM
            status: 400,
            body:
                #"{"object":"error","message":"This model's maximum context length is 10 tokens.","type":"BadRequestError","param":null,"code":400}"#,
            code: .contextLengthExceeded, message: "This model's maximum context length is 10 tokens.", apiCode: "400"),
        Case(  // llama.cpp
            status: 400,
            body: #"{"error":{"code":400,"message":"too many tokens","type":"exceed_context_size_error","n_ctx":8}}"#,
            code: .contextLengthExceeded, message: "too many tokens", apiCode: "400"),
        Case(  // Azure
            status: 400,
            body:
                #"{"error":{"message":"filtered","param":"prompt","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            code: .contentFilter, message: "filtered", param: "prompt", apiCode: "content_filter"),
        Case(
            status: 401, body: #"{"error":{"message":"no","type":"invalid_request_error","code":"invalid_api_key"}}"#,
            code: .authentication, message: "no", apiCode: "invalid_api_key"),
        Case(
            status: 402, body: #"{"error":{"message":"pay","code":402}}"#, code: .quotaExceeded, message: "pay",
            apiCode: "402"),
        Case(status: 403, body: #"{"error":"forbidden"}"#, code: .permissionDenied, message: "forbidden"),
        Case(
            status: 404, body: #"{"error":{"message":"no such model","code":"model_not_found"}}"#, code: .notFound,
            message: "no such model", apiCode: "model_not_found"),
        Case(status: 404, body: #"{"detail":"Not Found"}"#, code: .notFound, message: "Not Found"),
        Case(status: 408, body: "", code: .timedOut, message: "HTTP status 408"),
        Case(status: 409, body: "{}", code: .conflict, message: "HTTP status 409"),
        Case(status: 413, body: "<html>", code: .requestTooLarge, message: "HTTP status 413"),
        Case(status: 418, body: #"{"error":{"message":"tea"}}"#, code: .badRequest, message: "tea"),
        Case(  // FastAPI
            status: 422, body: #"{"detail":[{"loc":["body","model"],"msg":"field required","type":"missing"}]}"#,
            code: .unprocessable, message: "field required", param: "model"),
        Case(
            status: 429, body: #"{"error":{"message":"slow","type":"tokens","code":"rate_limit_exceeded"}}"#,
            code: .rateLimited, message: "slow", apiCode: "rate_limit_exceeded"),
        Case(  // Gemini
            status: 429, body: #"[{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED"}}]"#,
            code: .rateLimited, message: "quota", apiCode: "429"),
        Case(
            status: 429,
            body: #"{"error":{"message":"no credit","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            code: .quotaExceeded, message: "no credit", apiCode: "insufficient_quota"),
        Case(status: 500, body: #"{"error":{"message":"oops","type":"server_error"}}"#, code: .server, message: "oops"),
        Case(status: 502, body: "<html><body>Bad gateway</body></html>", code: .server, message: "HTTP status 502"),
        Case(  // LiteLLM, to a request for a stream
            status: 500, body: "data: {\"error\": {\"message\": \"no\", \"code\": \"500\"}}\n\ndata: [DONE]\n\n",
            code: .server, message: "no", apiCode: "500"),
        Case(status: 503, body: #"{"error":null}"#, code: .server, message: "HTTP status 503"),
    ]

    @Test("are typed by status and by what the body says", arguments: cases)
    func typed(test: Case) async throws {
        let transport = StubTransport(.json(test.body, status: test.status, headers: ["x-request-id": "req_7"]))
        let client = OpenAIClient(transport) { $0.maxRetries = 0 }
        let error = try await failure { () throws(OpenAIClientError) in
            try await client.chat.completions.create(.init(model: "m", messages: [.user("Hi")]))
        }
        #expect(error.code == test.code)
        #expect(error.message == test.message)
        #expect(error.status == test.status)
        #expect(error.param == test.param)
        #expect(error.apiCode == test.apiCode)
        #expect(error.requestID == "req_7")
    }

    @Test("carry the rate limits and the time to wait")
    func rateLimits() async throws {
        let headers: HTTPHeaders = [
            "x-ratelimit-limit-requests": "60", "x-ratelimit-limit-tokens": "150000",
            "x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "149984",
            "x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0.5s", "retry-after-ms": "1250",
            "Retry-After": "2",
        ]
        let transport = StubTransport(.json("{}", status: 429, headers: headers))
        let client = OpenAIClient(transport) { $0.maxRetries = 0 }
        let error = try await failure { () throws(OpenAIClientError) in try await client.models.list() }
        #expect(error.retryAfter == .milliseconds(1250))
        let limits = try #require(error.rateLimits)
        #expect(limits.requestLimit == 60)
        #expect(limits.requestsRemaining == 0)
        #expect(limits.requestsReset == .seconds(1))
        #expect(limits.tokenLimit == 150_000)
        #expect(limits.tokensRemaining == 149_984)
        #expect(limits.tokensReset == .milliseconds(360_500))
    }

    static let answersThatQuoteTheKey = [
        #"{"error":{"message":"Incorrect API key provided: sk-test-0123456789abcdef. Find yours at x.","code":"sk-test-0123456789abcdef"}}"#,
        #"{"error":{"message":"Incorrect API key provided: sk-test-****************cdef.","param":"sk-test-0123456789abcdef"}}"#,
        #"{"error":{"message":"bad 'Bearer sk-test-0123456789abcdef'","type":"Bearer sk-test-0123456789abcdef"}}"#,
        #"{"detail":"key=sk-test-0123456789abcdef;"}"#, #"sk-test-0123456789abcdef"#,
        #"{"error":"sk-proj-other-0123"}"#,
    ]

    @Test("never repeat the key", arguments: answersThatQuoteTheKey)
    func scrubbed(body: String) async throws {
        let transport = StubTransport(.json(body, status: 401))
        let client = OpenAIClient(transport)
        let error = try await failure { () throws(OpenAIClientError) in try await client.models.list() }
        let texts = [
            "\(error)", error.localizedText, error.message, error.param ?? "", error.type ?? "", error.apiCode ?? "",
            String(reflecting: error),
        ]
        for text in texts {
            #expect(!text.contains("sk-"))
            #expect(!text.contains("cdef"))
        }
        var dumped = ""
        dump(error, to: &dumped)
        dump(client.configuration, to: &dumped)
        print(client.configuration, client, to: &dumped)
        debugPrint(client, to: &dumped)
        #expect(!dumped.contains("0123456789"))
        #expect(!dumped.contains("cdef"))
    }
}

extension OpenAIClientError {
    fileprivate var localizedText: String { (self as any Error).localizedDescription }
}
