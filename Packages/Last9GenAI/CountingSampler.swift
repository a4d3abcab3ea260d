// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Makes calls to models and tools recorded that another sampler would drop, so that ledger and budgets stay exact.
///
/// These spans are recorded for the processors only and not exported.
struct CountingSampler: DropReviewingSampler {
    let base: any Sampler

    func sample(_ span: SpanToSample) -> SamplingResult {
        var result = base.sample(span)
        guard result.decision == .drop else { return result }
        switch span.attributes[.genAIOperationName] {
        case .chat, .textCompletion, .generateContent, .embeddings, .executeTool: result.decision = .recordOnly
        default: break
        }
        return result
    }

    var description: String { "Counting{\(base.description)}" }
}
