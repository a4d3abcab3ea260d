// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

/// The result of an evaluation of an answer, by an evaluator or a user.
///
/// Source: semantic conventions 1.41.1, event `gen_ai.evaluation.result`.
public struct EvaluationResult: Sendable, Hashable {
    /// The evaluated property, for example `relevance`. Attribute `gen_ai.evaluation.name`.
    public var name: String
    /// The score as a number. Attribute `gen_ai.evaluation.score.value`.
    public var score: Double?
    /// The score as a word, for example `pass`. Attribute `gen_ai.evaluation.score.label`.
    public var label: String?
    /// The explanation. Attribute `gen_ai.evaluation.explanation`. Content: recorded only if that is allowed.
    public var explanation: String?
    /// The identifier of the answer, if the span is not available. Attribute `gen_ai.response.id`.
    public var responseID: String?
    /// The error type, if the evaluation itself failed. Attribute `error.type`.
    public var errorType: String?

    /// Creates a result.
    public init(
        _ name: String, score: Double? = nil, label: String? = nil, explanation: String? = nil,
        responseID: String? = nil, errorType: String? = nil
    ) {
        self.name = name
        self.score = score
        self.label = label
        self.explanation = explanation
        self.responseID = responseID
        self.errorType = errorType
    }

    /// Returns a user's evaluation of an answer: `user_feedback`.
    ///
    /// - Parameters:
    ///   - isPositive: Thumbs up or down: a score of 1 or 0, and a label.
    ///   - comment: The user's own words. Content: recorded only if that is allowed.
    public static func userFeedback(
        isPositive: Bool, comment: String? = nil, responseID: String? = nil
    ) -> EvaluationResult {
        EvaluationResult(
            "user_feedback", score: isPositive ? 1 : 0, label: isPositive ? "positive" : "negative",
            explanation: comment, responseID: responseID)
    }
}

extension LogEmitter {
    /// Emits the result of an evaluation as a `gen_ai.evaluation.result` event.
    ///
    /// - Parameters:
    ///   - span: The span of the answer; `nil` means the current one.
    ///   - settings: The settings that decide whether explanations are recorded in events. Default: those of the global
    ///     tracer provider.
    ///   - context: The source of the current span and of the content switch.
    public func emit(
        _ result: EvaluationResult, of span: SpanContext? = nil, settings: InstrumentationSettings? = nil,
        context: GenAIContext = .current
    ) {
        let settings = (settings ?? TracerProvider.Tracer.ofGlobalProvider.instrumentation).narrowed(by: context)
        var attributes: Attributes = [:]
        attributes[.genAIEvaluationName] = result.name
        attributes[.genAIEvaluationScoreValue] = result.score
        attributes[.genAIEvaluationScoreLabel] = result.label
        attributes[.genAIResponseID] = result.responseID
        attributes[.errorType] = result.errorType
        if settings.contentCapture.contains(.events) {
            attributes[.genAIEvaluationExplanation] = result.explanation
        }
        attributes[.genAIConversationID] = context.conversationID
        emit(
            LogRecordData(
                eventName: EventName.genAIEvaluationResult.rawValue, severity: .info, attributes: attributes,
                spanContext: span),
            context: context)
    }
}

/// Emits the result of an evaluation on the global logger provider; see `LogEmitter.emit(_:of:)`.
///
/// Does nothing without a provider.
public func recordEvaluation(_ result: EvaluationResult, of span: SpanContext? = nil) {
    LoggerProvider.global?.emitter(scope: TracerProvider.Tracer.ofGlobalProvider.scope).emit(result, of: span)
}
