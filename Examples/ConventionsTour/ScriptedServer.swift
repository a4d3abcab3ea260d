// SPDX-License-Identifier: MIT
import LoopbackServer
import Synchronization

/// A server that answers each call according to the header `x-tour-stop`.
struct ScriptedServer {
    let server: LoopbackServer

    init() throws {
        let refusals = Mutex(0)
        server = try LoopbackServer { request in
            let stop = request.header("x-tour-stop") ?? ""
            if stop == "retries",
                refusals.withLock({ count in
                    count += 1
                    return count < 3
                })
            {
                return .json(503, #"{"error":{"message":"busy"}}"#, headers: [("retry-after-ms", "1")])
            }
            return Self.replies[stop] ?? .json(404, #"{"error":{"message":"no such model","code":"model_not_found"}}"#)
        }
    }

    private static let usage = #""usage":{"prompt_tokens":21,"completion_tokens":9,"total_tokens":30}"#
    private static let detailedUsage = """
        "usage":{"prompt_tokens":2100,"completion_tokens":90,"total_tokens":2190,
         "prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":0},
         "completion_tokens_details":{"reasoning_tokens":64}}
        """

    private static func chat(_ choices: String, usage: String = usage) -> LoopbackServer.Reply {
        .json(
            200,
            #"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-mini-2024-07-18","#
                + #""service_tier":"default","system_fingerprint":"fp_1","choices":[\#(choices)],\#(usage)}"#)
    }

    private static func answer(_ message: String, _ reason: String = "stop", index: Int = 0) -> String {
        #"{"index":\#(index),"message":{"role":"assistant",\#(message)},"finish_reason":"\#(reason)"}"#
    }

    /// Returns a chunk. Usage in every chunk is what vLLM calls continuous usage statistics.
    private static func chunk(_ delta: String, _ reason: String? = nil, usage: String = #""usage":null"#)
        -> LoopbackServer.Reply.Step
    {
        let reason = reason.map { "\"\($0)\"" } ?? "null"
        return .event(
            #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","#
                + #""service_tier":"default","system_fingerprint":"fp_1","#
                + #""choices":[{"index":0,"delta":{\#(delta)},"finish_reason":\#(reason)}],\#(usage)}"#)
    }

    private static let lastChunk = LoopbackServer.Reply.Step.event(
        #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[],\#(usage)}"#
    )

    private static let toolCall =
        #""content":"Let me look.","tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]"#

    private static let responseOutput = """
        [{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"The user wants the weather."}]},
         {"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"weather"}},
         {"type":"message","id":"msg_1","role":"assistant","status":"completed",
          "content":[{"type":"output_text","text":"Sunny.","annotations":[]}]},
         {"type":"function_call","id":"fc_1","call_id":"call_1","name":"remember","arguments":"{\\"fact\\":\\"sunny\\"}"}]
        """

    private static let responseUsage = """
        "usage":{"input_tokens":30,"input_tokens_details":{"cached_tokens":8,"cache_write_tokens":4},
         "output_tokens":20,"output_tokens_details":{"reasoning_tokens":12},"total_tokens":50}
        """

    private static func response(_ status: String, _ output: String, usage: String = responseUsage) -> String {
        let oneLine = output.replacing("\n", with: " ")
        let usage = usage.replacing("\n", with: " ")
        return #"{"id":"resp_1","object":"response","created_at":1,"model":"gpt-5-2025-08-07","status":"\#(status)","#
            + #""service_tier":"default","output":\#(oneLine),\#(usage)}"#
    }

    private static let responseEvents: [LoopbackServer.Reply.Step] = [
        .event(#"{"type":"response.created","response":\#(response("in_progress", "[]"))}"#),
        .event(
            #"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","role":"assistant","content":[]}}"#
        ),
        .event(#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Sun"}"#),
        .event(#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"ny."}"#),
    ]

    private static let replies: [String: LoopbackServer.Reply] = [
        "plain": chat(answer(#""content":"Hi!""#), usage: detailedUsage),
        "retries": chat(answer(#""content":"Hi!""#)),
        "choices": chat(answer(#""content":"One""#) + "," + answer(#""content":"Two""#, "length", index: 1)),
        "tools": chat(answer(toolCall, "tool_calls")),
        "tools done": chat(answer(#""content":"Sunny.""#)),
        "refusal": chat(answer(#""content":null,"refusal":"I can't help with that.""#)),
        "filter": chat(answer(#""content":"Well, fir""#, "content_filter")),
        "structured": chat(answer(#""content":"{\"city\":\"Rome\",\"celsius\":21}""#)),
        "media": chat(answer(#""content":null,"audio":{"id":"a","data":"AAAA","transcript":"A cat.","expires_at":9}"#)),
        "stream": .events([
            chunk(#""role":"assistant","content":"Hel""#), chunk(#""content":"lo""#), chunk("", "stop"), lastChunk,
            .event("[DONE]"),
        ]),
        "stream choices": .events(
            [
                #"{"index":1,"delta":{"role":"assistant","content":"Two"},"finish_reason":"length"}"#,
                #"{"index":0,"delta":{"role":"assistant","refusal":"No."},"finish_reason":"stop"}"#,
            ].map { .event(#"{"id":"chatcmpl-1","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[\#($0)]}"#) }
                + [lastChunk]),
        "stream tools": .events([
            chunk(
                #""role":"assistant","tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"weather","arguments":""}}]"#
            ),
            chunk(#""tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]"#),
            chunk(#""tool_calls":[{"index":0,"function":{"arguments":"\"Rome\"}"}}]"#), chunk("", "tool_calls"),
            lastChunk, .event("[DONE]"),
        ]),
        "break": .events([chunk(#""role":"assistant","content":"Hel""#, usage: usage), .hang]),
        "mid-stream": .events([
            chunk(#""role":"assistant","content":"Hel""#, usage: usage),
            .event(#"{"error":{"message":"overloaded","type":"server_error"}}"#),
        ]),
        "cut": .events([chunk(#""role":"assistant","content":"Hel""#, usage: usage), .close]),
        "response": .json(200, response("completed", responseOutput)),
        "response incomplete": .json(
            200,
            response("incomplete", "[]")
                .replacing(
                    #""service_tier""#, with: #""incomplete_details":{"reason":"max_output_tokens"},"service_tier""#)
        ),
        "response stream": .events(
            responseEvents + [
                .event(#"{"type":"response.completed","response":\#(response("completed", responseOutput))}"#)
            ]),
        "response break": .events(responseEvents + [.hang]),
        "completion": .json(
            200,
            #"{"id":"cmpl-1","object":"text_completion","created":1,"model":"gpt-3.5-turbo-instruct","choices":[{"index":0,"text":"upon a time","finish_reason":"stop"}],\#(usage)}"#
        ),
        "completion stream": .events([
            .event(
                #"{"id":"cmpl-1","object":"text_completion","created":1,"model":"gpt-3.5-turbo-instruct","choices":[{"index":0,"text":"upon "}]}"#
            ),
            .event(
                #"{"id":"cmpl-1","object":"text_completion","created":1,"model":"gpt-3.5-turbo-instruct","choices":[{"index":0,"text":"a time","finish_reason":"stop"}]}"#
            ),
            .event(
                #"{"id":"cmpl-1","object":"text_completion","created":1,"model":"gpt-3.5-turbo-instruct","choices":[],\#(usage)}"#
            ),
            .event("[DONE]"),
        ]),
        "embeddings": .json(
            200,
            #"{"object":"list","model":"text-embedding-3-small","data":[{"index":0,"embedding":[0.5,0.25]},{"index":1,"embedding":[0.25,0.5]}],"usage":{"prompt_tokens":4,"total_tokens":4}}"#
        ),
        "unauthorized": .json(401, #"{"error":{"message":"wrong key","type":"invalid_request_error"}}"#),
        "limited": .json(429, #"{"error":{"message":"slow down","type":"tokens"}}"#),
        "broken": .json(500, #"{"error":{"message":"something broke"}}"#),
        "hang": .hang,
    ]
}
