// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Testing

@testable import GenAIReport

@Suite("Sums of a report")
struct SumTests {
    @Test("are exact where doubles are not")
    func exactSums() {
        var report = Report()
        for id in 1...10 { report.add(span("chat", id: UInt64(id), call(0.1))) }
        report.add(span("chat", id: 11, call(0.000_000_000_001)))
        #expect(report.totals.cost == USD("1.000000000001"))
        #expect(report.totals.modelCalls == 11)
    }

    @Test("count a call within a call once, and every tool")
    func nestedCalls() {
        var report = Report()
        report.add(span("chat", id: 3, parent: 2, call(0.5)))
        report.add(span("execute_tool", id: 4, parent: 2, ["gen_ai.operation.name": "execute_tool"]))
        report.add(span("step", id: 2, parent: 1))
        report.add(span("chat wrapper", id: 1, call()))
        #expect(report.totals.modelCalls == 1)
        #expect(report.totals.toolCalls == 1)
        #expect(report.totals.cost == USD("0.5"))
    }

    @Test("price a call whose span states no cost, and say why another has none")
    func prices() {
        var report = Report()
        report.add(span("chat", id: 1, call(model: "gpt-4o-mini")))
        report.add(span("chat", id: 2, call(model: "no-such-model")))
        report.add(span("chat", id: 3, call(model: "m", ["last9.cost.unpriced_reason": "usage not reported"])))
        #expect(report.totals.cost == USD("0.000021"))
        #expect(report.totals.unpricedCalls == 2)
        #expect(Set(report.tally.unpriced.keys.map(\.reason)) == ["no price for this model", "usage not reported"])
    }

    static let dialects: [Attributes] = [
        [
            "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini", "llm.token_count.prompt": 100,
            "llm.token_count.completion": 10, "session.id": "c",
        ],
        [
            "llm.request.type": "chat", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.prompt_tokens": 100,
            "gen_ai.usage.completion_tokens": 10, "traceloop.association.properties.session_id": "c",
        ],
        [
            "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 10, "gen_ai.conversation.id": "c",
        ],
    ]

    @Test("take spans of other libraries alike", arguments: dialects)
    func otherLibraries(attributes: Attributes) {
        var report = Report()
        report.add(span("call", id: 1, attributes))
        #expect(report.totals.inputTokens == 100)
        #expect(report.totals.cost == USD("0.000021"))
        #expect(report.tally.sortedGroups(.conversation).map(\.name) == ["c"])
    }

    @Test("go by any attribute, of the span or the resource")
    func groupings() {
        var options = Report.Options()
        options.groupings = [ReportGrouping("tenant"), ReportGrouping("service")]
        var report = Report(options)
        report.add(span("chat", id: 1, call(0.1, ["custom.tenant": "acme"])))
        report.add(span("chat", id: 2, call(0.2, ["tenant": 7])))
        let tenants = report.tally.sortedGroups(ReportGrouping("tenant"))
        #expect(tenants.map(\.name) == ["7", "acme"])
        #expect(tenants.map(\.group.totals.cost) == [USD("0.2"), USD("0.1")])
        #expect(report.tally.sortedGroups(ReportGrouping("service")).map(\.name) == ["desk"])
    }

    @Test("leave out what began before or after the time asked for")
    func times() {
        var options = Report.Options()
        options.since = 1_795_000_000_000_000_000 + 1_000_000
        options.until = 1_795_000_000_000_000_000 + 2_000_000
        var report = Report(options)
        for millisecond in 0...3 { report.add(span("chat", id: 1, at: UInt64(millisecond), call(1))) }
        #expect(report.totals.cost == USD("1"))
    }

    @Test("are the same in text, JSON and on the page")
    func formsAgree() throws {
        var report = Report()
        report.add(span("chat", id: 1, call(0.00004264, ["user.id": "ada"])))
        report.add(span("chat", id: 2, call(0.0007475)))
        #expect(report.text().contains("0.00079014"))
        #expect(report.json().contains(#""totals":{"cost_usd":"0.00079014""#))
        #expect(String(decoding: report.html(), as: UTF8.self).contains(#""cost":"790140000""#))
    }
}

@Suite("Files of a report")
struct FileTests {
    private func write(_ lines: [String], to path: String) throws {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    }

    @Test("count broken lines and keep the others")
    func brokenLines() async throws {
        try await withFolder { folder in
            let line = try String(contentsOf: fixtures.appending(path: "openai-v2-latest.jsonl"), encoding: .utf8)
            let good = line.split(separator: "\n").map(String.init)
            try write(["no json", good[0], String(good[0].dropLast(9)), "", "{}", good[1]], to: folder + "/a.jsonl")
            var report = Report()
            try report.read(path: folder + "/a.jsonl")
            #expect(report.input.brokenLines == 3)
            #expect(report.input.lines == 2)
            #expect(report.totals.modelCalls == 3)
        }
    }

    @Test("that cannot be read say so with their name")
    func missingFile() {
        var report = Report()
        let error = #expect(throws: ReportError.self) { try report.read(path: "/no/such/file.jsonl") }
        #expect(error?.code == .unreadableFile)
        #expect(error?.message.contains("/no/such/file.jsonl") == true)
    }

    @Test("of Python's openai-v2 give the whole conversation in both generations", arguments: ["legacy", "latest"])
    func otherSDK(generation: String) throws {
        var report = Report()
        try report.read(path: fixtures.appending(path: "openai-v2-\(generation).jsonl").path)
        #expect(report.totals.cost == USD("0.00005385"))
        let text = try #require(report.conversationText("b0000000000000000000000000000001"))
        let said = [
            "system: You are a support desk.", "user: My machine drips.",
            "assistant: Close the valve. Does it still drip?",
            "user: Where is order 1007?", "assistant: calls find_order(", #"tool: {"state": "shipped"}"#,
            "assistant: Order 1007 has shipped.",
        ]
        let places = said.map { text.range(of: $0)?.lowerBound }
        #expect(!places.contains(nil))
        #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
        #expect(text.components(separatedBy: "My machine drips.").count == 2)
    }
}
