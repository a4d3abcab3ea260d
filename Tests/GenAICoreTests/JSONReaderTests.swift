// SPDX-License-Identifier: MIT
import GenAITelemetryTesting
import Testing

@testable import GenAICore

@Suite("JSON reader")
struct JSONReaderTests {
    static func tree(_ text: String, _ options: JSONReader.Options = .init()) throws(JSONSyntaxError) -> JSONTree {
        try JSONReader.read(text, options: options) { (reader) throws(JSONSyntaxError) in try JSONTree(&reader) }
    }

    @Test(
        "reads values of every kind",
        arguments: [
            ("null", .null), (" true\n", .bool(true)), ("false", .bool(false)), ("-0.5e+3", .number("-0.5e+3")),
            ("\"\"", .string("")), ("\"a\\u0041\\n\\/\\\"\"", .string("aA\n/\"")), ("[]", .array([])),
            ("{ }", .object([])), ("[1, [2],\t{}]", .array([.number("1"), .array([.number("2")]), .object([])])),
            (
                "{\"a\":1,\"a\":2}",
                .object([.init(name: "a", value: .number("1")), .init(name: "a", value: .number("2"))])
            ),
        ] as [(String, JSONTree)])
    func values(text: String, expected: JSONTree) throws {
        #expect(try Self.tree(text) == expected)
        let skipped = try JSONReader.read(text) { (reader) throws(JSONSyntaxError) in
            String(decoding: try reader.skipValue(), as: UTF8.self)
        }
        #expect(try Self.tree(skipped) == expected)
        #expect(skipped.first != " " && skipped.last != "\n")
    }

    static let malformed = [
        "", " ", "nul", "nulL", "tru", "True", "+1", "01", "-", "-01", "1.", ".5", "1e", "1e+", "0x1", "NaN", "'a'",
        "\"a", "\"\\x\"", "\"\\u12G4\"", "\"\\u12", "\"\u{1}\"", "\"\t\"", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
        "[1}", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{1:1}", "{\"a\" 1}",
        "{\"a\":1]", "{\"a\":1 \"b\":2}", "{\"a\"}", "1 2", "{} x", "]", "}", ":", ",", "[1],", "// c\n1", "\u{FEFF}1",
        "\u{A0}1", "[\"a\":1]", "{\"a\":}", "{\"a\":,}", "[[]", "{\"a\":{}",
    ]

    @Test("refuses what is not JSON, whether it is read or skipped", arguments: malformed)
    func refusal(text: String) {
        #expect(throws: JSONSyntaxError.self) { try Self.tree(text) }
        #expect(throws: JSONSyntaxError.self) {
            try JSONReader.read(text) { (reader) throws(JSONSyntaxError) in _ = try reader.skipValue() }
        }
        #expect(throws: JSONSyntaxError.self) {
            try JSONReader.read(text) { (reader) throws(JSONSyntaxError) in
                guard try reader.nextToken() != nil else { throw reader.failure("a value") }
                while try reader.nextToken() != nil {}
                if text == "1 2" || text == "[1]," { throw reader.failure("the end") }
            }
        }
    }

    @Test("says of a text that is cut anywhere that it ends too early")
    func cut() throws {
        let text = #"{"a":[1.5e3,true,null,"b\u00e9\ud83e\udd9c"],"c":{}}"#
        _ = try Self.tree(text)
        for length in 0..<text.utf8.count {
            let cut = Array(text.utf8.prefix(length))
            let error = #expect(throws: JSONSyntaxError.self) {
                try JSONReader.read(cut) { (reader) throws(JSONSyntaxError) in _ = try JSONTree(&reader) }
            }
            #expect(
                error?.reason == .unexpectedEnd, "\(String(decoding: cut, as: UTF8.self)): \(String(describing: error))"
            )
            #expect(error?.offset == length)
        }
    }

    @Test("reads back what the writer writes, by value, by token and by skipping", arguments: 0..<200)
    func roundTrip(seed: Int) throws {
        var generator = SeededRandom(seed: UInt64(seed))
        let tree = JSONTree.random(&generator)
        var writer = JSONWriter()
        tree.write(&writer)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(try Self.tree(text) == tree)
        #expect(try Self.tree(text, .init(repairsText: false)) == tree)
        let copied = try JSONReader.read(text) { (reader) throws(JSONSyntaxError) in try Self.copy(&reader) }
        #expect(copied == writer.bytes)
        let skipped = try JSONReader.read(text) { (reader) throws(JSONSyntaxError) in Array(try reader.skipValue()) }
        #expect(skipped == writer.bytes)
    }

    /// Writes the tokens again.
    private static func copy(_ reader: inout JSONReader) throws(JSONSyntaxError) -> [UInt8] {
        var writer = JSONWriter()
        while let token = try reader.nextToken() {
            switch token {
            case .objectStart: writer.open("{")
            case .objectEnd: writer.close("}")
            case .arrayStart: writer.open("[")
            case .arrayEnd: writer.close("]")
            case .name(let name): writer.key(name.string)
            case .string(let text): writer.string(text.string)
            case .number(let number): writer.number(number.text)
            case .bool(let flag): writer.bool(flag)
            case .null: writer.null()
            }
        }
        return writer.bytes
    }

    @Test("keeps arrays and objects apart at every depth", arguments: [1, 63, 64, 65, 128, 129, 512])
    func depth(depth: Int) throws {
        let opening = (0..<depth).map { $0.isMultiple(of: 3) ? "[" : "{\"a\":" }.joined()
        let closing = (0..<depth).reversed().map { $0.isMultiple(of: 3) ? "]" : "}" }.joined()
        _ = try Self.tree(opening + "1" + closing)
        try JSONReader.read(opening + "1" + closing) { (reader) throws(JSONSyntaxError) in _ = try reader.skipValue() }
        let wrong = closing.reversed().enumerated().map {
            $0.offset == depth / 2 ? ($0.element == "]" ? "}" : "]") : $0.element
        }
        #expect(throws: JSONSyntaxError.self) {
            try JSONReader.read(opening + "1" + String(wrong.reversed())) { (reader) throws(JSONSyntaxError) in
                _ = try reader.skipValue()
            }
        }
    }

    @Test("refuses to go deeper than its options allow", arguments: [1, 64, 512])
    func tooDeep(limit: Int) throws {
        let options = JSONReader.Options(maximumDepth: limit)
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try Self.tree(nested(limit), options)
        let error = #expect(throws: JSONSyntaxError.self) { try Self.tree(nested(limit + 1), options) }
        #expect(error?.reason == .tooDeep)
        let hostile = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONSyntaxError.self) {
            try JSONReader.read(hostile) { (reader) throws(JSONSyntaxError) in _ = try reader.skipValue() }
        }
    }

    static let brokenTexts: [[UInt8]] = [
        Array(#""\ud83e""#.utf8), Array(#""\udd9c""#.utf8), Array(#""\ud83e\u0041""#.utf8), Array(#""\ud83ex""#.utf8),
        [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xC3, 0x22],
    ]

    @Test("repairs broken text or refuses it, as it is told", arguments: brokenTexts)
    func brokenText(bytes: [UInt8]) throws {
        let repaired = try JSONReader.read(bytes) { (reader) throws(JSONSyntaxError) in try reader.string() }
        #expect(repaired.unicodeScalars.contains("\u{FFFD}"))
        #expect(throws: JSONSyntaxError.self) {
            try JSONReader.read(bytes, options: .init(repairsText: false)) { (reader) throws(JSONSyntaxError) in
                try reader.string()
            }
        }
    }

    @Test("joins pairs of surrogates and keeps what follows half a pair")
    func surrogates() throws {
        #expect(try Self.tree(#""\ud83e\udd9c""#) == .string("🦜"))
        #expect(try Self.tree(#""\ud83e\n""#) == .string("\u{FFFD}\n"))
        #expect(try Self.tree(#""\ud83e\ud83e\udd9c""#) == .string("\u{FFFD}🦜"))
        #expect(try Self.tree(#""\uD83E\u0041""#) == .string("\u{FFFD}A"))
    }

    @Test(
        "converts numbers to the nearest double and to whole numbers that fit",
        arguments: [
            "0", "-0", "1", "-1", "123456789012345678", "-999999999999999999", "9223372036854775807",
            "-9223372036854775808", "9223372036854775808", "0.1", "-2.5", "1e3", "1E-3", "1.7976931348623157e308",
            "9007199254740993", "9007199254740993.0", "123456789.123456789e-30", "4.9e-324", "1e22", "1e23", "1e-22",
            "0.000000000000000000000001", "3.0", "1e+2", "12345678901234567890123456789",
        ])
    func numbers(text: String) throws {
        let bytes = Array(text.utf8)
        try JSONReader.read(bytes) { (reader) throws(JSONSyntaxError) in
            let number = try reader.number()
            #expect(number.text == text)
            #expect(number.int64 == Int64(text))
            #expect(number.double == Double(text))
            #expect(number.isInteger == !text.contains { ".eE".contains($0) })
        }
    }

    @Test("has no double for a number beyond their range", arguments: ["1e999", "-1e400"])
    func infinity(text: String) throws {
        let bytes = Array(text.utf8)
        try JSONReader.read(bytes) { (reader) throws(JSONSyntaxError) in
            #expect(try reader.number().double == nil)
        }
    }

    @Test("compares names by what they mean")
    func names() throws {
        try JSONReader.read(#"{"trace\u0049d":1,"traceI":2,"traceId":3}"#) { (reader) throws(JSONSyntaxError) in
            var matches: [Bool] = []
            try reader.enterObject()
            while let name = try reader.nextMember() {
                switch name {
                case "traceId": matches.append(true)
                default: matches.append(false)
                }
                try reader.skipValue()
            }
            #expect(matches == [true, false, true])
        }
    }

    @Test("counts lines, for values and for errors")
    func lines() throws {
        let text = "{\n\"a\":\n1,\n\n\"b\": [\n2 3]}"
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSONReader.read(text) { (reader) throws(JSONSyntaxError) in
                try reader.enterObject()
                #expect(reader.line() == 1)
                _ = try reader.nextMember()
                _ = try reader.kind()
                #expect(reader.line() == 3)
                try reader.skipValue()
                _ = try reader.nextMember()
                #expect(reader.line() == 5)
                try reader.skipValue()
            }
        }
        #expect(error?.line == 6)
        #expect(error?.offset == 20)
        #expect(error?.description == "expected a comma or the end of the array at byte 20, line 6")
    }

    @Test("reads values that follow each other at the root one by one")
    func sequence() throws {
        let bytes = Array("{\"a\":1}\n[2]\n3 \n".utf8)
        let values = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONSyntaxError) in
            var reader = JSONReader(bytes)
            var values: [JSONTree] = []
            while !reader.isAtEnd() { values.append(try JSONTree(&reader)) }
            return values
        }
        #expect(values == [.object([.init(name: "a", value: .number("1"))]), .array([.number("2")]), .number("3")])
    }
}

/// A tree of what a reader reports, to compare with.
indirect enum JSONTree: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([Member])

    struct Member: Equatable, Sendable {
        var name: String
        var value: JSONTree
    }

    init(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        switch try reader.kind() {
        case .null:
            try reader.null()
            self = .null
        case .bool: self = .bool(try reader.bool())
        case .number: self = .number(try reader.number().text)
        case .string: self = .string(try reader.string())
        case .array:
            var elements: [JSONTree] = []
            try reader.enterArray()
            while try reader.nextElement() { elements.append(try JSONTree(&reader)) }
            self = .array(elements)
        case .object:
            var members: [Member] = []
            try reader.enterObject()
            while let name = try reader.nextMember() {
                members.append(Member(name: name.string, value: try JSONTree(&reader)))
            }
            self = .object(members)
        }
    }

    func write(_ writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let flag): writer.bool(flag)
        case .number(let text): writer.number(text)
        case .string(let text): writer.string(text)
        case .array(let elements): writer.array { for element in elements { element.write(&$0) } }
        case .object(let members):
            writer.object { writer in
                for member in members {
                    writer.key(member.name)
                    member.value.write(&writer)
                }
            }
        }
    }

    static func random(_ generator: inout SeededRandom, depth: Int = 4) -> JSONTree {
        let strings = ["", "a", "\"quoted\\\"", "line\nbreak\u{1}", "é🦜", "a long text of more than sixteen bytes"]
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .number(["0", "-1", "12.50", "1e9", "-0.1E-7"].randomElement(using: &generator) ?? "0")
        case 3: return .string(strings.randomElement(using: &generator) ?? "")
        case 4:
            return .array(
                (0..<Int.random(in: 0..<4, using: &generator)).map { _ in random(&generator, depth: depth - 1) })
        default:
            return .object(
                (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
                    let name = strings.randomElement(using: &generator) ?? ""
                    return Member(name: name, value: random(&generator, depth: depth - 1))
                })
        }
    }
}
