// SPDX-License-Identifier: MIT

import Foundation
import GenAICore
import GenAIPricing
import Testing

#if canImport(Android)
    import Android
#endif

@Suite("Price files")
struct PriceFileTests {
    static let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 1_000_000)

    private func file(_ json: String) throws(PriceFileError) -> PriceFile {
        try PriceFile(json: Array(json.utf8), path: "prices.json")
    }

    private func cost(_ json: String, _ model: String = "m", input: Int = 1_000_000) throws -> String? {
        let usage = TokenUsage(inputTokens: input, outputTokens: 1_000_000)
        return PriceBook(file: try file(json)).cost(of: usage, model: model).cost?.description
    }

    @Test("give prices as numbers or strings, in any scale, with tiers")
    func reading() throws {
        #expect(try cost(#"{"models": {"m": {"input": 2.5, "output": "10"}}}"#) == "12.5")
        #expect(try cost(#"{"models": {"m": {"per": "token", "input": 1.5e-7, "output": 6E-7}}}"#) == "0.75")
        #expect(try cost(#"{"models": {"m": {"output": 1, "per": "thousand_tokens"}}}"#) == "1000")
        #expect(try cost(#"{"models": {"ollama/*": {"free": true}}}"#, "ollama/x") == "0")
        let tiered = #"{"models": {"m": {"input": 1, "tiers": [{"above_input_tokens": 9, "input": 2}]}}}"#
        #expect(try cost(tiered, input: 10) == "0.00002")
        #expect(try cost(tiered, input: 9) == "0.000009")
    }

    @Test("are asked after prices in code and before the bundled table")
    func precedence() throws {
        let prices = try file(#"{"models": {"gpt-4o": {"input": 1, "output": 1}, "o3": {"input": 1, "output": 1}}}"#)
        let book = PriceBook(overrides: ["o3": ModelPricing(input: 2, output: 2)], file: prices)
        for (model, expected, source) in [
            ("gpt-4o", "2", PriceSource.file), ("o3", "4", .code), ("gpt-4o-mini", "0.75", .bundled),
        ] {
            let call = try book.cost(of: Self.usage, model: model).get()
            #expect(call.total.description == expected)
            #expect(call.source == source)
        }
    }

    struct Fault: Sendable, CustomStringConvertible {
        var json: String
        var code: PriceFileError.Code
        var line: Int
        var key: String?

        init(_ json: String, _ code: PriceFileError.Code, line: Int, _ key: String? = nil) {
            (self.json, self.code, self.line, self.key) = (json, code, line, key)
        }

        var description: String { json }
    }

    static let faults: [Fault] = [
        Fault("", .malformedJSON, line: 1),
        Fault("{\n\n", .malformedJSON, line: 3),
        Fault("{\"models\": {\n\"m\": {\"input\": 01}}}", .malformedJSON, line: 2),
        Fault("{\"models\": {}} x", .malformedJSON, line: 1),
        Fault("[]", .unexpectedValue, line: 1, "the file"),
        Fault("{}", .unexpectedValue, line: 1, "the file"),
        Fault("{\n\"model\": {}}", .unexpectedValue, line: 2, "model"),
        Fault("{\"models\": {\n\n\"m\": 5}}", .unexpectedValue, line: 3, "models.m"),
        Fault("{\"models\": {\"m\": {}}}", .unexpectedValue, line: 1, "models.m"),
        Fault("{\"models\": {\"m\": {\n\"inptu\": 1}}}", .unexpectedValue, line: 2, "models.m.inptu"),
        Fault("{\"models\": {\"m\": {\n\"input\": -1}}}", .unusablePrice, line: 2, "models.m.input"),
        Fault("{\"models\": {\"m\": {\"input\": 1e30}}}", .unusablePrice, line: 1, "models.m.input"),
        Fault("{\"models\": {\"m\": {\"input\": \"1,5\"}}}", .unusablePrice, line: 1, "models.m.input"),
        Fault("{\"models\": {\"m\": {\"input\": null}}}", .unexpectedValue, line: 1, "models.m.input"),
        Fault("{\"models\": {\"m\": {\"input\": 1, \"free\": true}}}", .unexpectedValue, line: 1, "models.m"),
        Fault("{\"models\": {\"m\": {\"input\": 1, \"per\": \"mile\"}}}", .unexpectedValue, line: 1, "models.m.per"),
        Fault(
            "{\"models\": {\"m\": {\"input\": 1, \"tiers\": [\n{\"input\": 2}]}}}", .unexpectedValue, line: 2,
            "models.m.tiers[0]"),
        Fault(
            "{\"models\": {\"m\": {\"input\": 1, \"tiers\": [{\"above_input_tokens\": 1, \"output\": 2}]}}}",
            .unexpectedValue, line: 1, "models.m.tiers[0].output"),
        periods("{\"input\": 2}", "[0]"), periods("{\"from\": \"2026-08-17\"}", "[0]"),
        periods("{\"from\": \"2026-02-30\", \"input\": 2}", "[0].from"),
        periods("{\"daily_utc\": [\"01:00\"], \"input\": 2}", "[0].daily_utc"),
        periods("{\"daily_utc\": [\"01:00\", 4], \"input\": 2}", "[0].daily_utc"),
        periods("{\"weekdays\": [0], \"input\": 2}", "[0].weekdays"),
        periods("{\"from\": \"2026-08-17\", \"output\": 2}", "[0].output"),
    ]

    private static func periods(_ period: String, _ key: String) -> Fault {
        Fault(
            "{\"models\": {\"m\": {\"input\": 1, \"periods\": [\n\(period)]}}}", .unexpectedValue, line: 2,
            "models.m.periods\(key)")
    }

    @Test("price times of day and days of the week")
    func periods() throws {
        let book = PriceBook(
            file: try file(
                """
                {"models": {"m": {"per": "token", "input": 1e-6, "periods": [
                    {"from": "2026-08-17", "daily_utc": ["01:00", "04:00"], "weekdays": [1, 2, 3, 4, 5], "input": 2e-6}
                ]}}}
                """))
        let friday: Int64 = 1_795_132_800  // 2026-11-20T00:00:00Z
        for (moment, cost) in [(friday + 3_599, "1"), (friday + 3_600, "2"), (friday + 90_000, "1"), (0, "1")] {
            let call = try book.cost(of: Self.usage, model: "m", at: moment).get()
            #expect(call.total == USD(cost))
            #expect(call.isTimeOfDayPrice == (cost == "2"))
        }
    }

    @Test("that are malformed say which line and key is at fault", arguments: faults)
    func fault(_ fault: Fault) {
        let error = #expect(throws: PriceFileError.self) { try file(fault.json) }
        #expect(error?.code == fault.code)
        #expect(error?.line == fault.line)
        #expect(error?.key == fault.key)
        #expect(error?.path == "prices.json")
        #expect(error.map { "\($0)".hasPrefix("prices.json:\(fault.line): ") } == true)
    }

    @Test("that are not there, or are directories, are errors with the path")
    func unreadable() {
        for path in ["/no/such/file.json", "/", ""] {
            let error = #expect(throws: PriceFileError.self) { try PriceFile(path: path) }
            #expect(error?.code == .unreadable)
            #expect(error?.path == path)
        }
    }

    @Test("are refused when they are larger than the limit")
    func tooLarge() throws {
        let path = NSTemporaryDirectory() + "prices-\(UUID()).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(count: PriceFile.largestSize + 1).write(to: URL(filePath: path))
        let error = #expect(throws: PriceFileError.self) { try PriceFile(path: path) }
        #expect(error?.code == .tooLarge)
    }
}

@Suite("Live prices", .serialized)
struct LivePricesTests {
    static let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 0)

    @Test("follow the environment variable, and a malformed file leaves the earlier prices in force")
    func environment() throws {
        let path = NSTemporaryDirectory() + "prices-\(UUID()).json"
        defer {
            unsetenv(PriceFile.environmentVariable)
            try? FileManager.default.removeItem(atPath: path)
        }
        let live = LivePrices()
        try Data(#"{"models": {"m": {"input": 3}}}"#.utf8).write(to: URL(filePath: path))
        setenv(PriceFile.environmentVariable, path, 1)
        try live.reload()
        #expect(live.book.cost(of: Self.usage, model: "m").cost == USD("3"))
        #expect(try PriceBook.fromEnvironment().cost(of: Self.usage, model: "m").cost == USD("3"))
        try Data(#"{"models": {"m": {"input": "oops"}}}"#.utf8).write(to: URL(filePath: path))
        #expect(throws: PriceFileError.self) { try live.reload() }
        #expect(live.book.cost(of: Self.usage, model: "m").cost == USD("3"))
        unsetenv(PriceFile.environmentVariable)
        try live.reload()
        #expect(live.book.cost(of: Self.usage, model: "m").cost == nil)
    }

    @Test("are swapped under readers, who see one book or the other and never a mixture")
    func swapping() async {
        let books = (1...2).map { price in
            PriceBook(overrides: ["a": ModelPricing(input: Double(price)), "b": ModelPricing(input: Double(price))])
        }
        let live = LivePrices(books[0])
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<2_000).allSatisfy { _ in
                        let book = live.book
                        let (a, b) = (book.cost(of: Self.usage, model: "a"), book.cost(of: Self.usage, model: "b"))
                        return a.cost == b.cost && (a.cost == USD("1") || a.cost == USD("2"))
                    }
                }
            }
            for turn in 0..<500 { live.replace(with: books[turn % 2]) }
            for await consistent in group { #expect(consistent) }
        }
    }
}
