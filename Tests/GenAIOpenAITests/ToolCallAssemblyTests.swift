// SPDX-License-Identifier: MIT

import GenAIOpenAI
import Testing

@Suite("Tool calls in pieces")
struct ToolCallAssemblyTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// The `tool_calls` of one chunk each.
        var chunks: [String]
        /// Name and arguments of the calls.
        var calls: [[String]]
        var ids: [String?]?

        init(_ description: String, _ chunks: [String], _ calls: [[String]], ids: [String?]? = nil) {
            testDescription = description
            self.chunks = chunks
            self.calls = calls
            self.ids = ids
        }
    }

    private static func piece(
        index: Int? = nil, id: String? = nil, _ name: String? = nil, _ arguments: String? = nil
    ) -> String {
        var function: JSONObject = [:]
        function["name"] = name.map(JSONValue.string)
        function["arguments"] = arguments.map(JSONValue.string)
        var call: JSONObject = ["function": .object(function)]
        call["index"] = index.map { .integer(Int64($0)) }
        call["id"] = id.map(JSONValue.string)
        return JSONValue.object(call).serializedText
    }

    static let cases = [
        Case(
            "all with index 0, each with its own id",
            [piece(index: 0, id: "a", "f", "{\"x\":1}"), piece(index: 0, id: "b", "f", "{\"x\":2}")],
            [["f", "{\"x\":1}"], ["f", "{\"x\":2}"]], ids: ["a", "b"]),
        Case(
            "all with index 0, in pieces, each with its own id",
            [
                piece(index: 0, id: "a", "f", ""), piece(index: 0, nil, "{\"x\":"), piece(index: 0, nil, "1}"),
                piece(index: 0, id: "b", "g", ""), piece(index: 0, nil, "{\"y\":"), piece(index: 0, nil, "2}"),
            ], [["f", "{\"x\":1}"], ["g", "{\"y\":2}"]], ids: ["a", "b"]),
        Case(
            "all with index 0 and an empty id, the same function",
            [piece(index: 0, id: "", "f", "{}"), piece(index: 0, id: "", "f", "{\"x\":2}")],
            [["f", "{}"], ["f", "{\"x\":2}"]]),
        Case(
            "all with index 0 and no id, another function",
            [piece(index: 0, "f", "{\"x\":1}"), piece(index: 0, "g", "{\"x\":2}")],
            [["f", "{\"x\":1}"], ["g", "{\"x\":2}"]]),
        Case(
            "the head of the second with the index of the first, its tail with its own",
            [
                piece(index: 0, id: "a", "f", "{\"x\":1}"), piece(index: 0, id: "b", "g", "{\"y\""),
                piece(index: 1, nil, ":2"), piece(index: 1, nil, "}"),
            ], [["f", "{\"x\":1}"], ["g", "{\"y\":2}"]]),
        Case(
            "an id already seen, under another index",
            [
                piece(index: 0, id: "a", "f", "{"), piece(index: 1, id: "b", "g", "{"),
                piece(index: 1, id: "a", nil, "}"),
                piece(index: 1, id: "b", nil, "}"),
            ],
            [["f", "{}"], ["g", "{}"]]),
        Case(
            "two in one list without index and id",
            ["\(piece("f", "{\"x\":1}")),\(piece("g", ""))"], [["f", "{\"x\":1}"], ["g", ""]]),
        Case(
            "two in one list with index 0 and no arguments",
            ["\(piece(index: 0, "f", "")),\(piece(index: 0, "g", ""))"], [["f", ""], ["g", ""]]),
        Case(
            "two in lists without index, by their place",
            ["\(piece(id: "a", "f", "")),\(piece(id: "b", "g", ""))", "\(piece(nil, "{1")),\(piece(nil, "{2"))"],
            [["f", "{1"], ["g", "{2"]]),
        Case(
            "the name whole each time",
            [piece(index: 0, id: "a", "f", "{\"x\""), piece(index: 0, "f", ":1"), piece(index: 0, "f", "}")],
            [["f", "{\"x\":1}"]]),
        Case(
            "the name repeated after the arguments",
            [piece(index: 0, id: "a", "f", "{\"x\":1}"), piece(index: 0, id: "a", "f", ""), piece(index: 0, "f", "")],
            [["f", "{\"x\":1}"]]),
        Case(
            "the name in pieces",
            [piece(index: 0, id: "a", "edit_ex", ""), piece(index: 0, "isting", ""), piece(index: 0, "_file", "{}")],
            [["edit_existing_file", "{}"]]),
        Case(
            "the name longer each time",
            [
                piece(index: 0, id: "a", "get", ""), piece(index: 0, "get_wea", ""),
                piece(index: 0, "get_weather", "{}"),
            ],
            [["get_weather", "{}"]]),
        Case(
            "an id made up for each piece",
            [
                piece(index: 0, id: "a", "f", ""), piece(index: 0, id: "b", nil, "{\"x\""),
                piece(index: 0, id: "c", nil, ":1}"),
                piece(index: 0, id: "d", nil, ""),
            ],
            [["f", "{\"x\":1}"]], ids: ["a"]),
        Case(
            "numbers as ids",
            [
                #"{"index":0,"id":7,"function":{"name":"f","arguments":"{}"}}"#,
                #"{"index":0,"id":8,"function":{"name":"f","arguments":"{}"}}"#,
            ],
            [["f", "{}"], ["f", "{}"]], ids: ["7", "8"]),
        Case(
            "null as id, type and index",
            [
                #"{"index":null,"id":null,"type":null,"function":{"name":"f","arguments":"{"}}"#,
                #"{"index":null,"id":null,"type":null,"function":{"name":null,"arguments":"}"}}"#,
            ],
            [["f", "{}"]]),
        Case(
            "an index of its own for each piece",
            [piece(index: 0, id: "a", "f", "{"), piece(index: 1, nil, "\"x\":1"), piece(index: 2, nil, "}")],
            [["f", "{\"x\":1}"]]),
        Case(
            "{} before the arguments",
            [piece(index: 0, id: "a", "f", "{}"), piece(index: 0, nil, "{\"x\":"), piece(index: 0, nil, "1}")],
            [["f", "{\"x\":1}"]]),
        Case(
            "whole arguments repeated at the end",
            [piece(index: 0, id: "a", "f", ""), piece(index: 0, nil, "{\"x\":1}"), piece(index: 0, nil, "{\"x\":1}")],
            [["f", "{\"x\":1}"]]),
        Case(
            "braces in strings are no end of the arguments",
            [piece(index: 0, "f", #"{"a":"}\""#), piece(index: 0, "f", #"}","b":1}"#)], [["f", #"{"a":"}\"}","b":1}"#]]),
        Case(
            "without arguments, then another", [piece(index: 0, id: "a", "f", ""), piece(index: 1, id: "b", "g", "")],
            [["f", ""], ["g", ""]], ids: ["a", "b"]),
    ]

    @Test("are the calls that were meant", arguments: cases)
    func meant(test: Case) throws {
        var accumulator = ChatAccumulator()
        for chunk in test.chunks {
            let text = #"{"choices":[{"index":0,"delta":{"tool_calls":[\#(chunk)]}}]}"#
            accumulator.add(try ChatCompletionChunk(json: JSONValue(parsing: text)))
        }
        let calls = accumulator.completion.choices[0].message.toolCalls
        #expect(calls.map { [$0.function?.name ?? "", $0.function?.arguments ?? ""] } == test.calls)
        if let ids = test.ids { #expect(calls.map(\.id) == ids) }
        #expect(calls.allSatisfy { $0.type == "function" && $0.index == nil })
    }

    @Test("one call outside a list, arguments as an object, and the older form are read alike")
    func otherForms() throws {
        var accumulator = ChatAccumulator()
        for delta in [
            #"{"tool_calls":{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}}"#,
            #"{"function_call":{"name":"g","arguments":"{"}}"#, #"{"function_call":{"arguments":"}"}}"#,
        ] {
            accumulator.add(try ChatCompletionChunk(json: JSONValue(parsing: #"{"choices":[{"delta":\#(delta)}]}"#)))
        }
        let message = accumulator.completion.choices[0].message
        #expect(message.toolCalls.map(\.function?.arguments) == [#"{"x":1}"#])
        #expect(message.functionCall?.name == "g")
        #expect(message.functionCall?.arguments == "{}")
    }
}
