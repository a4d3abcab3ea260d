// SPDX-License-Identifier: MIT
// Prints what a log of model calls cost, by model and by day. Needs nothing but prices: no telemetry, no network.

import Foundation
import GenAICore
import GenAIPricing

/// One line of the log, with the usage as OpenAI reports it or with this package's names.
struct Call: Decodable {
    var at: Date
    var model: String
    var provider: String?
    var service_tier: String?
    var usage: Usage

    struct Usage: Decodable {
        var prompt_tokens: Int?
        var completion_tokens: Int?
        var input_tokens: Int?
        var output_tokens: Int?
        var cache_read_tokens: Int?
        var cache_write_tokens: Int?
        var prompt_tokens_details: [String: Int]?
        var completion_tokens_details: [String: Int]?

        var tokens: TokenUsage {
            TokenUsage(
                inputTokens: prompt_tokens ?? input_tokens, outputTokens: completion_tokens ?? output_tokens,
                cacheReadTokens: prompt_tokens_details?["cached_tokens"] ?? cache_read_tokens,
                cacheWriteTokens: cache_write_tokens,
                reasoningTokens: completion_tokens_details?["reasoning_tokens"])
        }
    }
}

struct Row: Hashable {
    var day: String
    var model: String
}

let sample = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "calls.jsonl").path
let path = CommandLine.arguments.dropFirst().first ?? sample
// Models that you host yourself have a known cost of zero. GENAI_PRICES_FILE can name a file with more prices.
let prices = try PriceBook.fromEnvironment(overrides: ["ollama/*": .free])
let decoder = JSONDecoder()
decoder.dateDecodingStrategy = .iso8601

var costs: [Row: (calls: Int, usage: TokenUsage, cost: USD)] = [:]
var unpriced: [String: Int] = [:]
for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
    let call = try decoder.decode(Call.self, from: Data(line.utf8))
    let answer = prices.cost(
        of: call.usage.tokens, model: call.model, provider: call.provider,
        context: call.service_tier.map { PriceContext(serviceTier: $0) }, at: Int64(call.at.timeIntervalSince1970))
    switch answer {
    case .priced(let priced):
        let day = call.at.formatted(.iso8601.year().month().day())
        let row = Row(day: day, model: [priced.provider, priced.model].compactMap { $0 }.joined(separator: "/"))
        let old = costs[row] ?? (0, TokenUsage(), .zero)
        costs[row] = (old.calls + 1, old.usage + call.usage.tokens, old.cost + priced.total)
    case .unpriced(let reason):
        unpriced["\(call.model): \(reason)", default: 0] += 1
    }
}

func show(_ cells: [String]) {
    let widths = [10, 32, 5, 9, 9, 14]
    print(
        zip(cells, widths).enumerated().map { index, cell in
            let padding = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
            return index < 2 ? cell.0 + padding : padding + cell.0
        }.joined(separator: "  "))
}

show(["day", "model", "calls", "input", "output", "USD"])
for (row, sum) in costs.sorted(by: { ($0.key.day, $0.key.model) < ($1.key.day, $1.key.model) }) {
    show([
        row.day, row.model, "\(sum.calls)", "\(sum.usage.inputTokens ?? 0)", "\(sum.usage.outputTokens ?? 0)",
        "\(sum.cost)",
    ])
}
for day in Set(costs.keys.map(\.day)).sorted() {
    show([day, "total", "", "", "", "\(costs.reduce(USD.zero) { $0 + ($1.key.day == day ? $1.value.cost : .zero) })"])
}
show(["all", "total", "", "", "", "\(costs.values.reduce(USD.zero) { $0 + $1.cost })"])
for (reason, count) in unpriced.sorted(by: { $0.key < $1.key }) { print("no cost: \(reason), \(count) call(s)") }
