// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI
import LoopbackServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

// Calls to six providers with nothing but URLSession: after `install` they are recorded without further code. The
// providers are scripted; their answers have the documented forms of the real ones.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "any-client"))
let server = try LoopbackServer { providerReply(to: $0) }
let asksPlainly = #"{"role":"user","content":"Why is the sky blue?"}"#
let calls: [(path: String, body: String)] = [
    ("/v1/chat/completions", #"{"model":"gpt-4o-mini","messages":[\#(asksPlainly)]}"#),
    ("/v1/chat/completions", #"{"model":"gpt-4o-mini","stream":true,"messages":[\#(asksPlainly)]}"#),
    ("/v1/responses", #"{"model":"gpt-5-mini","input":"Why is the sky blue?"}"#),
    ("/v1/embeddings", #"{"model":"text-embedding-3-small","input":"sky"}"#),
    ("/v1/messages", #"{"model":"claude-sonnet-4-5","max_tokens":99,"messages":[\#(asksPlainly)]}"#),
    (
        "/v1beta/models/gemini-2.5-flash:generateContent?key=secret",
        #"{"contents":[{"role":"user","parts":[{"text":"Why is the sky blue?"}]}]}"#
    ),
    (
        "/model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/converse",
        #"{"messages":[{"role":"user","content":[{"text":"Why is the sky blue?"}]}]}"#
    ),
    ("/api/chat", #"{"model":"llama3.2","messages":[\#(asksPlainly)]}"#),
    ("/v2/chat", #"{"model":"command-a-03-2025","messages":[\#(asksPlainly)]}"#),
    ("/v2/rerank", #"{"model":"rerank-v3.5","query":"sky","documents":["blue","red"]}"#),
    ("/v1/chat/completions", #"{"model":"gone","messages":[\#(asksPlainly)]}"#),
]
try await withConversation("sky", userID: "ada") {
    for call in calls { try await send(call.path, call.body) }
}
for entry in telemetry.ledger.entries(.model) {
    print("\(entry.id): \(entry.totals.llmCalls) call, \(entry.totals.cost) USD")
}
await telemetry.shutdown()

func send(_ path: String, _ body: String) async throws {
    guard let url = URL(string: server.url + path) else { return }
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.httpBody = Data(body.utf8)
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    _ = try await URLSession.shared.data(for: request)
}

func providerReply(to request: LoopbackServer.Request) -> LoopbackServer.Reply {
    let text = "Rayleigh scattering."
    if request.text.contains(#""model":"gone""#) {
        return .json(404, #"{"error":{"message":"no such model","code":"model_not_found"}}"#)
    }
    if request.text.contains(#""stream":true"#) {
        let head = #""id":"c2","model":"gpt-4o-mini-2024-07-18""#
        return .events([
            .event(#"{\#(head),"choices":[{"index":0,"delta":{"role":"assistant","content":"Rayleigh "}}]}"#),
            .event(#"{\#(head),"choices":[{"index":0,"delta":{"content":"scattering."},"finish_reason":"stop"}]}"#),
            .event(#"{\#(head),"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5}}"#), .event("[DONE]"),
        ])
    }
    let answer =
        switch request.path {
        case "/v1/chat/completions":
            #"{"id":"c1","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"\#(text)"},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":5}}"#
        case "/v1/responses":
            #"{"id":"r1","object":"response","status":"completed","model":"gpt-5-mini-2025-08-07","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"\#(text)"}]}],"usage":{"input_tokens":12,"output_tokens":5}}"#
        case "/v1/embeddings":
            #"{"data":[{"index":0,"embedding":[0.1,0.2]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":1,"total_tokens":1}}"#
        case "/v1/messages":
            #"{"id":"m1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[{"type":"text","text":"\#(text)"}],"stop_reason":"end_turn","usage":{"input_tokens":12,"cache_read_input_tokens":100,"output_tokens":5}}"#
        case "/api/chat":
            #"{"model":"llama3.2","message":{"role":"assistant","content":"\#(text)"},"done":true,"done_reason":"stop","prompt_eval_count":12,"eval_count":5}"#
        case "/v2/chat":
            #"{"id":"o1","finish_reason":"COMPLETE","message":{"role":"assistant","content":[{"type":"text","text":"\#(text)"}]},"usage":{"billed_units":{"input_tokens":7,"output_tokens":5}}}"#
        case "/v2/rerank":
            #"{"id":"k1","results":[{"index":0,"relevance_score":0.9}],"meta":{"billed_units":{"search_units":1}}}"#
        case let path where path.hasSuffix("converse"):
            #"{"output":{"message":{"role":"assistant","content":[{"text":"\#(text)"}]}},"stopReason":"end_turn","usage":{"inputTokens":12,"outputTokens":5}}"#
        default:
            #"{"candidates":[{"content":{"role":"model","parts":[{"text":"\#(text)"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":4,"thoughtsTokenCount":1},"modelVersion":"gemini-2.5-flash","responseId":"g1"}"#
        }
    return .json(200, answer)
}
