// SPDX-License-Identifier: MIT
public import GenAICore
import GenAIInstrumentation
public import GenAIPricing
public import GenAITelemetry

extension TraceSpan {
    /// Computes the cost of a call and sets it. ``Last9SpanProcessor`` then uses it unchanged.
    ///
    /// - Returns: The cost, or the reason for its absence, which is set on the span too.
    @discardableResult
    public func setCost(
        of usage: TokenUsage, model: String, provider: ProviderName? = nil, prices: PriceBook = .bundled
    ) -> PriceAnswer {
        let answer = prices.cost(of: usage, model: model, provider: provider?.rawValue)
        switch answer {
        case .priced(let call):
            setAttribute(.genAIUsageCostUSD, call.total.doubleValue)
            if call.source == .provider {
                setAttribute(.costSource, "provider")
            } else {
                setAttribute(.genAIUsageCostInputUSD, call.input.doubleValue)
                setAttribute(.genAIUsageCostOutputUSD, call.output.doubleValue)
            }
            if let reason = call.incompleteReason { setAttribute(.incompleteReason, reason) }
        case .unpriced(let reason):
            setAttribute(.unpricedReason, reason.description)
        }
        return answer
    }

    /// Sets the template and version of the prompt that was used.
    ///
    /// - Parameters:
    ///   - template: The prompt before its variables are filled in: attribute `gen_ai.prompt.template`, if content is
    ///     allowed, and its digest `gen_ai.prompt.hash` in any case.
    ///   - id: The attribute `gen_ai.prompt.template_id`.
    ///   - version: The attribute `gen_ai.prompt.version`.
    /// - Returns: The first 16 hexadecimal digits of the template's SHA-256 digest.
    @discardableResult
    public func setPromptVersion(template: String, id: String? = nil, version: String? = nil) -> String {
        let hash = String(SHA256.hexDigest(of: template.utf8).prefix(16))
        setAttribute(.genAIPromptHash, hash)
        setAttribute(.genAIPromptTemplateID, id)
        setAttribute(.genAIPromptVersion, version)
        if contentCapture.contains(.spans) { setAttribute(.genAIPromptTemplate, template) }
        return hash
    }
}
