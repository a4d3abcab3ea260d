// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import Testing

@testable import GenAIReport

@Suite("Page of a report")
struct PageTests {
    /// The page's blocks of data by name.
    private func blocks(_ page: [UInt8]) -> [String: String] {
        var found: [String: String] = [:]
        let text = String(decoding: page, as: UTF8.self)
        for piece in text.components(separatedBy: #"<script type="application/json" id=""#).dropFirst() {
            let name = piece.prefix { $0 != "\"" }
            let content = piece.dropFirst(name.count + 2)
            found[String(name)] = content.range(of: "</script>").map { String(content[..<$0.lowerBound]) }
        }
        return found
    }

    static let hostile = [
        "</script><script>alert(1)</script>", "<!--<script>", "\u{2028}\u{2029}", "\u{202E}abc", "\"\\\u{0}", "&lt;",
    ]

    @Test("holds any text so that HTML and JavaScript see only data", arguments: hostile)
    func hostileTexts(text: String) throws {
        var report = Report()
        report.add(
            span(
                text, id: 1, error: text,
                call(
                    1, model: text,
                    [
                        "gen_ai.conversation.id": .string(text), "user.id": .string(text),
                        "custom.\(text)": .string(text),
                        "gen_ai.output.messages": .array([
                            ["role": .string(text), "parts": [["type": "text", "content": .string(text)]]]
                        ]),
                    ])))
        let blocks = blocks(report.html(title: text))
        #expect(blocks.keys.sorted() == ["c0", "index", "t0"])
        for json in blocks.values {
            #expect(!json.contains { "<>&\u{2028}\u{2029}".contains($0) })
            _ = try JSONSerialization.jsonObject(with: Data(json.utf8))
        }
        let index = try #require(
            try JSONSerialization.jsonObject(with: Data(blocks["index", default: ""].utf8)) as? [String: Any])
        let conversations = try #require(index["conversations"] as? [[String: Any]])
        #expect(conversations.first?["id"] as? String == text)
    }

    @Test("forbids connections and scripts that are not its own")
    func policy() {
        let page = String(decoding: Report().html(), as: UTF8.self)
        #expect(page.contains("default-src 'none'; script-src 'sha256-"))
        #expect(!page.contains("unsafe-"))
    }

    @Test("keeps as many conversations as allowed, the latest, and says what fell out")
    func limits() throws {
        var options = Report.Options()
        options.maxConversations = 10
        var report = Report(options)
        for number in 1...100 {
            let id = UInt64(number)
            report.add(
                span("chat", trace: id, id: id, at: id, call(0.01, ["gen_ai.conversation.id": .string("c\(number)")])))
        }
        #expect(report.totals.cost == USD("1"))
        let kept = ConversationBuilder(report.archive).outline().map(\.id)
        #expect(kept.count <= 10 && kept.last == "c100")
        let forgotten = report.archive.forgottenTotals.cost
        let shown = USD(picoUSD: 10_000_000_000 * Int128(kept.count))
        #expect(forgotten + shown == report.totals.cost)
    }
}

@Suite("Conversation of a report")
struct ConversationTests {
    private func input(_ messages: [(String, String)]) -> AttributeValue {
        .string(
            AttributeValue.array(
                messages.map { ["role": .string($0.0), "parts": [["type": "text", "content": .string($0.1)]]] }
            ).jsonText)
    }

    @Test("shows what each call sends again only once")
    func repeatedMessages() throws {
        var report = Report()
        let first = [("system", "Be kind."), ("user", "one")]
        let second = first + [("assistant", "1"), ("user", "two")]
        for (place, messages) in [first, second].enumerated() {
            report.add(
                span(
                    "chat", id: UInt64(place + 1), at: UInt64(place) * 100,
                    call(
                        1,
                        [
                            "gen_ai.conversation.id": "c", "gen_ai.input.messages": input(messages),
                            "gen_ai.output.messages": input([("assistant", "\(place + 1)")]),
                        ])))
        }
        let view = try #require(report.conversation("c"))
        let steps = view.turns.flatMap(\.steps)
        #expect(steps.map { $0.input.map(\.text) } == [["Be kind.", "one"], ["two"]])
        #expect(steps.map(\.repeatedCount) == [0, 3])
        #expect(view.turns.last?.runningCost == USD("2"))
    }

    static let spellings: [Attributes] = [
        [
            "gen_ai.prompt": #"[{"role":"user","content":"hi"}]"#,
            "gen_ai.completion": #"[{"role":"assistant","content":"ho"}]"#,
        ],
        [
            "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hi", "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "ho",
        ],
        [
            "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "hi",
            "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": "ho",
        ],
        [
            "gen_ai.input.messages": [["role": "user", "parts": [["type": "text", "content": "hi"]]]],
            "gen_ai.output.messages": [["role": "assistant", "parts": [["type": "text", "content": "ho"]]]],
        ],
    ]

    @Test("is read from every spelling of messages", arguments: spellings)
    func everySpelling(attributes: Attributes) {
        let content = CallContent(span("chat", id: 1, call(1, attributes)), [])
        #expect(content.input == [.user("hi")])
        #expect(content.output.map(\.text) == ["ho"])
    }

    @Test("says in words what is missing")
    func notes() throws {
        var report = Report()
        report.add(span("chat", id: 1, call(1)))
        report.add(
            span(
                "chat", id: 2, at: 1,
                call(1, ["gen_ai.input.messages": input([("user", "I am [email]...[truncated]")])])))
        let steps = try #require(report.conversation("\(TraceID(high: 1, low: 1))")).turns.flatMap(\.steps)
        #expect(steps[0].notes.contains { $0.contains("not captured") })
        #expect(steps[1].notes.contains { $0.contains("cut") } && steps[1].notes.contains { $0.contains("[email]") })
    }
}
