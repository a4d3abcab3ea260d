// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Testing

@testable import GenAIBridge

@Suite("Message events become attributes of their span")
struct MessageEventsTests {
    private static let weatherCall: AttributeValue = [
        "id": "call_1", "type": "function", "function": ["name": "weather", "arguments": "{\"city\":\"Pune\"}"],
    ]

    private static let conversation: [LogRecordData] = [
        LogRecordData(eventName: "gen_ai.system.message", body: ["content": "Be brief."]),
        LogRecordData(eventName: "gen_ai.developer.message", body: ["content": "Use tools."]),
        .user("Weather in Pune?"),
        LogRecordData(
            eventName: "gen_ai.assistant.message", body: ["content": "Let me see.", "tool_calls": [weatherCall]]),
        LogRecordData(eventName: "gen_ai.tool.message", body: ["id": "call_1", "content": "31 °C"]),
        .choice("It is 31 °C."),
    ]

    @Test("all kinds of message, in order, with tool calls and tool results")
    func conversation() throws {
        let span = try Pipelines().span(Self.conversation)
        let prompts = try json(
            #"""
            [{"role":"system","content":"Be brief."},
             {"role":"developer","content":"Use tools."},
             {"role":"user","content":"Weather in Pune?"},
             {"role":"assistant","content":"Let me see.","tool_calls":[{"id":"call_1","type":"function",
              "function":{"name":"weather","arguments":"{\"city\":\"Pune\"}"}}]},
             {"role":"tool","content":"31 °C","tool_call_id":"call_1"}]
            """#)
        #expect(try span.entries("gen_ai.prompt") == prompts)
        let completions = try json(
            #"[{"role":"assistant","content":"It is 31 °C.","finish_reason":"stop","index":0}]"#)
        #expect(try span.entries("gen_ai.completion") == completions)
    }

    @Test("indexed attributes follow the same positions")
    func indexed() throws {
        let span = try Pipelines().span(Self.conversation)
        let roles = ["system", "developer", "user", "assistant", "tool"]
        #expect((0..<5).map { span.text("gen_ai.prompt.\($0).role") } == roles)
        #expect(span.text("gen_ai.prompt.2.content") == "Weather in Pune?")
        let calls =
            #"[{"id":"call_1","type":"function","function":{"name":"weather","#
            + #""arguments":"{\"city\":\"Pune\"}"}}]"#
        #expect(span.text("gen_ai.prompt.3.tool_calls") == calls)
        #expect(span.text("gen_ai.prompt.4.tool_call.id") == "call_1")
        #expect(span.attributes["gen_ai.completion.0.index"] == 0)
        #expect(span.text("gen_ai.completion.0.role") == "assistant")
        #expect(span.text("gen_ai.completion.0.content") == "It is 31 °C.")
        #expect(span.text("gen_ai.completion.0.finish_reason") == "stop")
    }

    @Test("one content event a side, with the text of the attribute, however many messages there are")
    func contentEvents() throws {
        let span = try Pipelines().span(Self.conversation)
        #expect(span.events.map(\.name) == ["gen_ai.content.prompt", "gen_ai.content.completion"])
        #expect(span.events[0].attributes == ["content": .string(try #require(span.text("gen_ai.prompt")))])
        #expect(span.events[1].attributes == ["completion": .string(try #require(span.text("gen_ai.completion")))])
        #expect(span.events[0].nanoseconds == span.startNanoseconds)
        #expect(span.events[1].nanoseconds == span.endNanoseconds)
    }

    @Test("records go on to the next processor unchanged")
    func recordsPass() throws {
        let pipelines = Pipelines()
        _ = try pipelines.span(Self.conversation)
        #expect(pipelines.records.all.map(\.eventName) == Self.conversation.map(\.eventName))
        #expect(pipelines.records.all.map(\.body) == Self.conversation.map(\.body))
    }

    @Test("several choices keep their order, indexes and finish reasons")
    func choices() throws {
        let span = try Pipelines().span([
            .user("Hi"), .choice("B", index: 1, finishReason: "length"), .choice("A", index: 0),
        ])
        let expected = try json(
            #"""
            [{"role":"assistant","content":"B","finish_reason":"length","index":1},
             {"role":"assistant","content":"A","finish_reason":"stop","index":0}]
            """#)
        #expect(try span.entries("gen_ai.completion") == expected)
        #expect(span.attributes["gen_ai.completion.0.index"] == 1)
        #expect(span.text("gen_ai.completion.1.content") == "A")
    }

    @Test("a choice that calls tools has no content")
    func choiceWithToolCalls() throws {
        let body: AttributeValue = [
            "index": 0, "finish_reason": "tool_calls",
            "message": ["role": "assistant", "tool_calls": [Self.weatherCall]],
        ]
        let span = try Pipelines().span([LogRecordData(eventName: "gen_ai.choice", body: body)])
        let entry = try #require(try span.entries("gen_ai.completion").first)
        #expect(entry["content"] == nil)
        #expect((entry["tool_calls"] as? [Any])?.count == 1)
        #expect(span.attributes["gen_ai.completion.0.content"] == nil)
        #expect(span.attributes["gen_ai.prompt"] == nil)
    }

    @Test("messages without a body keep their places")
    func missingBodies() throws {
        let toolCall: AttributeValue = ["id": "call_1", "type": "function", "function": ["name": "weather"]]
        let span = try Pipelines().span([
            LogRecordData(eventName: "gen_ai.system.message"),
            LogRecordData(eventName: "gen_ai.user.message", body: .null),
            LogRecordData(eventName: "gen_ai.assistant.message", body: ["tool_calls": [toolCall]]),
            LogRecordData(eventName: "gen_ai.tool.message", body: ["id": "call_1"]),
            LogRecordData(eventName: "gen_ai.choice", body: ["index": 0, "finish_reason": "stop", "message": [:]]),
        ])
        let expected = try json(
            #"""
            [{"role":"system"},{"role":"user"},
             {"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather"}}]},
             {"role":"tool","tool_call_id":"call_1"}]
            """#)
        #expect(try span.entries("gen_ai.prompt") == expected)
        let completions = try json(#"[{"role":"assistant","finish_reason":"stop","index":0}]"#)
        #expect(try span.entries("gen_ai.completion") == completions)
        #expect(span.text("gen_ai.prompt.3.role") == "tool")
    }

    @Test("without content only roles, names and identifiers are written")
    func contentOff() throws {
        let pipelines = Pipelines { $0.capturesContent = false }
        let span = try pipelines.span(
            attributes: ["gen_ai.request.model": "gpt-4o"],
            Self.conversation + [
                LogRecordData(eventName: "gen_ai.assistant.message", body: ["tool_calls": "[{\"secret\":1}]"]),
                LogRecordData(eventName: "gen_ai.user.message", body: "secret"),
            ])
        let calls = try json(#"[{"id":"call_1","type":"function","function":{"name":"weather"}}]"#)
        let prompts = try span.entries("gen_ai.prompt")
        #expect(prompts.count == 7)
        #expect(prompts.allSatisfy { $0["content"] == nil })
        #expect(prompts[3]["tool_calls"] as? [NSDictionary] == calls)
        let completions = try span.entries("gen_ai.completion")
        #expect(completions.allSatisfy { $0["content"] == nil })
        let everything = span.attributes.map { "\($0.value)" } + span.events.map { "\($0.attributes)" }
        for secret in ["Pune", "brief", "31", "secret"] {
            #expect(!everything.contains { $0.contains(secret) })
        }
    }

    @Test("what the application has set itself stays")
    func applicationWins() throws {
        let pipelines = Pipelines()
        let context = pipelines.tracer.withSpan("chat", attributes: ["gen_ai.prompt": "mine"]) { span in
            span.setAttribute("gen_ai.completion.0.content", "my answer")
            span.addEvent("gen_ai.content.prompt", attributes: ["content": "my event"])
            pipelines.emitter.emit(.user("Hi"))
            pipelines.emitter.emit(.choice("Hello"))
            return span.context
        }
        let span = try pipelines.ended(context)
        #expect(span.text("gen_ai.prompt") == "mine")
        #expect(span.text("gen_ai.completion.0.content") == "my answer")
        #expect(span.text("gen_ai.completion.0.role") == "assistant")
        #expect(span.text("gen_ai.prompt.0.content") == "Hi")
        #expect(span.events.map(\.attributes).first == ["content": "my event"])
        #expect(span.events.filter { $0.name == "gen_ai.content.prompt" }.count == 1)
        #expect(Set(span.attributes.map(\.key)).count == span.attributes.count)
    }

    @Test("other records change nothing")
    func otherRecords() throws {
        let names = [
            nil, "gen_ai.message", "gen_ai..message", "gen_ai.openai.user.message", "user.message",
            "gen_ai.evaluation.result", "gen_ai.user.message2",
        ]
        let span = try Pipelines().span(names.map { LogRecordData(eventName: $0, body: ["content": "x"]) })
        #expect(span.attributes.isEmpty)
        #expect(span.events.isEmpty)
    }

    @Test("the extras can be switched off one by one")
    func switches() throws {
        let span = try Pipelines {
            $0.forms.remove(.events)
            $0.maxIndexedAttributes = 0
        }.span(Self.conversation)
        #expect(span.attributes.map(\.key) == ["gen_ai.prompt", "gen_ai.completion"])
        #expect(span.events.isEmpty)
    }
}

@Suite("Other libraries' records are understood")
struct ForeignRecordsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var record: LogRecordData
        var entry: String
    }

    static let prompts: [Case] = [
        Case(
            testDescription: "the event's name in an attribute",
            record: LogRecordData(body: ["content": "Hi"], attributes: ["event.name": "gen_ai.user.message"]),
            entry: #"[{"role":"user","content":"Hi"}]"#),
        Case(
            testDescription: "a bare text",
            record: LogRecordData(eventName: "gen_ai.user.message", body: "Hi"),
            entry: #"[{"role":"user","content":"Hi"}]"#),
        Case(
            testDescription: "a bare text that is JSON of its own",
            record: LogRecordData(eventName: "gen_ai.user.message", body: #"{"query":1}"#),
            entry: #"[{"role":"user","content":"{\"query\":1}"}]"#),
        Case(
            testDescription: "a body in JSON text",
            record: LogRecordData(
                eventName: "gen_ai.assistant.message",
                body: #" {"role":"model","content":"\ud83d\ude80","tool_calls":[{"id":"c"}]}"#),
            entry: #"[{"role":"model","content":"🚀","tool_calls":[{"id":"c"}]}]"#),
        Case(
            testDescription: "a body in an attribute",
            record: LogRecordData(
                eventName: "gen_ai.user.message", attributes: ["gen_ai.event.content": #"{"content":"Hi"}"#]),
            entry: #"[{"role":"user","content":"Hi"}]"#),
        Case(
            testDescription: "a list of parts",
            record: .user([["type": "text", "text": "Hi"], ["type": "image_url", "image_url": ["url": "http://x"]]]),
            entry: #"""
                [{"role":"user","content":[{"type":"text","text":"Hi"},
                 {"type":"image_url","image_url":{"url":"http://x"}}]}]
                """#),
        Case(
            testDescription: "an array instead of a map",
            record: LogRecordData(eventName: "gen_ai.user.message", body: ["a", 1]),
            entry: #"[{"role":"user","content":["a",1]}]"#),
        Case(
            testDescription: "numbers and truth values",
            record: LogRecordData(eventName: "gen_ai.user.message", body: ["content": true, "role": 7]),
            entry: #"[{"role":"7","content":true}]"#),
        Case(
            testDescription: "members of the wrong types",
            record: LogRecordData(
                eventName: "gen_ai.tool.message",
                body: ["role": ["x"], "id": ["y"], "tool_calls": [], "content": .null]),
            entry: #"[{"role":"tool"}]"#),
        Case(
            testDescription: "the API's name of the answered call",
            record: LogRecordData(eventName: "gen_ai.tool.message", body: ["tool_call_id": "c", "content": "1"]),
            entry: #"[{"role":"tool","content":"1","tool_call_id":"c"}]"#),
        Case(
            testDescription: "a role of its own",
            record: LogRecordData(eventName: "gen_ai.function.message", body: ["content": "1"]),
            entry: #"[{"role":"function","content":"1"}]"#),
    ]

    @Test("prompts", arguments: prompts)
    func prompt(_ example: Case) throws {
        let span = try Pipelines().span([example.record])
        #expect(try span.entries("gen_ai.prompt") == json(example.entry))
    }

    static let choices: [Case] = [
        Case(
            testDescription: "no message around it",
            record: LogRecordData(
                eventName: "gen_ai.choice",
                body: ["index": 0, "finish_reason": "stop", "role": "model", "content": "A"]),
            entry: #"[{"role":"model","content":"A","finish_reason":"stop","index":0}]"#),
        Case(
            testDescription: "the message is a text",
            record: LogRecordData(eventName: "gen_ai.choice", body: ["message": "A", "index": "2"]),
            entry: #"[{"role":"assistant","content":"A","index":2}]"#),
        Case(
            testDescription: "the message is JSON text",
            record: LogRecordData(
                eventName: "gen_ai.choice", body: ["message": #"{"content":"A"}"#, "index": 1.0]),
            entry: #"[{"role":"assistant","content":"A","index":1}]"#),
        Case(
            testDescription: "tool calls beside the message",
            record: LogRecordData(
                eventName: "gen_ai.choice", body: ["message": ["content": .null], "tool_calls": [["id": "c"]]]),
            entry: #"[{"role":"assistant","tool_calls":[{"id":"c"}]}]"#),
        Case(
            testDescription: "no body",
            record: LogRecordData(eventName: "gen_ai.choice"), entry: #"[{"role":"assistant"}]"#),
        Case(
            testDescription: "members of the wrong types",
            record: LogRecordData(
                eventName: "gen_ai.choice", body: ["message": 5, "index": 1.5, "finish_reason": ["stop"]]),
            entry: #"[{"role":"assistant","content":5}]"#),
    ]

    @Test("choices", arguments: choices)
    func choice(_ example: Case) throws {
        let span = try Pipelines().span([example.record])
        #expect(try span.entries("gen_ai.completion") == json(example.entry))
    }
}
