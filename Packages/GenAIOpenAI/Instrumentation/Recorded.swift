// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// A request that telemetry can tell of.
protocol RecordedRequest: Sendable {
    /// The request in the terms that all providers share; the server is filled in by the sender.
    ///
    /// - Parameter need: The parts of messages that are asked for.
    func modelRequest(_ need: ContentNeed) -> ModelRequest
}

/// An answer that telemetry can tell of.
protocol RecordedAnswer: Sendable {
    /// The answer in the terms that all providers share.
    ///
    /// - Parameter need: The parts of messages that are asked for.
    func modelAnswer(_ need: ContentNeed) -> ModelAnswer
    /// The reason why the server could not answer, where the call itself went well.
    var failure: CallFailure? { get }
}

extension RecordedAnswer {
    var failure: CallFailure? { nil }
}

/// A piece of a streamed answer that telemetry can tell of.
protocol RecordedChunk: Sendable {
    /// Adds the piece to the answer so far.
    func add(to answer: inout ModelAnswer)
    /// The reason why the server could not answer.
    var failure: CallFailure? { get }
    /// The piece with the numbers and names of the tool calls that its own belong to.
    func numbered(by calls: inout ToolCallNumbering) -> Self
}

extension RecordedChunk {
    func numbered(by calls: inout ToolCallNumbering) -> Self { self }
    var failure: CallFailure? { nil }
}

extension ModelRequest {
    /// A request of which only the kind of call and the model are known.
    init(_ operation: OperationName, _ model: String) {
        self.init(operation: operation, model: model, provider: .openAI)
    }
}

extension String {
    /// The text unless it is empty.
    var unlessEmpty: String? { isEmpty ? nil : self }
}
