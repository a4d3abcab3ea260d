// SPDX-License-Identifier: MIT
import Last9GenAI

/// A request to a model, as it goes onto the wire.
struct Call {
    var path: String
    var body: String
    var headers: [String: String] = [:]
    /// The attributes that only the program knows.
    var attributes: Attributes = [:]

    private static let question = "Why is the sky blue?"
    private static let messages = #"[{"role":"user","content":"\#(question)"}]"#
    private static let claude = "/model/anthropic.claude-3-5-sonnet-20241022-v2%3A0"
    private static let converse =
        #"{"messages":[{"role":"user","content":[{"text":"\#(question)"}]}],"inferenceConfig":{"maxTokens":99},"guardrailConfig":{"guardrailIdentifier":"gr-7","guardrailVersion":"1"}}"#
    private static let contents = #"{"contents":[{"role":"user","parts":[{"text":"\#(question)"}]}]}"#
    // The program has put what it found there into the prompt.
    private static let knowledge: Attributes = ["aws.bedrock.knowledge_base.id": "KB7"]
}

extension Call {
    /// Calls of all formats.
    static let scripted = [
        Call(path: "/v1/chat/completions", body: #"{"model":"gpt-4o-mini","messages":\#(messages)}"#),
        Call(
            path: "/v1/chat/completions",
            body:
                #"{"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true},"messages":\#(messages)}"#
        ),
        Call(path: "/v1/responses", body: #"{"model":"gpt-5-mini","input":"\#(question)"}"#),
        Call(path: "/v1/responses", body: #"{"model":"gpt-5-mini","stream":true,"input":"\#(question)"}"#),
        Call(
            path: "/v1/embeddings",
            body: #"{"model":"text-embedding-3-small","input":"sky","encoding_format":"float"}"#),
        Call(path: "/v1/messages", body: #"{"model":"claude-sonnet-4-5","max_tokens":99,"messages":\#(messages)}"#),
        Call(
            path: "/v1/messages",
            body: #"{"model":"claude-sonnet-4-5","max_tokens":99,"stream":true,"messages":\#(messages)}"#),
        Call(path: "/v1beta/models/gemini-2.5-flash:generateContent?key=secret", body: contents),
        Call(path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse&key=secret", body: contents),
        Call(path: "/v1beta/interactions", body: #"{"model":"gemini-2.5-flash","input":"\#(question)"}"#),
        Call(path: claude + "/converse", body: converse, attributes: knowledge),
        Call(path: claude + "/converse-stream", body: converse, attributes: knowledge),
        Call(
            path: claude + "/invoke",
            body: #"{"anthropic_version":"bedrock-2023-05-31","max_tokens":99,"messages":\#(messages)}"#,
            headers: ["X-Amzn-Bedrock-GuardrailIdentifier": "gr-7"],
            attributes: ["aws.bedrock.guardrail.id": "gr-7", "aws.bedrock.knowledge_base.id": "KB7"]),
        Call(path: "/api/chat", body: #"{"model":"llama3.2","stream":false,"messages":\#(messages)}"#),
        Call(path: "/api/chat", body: #"{"model":"llama3.2","messages":\#(messages)}"#),
        Call(path: "/v2/chat", body: #"{"model":"command-a-03-2025","messages":\#(messages)}"#),
        Call(path: "/v2/chat", body: #"{"model":"command-a-03-2025","stream":true,"messages":\#(messages)}"#),
        Call(
            path: "/v2/embed",
            body: #"{"model":"embed-v4.0","texts":["sky"],"input_type":"search_query","embedding_types":["float"]}"#),
        Call(
            path: "/v2/rerank",
            body: #"{"model":"rerank-v3.5","query":"sky","documents":["blue","red"],"top_n":1}"#),
        Call(path: "/v1/chat/completions", body: #"{"model":"gone","messages":\#(messages)}"#),
    ]

    /// Calls to a server of other people's, plain and streamed.
    ///
    /// - Parameter models: Names by format: `chat=a,messages=b,gemini=c`.
    static func real(models: String?, key: String?) -> [Call] {
        (models ?? "").split(separator: ",").flatMap { entry -> [Call] in
            let parts = entry.split(separator: "=").map { String($0) }
            return parts.count == 2 ? real(parts[0], parts[1], key ?? "") : []
        }
    }

    private static func real(_ format: String, _ model: String, _ key: String) -> [Call] {
        let key = ["Authorization": "Bearer \(key)", "x-api-key": key, "x-goog-api-key": key]
        let named = #""model":"\#(model)","messages":\#(messages)"#
        switch format {
        case "chat":
            let stream = #""stream":true,"stream_options":{"include_usage":true}"#
            return [
                Call(path: "/v1/chat/completions", body: #"{\#(named),"max_tokens":8,"temperature":0}"#, headers: key),
                Call(
                    path: "/v1/chat/completions", body: #"{\#(named),"max_tokens":8,"temperature":0,\#(stream)}"#,
                    headers: key),
            ]
        case "messages":
            let headers = key.merging(["anthropic-version": "2023-06-01"]) { $1 }
            return [#""#, #","stream":true"#].map {
                Call(path: "/v1/messages", body: #"{\#(named),"max_tokens":8,"temperature":0\#($0)}"#, headers: headers)
            }
        case "gemini", "gemini-plain":
            let methods = ["generateContent"] + (format == "gemini" ? ["streamGenerateContent?alt=sse"] : [])
            return methods.map {
                Call(path: "/v1beta/models/\(model):\($0)", body: contents, headers: key)
            }
        default: return []
        }
    }
}
