// SPDX-License-Identifier: MIT

import GenAICore
import GenAITelemetryTesting
import Testing

@testable import GenAIPricing

@Suite("Hostile input")
struct RobustnessTests {
    static let counts: [Int?] = [nil, 0, 1, -1, 7, 1_000_000, .max, .max - 1, .min, .min + 1]

    @Test("names of any content are answered, the second time as the first")
    func names() {
        let letters = Array("abc-./:@*\0\u{1}\u{7F}é漢\u{1F600}\u{301}0149{}[]\\\"\n ".unicodeScalars)
        let seeds = ["gpt-4o", "ft:gpt-4o:", "arn:aws:", "claude-", "20240806", "azure/", "-2024-01-01", "models/"]
        let book = PriceBook(overrides: ["gpt-4o": ModelPricing(input: 1), "x/*": .free])
        var random = SeededRandom(seed: 5)
        for _ in 0..<3_000 {
            var name = seeds.randomElement(using: &random) ?? ""
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                if Bool.random(using: &random) {
                    name.unicodeScalars.append(letters.randomElement(using: &random) ?? "a")
                } else {
                    name += seeds.randomElement(using: &random) ?? ""
                }
            }
            let usage = TokenUsage(inputTokens: 1, outputTokens: 1)
            let answers = (0..<2).map { _ in
                book.cost(of: usage, model: name, requestModel: name, provider: name, apiURL: name)
            }
            #expect(answers[0].cost == answers[1].cost)
            _ = book.cost(of: usage, model: name)
        }
    }

    @Test("a name of one megabyte is unknown, as model, provider and URL")
    func longNames() {
        let long = String(repeating: "gpt-4o/", count: 150_000)
        let usage = TokenUsage(inputTokens: 1, outputTokens: 1)
        #expect(PriceBook.bundled.cost(of: usage, model: long).cost == nil)
        #expect(PriceBook.bundled.cost(of: usage, model: "gpt-4o", provider: long).cost == nil)
        #expect(PriceBook.bundled.cost(of: usage, model: "gpt-4o", apiURL: long).cost == nil)
        #expect(PriceBook.bundled.cost(of: usage, model: long, requestModel: "gpt-4o").cost != nil)
        #expect(
            PriceBook.bundled.cost(of: usage, model: "gpt-4o", apiURL: "https://api.openai.com/" + long).cost != nil)
    }

    @Test("counts of any size and sign cost something not negative, or have a reason")
    func usages() {
        var random = SeededRandom(seed: 6)
        let models = [
            "gpt-4o", "gpt-4o-realtime", "claude-haiku-5-5", "gpt-image-1", "whisper-1", "sonar-pro", "gemma-3",
        ]
        for round in 0..<20_000 {
            var usage = TokenUsage(
                inputTokens: Self.counts.randomElement(using: &random) ?? nil,
                outputTokens: Self.counts.randomElement(using: &random) ?? nil,
                cacheReadTokens: Self.counts.randomElement(using: &random) ?? nil,
                cacheWriteTokens: Self.counts.randomElement(using: &random) ?? nil,
                cacheWrite1hTokens: Self.counts.randomElement(using: &random) ?? nil,
                inputAudioTokens: Self.counts.randomElement(using: &random) ?? nil,
                outputAudioTokens: Self.counts.randomElement(using: &random) ?? nil,
                cacheAudioReadTokens: Self.counts.randomElement(using: &random) ?? nil,
                webSearches: Self.counts.randomElement(using: &random) ?? nil)
            usage.audioMilliseconds = Self.counts.randomElement(using: &random) ?? nil
            usage.requests = Self.counts.randomElement(using: &random) ?? nil
            let answer = PriceBook.bundled.cost(of: usage, model: models[round % models.count], context: .batch)
            if let cost = answer.cost {
                #expect(cost >= .zero)
                #expect(!cost.isSaturated)
            }
        }
    }

    @Test("the largest count at the largest price is still an exact amount")
    func largest() {
        let book = PriceBook(overrides: ["m": ModelPricing(input: 9_000_000)])
        let cost = book.cost(of: TokenUsage(inputTokens: .max), model: "m").cost
        #expect(cost?.description == "83010348331692982263")  // (2^63 - 1) × 9
    }

    @Test("JSON of any bytes is read or refused")
    func json() {
        let valid = Array(
            #"{"models": {"m": {"input": 1.5e-3, "tiers": [{"above_input_tokens": 1, "input": "2"}]}}}"#.utf8)
        var random = SeededRandom(seed: 7)
        for _ in 0..<5_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: bytes.indices, using: &random)], at: index)
                }
            }
            if let file = try? PriceFile(json: bytes, path: "f") { #expect(file.prices.count <= 1) }
        }
        for length in 0..<valid.count {
            #expect(throws: PriceFileError.self) { try PriceFile(json: Array(valid[..<length]), path: "f") }
        }
    }

    @Test("JSON nested without end is refused, not followed")
    func depth() {
        for start in ["[", "{\"a\":"] {
            let bytes = Array(String(repeating: start, count: 1_000_000).utf8)
            let error = #expect(throws: PriceFileError.self) { try PriceFile(json: bytes, path: "f") }
            #expect(error?.message == "expected at most 32 levels of nesting")
        }
    }
}

@Suite("The names a book remembers")
struct MemoTests {
    @Test("come back whole, under a flood of others too")
    func flood() {
        let memo = PriceMemo()
        for number in 1...50_000 {
            guard let key = memo.key("model-\(number)", nil, "p", nil) else { continue }
            memo.store(UInt64(number), for: key)
            #expect(memo.value(for: key) == UInt64(number))
        }
        var kept = 0
        for number in 1...50_000 {
            guard let key = memo.key("model-\(number)", nil, "p", nil), let value = memo.value(for: key) else {
                continue
            }
            #expect(value == UInt64(number))
            kept += 1
        }
        #expect(kept <= PriceMemo.slotCount)
        #expect(kept > PriceMemo.slotCount / 2)
    }

    @Test("differ by what they are a name of, and by every part")
    func keys() {
        let memo = PriceMemo()
        let names: [(String, String?, String?, String?)] = [
            ("a", nil, nil, nil), ("a", "b", nil, nil), ("a", nil, "b", nil), ("a", nil, nil, "b"),
            ("ab", nil, nil, nil),
            ("", "ab", nil, nil), ("a", "", "b", nil), ("a", "b", "", nil), ("aa", nil, nil, nil),
            ("aaaa", nil, nil, nil),
            ("aaaaa", nil, nil, nil), ("aaaaaaaa", nil, nil, nil), ("aaaaaaaaa", nil, nil, nil),
        ]
        let keys = names.compactMap { memo.key($0.0, $0.1, $0.2, $0.3) }
        #expect(Set(keys.map(\.first)).count == names.count)
        #expect(memo.key(String(repeating: "a", count: 513), nil, nil, nil) == nil)
    }

    @Test("are right when many threads ask for many names at once")
    func threads() async {
        let book = PriceBook()
        let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 0)
        let expected = [("gpt-4o", "2.5"), ("gpt-4o-mini", "0.15"), ("claude-sonnet-4-5", "6"), ("o3", "2")]
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<4 {
                group.addTask {
                    (0..<3_000).allSatisfy { round in
                        let (model, cost) = expected[(task + round) % expected.count]
                        _ = book.cost(of: usage, model: "flood-\(task)-\(round)")
                        return book.cost(of: usage, model: model, at: PriceData.evening).cost?.description == cost
                    }
                }
            }
            for await right in group { #expect(right) }
        }
    }
}
