// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Testing

@testable import GenAIBridge

@Suite("Messages in attributes give the same prompt and completion")
struct MessageAttributesTests {
    private static let instructions: AttributeValue = [["type": "text", "content": "Be brief."]]
    private static let input: AttributeValue = [
        ["role": "user", "parts": [["type": "text", "content": "Weather in Pune?"]]],
        [
            "role": "assistant",
            "parts": [
                ["type": "text", "content": "Let me see."],
                ["type": "tool_call", "id": "call_1", "name": "weather", "arguments": ["city": "Pune"]],
            ],
        ],
        ["role": "tool", "parts": [["type": "tool_call_response", "id": "call_1", "response": "31 °C"]]],
    ]
    private static let output: AttributeValue = [
        ["role": "assistant", "parts": [["type": "text", "content": "31 °C."]], "finish_reason": "stop"],
        [
            "role": "assistant", "parts": [["type": "tool_call", "id": "call_2", "name": "now"]],
            "finish_reason": "tool_call",
        ],
    ]

    private static let prompts = #"""
        [{"role":"system","content":"Be brief."},
         {"role":"user","content":"Weather in Pune?"},
         {"role":"assistant","content":"Let me see.","tool_calls":[{"id":"call_1","type":"function",
          "function":{"name":"weather","arguments":"{\"city\":\"Pune\"}"}}]},
         {"role":"tool","content":"31 °C","tool_call_id":"call_1"}]
        """#
    private static let completions = #"""
        [{"role":"assistant","content":"31 °C.","finish_reason":"stop","index":0},
         {"role":"assistant","tool_calls":[{"id":"call_2","type":"function","function":{"name":"now"}}],
          "finish_reason":"tool_calls","index":1}]
        """#

    private static func attributes(_ encode: (AttributeValue) -> AttributeValue = { $0 }) -> Attributes {
        [
            "gen_ai.system_instructions": encode(instructions), "gen_ai.input.messages": encode(input),
            "gen_ai.output.messages": encode(output),
        ]
    }

    private static func asText(_ value: AttributeValue) -> AttributeValue { .string(value.jsonText) }

    @Test("structured attributes of the span")
    func structured() throws {
        let span = try Pipelines().span(attributes: Self.attributes(), [])
        #expect(try span.entries("gen_ai.prompt") == json(Self.prompts))
        #expect(try span.entries("gen_ai.completion") == json(Self.completions))
        #expect(span.text("gen_ai.prompt.3.tool_call.id") == "call_1")
        #expect(span.attributes["gen_ai.input.messages"] == Self.input)
        #expect(span.events.count == 2)
    }

    @Test("attributes in JSON text")
    func text() throws {
        let span = try Pipelines().span(attributes: Self.attributes(Self.asText), [])
        #expect(try span.entries("gen_ai.prompt") == json(Self.prompts))
        #expect(try span.entries("gen_ai.completion") == json(Self.completions))
    }

    @Test("the event that carries them all and names the span")
    func event() throws {
        let pipelines = Pipelines()
        let record = LogRecordData(
            eventName: "gen_ai.client.inference.operation.details", attributes: Self.attributes())
        let span = try pipelines.span([record])
        #expect(try span.entries("gen_ai.prompt") == json(Self.prompts))
        #expect(try span.entries("gen_ai.completion") == json(Self.completions))
        #expect(span.attributes["gen_ai.input.messages"] == nil)
    }

    @Test("nothing is doubled when events and attributes say the same")
    func bothGenerations() throws {
        let details = LogRecordData(
            eventName: "gen_ai.client.inference.operation.details", attributes: Self.attributes())
        let records = [details, LogRecordData.user("Hi"), details, .choice("Hello")]
        let span = try Pipelines().span(attributes: Self.attributes(), records)
        #expect(try span.entries("gen_ai.prompt") == json(#"[{"role":"user","content":"Hi"}]"#))
        let completions = try json(#"[{"role":"assistant","content":"Hello","finish_reason":"stop","index":0}]"#)
        #expect(try span.entries("gen_ai.completion") == completions)
    }

    @Test("the last such event counts, because it holds all before it")
    func lastEvent() throws {
        let first = LogRecordData(
            eventName: "gen_ai.client.inference.operation.details",
            attributes: ["gen_ai.input.messages": [["role": "user", "parts": [["type": "text", "content": "old"]]]]])
        let last = LogRecordData(
            eventName: "gen_ai.client.inference.operation.details", attributes: Self.attributes())
        let span = try Pipelines().span([first, last])
        #expect(try span.entries("gen_ai.prompt") == json(Self.prompts))
    }

    @Test("several parts become a list of parts, media and reasoning among them")
    func parts() throws {
        let input: AttributeValue = [
            [
                "role": "user",
                "parts": [
                    ["type": "text", "content": "What is this?"],
                    ["type": "uri", "modality": "image", "uri": "https://example.com/a.png"],
                ],
            ]
        ]
        let output: AttributeValue = [
            ["parts": [["type": "reasoning", "content": "Hm."], ["type": "text", "content": "A cat."]]]
        ]
        let span = try Pipelines().span(
            attributes: ["gen_ai.input.messages": input, "gen_ai.output.messages": output], [])
        let prompts = try json(
            #"""
            [{"role":"user","content":[{"type":"text","text":"What is this?"},
              {"type":"uri","modality":"image","uri":"https://example.com/a.png"}]}]
            """#)
        #expect(try span.entries("gen_ai.prompt") == prompts)
        let completions = try json(
            #"""
            [{"role":"assistant","content":[{"type":"reasoning","content":"Hm."},{"type":"text","text":"A cat."}],
              "index":0}]
            """#)
        #expect(try span.entries("gen_ai.completion") == completions)
    }

    @Test("results of parallel tool calls are one entry each")
    func parallelResults() throws {
        let input: AttributeValue = [
            [
                "role": "tool",
                "parts": [
                    ["type": "tool_call_response", "id": "a", "response": ["sum": 3]],
                    ["type": "tool_call_response", "id": "b", "response": "x"],
                ],
            ]
        ]
        let span = try Pipelines().span(attributes: ["gen_ai.input.messages": input], [])
        let expected = try json(
            #"""
            [{"role":"tool","content":{"sum":3},"tool_call_id":"a"},{"role":"tool","content":"x","tool_call_id":"b"}]
            """#)
        #expect(try span.entries("gen_ai.prompt") == expected)
    }

    @Test("elements in unknown shapes are shown, not lost and not invented")
    func unknownShapes() throws {
        let input: AttributeValue = [
            ["role": "user", "content": "old shape"], "a text", #"{"role":"user","parts":[]}"#,
            ["parts": ["loose", ["type": "text"]]],
        ]
        let span = try Pipelines().span(
            attributes: ["gen_ai.input.messages": input, "gen_ai.system_instructions": "plain"], [])
        let expected = try json(
            #"""
            [{"role":"system","content":"plain"},{"role":"user","content":"old shape"},
             {"role":"user","content":"a text"},{"role":"user"},
             {"role":"user","content":["loose",{"type":"text"}]}]
            """#)
        #expect(try span.entries("gen_ai.prompt") == expected)
    }

    @Test(
        "attributes that hold no messages give nothing",
        arguments: ["[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"cont", "nothing", 5, true] as [AttributeValue])
    func noMessages(_ value: AttributeValue) throws {
        let span = try Pipelines().span(
            attributes: ["gen_ai.input.messages": value, "gen_ai.output.messages": value], [])
        #expect(span.attributes.count == 2)
        #expect(span.events.isEmpty)
    }

    @Test("without content only roles, names and identifiers are written")
    func contentOff() throws {
        let span = try Pipelines { $0.capturesContent = false }.span(attributes: Self.attributes(), [])
        let prompts = try json(
            #"""
            [{"role":"system"},{"role":"user"},
             {"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather"}}]},
             {"role":"tool","tool_call_id":"call_1"}]
            """#)
        #expect(try span.entries("gen_ai.prompt") == prompts)
    }

    @Test("promotion from attributes can be switched off")
    func switchedOff() throws {
        let details = LogRecordData(
            eventName: "gen_ai.client.inference.operation.details", attributes: Self.attributes())
        let span = try Pipelines { $0.promotesMessageAttributes = false }
            .span(attributes: Self.attributes(), [details])
        #expect(span.attributes.count == 3)
    }
}
