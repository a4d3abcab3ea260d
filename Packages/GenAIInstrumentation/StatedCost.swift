// SPDX-License-Identifier: MIT

package import GenAICore

extension TokenUsage {
    /// Takes over the cost that a gateway states in the header of its answer (LiteLLM's `x-litellm-response-cost`, in US
    /// dollars), unless the answer itself states one. Not for streams, whose cost is not known when they begin.
    package mutating func takeStatedCost(_ header: (String) -> String?) {
        guard statedCost == nil, let cost = Self.statedCost(header) else { return }
        statedCost = cost
    }

    private static func statedCost(_ header: (String) -> String?) -> USD? {
        guard let amount = header("x-litellm-response-cost").flatMap({ Double($0) }), amount.isFinite, amount >= 0
        else { return nil }
        return USD(amount)
    }
}

extension ModelAnswer {
    /// Takes over the cost that a gateway states in the header of its answer.
    package mutating func takeStatedCost(_ header: (String) -> String?) {
        var usage = usage ?? TokenUsage()
        usage.takeStatedCost(header)
        if usage.statedCost != nil { self.usage = usage }
    }
}
