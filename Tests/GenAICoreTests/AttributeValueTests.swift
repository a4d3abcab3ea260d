// SPDX-License-Identifier: MIT
import GenAICore
import Testing

@Suite("An attribute value")
struct AttributeValueTests {
    static let model = "gpt-4o"
    static let literals: [(literal: AttributeValue, value: AttributeValue)] = [
        ("text", .string("text")), ("chat \(model)", .string("chat gpt-4o")), (true, .bool(true)), (42, .int(42)),
        (0.5, .double(0.5)), (["a", 1, .null], .array([.string("a"), .int(1), .null])),
        (["key": ["nested": 1]], .map(Attributes([Attribute(key: "key", value: .map(["nested": .int(1)]))]))),
    ]

    @Test("read as text: what is plain as it is, the rest as JSON")
    func descriptions() {
        let values: [(AttributeValue, String)] = [
            ("two words", "two words"), (7, "7"), (2.4e-06, "2.4e-06"), (true, "true"), (.null, "null"),
            (["a", 1], #"["a",1]"#), (.map(["k": [false]]), #"{"k":[false]}"#),
        ]
        for (value, text) in values { #expect("\(value)" == text) }
    }

    @Test("is written with literals of every kind", arguments: literals)
    func literal(literal: AttributeValue, value: AttributeValue) {
        #expect(literal == value)
    }

    @Test("gives back what it was made of")
    func roundTrips() {
        #expect(String(attributeValue: "text".attributeValue) == "text")
        #expect(Bool(attributeValue: true.attributeValue) == true)
        #expect(Int(attributeValue: Int.min.attributeValue) == Int.min)
        #expect(Double(attributeValue: 0.7.attributeValue) == 0.7)
        #expect([String](attributeValue: ["stop", "length"].attributeValue) == ["stop", "length"])
        #expect(OperationName(attributeValue: OperationName.chat.attributeValue) == .chat)
        #expect(AttributeValue(attributeValue: .bytes([1])) == .bytes([1]))
    }

    @Test(
        "of one text is an array of that text, also where it is one that lies in the program",
        arguments: ["stop", "tool_calls", "length", "content_filter", "stopp", "", "STOP"])
    func listOfOne(text: String) {
        #expect([text].attributeValue == .array([.string(text)]))
        #expect([AttributeValue.string(text)].attributeValue == .array([.string(text)]))
    }

    @Test("is not read as another type")
    func mismatches() {
        #expect(String(attributeValue: 1) == nil)
        #expect(Bool(attributeValue: 1) == nil)
        #expect(Int(attributeValue: 1.0) == nil)
        #expect(Double(attributeValue: "1") == nil)
        #expect([String](attributeValue: ["a", 1]) == nil)
        #expect([String](attributeValue: "a") == nil)
        #expect(ProviderName(attributeValue: 1) == nil)
    }

    @Test("is read as a floating-point number when it is a whole one")
    func widening() {
        #expect(Double(attributeValue: 3) == 3)
    }

    @Test("differs from an equal number of another type, as it does on the wire")
    func typesDiffer() {
        #expect(AttributeValue.int(1) != .double(1))
        #expect(AttributeValue.string("1") != .int(1))
    }

    @Test("keeps enumerations of the application by their raw value")
    func enumerations() {
        enum Tier: String, AttributeValueConvertible { case gold, basic }
        #expect(Tier.gold.attributeValue == "gold")
        #expect(Tier(attributeValue: "basic") == .basic)
        #expect(Tier(attributeValue: "unknown") == nil)
    }
}
