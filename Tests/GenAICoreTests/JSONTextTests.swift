// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetryTesting
import Testing

@Suite("JSON text of attribute values")
struct JSONTextTests {
    static let exact: [(value: AttributeValue, text: String)] = [
        (.null, "null"), (true, "true"), (false, "false"),
        (0, "0"), (-1, "-1"), (.int(.max), "9223372036854775807"), (.int(.min), "-9223372036854775808"),
        (1.5, "1.5"), (.double(-0.0), "-0.0"), (.double(1e21), "1e+21"), (.double(.leastNonzeroMagnitude), "5e-324"),
        (.double(.nan), "\"NaN\""), (.double(.infinity), "\"Infinity\""), (.double(-.infinity), "\"-Infinity\""),
        ("", "\"\""), ("\"\\/", "\"\\\"\\\\/\""), ("\u{8}\t\n\u{C}\r", "\"\\b\\t\\n\\f\\r\""),
        ("\0\u{1}\u{F}\u{10}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u000f\\u0010\\u001f\u{7F}\""),
        ("é🧠\u{2028}", "\"é🧠\u{2028}\""),
        (.bytes([]), "\"\""), (.bytes([0xFF]), "\"/w==\""), (.bytes([0, 1]), "\"AAE=\""),
        (.bytes([0xFB, 0xEF, 0xBE]), "\"++++\""),
        ([], "[]"), ([1, [.null], "x"], "[1,[null],\"x\"]"),
        ([:], "{}"), (["a": 1, "b\"": ["c": []]], "{\"a\":1,\"b\\\"\":{\"c\":[]}}"),
    ]

    @Test("is exactly this", arguments: exact)
    func text(value: AttributeValue, text: String) {
        #expect(value.jsonText == text)
    }

    @Test("escapes a special character wherever it stands in a block of sixteen", arguments: 0..<40)
    func position(index: Int) {
        for special in ["\"", "\\", "\n", "\u{1}"] {
            let text = String(repeating: "x", count: index) + special + String(repeating: "y", count: 40 - index)
            #expect(parsed(.string(text)) as? [String] == [text])
        }
    }

    @Test("reads back as the same value with Foundation's parser", arguments: 0..<300 as Range<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let value = randomValue(levels: 4, using: &random)
        let other = try JSONSerialization.data(withJSONObject: [foundationValue(value)])
        let theirs = try JSONSerialization.jsonObject(with: other) as? NSArray
        #expect(parsed(value) == theirs, "\(value.jsonText)")
    }

    @Test("writes null for what is nested too deep")
    func depth() {
        var value: AttributeValue = 1
        for _ in 0..<128 { value = [value] }
        #expect(value.jsonText.contains("1"))
        for _ in 0..<5_000 { value = [value] }
        #expect(value.jsonText == String(repeating: "[", count: 128) + "null" + String(repeating: "]", count: 128))
    }

    @Test("separates lines and members without help")
    func separators() {
        var writer = JSONWriter()
        writer.object { object in
            object.field("a")
            object.quoted(UInt64.max)
            object.field("b")
            object.hex(0x0123_4567_89AB_CDEF, 1)
        }
        writer.raw("\n")
        writer.array { $0.int(UInt8.max) }
        let expected = """
            {"a":"18446744073709551615","b":"0123456789abcdef0000000000000001"}
            [255]
            """
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    private func parsed(_ value: AttributeValue) -> NSArray? {
        try? JSONSerialization.jsonObject(with: Data("[\(value.jsonText)]".utf8)) as? NSArray
    }
}

/// The value as Foundation's parser would give it.
private func foundationValue(_ value: AttributeValue) -> Any {
    switch value {
    case .string(let text): text
    case .bool(let flag): flag
    case .int(let number): number
    case .double(let number):
        number.isFinite ? number as Any : number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    case .bytes(let data): Data(data).base64EncodedString()
    case .array(let elements): elements.map(foundationValue)
    case .map(let entries):
        Dictionary(entries.map { ($0.key, foundationValue($0.value)) }, uniquingKeysWith: { $1 })
    case .null: NSNull()
    }
}

private func randomValue(levels: Int, using random: inout SeededRandom) -> AttributeValue {
    switch Int.random(in: 0..<(levels > 0 ? 8 : 6), using: &random) {
    case 0: .null
    case 1: .bool(.random(using: &random))
    case 2: .int(Int(truncatingIfNeeded: random.next()) >> Int.random(in: 0..<64, using: &random))
    case 3: .double(Double(bitPattern: random.next()))
    case 4: .bytes((0..<Int.random(in: 0..<70, using: &random)).map { _ in .random(in: 0...255, using: &random) })
    case 5: .string(randomText(using: &random))
    case 6:
        .array(
            (0..<Int.random(in: 0..<6, using: &random)).map { _ in randomValue(levels: levels - 1, using: &random) })
    default:
        .map(
            Attributes(
                (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                    Attribute(key: randomText(using: &random), value: randomValue(levels: levels - 1, using: &random))
                }))
    }
}

private func randomText(using random: inout SeededRandom) -> String {
    let alphabet: [ClosedRange<UInt32>] = [
        0x00...0x7F, 0x20...0x5D, 0x80...0xD7FF, 0xE000...0xFFFF, 0x1_0000...0x10_FFFF,
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<50, using: &random) {
        let range = alphabet[Int.random(in: 0..<5, using: &random)]
        if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
    }
    return String(text)
}
