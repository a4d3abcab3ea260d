// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import Testing

@testable import GenAIProviders

/// The rules that `OpenAIClient` reads by hold for any client: errors inside success, and the identity of tool calls.
@Suite("Rules shared with OpenAIClient")
struct SharedRuleTests {
    static let failures: [(body: String, type: String, message: String?)] = [
        (#"{"error":{"message":"slow","code":429}}"#, "429", "slow"),
        (#"{"error":{"message":"no","type":"BadRequestError","code":400}}"#, "BadRequestError", "no"),
        (#"{"object":"error","message":"bad","type":"BadRequestError","code":400}"#, "BadRequestError", "bad"),
        (#"{"choices":null,"error_type":"RateLimitError","error_message":"slow"}"#, "RateLimitError", "slow"),
        (#"{"detail":"Not authenticated","status_code":401}"#, "401", "Not authenticated"),
        (#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#, "_OTHER", "field required"),
        (#"{"choices":null,"base_resp":{"status_code":1008,"status_msg":"empty"}}"#, "1008", "empty"),
        (#"{"code":"DataInspectionFailed","message":"unsafe"}"#, "DataInspectionFailed", "unsafe"),
        (#"{"success":false,"errors":[{"code":7009,"message":"upstream"}]}"#, "7009", "upstream"),
        (#"{"error":"model not loaded"}"#, "_OTHER", "model not loaded"),
        (#"{"error":{"message":"quota","status":"RESOURCE_EXHAUSTED","code":429}}"#, "RESOURCE_EXHAUSTED", "quota"),
        (#"[{"error":{"message":"quota","status":"RESOURCE_EXHAUSTED","code":429}}]"#, "RESOURCE_EXHAUSTED", "quota"),
        (#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#, "overloaded_error", "busy"),
        (#"{"message":"Endpoint request timed out"}"#, "_OTHER", "Endpoint request timed out"),
    ]

    static let routes: [(path: String, request: String)] = [
        ("chat/completions", #"{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":STREAM}"#),
        ("completions", #"{"model":"m","prompt":"hi","stream":STREAM}"#),
        ("responses", #"{"model":"m","input":"hi","stream":STREAM}"#),
    ]

    @Test("an error inside success is one, plain, streamed and in mid-stream", arguments: failures, routes)
    func failure(
        failure: (body: String, type: String, message: String?), route: (path: String, request: String)
    ) throws {
        for form in ["plain", "stream", "middle"] {
            let request = route.request.replacing("STREAM", with: form == "plain" ? "false" : "true")
            let start =
                route.path == "responses"
                ? #"{"type":"response.output_text.delta","output_index":0,"delta":"a"}"#
                : #"{"choices":[{"index":0,"text":"a","delta":{"content":"a"}}]}"#
            let response =
                switch form {
                case "plain": failure.body
                case "stream": events(failure.body)
                default: events(start, failure.body)
                }
            let exchange = Exchange(
                form, url: "https://api.openai.com/v1/\(route.path)", request: request, response: response)
            #expect(try exchange.run().outcome == .failed(type: failure.type, message: failure.message), "\(form)")
        }
    }

    static let answers: [(path: String, body: String)] = [
        (
            "chat/completions",
            #"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"error":null,"code":0,"msg":"ok"}"#
        ),
        (
            "chat/completions",
            #"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"detail":"cached","status":"ok"}"#
        ),
        (
            "responses",
            #"{"object":"response","status":"completed","error":null,"output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]}"#
        ),
        ("completions", #"{"choices":[{"index":0,"text":"Hi","finish_reason":"stop"}],"error":{},"message":"fine"}"#),
    ]

    @Test("an answer with such names beside it is none", arguments: answers)
    func answer(path: String, body: String) throws {
        let request = try #require(Self.routes.first { $0.path == path }).request.replacing("STREAM", with: "false")
        let result = try Exchange(path, url: "https://api.openai.com/v1/\(path)", request: request, response: body)
            .run()
        #expect(result.outcome == .answered)
        #expect(result.answer.messages.first?.text == "Hi")
    }

    static let calls: [(pieces: [String], calls: [[String]])] = [
        (
            [
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}]"#,
                #"[{"index":0,"id":"b","function":{"name":"f","arguments":"{\"x\":2}"}}]"#,
            ], [["f", #"{"x":1}"#], ["f", #"{"x":2}"#]]
        ),
        (
            [
                #"[{"index":0,"id":"","function":{"name":"f","arguments":"{}"}}]"#,
                #"[{"index":0,"id":"","function":{"name":"f","arguments":"{\"x\":2}"}}]"#,
            ], [["f", "{}"], ["f", #"{"x":2}"#]]
        ),
        (
            [
                #"[{"index":0,"id":"a","function":{"name":"edit_","arguments":""}}]"#,
                #"[{"index":0,"function":{"name":"file","arguments":"{}"}}]"#,
            ], [["edit_file", "{}"]]
        ),
        (
            [
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]"#,
                #"[{"index":1,"function":{"arguments":":1}"}}]"#,
            ], [["f", #"{"x":1}"#]]
        ),
        (
            [
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]"#,
                #"[{"index":0,"function":{"arguments":"{\"x\":1}"}}]"#,
            ], [["f", #"{"x":1}"#]]
        ),
        (
            [#"[{"function":{"name":"f","arguments":"{\"x\":1}"}},{"function":{"name":"g","arguments":""}}]"#],
            [["f", #"{"x":1}"#], ["g", ""]]
        ),
        ([#"{"id":7,"name":"f","arguments":{"x":1}}"#], [["f", #"{"x":1}"#]]),
    ]

    @Test("the pieces of tool calls are the calls that were meant", arguments: calls)
    func toolCalls(pieces: [String], calls: [[String]]) throws {
        let chunks = pieces.map { "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":\($0)}}]}\n\n" }
        let end = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#
        let exchange = Exchange(
            "calls", url: "https://api.openai.com/v1/chat/completions",
            request: #"{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true}"#,
            response: chunks.joined() + end + "\n\n")
        let result = try exchange.run()
        #expect(result.answer.messages.first?.toolCalls.map { [$0.name, $0.arguments ?? ""] } == calls)
        #expect(result.outcome == .answered)
    }

    static let ends: [(response: String, isWhole: Bool)] = [
        (events(#"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#, "[DONE]"), true),
        (events(#"{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":""}]}"#), false),
        (events(#"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#, "[DON"), false),
        (
            events(
                #"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#,
                #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#), true
        ),
        (#"{"choices":[{"index":0,"message":{"content":"Hi"}}]}"#, true),
        (events(#"{"choices":[{"index":0,"delta":{"content":"H"},"message":{"content":"Hi"}}]}"#), false),
        (
            events(
                #"{"choices":[{"index":0,"delta":{"content":"H"},"message":{"content":"H"}}]}"#,
                #"{"choices":[{"index":0,"delta":{"content":"i"},"message":{"content":"Hi"},"finish_reason":"stop"}]}"#),
            true
        ),
    ]

    @Test("a stream is complete if its server says so in any of the ways, and cut short otherwise", arguments: ends)
    func end(response: String, isWhole: Bool) throws {
        let exchange = Exchange(
            "end", url: "https://api.openai.com/v1/chat/completions",
            request: #"{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true}"#, response: response)
        for cuts in [[], Array(1..<response.utf8.count)] {
            let result = try exchange.run(cutAt: cuts)
            #expect((result.outcome == .answered) == isWhole)
            if isWhole { #expect(result.answer.messages.first?.text == "Hi") }
        }
    }

    @Test(
        "the searches, containers and images of the provider's tools are counted, whether or not the last event has them"
    )
    func serverTools() throws {
        let item =
            #"{"type":"web_search_call","status":"completed","action":{"type":"search"}},{"type":"web_search_call","status":"completed","action":{"type":"open_page"}},{"type":"web_search_call","status":"failed","action":{"type":"search"}},{"type":"file_search_call","status":"completed"},{"type":"code_interpreter_call","status":"completed","container_id":"a"},{"type":"code_interpreter_call","status":"failed","container_id":"b"},{"type":"shell_call","status":"completed","environment":{"type":"container_reference","container_id":"a"}},{"type":"shell_call","status":"completed","environment":{"type":"local"}}"#
        let usage =
            #""usage":{"input_tokens":10,"output_tokens":20},"tool_usage":{"image_gen":{"input_tokens":5,"output_tokens":186,"output_tokens_details":{"image_tokens":186}}}"#
        let whole = #"{"object":"response","status":"completed","output":[\#(item)],\#(usage)}"#
        let items = item.replacing("},{", with: "}\n{").split(separator: "\n").enumerated().map { index, item in
            #"{"type":"response.output_item.done","output_index":\#(index),"item":\#(item)}"#
        }
        let last = #"{"type":"response.completed","response":{"status":"completed","output":[],\#(usage)}}"#
        for response in [whole, (items + [last]).map { "data: \($0)\n\n" }.joined()] {
            let exchange = Exchange(
                "tools", url: "https://api.openai.com/v1/responses", request: #"{"model":"gpt-5","input":"hi"}"#,
                response: response)
            let tokens = try #require(try exchange.run().answer.usage)
            #expect(tokens.webSearches == 1 && tokens.storageSearches == 1 && tokens.codeSessions == 2)
            #expect(tokens.inputTokens == 15 && tokens.outputTokens == 206 && tokens.outputImageTokens == 186)
        }
    }

    @Test("the cost in the head of a plain answer is stated, and the answer's own goes before it")
    func statedCost() throws {
        for (usage, cost) in [("", "0.25"), (#","usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.5}"#, "0.5")]
        {
            let exchange = Exchange(
                "cost", url: "http://127.0.0.1:4000/v1/chat/completions",
                request: #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
                headers: ["x-litellm-response-cost": "0.25"],
                response: #"{"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}]\#(usage)}"#)
            #expect(try exchange.run().answer.usage?.statedCost?.description == cost)
        }
    }
}
