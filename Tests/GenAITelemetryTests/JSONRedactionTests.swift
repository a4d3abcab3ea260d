// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetryTesting
import Testing

@testable import GenAITelemetry

@Suite("Redaction of JSON text")
struct JSONRedactionTests {
    /// A random value, some of whose names, texts and numbers are to be removed.
    private static func value(_ random: inout SeededRandom, levels: Int) -> AttributeValue {
        let texts = ["", "plain", "say \"a@b.de\"\n", "4111 1111 1111 1111", "é日🎉", "\\u", "{\"x\":\"a@b.de\"}", "[1"]
        let names = ["a", "mail a@b.de", "b\"c", "4111111111111111"]
        switch Int.random(in: 0..<(levels > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .double(1.5)
        case 3: return .int([7, 4_111_111_111_111_111, 1_700_000_000_000].randomElement(using: &random) ?? 0)
        case 4, 5: return .string(texts.randomElement(using: &random) ?? "")
        case 6:
            return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, levels: levels - 1) })
        default:
            return .map(
                Attributes(
                    names.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)).map {
                        Attribute(key: $0, value: value(&random, levels: levels - 1))
                    }))
        }
    }

    /// The text with some characters of strings written as escapes and with white space between tokens.
    private static func disguised(_ text: String, _ random: inout SeededRandom) -> String {
        var result = ""
        var isInString = false
        var isEscaped = false
        for character in text {
            if isInString, !isEscaped, "ab@14".contains(character), Int.random(in: 0..<6, using: &random) == 0 {
                let digits = String(character.unicodeScalars.first?.value ?? 0, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                continue
            }
            result.append(character)
            if character == "\"", !isEscaped { isInString.toggle() }
            isEscaped = character == "\\" && !isEscaped
            if !isInString, ",:[".contains(character) {
                result += [" ", "\n\t", ""].randomElement(using: &random) ?? ""
            }
        }
        return result
    }

    /// The parsed value with its texts and card numbers redacted.
    private static func model(_ value: AttributeValue, _ redactor: Redactor) -> AttributeValue {
        switch value {
        case .string(let text): .string(redactor.redact(text))
        case .int(let number) where number == 4_111_111_111_111_111: "[card]"
        case .array(let elements): .array(elements.map { model($0, redactor) })
        case .map(let members):
            .map(
                Attributes(
                    members.map {
                        Attribute(key: redactor.redactedName($0.key) ?? $0.key, value: model($0.value, redactor))
                    }))
        default: value
        }
    }

    @Test("gives what redaction of the parsed values gives, however they are written", arguments: 0..<8)
    func parsed(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let redactor = Redactor()
        for _ in 0..<60 {
            let value = AttributeValue.array([Self.value(&random, levels: 4)])
            let text = Self.disguised(value.jsonText, &random)
            let expected = Self.model(try #require(AttributeValue(jsonText: text)), redactor)
            let redacted = redactor.redact(text)
            #expect(AttributeValue(jsonText: redacted) == expected, "\(text)")
            if AttributeValue(jsonText: text) == expected { #expect(redacted == text, "copied byte for byte") }
        }
    }

    @Test("a text cut anywhere, or with something behind it, keeps no address that is whole", arguments: 0..<4)
    func broken(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        for _ in 0..<8 {
            let text = AttributeValue.array([Self.value(&random, levels: 3)]).jsonText
            let bytes = Array(text.utf8)
            for end in 0...bytes.count {
                let redacted = Redactor().redact(String(decoding: bytes[..<end], as: UTF8.self) + " c@d.fr")
                for secret in ["a@b.de", "c@d.fr", "4111111111111111", "4111 1111 1111 1111"] {
                    #expect(!redacted.contains(secret), "\(text) cut at \(end): \(redacted)")
                }
            }
        }
    }

    static let written: [(String, String)] = [
        ("{\"a\":\"line\nmail\\u0040b.de\"}", #"{"a":"line\n[email]"}"#),
        ("{\"a\":1}\n{\"b\":\"a\\u0040b.de\"}\n", "{\"a\":1}\n{\"b\":\"[email]\"}\n"),
        (#"{"a":"x\u0040b.de","b":"cut"#, #"{"a":"[email]","b":"cut"#),
        (#"{"a":"x\u0040b.de"} or c@d.fr"#, #"{"a":"[email]"} or [email]"#),
        ("[4111] 1111 1111 1111 4111 1111 1111 1111", "[4111] 1111 1111 1111 [card]"),
        (#"{"a@b.de""#, #"{"[email]""#),
        (#"{"a":"\ud800 x\u0040b.de"}"#, #"{"a":"\#u{FFFD} [email]"}"#),
    ]

    @Test("values are redacted as far as the text is JSON, and the rest as text", arguments: written)
    func partly(text: String, expected: String) {
        #expect(Redactor().redact(text) == expected)
    }
}
