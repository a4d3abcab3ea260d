// SPDX-License-Identifier: MIT

package import GenAICore

extension TokenUsage {
    /// Sets the cost that a gateway states in the header of its response (LiteLLM's `x-litellm-response-cost`, in US
    /// dollars), unless the answer itself states one. Not for streams, whose cost is unknown when they begin.
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
    /// Sets the cost that a gateway states in the header of its response.
    package mutating func takeStatedCost(_ header: (String) -> String?) {
        var usage = usage ?? TokenUsage()
        usage.takeStatedCost(header)
        if usage.statedCost != nil { self.usage = usage }
    }
}
