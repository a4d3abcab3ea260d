// SPDX-License-Identifier: MIT

import GenAICore
import GenAIHTTP
import GenAIInstrumentation
import Testing

@testable import GenAIOpenAI

@Suite("Streamed responses")
struct ResponseStreamTests {
    static let begun: String =
        #"{"type":"response.created","response":{"id":"r","model":"m","status":"in_progress","output":[]}}"#
    static let item: String =
        #"{"type":"message","id":"msg","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello"}]}"#
    static let added: String =
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg","role":"assistant","content":[]}}"#

    /// The events of a stream, of which the last leaves out its output.
    static let streams: [[String]] = [
        [added, #"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#],
        [
            added, #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hel"}"#,
            #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"lo"}"#,
        ],
        [added, #"{"type":"response.output_text.done","item_id":"msg","content_index":0,"text":"Hello"}"#],
        [
            #"{"type":"response.output_text.delta","delta":"Hel"}"#,
            #"{"type":"response.output_text.delta","delta":"lo"}"#,
        ],
        [
            added, #"{"type":"response.output_text.delta","item_id":"msg","delta":"Hello"}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"msg","content":[]}}"#,
        ],
    ]

    static let lasts: [String] = [
        #"{"type":"response.completed","response":{"id":"r","status":"completed","output":[],"usage":{"input_tokens":3,"output_tokens":4}}}"#,
        #"{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":3,"output_tokens":4}}}"#,
        #"{"type":"response.completed","response":{"status":"completed","output":null,"usage":{"input_tokens":3,"output_tokens":4}}}"#,
    ]

    @Test("whose last event lacks the output return the items that came", arguments: streams, lasts)
    func withoutOutput(events: [String], last: String) async throws {
        let response = try await collect([Self.begun] + events + [last])
        #expect(response.outputText == "Hello")
        #expect(response.status == .completed)
        #expect(response.id == "r")
        #expect(response.model == "m")
        #expect(response.usage?.tokenUsage.outputTokens == 4)
    }

    @Test("keep calls, thinking and refusals in their order and by their ids")
    func otherItems() async throws {
        let response = try await collect([
            Self.begun,
            #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs"}}"#,
            #"{"type":"response.reasoning_summary_text.delta","item_id":"rs","output_index":0,"summary_index":0,"delta":"Hm"}"#,
            #"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"fb","call_id":"b","name":"g"}}"#,
            #"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fa","call_id":"a","name":"f","arguments":""}}"#,
            #"{"type":"response.function_call_arguments.delta","item_id":"fa","delta":"{\"x\""}"#,
            #"{"type":"response.function_call_arguments.delta","item_id":"fb","delta":"{}"}"#,
            #"{"type":"response.function_call_arguments.delta","item_id":"fa","delta":":1}"}"#,
            #"{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"fa","call_id":"a","name":"f","arguments":"{}"}}"#,
            #"{"type":"response.refusal.delta","output_index":3,"content_index":0,"delta":"No"}"#,
            #"{"type":"response.hologram.delta","output_index":4,"delta":"?"}"#, Self.lasts[0],
        ])
        #expect(response.output.first?.summary?.map(\.text) == ["Hm"])
        #expect(response.functionCalls.map(\.callID) == ["a", "b"])
        #expect(response.functionCalls.map(\.arguments) == [#"{"x":1}"#, "{}"])
        #expect(response.refusal == "No")
    }

    static let unfinishedEnds: [(event: String, status: ModelResponse.Status)] = [
        (
            #"{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}"#,
            .incomplete
        ),
        (
            #"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"boom"}}}"#,
            .failed
        ),
        (#"{"type":"response.cancelled","response":{"status":"cancelled"}}"#, .cancelled),
    ]

    @Test("that are incomplete, failed or cancelled keep what came", arguments: unfinishedEnds)
    func unfinished(event: String, status: ModelResponse.Status) async throws {
        let response = try await collect(
            [Self.begun, Self.added, #"{"type":"response.output_text.delta","item_id":"msg","delta":"Hel"}"#, event])
        #expect(response.status == status)
        #expect(response.outputText == "Hel")
        #expect(response.id == "r")
    }

    @Test("name their events in the event line, or answer whole")
    func otherForms() async throws {
        let named =
            "event: response.completed\ndata: {\"response\":{\"id\":\"r\",\"status\":\"completed\",\"output\":[\(Self.item)]}}\n\n"
        #expect(try await stream(named).collect().outputText == "Hello")
        let plain = #"{"id":"r","status":"completed","output":[\#(Self.item)]}"#
        var types: [ModelResponse.Event.EventType] = []
        for try await event in try await stream(plain) { types.append(event.type) }
        #expect(types == [.completed])
        #expect(try await stream(plain).collect().outputText == "Hello")
        let error = try await failure { () throws(OpenAIClientError) in
            try await self.stream("data: \(Self.begun)\n\ndata: [DON").collect()
        }
        #expect(error.code == .truncated)
    }

    @Test("are continued by their id, and what the server does not store is sent back as it came")
    func continued() async throws {
        let transport = StubTransport(
            .events("data: \(Self.begun)\n\ndata: \(Self.streams[0][1])\n\ndata: \(Self.lasts[0])\n\n"),
            .json(#"{"id":"r2","previous_response_id":"r","status":"completed","output":[]}"#),
            .json(#"{"id":"r3","status":"queued","output":[]}"#))
        let client = OpenAIClient(transport)
        let first = try await client.responses.stream(.init(model: "m", input: "a")).collect()
        let second = try await client.responses.create(
            .init(model: "m", input: "b", previousResponseID: first.id))
        #expect(second.previousResponseID == "r")
        var third = ResponseRequest(model: "m", input: .items(first.output + [.message(.user, "c")]))
        third.background = true
        #expect(try await client.responses.create(third).status == .queued)
        let requests = try transport.requests.map { try $0.json }
        #expect(requests[1]["previous_response_id"] == "r")
        #expect(try requests[2]["input"]?.arrayValue?.first == JSONValue(parsing: Self.item))
    }

    @Test("bill the searches that the server made, not the pages it opened")
    func searches() throws {
        let output = [
            #"{"type":"web_search_call","action":{"type":"search","query":"x"}}"#, #"{"type":"web_search_call"}"#,
            #"{"type":"web_search_call","action":{"type":"open_page","url":"u"}}"#,
            #"{"type":"web_search_call","status":"failed","action":{"type":"search"}}"#,
            #"{"type":"file_search_call"}"#,
        ].joined(separator: ",")
        let response = try ModelResponse(json: JSONValue(parsing: #"{"status":"completed","output":[\#(output)]}"#))
        #expect(response.usageReport.usage?.webSearches == 2)
        #expect(response.usageReport.usage?.storageSearches == 1)
    }

    /// Calls of tools, and the number of containers that they ran in.
    static let containers: [(items: [String], count: Int?)] = [
        ([#"{"type":"code_interpreter_call","container_id":"a","status":"completed"}"#], 1),
        (
            [
                #"{"type":"code_interpreter_call","container_id":"a"}"#,
                #"{"type":"code_interpreter_call","container_id":"a"}"#,
                #"{"type":"code_interpreter_call","container_id":"b","status":"failed"}"#,
            ], 2
        ),
        ([#"{"type":"code_interpreter_call"}"#, #"{"type":"code_interpreter_call","container_id":null}"#], 1),
        (
            [
                #"{"type":"shell_call","environment":{"type":"container_reference","container_id":"a"}}"#,
                #"{"type":"code_interpreter_call","container_id":"a"}"#,
            ], 1
        ),
        (
            [
                #"{"type":"shell_call","environment":{"type":"local"}}"#, #"{"type":"shell_call"}"#,
                #"{"type":"local_shell_call"}"#, #"{"type":"web_search_call"}"#,
            ], nil
        ),
    ]

    @Test(
        "bill each container in which the server ran code once, with or without the output at the end",
        arguments: containers)
    func codeSessions(items: [String], count: Int?) async throws {
        let usage = #""usage":{"input_tokens":3,"output_tokens":4}"#
        let whole = #"{"status":"completed","output":[\#(items.joined(separator: ","))],\#(usage)}"#
        let response = try ModelResponse(json: JSONValue(parsing: whole))
        #expect(response.usageReport.usage?.codeSessions == count)
        let done = items.enumerated().map {
            #"{"type":"response.output_item.done","output_index":\#($0),"item":\#($1)}"#
        }
        for last in [#"{"type":"response.completed","response":\#(whole)}"#, Self.lasts[0]] {
            let events = [Self.begun] + done + [last]
            #expect(try await collect(events).usageReport.usage?.codeSessions == count)
            var answer = ModelAnswer()
            for event in events {
                try ModelResponse.Event(json: JSONValue(parsing: event)).add(to: &answer)
            }
            #expect(answer.usage?.codeSessions == count)
            #expect(answer.usage?.outputTokens == 4)
        }
    }

    private func collect(_ events: [String]) async throws(OpenAIClientError) -> ModelResponse {
        try await stream(events.map { "data: \($0)\n\n" }.joined()).collect()
    }

    private func stream(_ text: String) async throws(OpenAIClientError) -> OpenAIStream<ModelResponse.Event> {
        let transport = StubTransport(.response(status: 200, headers: [:], pieces: [Array(text.utf8)]))
        return try await OpenAIClient(transport).responses.stream(.init(model: "m", input: "a"))
    }
}
