// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing

/// The cost of a call to a model, from its span or else from the report's prices.
enum CallCost: Sendable, Hashable {
    /// The cost stated by the span.
    case recorded(USD)
    /// The cost computed with the report's prices.
    case computed(USD)
    /// The reason there is no cost.
    case unpriced(String)

    /// The amount; `nil` if it is unknown.
    var amount: USD? {
        switch self {
        case .recorded(let amount), .computed(let amount): amount
        case .unpriced: nil
        }
    }

    /// The reason for a missing cost, as text.
    var reason: String? {
        if case .unpriced(let reason) = self { reason } else { nil }
    }

    init(_ facts: SpanFacts, _ prices: PriceBook) {
        if let recorded = facts.recordedCost {
            self = .recorded(recorded)
        } else if let reason = facts.recordedReason {
            self = .unpriced(reason)
        } else if facts.error != nil, facts.usage.isEmpty {
            self = .computed(.zero)  // a call that failed before anything was used costs nothing
        } else if let model = facts.model {
            let answer = prices.cost(
                of: facts.usage, model: model, requestModel: facts.requestModel, provider: facts.provider,
                context: facts.serviceTier.map { PriceContext(serviceTier: $0) },
                at: Int64(facts.startNanoseconds / 1_000_000_000))
            switch answer {
            case .priced(let call): self = .computed(call.total)
            case .unpriced(let reason): self = .unpriced(reason.description)
            }
        } else {
            self = .unpriced("the span names no model")
        }
    }
}
