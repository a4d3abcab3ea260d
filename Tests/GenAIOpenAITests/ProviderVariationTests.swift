// SPDX-License-Identifier: MIT

import GenAICore
import GenAIHTTP
import GenAIOpenAI
import Testing

/// Variations of answers that servers are known to send, in addition to the reports that are stored as files.
@Suite("Variations of what providers send")
struct ProviderVariationTests {
    typealias Outcome = ProviderCaseTests.Outcome

    struct Variation: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var mode: String
        var body: String
        var status = 200
        var check: @Sendable (Outcome) throws -> Void

        init(
            _ description: String, _ mode: String, _ body: String, status: Int = 200,
            _ check: @escaping @Sendable (Outcome) throws -> Void
        ) {
            testDescription = description
            self.mode = mode
            self.body = body
            self.status = status
            self.check = check
        }
    }

    private static func stream(_ events: String...) -> String { events.map { "data: \($0)\n\n" }.joined() }
    private static func chunk(_ delta: String, _ finish: String = "null") -> String {
        #"{"choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]}"#
    }
    private static func plain(_ message: String, more: String = "") -> String {
        #"{"choices":[{"index":0,"message":\#(message),"finish_reason":"stop"}]\#(more)}"#
    }
    private static func calls(_ lists: String...) -> String {
        lists.map { "data: " + chunk(#"{"tool_calls":\#($0)}"#) + "\n\n" }.joined() + "data: [DONE]\n\n"
    }
    private static let hi: String = chunk(#"{"content":"Hi"}"#)
    private static let stop: String = chunk("{}", #""stop""#)

    private static func text(_ expected: String?) -> @Sendable (Outcome) throws -> Void {
        { outcome in
            #expect(outcome.error == nil)
            switch outcome {
            case .chat(let chat): #expect(chat.choices.first?.message.content == expected)
            case .response(let response): #expect(response.outputText == expected)
            case .completion(let completion): #expect(completion.choices.first?.text == expected)
            default: #expect(outcome.error != nil, "no answer of text")
            }
        }
    }

    private static func called(_ expected: [String]...) -> @Sendable (Outcome) throws -> Void {
        { outcome in
            #expect(outcome.error == nil)
            let calls = outcome.message?.toolCalls ?? []
            #expect(calls.map { [$0.function?.name ?? "", $0.function?.arguments ?? ""] } == expected)
        }
    }

    private static func fails(
        _ code: OpenAIClientError.Code, _ message: String? = nil
    ) -> @Sendable (Outcome) throws -> Void {
        { outcome in
            #expect(outcome.error?.code == code)
            if let message { #expect(outcome.error?.message == message) }
        }
    }

    // MARK: Tool calls

    static let toolCalls: [Variation] = [
        Variation(
            "the whole arguments again behind a part of them (SGLang, MiniMax-M2)", "stream",
            calls(
                #"[{"index":0,"id":"a","function":{"name":"bash","arguments":""}}]"#,
                #"[{"index":0,"function":{"arguments":"{\"command\": \"head -100\""}}]"#,
                #"[{"index":0,"function":{"arguments":"{\"command\": \"head -100\", \"why\": \"x\"}"}}]"#),
            called(["bash", #"{"command": "head -100", "why": "x"}"#])),
        Variation(
            "the whole arguments behind their first brace (vLLM, xLAM)", "stream",
            calls(
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]"#,
                #"[{"index":0,"function":{"arguments":"{\"city\":\"Oslo\"}"}}]"#), called(["f", #"{"city":"Oslo"}"#])),
        Variation(
            "all of the arguments so far in each piece", "stream",
            calls(
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":\"x"}}]"#,
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":\"xy"}}]"#,
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":\"xyz\"}"}}]"#),
            called(["f", #"{"a":"xyz"}"#])),
        Variation(
            "an object within the arguments that looks like their start", "stream",
            calls(
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":"}}]"#,
                #"[{"index":0,"function":{"arguments":"{\"a\":1}"}}]"#, #"[{"index":0,"function":{"arguments":"}"}}]"#),
            called(["f", #"{"a":{"a":1}}"#])),
        Variation(
            "name and arguments without an object around them", "stream",
            calls(#"[{"index":0,"id":"a","type":"function","name":"f","arguments":"{\"x\":1}"}]"#),
            called(["f", #"{"x":1}"#])),
        Variation(
            "name and arguments without an object around them, plain", "chat",
            plain(#"{"content":null,"tool_calls":[{"id":"a","name":"f","arguments":{"x":1}}]}"#),
            called(["f", #"{"x":1}"#])),
        Variation(
            "empty calls of both forms beside text (one-api, Qwen)", "chat",
            plain(#"{"content":"Hi","tool_calls":[{}],"function_call":{"name":"","arguments":""}}"#)
        ) { outcome in
            #expect(outcome.message?.toolCalls == [])
            #expect(outcome.message?.functionCall == nil)
            #expect(outcome.message?.content == "Hi")
        },
        Variation(
            "empty calls of both forms in every piece", "stream",
            stream(
                chunk(#"{"content":"H","tool_calls":[],"function_call":{}}"#),
                chunk(#"{"content":"i","tool_calls":null,"function_call":{"name":"","arguments":""}}"#), stop)
        ) { outcome in
            #expect(outcome.message?.content == "Hi")
            #expect(outcome.message?.functionCall == nil)
        },
        Variation(
            "numbered from 1, and a gap", "stream",
            calls(
                #"[{"index":1,"id":"a","function":{"name":"f","arguments":"{}"}}]"#,
                #"[{"index":3,"id":"b","function":{"name":"f","arguments":"{}"}}]"#), called(["f", "{}"], ["f", "{}"])),
        Variation(
            "the index as digits, null arguments first", "stream",
            calls(
                #"[{"index":"0","id":"a","function":{"name":"f","arguments":null}}]"#,
                #"[{"index":"0","function":{"arguments":"{}"}}]"#), called(["f", "{}"])),
        Variation(
            "whole calls one by one, all with index 0 and no id (Ollama through LiteLLM)", "stream",
            calls(
                #"[{"index":0,"function":{"name":"f","arguments":"{\"q\":\"a\"}"}}]"#,
                #"[{"index":0,"function":{"name":"f","arguments":"{\"q\":\"b\"}"}}]"#),
            called(["f", #"{"q":"a"}"#], ["f", #"{"q":"b"}"#])),
        Variation(
            "with what has to go back: Gemini's signature of the thought", "stream",
            calls(
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"S"}}}]"#
            )
        ) { outcome in
            let call = outcome.message?.json["tool_calls"]?.arrayValue?.first
            #expect(call?["extra_content"]?["google"]?["thought_signature"] == "S")
        },
    ]

    // MARK: Errors

    static let errors: [Variation] = [
        Variation(
            "a field of its own in the stream (llama.cpp)", "stream",
            "data: \(hi)\n\nerror: {\"code\":500,\"message\":\"boom\",\"type\":\"server_error\"}\n\n",
            fails(.server, "boom")
        ),
        Variation(
            "a message and nothing else (gateways of AWS)", "chat", #"{"message":"Endpoint request timed out"}"#,
            fails(.server, "Endpoint request timed out")),
        Variation(
            "a message and nothing else, in a stream", "stream", stream(hi, #"{"message":"upstream gone"}"#),
            fails(.server, "upstream gone")),
        Variation(
            "a status at the head of a longer code (FastChat)", "chat",
            #"{"object":"error","message":"busy","code":42903}"#, fails(.rateLimited, "busy")),
        Variation(
            "in the middle of a stream with choices that say so (OpenRouter)", "stream",
            stream(
                hi,
                #"{"id":"x","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":502,"message":"Provider disconnected"}}"#
            ), fails(.server, "Provider disconnected")),
        Variation(
            "by TGI's names", "stream", stream(#"{"error":"Model is overloaded","error_type":"overloaded"}"#),
            fails(.rateLimited, "Model is overloaded")),
        Variation(
            "of validation by TGI's names", "chat", #"{"error":"inputs too long","error_type":"validation"}"#,
            fails(.unprocessable, "inputs too long")),
        Variation(
            "a list of errors in a stream (Google)", "stream",
            stream(#"[{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED"}}]"#),
            fails(.rateLimited, "quota")),
        Variation(
            "in plain words with a status", "chat", "upstream connect error", status: 503,
            fails(.server, "upstream connect error")),
        Variation(
            "a page of a proxy", "chat", "<html><body>Bad Gateway</body></html>", status: 502,
            fails(.server, "HTTP status 502")),
        Variation(
            "in plain words at the end of a stream", "stream", stream(hi, "Error: worker died"),
            fails(.server, "Error: worker died")),
        Variation(
            "an event of type error with JSON of no shape (LM Studio)", "stream",
            "event: error\ndata: {\"error\":{\"message\":\"The model has crashed\"}}\n\n",
            fails(.server, "The model has crashed")),
        Variation(
            "with a status of its own, from the Responses API", "responses",
            #"{"error":{"message":"no such model","code":"model_not_found"},"status":404}"#,
            fails(.notFound, "no such model")),
        Variation(
            "with a word for the status, from the Responses API", "rstream",
            stream(#"{"error":{"message":"slow","type":"rate_limit_error"},"status":"error"}"#),
            fails(.rateLimited, "slow")),
        Variation(
            "none: a code of success with every piece (iFlytek)", "stream",
            stream(
                #"{"code":0,"message":"Success","choices":[{"index":0,"delta":{"content":"Hi"}}]}"#,
                #"{"code":0,"message":"Success","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#
            ), text("Hi")),
        Variation(
            "none: a status of success beside the answer", "chat",
            plain(#"{"content":"Hi"}"#, more: #","status":"success","message":"ok","error":{}"#), text("Hi")),
    ]

    // MARK: Members nobody needs

    static let members: [Variation] = [
        Variation(
            "numbers that JSON does not have", "chat",
            #"{"choices":[{"index":0,"message":{"content":"Hi"},"logprobs":{"content":[{"token":"a","logprob":-Infinity,"top_logprobs":[{"token":"b","logprob":NaN}]}]}}],"score":Infinity}"#
        ) { outcome in
            #expect(outcome.message?.content == "Hi")
            let token = outcome.chat?.choices.first?.logprobs?.content?.first
            #expect(token?.logprob == nil)
            #expect(token?.topLogprobs.map(\.logprob) == [nil])
        },
        Variation(
            "numbers that JSON does not have, in a stream", "stream",
            stream(#"{"score":NaN,"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#, stop), text("Hi")),
        Variation(
            "line breaks in strings as they are", "chat", "{\"choices\":[{\"message\":{\"content\":\"a\nb\tc\"}}]}",
            text("a\nb\tc")),
        Variation(
            "probabilities in the form of legacy completions (Together)", "chat",
            #"{"choices":[{"message":{"content":"Hi"},"logprobs":{"tokens":["Hi"],"token_logprobs":[-0.1],"top_logprobs":{"a":1}}}]}"#,
            text("Hi")),
        Variation(
            "null everywhere", "chat",
            #"{"id":null,"object":null,"created":null,"model":null,"choices":[null,{"index":null,"message":{"role":null,"content":"Hi","tool_calls":null,"annotations":null,"audio":null,"refusal":null},"finish_reason":null,"logprobs":null}],"usage":null}"#,
            text("Hi")),
        Variation(
            "an empty refusal is none", "stream",
            stream(chunk(#"{"role":"assistant","content":"Hi","refusal":""}"#), stop)
        ) { outcome in
            #expect(outcome.message?.content == "Hi")
            #expect(outcome.message?.refusal == nil)
        },
        Variation(
            "an empty refusal is none, plain", "chat", plain(#"{"content":"Hi","refusal":""}"#)
        ) { outcome in #expect(outcome.message?.refusal == nil) },
        Variation(
            "content of one part, of texts, and of parts with citations", "chat",
            plain(#"{"content":[{"type":"text","text":"H"},{"type":"reference","reference_ids":[1]},"i",null]}"#),
            text("Hi")),
        Variation(
            "members of other kinds", "chat", plain(#"{"content":"Hi","audio":"","annotations":{},"name":7}"#),
            text("Hi")),
        Variation(
            "an index that is no number", "chat", #"{"choices":[{"index":"first","message":{"content":"Hi"}}]}"#,
            text("Hi")),
        Variation(
            "usage of texts and of nothing", "chat",
            plain(
                #"{"content":"Hi"}"#,
                more: #","usage":{"prompt_tokens":"","completion_tokens":null,"total_tokens":"5"}"#
            ), text("Hi")),
        Variation(
            "a list with one answer around it", "completion", #"{"choices":{"text":"Hi","index":0}}"#, text("Hi")),
        Variation(
            "a reason in quotes that is none", "stream", stream(chunk(#"{"content":"Hi"}"#, #""null""#)),
            fails(.truncated)),
    ]

    // MARK: Streams

    static let streams: [Variation] = [
        Variation("lines of JSON without a prefix", "stream", "\(hi)\n\(stop)\n", text("Hi")),
        Variation(
            "events without a blank line between", "stream", "data: \(hi)\ndata: \(stop)\ndata: [DONE]\n\n", text("Hi")),
        Variation(
            "the end behind a plain answer", "stream", plain(#"{"content":"Hi"}"#) + "\n\ndata: [DONE]\n\n", text("Hi")),
        Variation(
            "words that keep the connection alive", "stream",
            ": OPENROUTER PROCESSING\n\ndata: ping\n\nevent: heartbeat\ndata: heartbeat\n\ndata: null\n\ndata: {}\n\ndata: []\n\n"
                + stream(hi, stop), text("Hi")),
        Variation("the end in quotes", "stream", stream(hi, #""[DONE]""#), text("Hi")),
        Variation(
            "spaces and returns around the data", "stream", "data:  \(hi)  \r\n\r\ndata:\t[DONE]\r\n\r\n", text("Hi")),
        Variation(
            "usage as the only end", "stream",
            stream(hi, #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#),
            text("Hi")),
        Variation(
            "usage of nothing is no end", "stream",
            stream(hi, #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":0,"total_tokens":1}}"#),
            fails(.truncated)),
        Variation("choices that are null", "stream", stream(#"{"choices":null}"#, hi, stop), text("Hi")),
        Variation(
            "the filter's verdict first (Azure)", "stream",
            stream(#"{"choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#, hi, stop), text("Hi")),
        Variation(
            "no delta in the last piece", "stream",
            stream(hi, #"{"choices":[{"index":0,"delta":null,"finish_reason":"stop"}]}"#), text("Hi")),
        Variation(
            "text in the last piece", "stream",
            stream(chunk(#"{"content":"H"}"#), chunk(#"{"content":"i"}"#, #""stop""#)),
            text("Hi")),
        Variation(
            "message and delta at once (Perplexity)", "stream",
            stream(
                #"{"choices":[{"index":0,"message":{"role":"assistant","content":"H"},"delta":{"content":"H"}}]}"#,
                #"{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"delta":{"content":"i"},"finish_reason":"stop"}]}"#
            ), text("Hi")),
        Variation(
            "a stream that nobody asked for", "chat", stream(hi, stop, "[DONE]"), text("Hi")),
        Variation(
            "a stream that nobody asked for, with an error", "chat",
            stream(hi, #"{"error":{"message":"boom","code":500}}"#),
            fails(.server, "boom")),
        Variation(
            "a stream that nobody asked for, of legacy completions", "completion",
            stream(
                #"{"choices":[{"index":0,"text":"H"}]}"#,
                #"{"choices":[{"index":0,"text":"i","finish_reason":"stop"}]}"#),
            text("Hi")),
        Variation(
            "a stream that nobody asked for, of a response", "responses",
            stream(
                #"{"type":"response.output_text.delta","output_index":0,"delta":"Hi"}"#,
                #"{"type":"response.completed","response":{"id":"r","status":"completed"}}"#), text("Hi")),
        Variation(
            "events of legacy completions without a blank line", "cstream",
            "data: {\"choices\":[{\"text\":\"H\",\"index\":0}]}\ndata: {\"choices\":[{\"text\":\"i\",\"index\":0,\"finish_reason\":\"stop\"}]}\n",
            text("Hi")),
        Variation(
            "half a character at the end of a piece", "stream",
            stream(chunk(#"{"content":"a\ud83d"}"#), chunk(#"{"content":"b"}"#), stop), text("a\u{FFFD}b")),
    ]

    // MARK: Responses

    private static func completed(_ more: String) -> String {
        #"{"type":"response.completed","response":{"id":"r","status":"completed"\#(more)}}"#
    }
    private static let delta: String =
        #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"item_id":"i","delta":"Hi"}"#

    static let responses: [Variation] = [
        Variation("no output in the last event (Codex)", "rstream", stream(delta, completed("")), text("Hi")),
        Variation(
            "null as output in the last event", "rstream", stream(delta, completed(#","output":null"#)), text("Hi")),
        Variation(
            "hollow items in the last event", "rstream",
            stream(delta, completed(#","output":[{"id":"i","type":"message","role":"assistant","content":[]}]"#)),
            text("Hi")),
        Variation(
            "content as text", "responses",
            #"{"status":"completed","output":[{"type":"message","role":"assistant","content":"Hi"}]}"#, text("Hi")),
        Variation(
            "content of one part, without types", "responses",
            #"{"status":"completed","output":[{"role":"assistant","content":{"type":"text","text":"Hi"}}]}"#, text("Hi")
        ),
        Variation(
            "parts among null", "responses",
            #"{"status":"completed","output":[null,{"type":"message","content":[null,{"type":"output_text","text":"Hi","annotations":null,"logprobs":null,"refusal":""}]}]}"#
        ) { outcome in
            #expect(outcome.response?.outputText == "Hi")
            #expect(outcome.response?.refusal == nil)
        },
        Variation(
            "nothing but the text", "responses", #"{"object":"response","id":"r","output_text":"Hi"}"#, text("Hi")),
        Variation(
            "arguments as an object, an id as a number", "responses",
            #"{"status":"completed","output":[{"type":"function_call","call_id":7,"name":"f","arguments":{"x":1}}]}"#
        ) { outcome in
            #expect(outcome.response?.functionCalls.map(\.arguments) == [#"{"x":1}"#])
            #expect(outcome.response?.functionCalls.map(\.callID) == ["7"])
        },
        Variation(
            "a summary as text, content of null", "responses",
            #"{"status":"completed","output":[{"type":"reasoning","summary":"Hm","content":null},{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]}"#
        ) { outcome in
            #expect(outcome.response?.output.first?.summary?.map(\.text) == ["Hm"])
            #expect(outcome.response?.outputText == "Hi")
        },
        Variation(
            "a last event of another name", "rstream",
            stream(delta, #"{"type":"response.done","response":{"id":"r","status":"completed","output":[]}}"#),
            text("Hi")),
        Variation(
            "types in the event's name only", "rstream",
            "event: response.output_text.delta\ndata: {\"delta\":\"Hi\"}\n\nevent: response.completed\ndata: {\"response\":{\"status\":\"completed\"}}\n\n",
            text("Hi")),
        Variation(
            "items and events that nobody knows yet", "rstream",
            stream(
                #"{"type":"response.hologram.delta","hologram":[1]}"#,
                #"{"type":"response.output_item.done","output_index":0,"item":{"type":"hologram_call","id":"h","shape":"cube"}}"#,
                #"{"type":"response.output_text.delta","output_index":1,"delta":"Hi"}"#, completed(""))
        ) { outcome in
            #expect(outcome.response?.output.first?.json["shape"] == "cube")
            #expect(outcome.response?.outputText == "Hi")
        },
        Variation(
            "an error of its own in the stream", "rstream",
            stream(delta, #"{"type":"error","code":"server_error","message":"boom","param":null,"sequence_number":3}"#),
            fails(.server, "boom")),
        Variation(
            "failed: the response says so", "rstream",
            stream(
                #"{"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"},"output":[]}}"#
            )
        ) { outcome in
            #expect(outcome.response?.status == .failed)
            #expect(outcome.response?.error?.code == "rate_limit_exceeded")
        },
        Variation(
            "incomplete: what there is and why", "rstream",
            stream(
                delta,
                #"{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}}"#
            )
        ) { outcome in
            #expect(outcome.response?.outputText == "Hi")
            #expect(outcome.response?.incompleteDetails?.reason == "max_output_tokens")
        },
        Variation(
            "in the background: nothing yet", "responses",
            #"{"object":"response","id":"r","status":"queued","background":true,"output":[],"error":null,"usage":null}"#
        ) { outcome in #expect(outcome.response?.status == .queued) },
        Variation(
            "cut off", "rstream",
            stream(#"{"type":"response.created","response":{"id":"r","status":"in_progress"}}"#, delta),
            fails(.truncated)),
    ]

    // MARK: Answers in other places

    static let places: [Variation] = [
        Variation(
            "the answer in a member of its own (OpenRouter)", "chat",
            #"{"id":null,"choices":null,"model":null,"provider":{"id":"g","choices":[{"message":{"content":"Hi"}}]}}"#,
            text("Hi")),
        Variation(
            "the answer in a member of its own (Cloudflare)", "chat",
            #"{"success":true,"errors":[],"result":{"choices":[{"message":{"content":"Hi"}}]}}"#, text("Hi")),
        Variation(
            "an error in a member of its own", "chat",
            #"{"success":false,"errors":[{"code":429,"message":"slow"}],"result":null}"#, fails(.rateLimited, "slow")),
        Variation(
            "text and tool calls as two choices without a number (Copilot for Anthropic)", "chat",
            #"{"choices":[{"finish_reason":"tool_calls","message":{"content":"Hi","role":"assistant"}},{"finish_reason":"tool_calls","message":{"role":"assistant","tool_calls":[{"function":{"arguments":"{}","name":"f"},"id":"a","type":"function"}]}}]}"#
        ) { outcome in
            #expect(outcome.chat?.choices.count == 1)
            #expect(outcome.message?.content == "Hi")
            #expect(outcome.calls?.map { $0?.name } == ["f"])
        },
        Variation(
            "two answers without a number stay two", "chat",
            #"{"choices":[{"message":{"content":"Hi"}},{"message":{"content":"Ho"}}]}"#
        ) { outcome in
            #expect(outcome.chat?.choices.map(\.message.content) == ["Hi", "Ho"])
        },
        Variation("models as names alone", "models", #"["a", "b"]"#) { outcome in
            #expect(outcome.models?.map(\.id) == ["a", "b"])
        },
        Variation(
            "vectors in lists of their own (llama.cpp)", "embeddings",
            #"[{"index":0,"embedding":[[1,2]]},{"index":1,"embedding":[[3,4]]}]"#
        ) { outcome in
            guard case .embeddings(let answer) = outcome else { return #expect(outcome.error == nil) }
            #expect(answer.data.map(\.vector) == [[1, 2], [3, 4]])
        },
        Variation(
            "images that a tool made", "rstream",
            stream(
                #"{"type":"response.completed","response":{"status":"completed","output":[],"usage":{"input_tokens":10,"output_tokens":20,"total_tokens":30},"tool_usage":{"image_gen":{"input_tokens":5,"input_tokens_details":{"image_tokens":2,"text_tokens":3},"output_tokens":186,"output_tokens_details":{"image_tokens":186,"text_tokens":0},"total_tokens":191}}}}"#
            )
        ) { outcome in
            let usage = outcome.response?.usageReport.usage
            #expect(usage?.inputTokens == 15)
            #expect(usage?.outputTokens == 206)
            #expect(usage?.outputImageTokens == 186)
        },
    ]

    static let all: [Variation] = toolCalls + errors + members + streams + responses + places

    @Test("are read as they are meant, whole and byte by byte", arguments: all)
    func meant(variation: Variation) async throws {
        let bytes = Array(variation.body.utf8)
        for size in [bytes.count, 1] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
            let transport = StubTransport(.response(status: variation.status, headers: [:], pieces: pieces))
            let client = OpenAIClient(transport, clock: RecordingClock()) {
                $0.baseURL = "https://variation.example/v1"
                $0.maxRetries = 0
            }
            try variation.check(await ProviderCaseTests.outcome(of: .init(mode: variation.mode), client))
        }
    }

    static let waits: [(body: String, wait: Duration)] = [
        (
            #"[{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3.5s"}]}}]"#,
            .seconds(3.5)
        ),
        (#"{"error":{"code":429,"message":"slow","metadata":{"retry_after_seconds":2}}}"#, .seconds(2)),
        (#"{"error":{"code":429,"message":"slow"},"retry_after":"1.5"}"#, .seconds(1.5)),
    ]

    @Test("of the time to wait are heeded where they stand in the error", arguments: waits)
    func wait(body: String, wait: Duration) async throws {
        let good = #"{"choices":[{"message":{"content":"Hi"}}]}"#
        for status in [429, 200] {
            let clock = RecordingClock()
            let client = OpenAIClient(StubTransport(.json(body, status: status), .json(good)), clock: clock)
            let answer = try await client.chat.completions.create(.init(model: "m", messages: []))
            #expect(answer.choices.first?.message.content == "Hi")
            #expect(clock.waits.first.map { $0 >= wait } == true)
        }
    }

    static let refusals: [(status: Int, body: String, isAskedAgain: Bool)] = [
        (400, #"{"error":{"message":"property 'stream_options' is unsupported, did you mean 'stream'?"}}"#, true),
        (
            422,
            #"{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}"#,
            true
        ),
        (400, #"{"message":"extraneous key [include_usage] is not permitted"}"#, true),
        (500, #"{"error":{"message":"BedrockException: extraneous key [include_usage] is not permitted"}}"#, true),
        (200, #"{"error":{"message":"Unrecognized request argument supplied: stream_options"}}"#, true),
        (400, #"{"error":{"message":"Invalid value","param":"stream_options"}}"#, true),
        (400, #"{"error":{"message":"Unknown parameter: 'temprature'","param":"temprature"}}"#, false),
        (401, #"{"error":{"message":"wrong key, see stream_options"}}"#, false),
        (400, #"{"error":{"message":"bad"}}"#, false),
    ]

    @Test("of a refused question for usage are asked again without it", arguments: Array(refusals.enumerated()))
    func refusal(number: Int, refusal: (status: Int, body: String, isAskedAgain: Bool)) async throws {
        let good = StubTransport.Answer.events(Self.stream(Self.hi, Self.stop))
        let transport = StubTransport(.json(refusal.body, status: refusal.status), good)
        let client = OpenAIClient(transport) {
            $0.baseURL = "https://refusal-\(number).example/v1"
            $0.maxRetries = 0
        }
        let outcome = await ProviderCaseTests.outcome(of: .init(mode: "stream"), client)
        #expect(transport.requests.count == (refusal.isAskedAgain ? 2 : 1))
        #expect((outcome.message?.content == "Hi") == refusal.isAskedAgain)
    }
}
