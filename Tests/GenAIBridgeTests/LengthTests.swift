// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import Testing

@testable import GenAIBridge

@Suite("Texts of any length stay valid JSON")
struct LengthTests {
    static let pieces = ["a", "é", "🧑‍🚀", "\u{1}", "\"\\", "\u{2028}", "日本"]

    @Test("a prompt of 100 KB is shortened inside its content", arguments: pieces)
    func longPrompt(_ piece: String) throws {
        let content = String(repeating: piece, count: 100_000 / piece.utf8.count)
        let span = try Pipelines().span([.user("before"), .user(.string(content)), .user("after"), .choice(content)])
        let prompts = try span.entries("gen_ai.prompt")
        #expect(prompts.count == 3)
        let shortened = try #require(prompts[1]["content"] as? String)
        #expect(shortened.utf8.count <= 8192)
        #expect(shortened.utf8.count > 8192 - 16)
        #expect(shortened.hasSuffix("...[truncated]"))
        #expect(content.unicodeScalars.starts(with: shortened.unicodeScalars.dropLast(14)))
        #expect(prompts[2]["content"] as? String == "after")
        #expect(span.text("gen_ai.prompt.1.content") == shortened)
        #expect(try span.entries("gen_ai.completion").count == 1)
    }

    @Test("every cut is between scalars", arguments: 14...40)
    func cuts(limit: Int) {
        let text = "aé日🧑‍🚀" + String(repeating: "🚀", count: 20)
        let shortened = text.shortened(to: limit)
        #expect(shortened.utf8.count <= limit)
        #expect(shortened.hasSuffix(truncationMarker))
        #expect(text.unicodeScalars.starts(with: shortened.unicodeScalars.dropLast(14)))
        #expect(!shortened.contains("\u{FFFD}"))
    }

    @Test("texts at the limit stay whole")
    func atLimit() {
        #expect("abcdefghijklmnopqrst".shortened(to: 20) == "abcdefghijklmnopqrst")
        #expect(AttributeValue.string(String(repeating: "x", count: 50)).shortened(to: 50).jsonSize == 52)
        #expect("abcdefghijklmnopqrstu".shortened(to: 20) == "abcdef...[truncated]")
    }

    @Test("of many messages the first and the last stay, and one entry says how many went", arguments: 0...40)
    func manyMessages(extra: Int) throws {
        let limit = 1000 + extra
        let span = try Pipelines { $0.maxTotalLength = limit }
            .span((0..<1000).map { .user(.string("message \($0)")) })
        #expect(try #require(span.text("gen_ai.prompt")).utf8.count <= limit + 70)
        let prompts = try span.entries("gen_ai.prompt")
        let gap = try #require(prompts.firstIndex { $0["role"] as? String == "elided" })
        #expect(prompts[gap]["content"] as? String == "...[\(1000 - prompts.count + 1) messages elided]")
        let numbers = Array(0..<gap) + Array(1000 - (prompts.count - gap - 1)..<1000)
        let contents = prompts.filter { $0["role"] as? String == "user" }.map { $0["content"] as? String }
        #expect(contents == numbers.map { "message \($0)" })
        #expect(gap > 0)
        #expect(prompts.count - gap > gap)
    }

    @Test("whatever the limits, the text is valid", arguments: [0, 1, 2, 14, 60, 100, 200, 400])
    func anyLimit(limit: Int) throws {
        for count in [1, 2, 3, 7] {
            let span = try Pipelines {
                $0.maxTotalLength = limit; $0.maxContentLength = limit
            }
            .span((0..<count).map { .user(.string("message \($0) " + String(repeating: "\n", count: 50))) })
            let prompts = try span.entries("gen_ai.prompt")
            #expect(!prompts.isEmpty)
            #expect(try #require(span.text("gen_ai.prompt")).utf8.count <= limit + 70)
        }
    }

    @Test("the largest limits leave texts whole")
    func largestLimits() throws {
        let pipelines = Pipelines {
            ($0.maxTotalLength, $0.maxContentLength, $0.maxIndexedAttributes) = (.max, .max, .max)
            ($0.maxSpans, $0.maxBytes, $0.maxBytesPerSpan) = (.max, .max, .max)
        }
        let text = String(repeating: "x", count: 100_000)
        let span = try pipelines.span([.user(.string(text))])
        #expect(try span.entries("gen_ai.prompt").first?["content"] as? String == text)
    }

    @Test("limits below zero count as zero")
    func negativeLimits() throws {
        let pipelines = Pipelines {
            ($0.maxTotalLength, $0.maxContentLength, $0.maxIndexedAttributes) = (-1, -1, -1)
            ($0.maxSpans, $0.maxBytes, $0.maxBytesPerSpan) = (-1, -1, -1)
        }
        let span = try pipelines.span([.user("Hi"), .user("Hi")])
        #expect(span.attributes.count <= 1)
    }

    @Test("in structured contents the long texts are shortened and the short ones stay")
    func structured() throws {
        let long = AttributeValue.string(String(repeating: "x", count: 50_000))
        let parts: AttributeValue = [
            ["type": "text", "text": "short"], ["type": "text", "text": long],
            ["type": "image_url", "image_url": ["url": long, "detail": "low"]],
        ]
        let span = try Pipelines().span([.user(parts)])
        let content = try #require(span.entries("gen_ai.prompt").first?["content"] as? [NSDictionary])
        #expect(content[0] == ["type": "text", "text": "short"])
        let url = try #require(content[2]["image_url"] as? NSDictionary)
        #expect(url["detail"] as? String == "low")
        for text in [content[1]["text"] as? String, url["url"] as? String] {
            #expect(try #require(text).hasSuffix("...[truncated]"))
            #expect(try #require(text).utf8.count > 3000)
        }
        #expect(try #require(span.text("gen_ai.prompt.0.content")).utf8.count <= 8192 + 2)
    }

    @Test("arguments of tool calls are shortened, their names stay")
    func toolCalls() throws {
        let call: AttributeValue = [
            "id": "call_1", "type": "function",
            "function": ["arguments": .string(String(repeating: "\u{1F680}", count: 10_000)), "name": "launch"],
        ]
        let body: AttributeValue = ["tool_calls": [call, call]]
        let span = try Pipelines().span([LogRecordData(eventName: "gen_ai.assistant.message", body: body)])
        let calls = try #require(span.entries("gen_ai.prompt").first?["tool_calls"] as? [NSDictionary])
        #expect(calls.map { ($0["function"] as? NSDictionary)?["name"] as? String } == ["launch", "launch"])
        #expect(try #require(span.text("gen_ai.prompt")).utf8.count < 9000)
    }

    @Test("hostile shapes are cut down as well")
    func hostile() throws {
        var deep = AttributeValue.string("bottom")
        for _ in 0..<5000 { deep = .array([deep]) }
        let wide = AttributeValue.array(Array(repeating: 1, count: 100_000))
        let keys = AttributeValue.map(
            Attributes((0..<2000).map { Attribute(key: "key \($0)", value: .int($0)) }))
        let name = AttributeValue.string(String(repeating: "n", count: 100_000))
        let bytes = AttributeValue.bytes(Array(repeating: 7, count: 100_000))
        let span = try Pipelines().span(
            [deep, wide, keys, bytes, .map(["k": bytes]), .double(.nan)].map { .user($0) } + [
                LogRecordData(eventName: "gen_ai.tool.message", body: ["role": name, "id": name]),
                LogRecordData(eventName: "gen_ai.choice", body: ["finish_reason": name, "message": [:]]),
            ])
        #expect(try span.entries("gen_ai.prompt").count == 7)
        #expect(try #require(span.text("gen_ai.prompt")).utf8.count < 40_000)
        #expect(try #require(span.text("gen_ai.completion")).utf8.count < 400)
    }

    @Test("indexed attributes never push a span beyond what backends take")
    func indexedAttributes() throws {
        var core: Attributes = [:]
        for number in 0..<100 { core["core.\(number)"] = .int(number) }
        let records = (0..<200).map { LogRecordData.user(.string("message \($0)")) } + [.choice("the end")]
        let crowded = try Pipelines().span(attributes: core, records)
        #expect(crowded.attributes.count <= 112)
        #expect((0..<100).allSatisfy { crowded.attributes["core.\($0)"] == .int($0) })
        #expect(crowded.text("gen_ai.prompt") != nil)
        #expect(crowded.text("gen_ai.completion") != nil)
        let roomy = try Pipelines().span(records)
        #expect(roomy.attributes.count == 2 + 64)
        #expect(roomy.text("gen_ai.completion.0.content") == "the end")
        #expect(roomy.text("gen_ai.prompt.29.content") == "message 29")
        #expect(roomy.attributes["gen_ai.prompt.30.role"] == nil)
    }

    @Test("100 messages of 100 bytes take less than 45 KB")
    func defaultSize() throws {
        let text = AttributeValue.string(String(repeating: "x", count: 100))
        let span = try Pipelines().span(
            (0..<100).map { _ in .user(text) } + [.choice(String(repeating: "x", count: 100))])
        var size = 0
        for attribute in span.attributes + span.events.flatMap({ Array($0.attributes) }) {
            size += attribute.key.utf8.count + attribute.value.jsonSize + 10
        }
        #expect(size < 45_000)
    }
}

@Suite("JSON text of other libraries is read")
struct JSONReaderTests {
    static let valid: [(String, AttributeValue)] = [
        ("null", .null), (" true ", true), ("-0", 0), ("9223372036854775807", .int(.max)),
        ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.5e2", 150.0), ("\"\"", ""),
        (#""\u00e9\n\/\ud83d\ude80""#, "é\n/🚀"), (#""\ud83d x\ude80""#, "\u{FFFD} x\u{FFFD}"),
        (#""\ud83d\ud83d\ude80""#, "\u{FFFD}🚀"), ("[]", []), ("{}", [:]),
        ("[1,[2],{\"a\":null,\"b\":3}]", [1, [2], ["b": 3]]),
    ]

    @Test("valid text", arguments: valid)
    func reads(text: String, value: AttributeValue) {
        #expect(AttributeValue(jsonText: text) == value)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", " ", "tru", "01", "-", "1.", "1e", "+1", ".5", "[1,]", "[1", "{\"a\"}", "{a:1}", "{\"a\":1,}", "\"\n\"",
            "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"", "\"\\", "1 2", "{}}", "nan", "'a'", "[1}",
        ])
    func refuses(text: String) {
        #expect(AttributeValue(jsonText: text) == nil)
    }

    @Test("depth and members are limited")
    func limits() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(AttributeValue(jsonText: nested(64)) != nil)
        #expect(AttributeValue(jsonText: nested(65)) == nil)
        #expect(AttributeValue(jsonText: String(repeating: "[", count: 1_000_000)) == nil)
        func object(_ count: Int) -> String { "{" + (0..<count).map { "\"\($0)\":1" }.joined(separator: ",") + "}" }
        #expect(AttributeValue(jsonText: object(256)) != nil)
        #expect(AttributeValue(jsonText: object(257)) == nil)
    }

    @Test("every prefix of a text is refused without harm")
    func prefixes() {
        let text = #"{"role":"user","content":[{"text":"\ud83d\ude80 é","n":-1.5e3}],"ok":true}"#
        #expect(AttributeValue(jsonText: text) != nil)
        for length in 0..<text.utf8.count {
            #expect(AttributeValue(jsonText: String(decoding: text.utf8.prefix(length), as: UTF8.self)) == nil)
        }
    }
}
