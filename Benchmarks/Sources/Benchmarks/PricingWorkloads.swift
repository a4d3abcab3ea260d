// SPDX-License-Identifier: MIT
import Last9GenAI

/// The cost of one call, for a name that was seen before and for one that was not.
let pricingWorkloads: [Workload] = [
    Workload(name: "w4.hit") { runner in
        let book = PriceBook()
        let usage = TokenUsage(inputTokens: 1234, outputTokens: 567)
        try await runner.measure("w4.hit") { count in
            for _ in 0..<count { blackHole(book.cost(of: usage, model: "gpt-4o", provider: "openai")) }
        }
        // A price that depends on how the call was made, and on the day.
        try await runner.measure("w4.hit.variant") { count in
            for _ in 0..<count { blackHole(book.cost(of: usage, model: "gpt-5", provider: "openai", context: .flex)) }
        }
        let prices = PriceBook(overrides: ["gpt-4o": ModelPricing(input: 2.5, output: 10)])
        try await runner.measure("w4.hit.override") { count in
            for _ in 0..<count { blackHole(prices.cost(of: usage, model: "gpt-4o", provider: "openai")) }
        }
    },
    // A book forgets no name, so each time needs a name of its own. All are the same model with some date.
    Workload(name: "w4.first") { runner in
        let usage = TokenUsage(inputTokens: 1234, outputTokens: 567)
        let names = Names()
        let book = PriceBook()
        try await runner.measure("w4.first") { count in
            for _ in 0..<count { blackHole(book.cost(of: usage, model: names.next(), provider: "openai")) }
        }
        try await runner.measure("w4.first.naming") { count in
            for _ in 0..<count { blackHole(names.next()) }
        }
    },
]

/// Makes model names that differ.
private final class Names {
    private var number = 0

    func next() -> String {
        number += 1
        return "gpt-4o-2024-08-06-\(number)"
    }
}
