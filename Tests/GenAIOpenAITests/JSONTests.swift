// SPDX-License-Identifier: MIT

import Foundation
import GenAIOpenAI
import Testing

@Suite("JSON")
struct JSONTests {
    static let values: [(text: String, value: JSONValue)] = [
        ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-12", -12), ("1.5", 1.5), ("1e3", 1000.0),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number("9223372036854775808")), ("1e400", .number("1e400")),
        ("18446744073709551616", .number("18446744073709551616")),
        ("0.1", 0.1), ("-1.25E-2", -0.0125), ("9007199254740993.0", 9007199254740992.0), ("1e22", 1e22), ("1e23", 1e23),
        ("-0.006929283495992422", -0.006929283495992422), ("3.4028235e38", 3.4028235e38),
        ("5e-324", .double(.leastNonzeroMagnitude)),
        ("123456789012345678901.5", 123456789012345678901.5), ("1e-400", 0.0), ("0e99999999999999999999", 0.0),
        ("-0", 0), ("-0.0", -0.0),
        ("\"\"", ""), (#""a\"\\\/\b\f\n\r\té""#, "a\"\\/\u{8}\u{C}\n\r\té"), (#""🎉""#, "🎉"),
        (#""\ud83c""#, "\u{FFFD}"), (#""\ud83cx""#, "\u{FFFD}x"), (#""\ud83c\u0041""#, "\u{FFFD}A"),
        (#""\udf89""#, "\u{FFFD}"), ("\"\u{7F}日\"", "\u{7F}日"), ("[]", []), ("[1, [2]]", [1, [2]]), ("{}", [:]),
        (#"{"a" : {"b":[{}]}}"#, ["a": ["b": [[:]]]]),
    ]

    @Test("is read as what it says", arguments: values)
    func reads(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test("is written so that it reads the same", arguments: values)
    func writes(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: value.serialized()) == value)
        if value != .number("1e400") {
            let foundation = try JSONDecoder().decode(JSONValue.self, from: Data("[\(value.serializedText)]".utf8))
            if case .number(let text) = value {
                #expect(foundation.arrayValue?.first?.doubleValue == Double(text))
            } else {
                #expect(foundation.arrayValue?.first?.doubleValue == value.doubleValue)
                #expect(foundation.arrayValue?.first?.stringValue == value.stringValue)
            }
        }
    }

    @Test("reads every double as the nearest one, like the standard library")
    func doubles() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let double = Double(bitPattern: generator.next())
            let text = "\(double.isFinite ? double : 0.5)"
            #expect(try JSONValue(parsing: text).doubleValue == Double(text))
            let short =
                "\(Int.random(in: -99_999_999...99_999_999)).\(Int.random(in: 0...9_999_999))e\(Int.random(in: -30...30))"
            #expect(try JSONValue(parsing: short).doubleValue == Double(short))
        }
    }

    @Test(
        "is refused where it is none",
        arguments: [
            "", " ", "nul", "truex", "01", "-", "1.", ".5", "1e", "+1", "[1,]", "[1 2]", "[", "{\"a\":}", "{a:1}",
            "{\"a\":1,}", "{\"a\" 1}", "\"", "\"\\x\"", "\"\\u12\"", "\"a\nb\"", "1 2", "NaN", "[1]]", "\"\\",
        ])
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("never reads past its end, however it is cut short")
    func everyPrefix() throws {
        let text = #"{"a":[1.5e+2,"é\n🎉",true,null,{"b":-0}],"c":"x"}"#
        let whole = try JSONValue(parsing: text)
        #expect(whole["a"]?.arrayValue?.count == 5)
        for length in 0..<text.utf8.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8.prefix(length))) }
        }
    }

    @Test("survives damage anywhere: what it still reads, it reads again the same")
    func damage() throws {
        let text = Array(ChatAnswerTests.rich.utf8)
        for _ in 0..<2000 {
            var damaged = text
            for _ in 0..<Int.random(in: 1...3) { damaged[Int.random(in: damaged.indices)] = .random(in: 0...255) }
            guard let value = try? JSONValue(parsing: damaged) else { continue }
            #expect(try JSONValue(parsing: value.serialized()) == value)
        }
    }

    @Test("nests to 128 levels and no deeper")
    func depth() throws {
        func nested(_ count: Int) -> String {
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(128)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(129)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test("repairs bytes that are not UTF-8")
    func repairs() throws {
        #expect(try JSONValue(parsing: [0x22, 0x61, 0xFF, 0x62, 0x22]) == "a\u{FFFD}b")
    }

    @Test("keeps the order of members, and compares without it")
    func order() throws {
        let text = #"{"z":1,"a":2,"m":{"y":1,"b":2}}"#
        #expect(try JSONValue(parsing: text).serializedText == text)
        let other: JSONValue = ["m": ["b": 2, "y": 1], "a": 2, "z": 1]
        #expect(try JSONValue(parsing: text) == other)
        #expect(try JSONValue(parsing: text).hashValue == other.hashValue)
        #expect(try JSONValue(parsing: text) != ["m": ["b": 2, "y": 1], "a": 2, "z": 2])
    }

    @Test("goes through other coders")
    func codable() throws {
        let value: JSONValue = ["a": [1, 2.5, "x", true, .null], "b": [:]]
        let data = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: data) == value)
        let message = ChatMessage.user([.text("hi"), .image(url: "https://example.com/a.png")])
        #expect(try JSONDecoder().decode(ChatMessage.self, from: JSONEncoder().encode(message)) == message)
    }

    @Test("an unfit member is named with its path, and its content is not")
    func path() throws {
        let text = #"{"choices":[{"message":{"role":"assistant"}},{"message":["secret"]}]}"#
        let json = try JSONValue(parsing: text)
        let error = #expect(throws: JSONError.self) { try ChatCompletion(json: json) }
        #expect(error?.path == ["choices", "1", "message"])
        #expect(error.map { "\($0)" }?.contains("secret") == false)
    }
}
