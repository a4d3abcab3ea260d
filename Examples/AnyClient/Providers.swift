// SPDX-License-Identifier: MIT
import LoopbackServer

/// The scripted providers. Their answers have the shapes, the header fields and the framings that the real ones document.
enum Providers {
    private static let text = "Rayleigh scattering."
    private static let pieces = ["Rayleigh ", "scattering."]

    static func reply(to request: LoopbackServer.Request) -> LoopbackServer.Reply {
        if request.text.contains(#""model":"gone""#) {
            return .json(404, #"{"error":{"message":"no such model","code":"model_not_found"}}"#)
        }
        let isStream = request.text.contains(#""stream":true"#)
        switch request.path {
        case "/v1/chat/completions": return isStream ? chatStream : .json(200, chat)
        case "/v1/responses": return isStream ? responsesStream : .json(200, responses)
        case "/v1/embeddings": return .json(200, embeddings)
        case "/v1/messages": return isStream ? messagesStream : .json(200, message)
        case "/v1beta/interactions": return .json(200, interaction)
        case "/api/chat": return ollama(isStream: !request.text.contains(#""stream":false"#))
        case "/v2/chat": return isStream ? cohereStream : .json(200, cohere)
        case "/v2/embed": return .json(200, cohereEmbeddings)
        case "/v2/rerank": return .json(200, cohereRanking)
        case let path where path.hasSuffix("/converse"): return .json(200, converse, headers: bedrockID)
        case let path where path.hasSuffix("/converse-stream"): return converseStream
        case let path where path.hasSuffix("/invoke"): return .json(200, message, headers: bedrockID + bedrockCounts)
        case let path where path.hasSuffix(":streamGenerateContent"): return geminiStream
        default: return .json(200, gemini(text, isLast: true))
        }
    }
}

// MARK: - OpenAI

extension Providers {
    private static let chatHead =
        #""id":"chatcmpl-1","created":1764400000,"model":"gpt-4o-mini-2024-07-18","system_fingerprint":"fp_1","service_tier":"default""#
    private static let chatUsage =
        #"{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":0}}"#

    private static let chat =
        #"{\#(chatHead),"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"\#(text)"},"finish_reason":"stop"}],"usage":\#(chatUsage)}"#

    private static var chatStream: LoopbackServer.Reply {
        let chunks = pieces.map {
            #"{\#(chatHead),"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"\#($0)"},"finish_reason":null}]}"#
        }
        let end = #"{\#(chatHead),"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
        let usage = #"{\#(chatHead),"choices":[],"usage":\#(chatUsage)}"#
        return .events((chunks + [end, usage, "[DONE]"]).map { .event($0) })
    }

    private static let responses =
        #"{"id":"resp_1","object":"response","status":"completed","model":"gpt-5-mini-2025-08-07","service_tier":"default","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"\#(text)"}]}],"usage":{"input_tokens":12,"output_tokens":5,"total_tokens":17}}"#

    private static var responsesStream: LoopbackServer.Reply {
        let deltas = pieces.map { #"{"type":"response.output_text.delta","output_index":0,"delta":"\#($0)"}"# }
        return .events((deltas + [#"{"type":"response.completed","response":\#(responses)}"#]).map { .event($0) })
    }

    private static let embeddings =
        #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,0.2]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":1,"total_tokens":1}}"#
}

// MARK: - Anthropic

extension Providers {
    private static let message =
        #"{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[{"type":"text","text":"\#(text)"}],"stop_reason":"end_turn","usage":{"input_tokens":12,"cache_creation_input_tokens":0,"cache_read_input_tokens":100,"output_tokens":5,"service_tier":"standard"}}"#

    private static var messagesStream: LoopbackServer.Reply {
        let start =
            #"{"type":"message_start","message":{"id":"msg_2","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[],"stop_reason":null,"usage":{"input_tokens":12,"cache_read_input_tokens":100,"output_tokens":1}}}"#
        let block = #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#
        let deltas = pieces.map {
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#($0)"}}"#
        }
        let end = #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}"#
        return .events(([start, block] + deltas + [end, #"{"type":"message_stop"}"#]).map { .event($0) })
    }
}

// MARK: - Gemini

extension Providers {
    private static func gemini(_ text: String, isLast: Bool) -> String {
        let end = isLast ? #","finishReason":"STOP""# : ""
        return
            #"{"candidates":[{"content":{"role":"model","parts":[{"text":"\#(text)"}]}\#(end),"index":0}],"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":4,"thoughtsTokenCount":1,"totalTokenCount":17},"modelVersion":"gemini-2.5-flash","responseId":"g1"}"#
    }

    private static var geminiStream: LoopbackServer.Reply {
        .events(pieces.enumerated().map { .event(gemini($1, isLast: $0 == pieces.count - 1)) })
    }

    private static let interaction =
        #"{"id":"v1_1","status":"completed","model":"gemini-2.5-flash","steps":[{"type":"model_output","content":[{"type":"text","text":"\#(text)"}]}],"usage":{"total_input_tokens":12,"total_output_tokens":4,"total_thought_tokens":1,"total_tokens":17}}"#
}

// MARK: - Bedrock

extension Providers {
    private static let bedrockID = [("x-amzn-RequestId", "5c1f2b6e-0000-4000-8000-000000000001")]
    private static let bedrockCounts = [
        ("X-Amzn-Bedrock-Input-Token-Count", "12"), ("X-Amzn-Bedrock-Output-Token-Count", "5"),
    ]
    private static let converseUsage =
        #"{"inputTokens":12,"outputTokens":5,"totalTokens":17,"cacheReadInputTokens":0,"cacheWriteInputTokens":0}"#

    private static let converse =
        #"{"metrics":{"latencyMs":3},"output":{"message":{"role":"assistant","content":[{"text":"\#(text)"}]}},"stopReason":"end_turn","usage":\#(converseUsage)}"#

    private static var converseStream: LoopbackServer.Reply {
        var events = [("messageStart", #"{"role":"assistant"}"#)]
        events += pieces.map { ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"\#($0)"}}"#) }
        events.append(("messageStop", #"{"stopReason":"end_turn"}"#))
        events.append(("metadata", #"{"metrics":{"latencyMs":3},"usage":\#(converseUsage)}"#))
        let type = [("Content-Type", "application/vnd.amazon.eventstream")]
        return .streaming(
            events.map { .chunkBytes(AmazonEventStream.message(event: $0, payload: $1)) }, headers: bedrockID + type)
    }
}

// MARK: - Ollama

extension Providers {
    // Ollama itself names neither answers nor exchanges; the proxy in front of it does.
    private static func ollama(isStream: Bool) -> LoopbackServer.Reply {
        let end = #""done":true,"done_reason":"stop","total_duration":9,"prompt_eval_count":12,"eval_count":5"#
        let lines =
            (isStream ? pieces : []).map {
                #"{"model":"llama3.2","message":{"role":"assistant","content":"\#($0)"},"done":false}"#
            } + [#"{"model":"llama3.2","message":{"role":"assistant","content":"\#(isStream ? "" : text)"},\#(end)}"#]
        let headers = [("Content-Type", "application/x-ndjson"), ("X-Request-Id", "proxy-1")]
        return .streaming(lines.map { .chunk($0 + "\n") }, headers: headers)
    }
}

// MARK: - Cohere

extension Providers {
    private static let cohereUsage =
        #"{"billed_units":{"input_tokens":7,"output_tokens":5},"tokens":{"input_tokens":71,"output_tokens":5}}"#

    private static let cohere =
        #"{"id":"c-1","finish_reason":"COMPLETE","message":{"role":"assistant","content":[{"type":"text","text":"\#(text)"}]},"usage":\#(cohereUsage)}"#

    private static var cohereStream: LoopbackServer.Reply {
        let start = #"{"id":"c-2","type":"message-start","delta":{"message":{"role":"assistant","content":[]}}}"#
        let deltas = pieces.map {
            #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"\#($0)"}}}}"#
        }
        let end = #"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":\#(cohereUsage)}}"#
        return .events(([start] + deltas + [end]).map { .event($0) })
    }

    private static let cohereEmbeddings =
        #"{"id":"e-1","embeddings":{"float":[[0.1,0.2,0.3]]},"texts":["sky"],"meta":{"billed_units":{"input_tokens":1}}}"#

    private static let cohereRanking =
        #"{"id":"k-1","results":[{"index":0,"relevance_score":0.9}],"meta":{"billed_units":{"search_units":1}}}"#
}

/// The framing of Bedrock's streams: `application/vnd.amazon.eventstream`.
enum AmazonEventStream {
    static func message(event: String, payload: String) -> [UInt8] {
        let headers =
            field(":message-type", "event") + field(":event-type", event) + field(":content-type", "application/json")
        var bytes = big(UInt32(16 + headers.count + payload.utf8.count)) + big(UInt32(headers.count))
        bytes += big(checksum(bytes))
        bytes += headers + Array(payload.utf8)
        return bytes + big(checksum(bytes))
    }

    private static func field(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + [7] + big(UInt16(value.utf8.count)) + Array(value.utf8)
    }

    private static func big(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// CRC-32, as in zlib.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
    }
}
