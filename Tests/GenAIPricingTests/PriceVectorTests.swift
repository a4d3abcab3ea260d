// SPDX-License-Identifier: MIT

import GenAICore
import GenAIPricing
import Testing

@Suite("Known calls")
struct PriceVectorTests {
    @Test("cost what they are known to have cost, at the provider and model known to apply")
    func vectors() throws {
        let vectors = try PriceVectors.all()
        #expect(vectors.count >= 224)
        for vector in vectors {
            try check(vector, PriceBook.bundled)
        }
    }

    @Test("cost the same when the book has seen their names before")
    func again() throws {
        let book = PriceBook()
        for _ in 0..<2 {
            for vector in try PriceVectors.all() { try check(vector, book) }
        }
    }

    private func check(_ vector: PriceVectors.Vector, _ book: PriceBook) throws {
        let answer = book.cost(
            of: try vector.tokenUsage(), model: vector.model, provider: vector.provider, apiURL: vector.api_url,
            context: vector.priceContext, at: vector.unixSeconds)
        guard let expected = vector.expected else {
            #expect(answer.cost == nil, "\(vector)")
            return
        }
        guard case .priced(let call) = answer else {
            Issue.record("\(vector): \(answer)")
            return
        }
        #expect(call.provider == expected.provider, "\(vector)")
        #expect(call.model == expected.model, "\(vector)")
        #expect(call.total == USD(expected.cost), "\(vector): \(call.total) instead of \(expected.cost)")
        #expect(call.total.description == expected.cost, "\(vector)")
        if let input = expected.input_cost { #expect(call.input.description == input, "\(vector)") }
        if let output = expected.output_cost { #expect(call.output.description == output, "\(vector)") }
        #expect(call.lines(for: try vector.tokenUsage()).reduce(.zero) { $0 + $1.cost } == call.total, "\(vector)")
    }
}
