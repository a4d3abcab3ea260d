// SPDX-License-Identifier: MIT

import Foundation
import GenAICore
import GenAIPricing
import GenAITelemetryTesting
import Testing

@Suite("The cost of any usage")
struct CostPropertyTests {
    static let data = try? PriceData()

    /// Counts that fit together: parts never exceed their wholes.
    static func counts(_ random: inout SeededRandom) -> [String: Int] {
        let scale = [10, 1_000, 100_000, 1_000_000, 1_000_000_000].randomElement(using: &random) ?? 10
        let input = Int.random(in: 0...scale, using: &random)
        let output = Int.random(in: 0...scale, using: &random)
        let cached = Int.random(in: 0...input / 4, using: &random)
        let written = Int.random(in: 0...input / 4, using: &random)
        let audio = Int.random(in: 0...input / 4, using: &random)
        return [
            "input_tokens": input, "output_tokens": output, "cache_read_tokens": cached,
            "cache_write_tokens": written, "cache_write_1h_tokens": Int.random(in: 0...written, using: &random),
            "input_audio_tokens": audio,
            "cache_audio_read_tokens": Int.random(in: 0...min(audio, cached), using: &random),
            "output_audio_tokens": Int.random(in: 0...output / 2, using: &random),
            "output_reasoning_tokens": Int.random(in: 0...output / 2, using: &random),
            "web_searches": Int.random(in: 0...9, using: &random),
            "storage_searches": Int.random(in: 0...9, using: &random),
            "code_sessions": Int.random(in: 0...9, using: &random),
            "input_characters": Int.random(in: 0...scale, using: &random),
            "input_text_messages": Int.random(in: 0...99, using: &random),
            "input_document_pages": 50, "input_annotated_document_pages": Int.random(in: 0...50, using: &random),
        ]
    }

    static func usage(_ counts: [String: Int]) -> TokenUsage {
        var usage = TokenUsage(
            inputTokens: counts["input_tokens"], outputTokens: counts["output_tokens"],
            cacheReadTokens: counts["cache_read_tokens"], cacheWriteTokens: counts["cache_write_tokens"],
            cacheWrite1hTokens: counts["cache_write_1h_tokens"], reasoningTokens: counts["output_reasoning_tokens"],
            inputAudioTokens: counts["input_audio_tokens"], outputAudioTokens: counts["output_audio_tokens"],
            cacheAudioReadTokens: counts["cache_audio_read_tokens"], webSearches: counts["web_searches"])
        usage.searchContextSize = .high  // the table's own price
        usage.storageSearches = counts["storage_searches"]
        usage.codeSessions = counts["code_sessions"]
        usage.inputCharacters = counts["input_characters"]
        usage.inputTextMessages = counts["input_text_messages"]
        usage.documentPages = counts["input_document_pages"]
        usage.annotatedDocumentPages = counts["input_annotated_document_pages"]
        return usage
    }

    @Test("equals an independent Decimal computation, for 100,000 random usages of all models")
    func decimal() throws {
        let data = try #require(Self.data)
        let models = data.models.filter { $0.isExact && !$0.prices.keys.contains { $0.hasSuffix("_hours") } }
        var random = SeededRandom(seed: 1)
        var compared = 0
        var reached = 0
        while compared < 100_000 {
            for model in models {
                let bill = DecimalBill(model, data.units)
                for round in 0..<70 {
                    let counts = Self.counts(&random)
                    let answer = PriceBook.bundled.cost(
                        of: Self.usage(counts), model: model.name, provider: model.provider, at: PriceData.evening)
                    // A name may lead to an earlier model of the list, which is compared under its own name.
                    guard case .priced(let call) = answer, call.model == model.id else { break }
                    reached += round == 0 ? 1 : 0
                    compared += 1
                    let expected = try #require(bill.total(counts))
                    if call.total.description != "\(expected)" {
                        Issue.record("\(model.provider) \(model.id): \(call.total), not \(expected), for \(counts)")
                    }
                }
            }
        }
        #expect(reached > 600)
    }

    @Test("never falls and never turns negative when more tokens are used inside a tier")
    func monotone() throws {
        let data = try #require(Self.data)
        var random = SeededRandom(seed: 2)
        for model in data.models {
            let counts = Self.counts(&random)
            let bounds = model.tiers.map(\.above)
            var last = USD.zero
            var usage = Self.usage(counts)
            let start = (usage.inputTokens ?? 0, bounds.filter { $0 < usage.inputTokens ?? 0 }.count)
            for more in [0, 1, 10, 1_000, 50_000] {
                usage.inputTokens = start.0 + more
                usage.outputTokens = (counts["output_tokens"] ?? 0) + more
                guard bounds.filter({ $0 < start.0 + more }).count == start.1 else { break }
                let answer = PriceBook.bundled.cost(
                    of: usage, model: model.name, provider: model.provider, at: PriceData.evening)
                guard let cost = answer.cost else { break }
                #expect(cost >= last, "\(model.id)")
                last = cost
            }
        }
    }

    @Test("adds up: two calls cost what one with both their usages costs, inside a tier")
    func additive() throws {
        let data = try #require(Self.data)
        var random = SeededRandom(seed: 3)
        for model in data.models
        where model.isExact && model.tiers.isEmpty && !model.prices.keys.contains("requests_per_1k") {
            var (one, two) = (Self.usage(Self.counts(&random)), Self.usage(Self.counts(&random)))
            (one.requests, two.requests) = (1, 1)
            let costs = [one, two, one + two].map {
                PriceBook.bundled.cost(of: $0, model: model.name, provider: model.provider, at: PriceData.evening).cost
            }
            guard let first = costs[0], let second = costs[1] else { continue }
            #expect(first + second == costs[2], "\(model.id)")
        }
    }

    @Test("is the sum of its lines, each unit once")
    func lines() throws {
        let data = try #require(Self.data)
        var random = SeededRandom(seed: 4)
        for model in data.models {
            let usage = Self.usage(Self.counts(&random))
            let answer = PriceBook.bundled.cost(of: usage, model: model.name, provider: model.provider)
            guard case .priced(let call) = answer else { continue }
            let lines = call.lines(for: usage)
            #expect(lines.reduce(.zero) { $0 + $1.cost } == call.total)
            #expect(Set(lines.map(\.unit)).count == lines.count)
        }
    }
}
