// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// A request that can be recorded.
protocol RecordedRequest: Sendable {
    /// Returns the request in terms that all providers share. The sender adds the server.
    ///
    /// - Parameter need: The parts of messages to include.
    func modelRequest(_ need: ContentNeed) -> ModelRequest
}

/// An answer that can be recorded.
protocol RecordedAnswer: Sendable {
    /// Returns the answer in terms that all providers share.
    ///
    /// - Parameter need: The parts of messages to include.
    func modelAnswer(_ need: ContentNeed) -> ModelAnswer
    /// The server's failure in a response that is otherwise a success.
    var failure: CallFailure? { get }
}

extension RecordedAnswer {
    var failure: CallFailure? { nil }
}

/// A chunk of a streamed answer that can be recorded.
protocol RecordedChunk: Sendable {
    /// Adds the chunk to the answer so far.
    func add(to answer: inout ModelAnswer)
    /// The server's failure.
    var failure: CallFailure? { get }
}

extension RecordedChunk {
    var failure: CallFailure? { nil }
}

extension ModelRequest {
    /// Creates a request with only the operation and the model.
    init(_ operation: OperationName, _ model: String) {
        self.init(operation: operation, model: model, provider: .openAI)
    }
}

extension String {
    /// The text; `nil` if it is empty.
    var unlessEmpty: String? { isEmpty ? nil : self }
}
