// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

/// What an evaluator, or a user, thinks of an answer.
///
/// Source: semantic conventions 1.41.1, event `gen_ai.evaluation.result`.
public struct EvaluationResult: Sendable, Hashable {
    /// What was evaluated, for example `relevance`. Attribute `gen_ai.evaluation.name`.
    public var name: String
    /// The score as a number. Attribute `gen_ai.evaluation.score.value`.
    public var score: Double?
    /// The score as a word, for example `pass`. Attribute `gen_ai.evaluation.score.label`.
    public var label: String?
    /// Why. Attribute `gen_ai.evaluation.explanation`. Content: recorded only where that is allowed.
    public var explanation: String?
    /// The answer, where the span is not at hand. Attribute `gen_ai.response.id`.
    public var responseID: String?
    /// Why the evaluation itself failed. Attribute `error.type`.
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

    /// What a user thinks of an answer: the evaluation `user_feedback`.
    ///
    /// - Parameters:
    ///   - isPositive: Thumbs up or down: a score of 1 or 0, and a label.
    ///   - comment: The user's own words. Content: recorded only where that is allowed.
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
    ///   - span: The span that made the answer; `nil` takes the current one.
    ///   - settings: Whether explanations may be recorded in events; those of the global tracer provider by default.
    ///   - context: Where the current span and the content switch come from.
    public func emit(
        _ result: EvaluationResult, of span: SpanContext? = nil, settings: InstrumentationSettings? = nil,
        context: GenAIContext = .current
    ) {
        let settings = (settings ?? Tracer.ofGlobalProvider.instrumentation).narrowed(by: context)
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
            LogRecord(
                eventName: EventName.genAIEvaluationResult.rawValue, severity: .info, attributes: attributes,
                spanContext: span),
            context: context)
    }
}

/// Emits the result of an evaluation on the global logger provider; see `LogEmitter.emit(_:of:)`.
///
/// Does nothing without a provider.
public func recordEvaluation(_ result: EvaluationResult, of span: SpanContext? = nil) {
    LoggerProvider.global?.emitter(scope: .genAIInstrumentation).emit(result, of: span)
}
