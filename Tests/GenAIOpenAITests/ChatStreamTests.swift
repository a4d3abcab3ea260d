// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIOpenAI
import Testing

@Suite("Chat streams")
struct ChatStreamTests {
    @Test("hide the usage nobody asked for, and keep it for the whole answer", arguments: [nil, true, false])
    func usage(asked: Bool?) async throws {
        var request = ChatCompletionRequest(model: "m", messages: [])
        request.streamOptions = asked.map { ChatStreamOptions(includeUsage: $0) }
        let pieces = [
            chunk(#"{"index":0,"delta":{"role":"assistant","content":"Hi"}}"#, more: #","usage":null"#),
            chunk(#"{"index":0,"delta":{},"finish_reason":"stop"}"#, more: #","usage":null"#),
            chunk("", more: #","usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}"#),
            "data: [DONE]\n\n",
        ]
        var seen = 0
        for try await _ in try await stream(pieces, request) { seen += 1 }
        #expect(seen == (asked == nil ? 2 : 3))
        let whole = try await stream(pieces, request).collect()
        #expect(whole.usage?.totalTokens == 7)
        #expect(whole.choices[0].message.content == "Hi")
        #expect(whole.id == "c1")
        #expect(whole.model == "gpt-4o-mini")
    }

    @Test("show chunks that carry usage beside an answer, and chunks with neither")
    func notHidden() async throws {
        let pieces = [
            chunk("", more: #","prompt_filter_results":[{"prompt_index":0}]"#),
            chunk(#"{"index":0,"delta":{"content":"a"}}"#, more: #","usage":{"total_tokens":1}"#),
            chunk(#"{"index":0,"delta":{},"finish_reason":"stop"}"#), "data: [DONE]\n\n",
        ]
        var seen: [ChatCompletionChunk] = []
        for try await chunk in try await stream(pieces) { seen.append(chunk) }
        #expect(seen.count == 3)
        #expect(seen[0].additional["prompt_filter_results"] == [["prompt_index": 0]])
    }

    @Test("put several answers together, each by its number, in whatever order they come")
    func severalChoices() async throws {
        let whole = try await stream([
            chunk(#"{"index":1,"delta":{"role":"assistant","content":"B"}}"#),
            chunk(#"{"index":0,"delta":{"role":"assistant","content":"A"}},{"index":2,"delta":{"content":"C"}}"#),
            chunk(#"{"index":1,"delta":{"content":"b"},"finish_reason":"length"}"#),
            chunk(#"{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"#),
            chunk(#"{"index":2,"delta":{},"finish_reason":"content_filter"}"#),
        ]).collect()
        #expect(whole.choices.map(\.index) == [0, 1, 2])
        #expect(whole.choices.map(\.message.content) == ["Aa", "Bb", "C"])
        #expect(whole.choices.map(\.finishReason) == [.stop, .length, .contentFilter])
    }

    struct ToolCase: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var deltas: [String]
        var calls: [ChatMessage.ToolCall]
    }

    static let toolCases = [
        ToolCase(
            testDescription: "numbered, with the name first",
            deltas: [
                #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#,
                #"{"index":0,"function":{"arguments":"{\"x\""}}"#, #"{"index":0,"function":{"arguments":":1}"}}"#,
            ], calls: [call("a", "f", #"{"x":1}"#)]),
        ToolCase(
            testDescription: "several at once, interleaved",
            deltas: [
                #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}},{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}"#,
                #"{"index":1,"function":{"arguments":"2"}}"#, #"{"index":0,"function":{"arguments":"1"}}"#,
            ], calls: [call("a", "f", "1"), call("b", "g", "2")]),
        ToolCase(
            testDescription: "without a type, the name late",
            deltas: [
                #"{"index":0,"id":"a","function":{"arguments":"{"}}"#,
                #"{"index":0,"function":{"name":"f","arguments":"}"}}"#,
            ], calls: [call("a", "f", "{}")]),
        ToolCase(
            testDescription: "the id late",
            deltas: [
                #"{"index":0,"type":"function","function":{"name":"f","arguments":"{"}}"#,
                #"{"index":0,"id":"a","function":{"arguments":"}"}}"#,
            ], calls: [call("a", "f", "{}")]),
        ToolCase(
            testDescription: "with empty ids and names in later pieces",
            deltas: [
                #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}"#,
                #"{"index":0,"id":"","type":"function","function":{"name":"","arguments":"}"}}"#,
            ], calls: [call("a", "f", "{}")]),
        ToolCase(
            testDescription: "whole and not numbered",
            deltas: [
                #"{"id":"a","type":"function","function":{"name":"f","arguments":"1"}}"#,
                #"{"id":"b","type":"function","function":{"name":"f","arguments":"2"}}"#,
            ], calls: [call("a", "f", "1"), call("b", "f", "2")]),
        ToolCase(
            testDescription: "in pieces and not numbered",
            deltas: [
                #"{"id":"a","type":"function","function":{"name":"f","arguments":"{"}}"#,
                #"{"function":{"arguments":"}"}}"#, #"{"type":"function","function":{"name":"g","arguments":"2"}}"#,
            ], calls: [call("a", "f", "{}"), call(nil, "g", "2")]),
        ToolCase(
            testDescription: "arguments as an object",
            deltas: [#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":{"x":[1,"é"]}}}"#],
            calls: [call("a", "f", #"{"x":[1,"é"]}"#)]),
    ]

    @Test("put tool calls together", arguments: toolCases)
    func toolCalls(test: ToolCase) async throws {
        let pieces =
            test.deltas.map { chunk(#"{"index":0,"delta":{"content":null,"tool_calls":[\#($0)]}}"#) }
            + [chunk(#"{"index":0,"delta":{},"finish_reason":"tool_calls"}"#)]
        let whole = try await stream(pieces).collect()
        #expect(whole.choices[0].message.toolCalls == test.calls)
        #expect(whole.choices[0].finishReason == .toolCalls)
        #expect(whole.choices[0].message.content == nil)
    }

    @Test("put custom tool input, refusals, thinking, sound, sources and probabilities together")
    func otherPieces() async throws {
        let custom = #""tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"s","input":"ls"}}]"#
        let more = #""tool_calls":[{"index":0,"custom":{"input":" -l"}}]"#
        let whole = try await stream([
            chunk(
                #"{"index":0,"delta":{"role":"assistant","refusal":"I ","reasoning_content":"Hm","annotations":[1]}}"#),
            chunk(#"{"index":0,"delta":{"refusal":"can't","reasoning_content":"m","annotations":[2],\#(custom)}}"#),
            chunk(#"{"index":0,"delta":{"audio":{"id":"au","data":"AA","transcript":"he"},\#(more)}}"#),
            chunk(#"{"index":0,"delta":{"audio":{"data":"BB","transcript":"y","expires_at":9},"x":1}}"#),
            chunk(#"{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-1}]}}"#),
            chunk(#"{"index":0,"delta":{"content":"b"},"logprobs":{"content":[{"token":"b","logprob":-2}]}}"#),
            chunk(#"{"index":0,"delta":{},"finish_reason":"stop"}"#),
        ]).collect()
        let choice = whole.choices[0]
        #expect(choice.message.refusal == "I can't")
        #expect(choice.message.reasoningContent == "Hmm")
        #expect(choice.message.annotations == [1, 2])
        #expect(choice.message.audio?.data == "AABB")
        #expect(choice.message.audio?.transcript == "hey")
        #expect(choice.message.audio?.expiresAt == 9)
        #expect(choice.message.toolCalls.first?.custom?.input == "ls -l")
        #expect(choice.message.additional == ["x": 1])
        #expect(choice.logprobs?.content?.map(\.token) == ["a", "b"])
    }

    @Test("end at [DONE] and read nothing after it")
    func done() async throws {
        let pieces = [chunk(#"{"index":0,"delta":{"content":"a"}}"#), "data: [DONE]\n\n", "data: not JSON\n\n"]
        #expect(try await stream(pieces).collect().choices[0].message.content == "a")
    }

    @Test("may end without [DONE] once the answer said why it ended")
    func noDone() async throws {
        let pieces = [chunk(#"{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"#)]
        #expect(try await stream(pieces).collect().choices[0].message.content == "a")
    }

    static let cutStreams: [[String]] = [
        [], ["data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"],
        ["data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}"],
    ]

    @Test("cut short are an error, not an answer", arguments: cutStreams)
    func cut(pieces: [String]) async throws {
        let error = try await failure { () throws(OpenAIClientError) in try await stream(pieces).collect() }
        #expect(error.code == .truncated)
    }

    static let streamedErrors: [(event: String, code: OpenAIClientError.Code)] = [
        (#"data: {"error":{"message":"overloaded","type":"server_error","code":null}}"#, .server),
        ("event: error\ndata: {\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}", .rateLimited),
        (#"data: {"error":{"message":"too long","code":"context_length_exceeded"}}"#, .contextLengthExceeded),
        (#"data: {"error":{"message":"bad gateway","code":502}}"#, .server),
        (#"data: {"error":{"message":"slow down","type":"throttling","code":"429"}}"#, .rateLimited),
        (#"data: {"error":"sk-test-0123456789abcdef is bad"}"#, .server),
        ("data: {\"choices\":[{\"delta\":5}]}", .decoding), ("data: {\"choices\":[5]}", .decoding),
        ("data: {", .decoding),
    ]

    @Test("throw the error a server sends in the middle, and are over then", arguments: streamedErrors)
    func midStreamError(event: String, code: OpenAIClientError.Code) async throws {
        let pieces = [
            chunk(#"{"index":0,"delta":{"content":"a"}}"#), event + "\n\n", chunk(#"{"index":0,"delta":{}}"#),
        ]
        var iterator = try await stream(pieces).makeAsyncIterator()
        #expect(try await iterator.next()?.choices.first?.delta.content == "a")
        let error = try await failure { () throws(OpenAIClientError) in try await iterator.next() }
        #expect(error.code == code)
        #expect(!"\(error)".contains("0123456789"))
        #expect(try await iterator.next() == nil)
    }

    static let notStreams: [(body: String, code: OpenAIClientError.Code)] = [
        (#"{"error":{"message":"no","code":"model_not_found"}}"#, .notFound), ("<html>", .decoding),
    ]

    @Test("that are none are an error of the call", arguments: notStreams)
    func notAStream(body: String, code: OpenAIClientError.Code) async throws {
        let transport = StubTransport(.json(body, headers: ["Content-Type": "application/json; charset=utf-8"]))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport).chat.completions.stream(.init(model: "m", messages: []))
        }
        #expect(error.code == code)
    }

    @Test("do not hold an event larger than the limit")
    func largeEvent() async throws {
        let long = String(repeating: "x", count: 2000)
        let transport = StubTransport(.events("data: \"\(long)\"\n\n"))
        let client = OpenAIClient(transport) { $0.maximumResponseBytes = 1000 }
        let error = try await failure { () throws(OpenAIClientError) in
            try await client.chat.completions.stream(.init(model: "m", messages: [])).collect()
        }
        #expect(error.code == .responseTooLarge)
    }

    @Test("are read once")
    func readOnce() async throws {
        let stream = try await stream([chunk(#"{"index":0,"delta":{},"finish_reason":"stop"}"#)])
        var first = stream.makeAsyncIterator()
        var second = stream.makeAsyncIterator()
        #expect(try await second.next() == nil)
        #expect(try await first.next() != nil)
    }

    @Test("skip comments and empty events between chunks")
    func keepAlive() async throws {
        let pieces = [
            ": OPENROUTER PROCESSING\n\ndata:\n\n",
            chunk(#"{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"#),
            ": ping\n\n",
        ]
        #expect(try await stream(pieces).collect().choices[0].message.content == "a")
    }

    private func stream(
        _ pieces: [String], _ request: ChatCompletionRequest = .init(model: "m", messages: [])
    ) async throws(OpenAIClientError) -> OpenAIStream<ChatCompletionChunk> {
        let answer = StubTransport.Answer.response(
            status: 200, headers: ["Content-Type": "text/event-stream"], pieces: pieces.map { Array($0.utf8) })
        return try await OpenAIClient(StubTransport(answer)).chat.completions.stream(request)
    }

    private func chunk(_ choices: String, more: String = "") -> String {
        "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4o-mini\","
            + "\"choices\":[\(choices)]\(more)}\n\n"
    }

    private static func call(_ id: String?, _ name: String, _ arguments: String) -> ChatMessage.ToolCall {
        var call = ChatMessage.ToolCall(id: id ?? "", name: name, arguments: arguments)
        call.id = id
        return call
    }
}
