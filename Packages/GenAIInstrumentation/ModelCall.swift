// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry
import Synchronization

/// One call to a model from its start to its end, recorded with its span, messages and measurements.
///
/// Most calls are recorded with `withModelCall`. This type is for callbacks and delegates:
///
/// ```swift
/// let call = try ModelCall.start(ModelRequest(model: "claude-sonnet-4-5", provider: .anthropic, messages: messages))
/// client.send(…) { result in
///     switch result {
///     case .success(let reply): call.finish(ModelAnswer(id: reply.id, model: reply.model, …))
///     case .failure(let error): call.fail(error)
///     }
/// }
/// ```
///
/// The first of ``finish(_:)``, ``fail(_:)`` and ``cancel()`` ends the record; later ones do nothing. A call that is
/// released without them is cancelled. All members can be used from any thread.
///
/// Source: semantic conventions v1.36.0 and v1.41.1, spans `gen_ai.inference.client` and `gen_ai.embeddings.client`.
public final class ModelCall: Sendable {
    /// The context of the call, with its span as the current one.
    public let context: GenAIContext
    let facts: RequestFacts
    let listeners: CallListeners?
    private let recordedSpan: TraceSpan?
    /// The request's content, for records that are created when the call ends.
    let content: RequestContent
    /// The conversation that the call belongs to.
    let conversationID: String?
    /// The requested service tier.
    let serviceTier: String?
    /// The attributes known at the start; stored only for a record of operation details.
    let startAttributes: Attributes?
    let startNanoseconds = steadyNanoseconds()
    private let state: Mutex<State>

    /// The maximum number of bytes stored and recorded for each direction of a call.
    package static let contentLimit = 1 << 20

    /// The parts of a request that are content.
    struct RequestContent: Sendable {
        var messages: [Message] = []
        var systemInstructions: [Message.Part] = []
        var tools: [ModelRequest.ToolDefinition] = []
        var isCut = false
    }

    private struct State {
        var answer = ModelAnswer()
        var isOver = false
        var firstPiece: UInt64?
        var lastPiece: UInt64?
        var secondsPerChunk: [Double] = []
        var resends = 0
    }

    /// Begins the record of a call. If `listeners` is `nil`, nothing is recorded.
    ///
    /// - Parameter spanName: The span's name; `nil` means operation and model, as the conventions specify.
    package init(
        _ request: borrowing ModelRequest, _ listeners: CallListeners?, spanName: String? = nil,
        context surroundings: GenAIContext = .current
    ) {
        facts = RequestFacts(request)
        conversationID = surroundings.conversationID ?? request.conversationID
        serviceTier = request.serviceTier
        let listeners = listeners?.listening(to: request.operation)
        self.listeners = listeners
        var answer = ModelAnswer()
        answer.pieces.keepsContent = listeners?.contentNeed == .full
        answer.pieces.limit = Self.contentLimit
        state = Mutex(State(answer: answer))
        guard let listeners else {
            context = surroundings
            recordedSpan = nil
            content = RequestContent()
            startAttributes = nil
            return
        }
        var surroundings = surroundings
        if listeners.tracer != nil, request.operation.isInference { surroundings.claimTurn() }
        if listeners.notesMessages, request.operation.isInference {
            (surroundings.listener as? EnclosedMessages)?.noteInput(request.messages)
        }
        var attributes = surroundings.stamp
        attributes.reserveCapacity(attributes.count + listeners.usualAttributeCount)
        let own =
            listeners.emitsDetails(of: request.operation)
            ? Self.startAttributes(of: request, facts, listeners, surroundings) : nil
        if let own {
            attributes.merge(own)
        } else {
            Self.addStart(of: request, facts, listeners, surroundings, to: &attributes)
        }
        startAttributes = own
        content = RequestContent(request, listeners)
        if let tracer = listeners.tracer {
            let span = tracer.startSpan(
                spanName ?? facts.spanName, kind: .client, stamped: consume attributes, context: surroundings)
            surroundings = surroundings.settingSpan(span)
            recordedSpan = span
        } else {
            recordedSpan = nil
        }
        surroundings.isWithinModelCall = true
        context = surroundings
        if !listeners.conventions.isLatest { emitInput(request, listeners) }
    }

    deinit { cancel() }

    /// The call's span, for attributes and events of your own; `nil` if spans are not recorded.
    public var span: TraceSpan? { recordedSpan }

    /// The parts of messages that the record needs.
    package var contentNeed: ContentNeed { listeners?.contentNeed ?? .none }

    /// The answer as known so far. It can be set and changed during the call.
    ///
    /// Pieces of a stream are better added with ``add(_:)``, which also records their times.
    public var answer: ModelAnswer {
        get { state.withLock { $0.answer } }
        set {
            guard listeners != nil else { return }
            let new = bounded(newValue)
            state.withLock { state in if !state.isOver { state.answer = new } }
        }
    }

    /// Adds a piece of a streamed answer and records its time.
    ///
    /// The time of the first piece is the time to the first chunk; the times between pieces are the times per output
    /// chunk.
    ///
    /// - Parameter change: Adds the piece to the answer. It must not use the call, which is locked meanwhile.
    public func add(_ change: (inout ModelAnswer) -> Void) {
        guard let listeners else { return }
        let now = steadyNanoseconds()
        let due: (seconds: [Double], model: String?)? = state.withLock { state in
            guard !state.isOver else { return nil }
            if let last = state.lastPiece, listeners.instruments?.measuresChunks == true {
                state.secondsPerChunk.append(seconds(from: last, to: now))
            }
            state.firstPiece = state.firstPiece ?? now
            state.lastPiece = now
            change(&state.answer)
            guard state.secondsPerChunk.count >= Self.mostWaitingTimes else { return nil }
            defer { state.secondsPerChunk.removeAll(keepingCapacity: true) }
            return (state.secondsPerChunk, state.answer.model)
        }
        if let due { recordChunks(due.seconds, due.model) }
    }

    /// The maximum number of times between chunks that are stored until the end of the call, when all attributes are
    /// known.
    private static let mostWaitingTimes = 1_024

    /// Records a retry of the request, as an event and in `http.request.resend_count`.
    ///
    /// - Parameter status: The HTTP status of the previous attempt, if there was a response.
    public func noteRetry(after error: any Error, status: Int? = nil) {
        state.withLock { $0.resends += 1 }
        var attributes: Attributes = ["error.type": .string(errorType(of: error))]
        if let status { attributes["http.response.status_code"] = .int(status) }
        recordedSpan?.addEvent("retry", attributes: attributes)
    }

    /// Ends the record of a successful call.
    ///
    /// - Parameter answer: The complete answer; `nil` means ``answer``.
    public func finish(_ answer: ModelAnswer? = nil) {
        end(answer, as: .answered)
    }

    /// Ends the record of a failed call.
    ///
    /// - Parameter error: The error. Its `ErrorTypeProviding.errorType`, or else its type, becomes `error.type`.
    public func fail(_ error: any Error) {
        end(nil, as: .failed(CallFailure(error)))
    }

    /// Ends the record of a call whose answer is no longer needed. This is not a failure.
    public func cancel() {
        end(nil, as: .abandoned)
    }

    /// Ends the record of an answer that contains the failure of the model, if any.
    package func finish(_ answer: ModelAnswer?, failure: CallFailure?) {
        end(answer, as: failure.map(CallOutcome.failed) ?? .answered)
    }

    /// Ends the call without a record, because the response was not a model's. Its span is never delivered.
    package func discard() {
        state.withLock { $0.isOver = true }
    }

    private func end(_ answer: ModelAnswer?, as outcome: CallOutcome) {
        guard let listeners else { return }
        let now = steadyNanoseconds()
        let whole = answer.map(bounded)
        let ended: State? = state.withLock { state in
            guard !state.isOver else { return nil }
            state.isOver = true
            if let whole { state.answer = whole }
            defer { state.answer = ModelAnswer() }
            return state
        }
        guard let ended else { return }
        let ending = CallEnding(
            answer: ended.answer, outcome: outcome, seconds: seconds(from: startNanoseconds, to: now),
            secondsToFirstChunk: ended.firstPiece.map { seconds(from: startNanoseconds, to: $0) },
            secondsPerChunk: ended.secondsPerChunk, resends: ended.resends)
        record(ending, listeners)
    }

    private func bounded(_ answer: ModelAnswer) -> ModelAnswer {
        guard !answer.messages.isEmpty, let listeners else { return answer }
        var answer = answer
        let (messages, isCut) = answer.messages.limited(to: listeners.contentNeed, Self.contentLimit)
        // The content is gone then, but finish reasons are not content.
        if answer.finishReasons.isEmpty { answer.finishReasons = answer.allFinishReasons }
        answer.messages = messages
        answer.pieces.keepsContent = listeners.contentNeed == .full
        answer.pieces.limit = Self.contentLimit
        if isCut { _ = answer.pieces.refuse() }
        return answer
    }
}

extension ModelCall {
    /// Checks the enclosing budgets and begins the record of a call.
    ///
    /// - Parameters:
    ///   - request: The request. Its messages are recorded only if content is allowed.
    ///   - telemetry: The providers to record with.
    ///   - spanName: The span's name; `nil` means operation and model, as the conventions specify.
    /// - Throws: The error of an enclosing budget that refuses the call, such as `BudgetExceeded`. Nothing is recorded
    ///   then.
    public static func start(
        _ request: ModelRequest, telemetry: CallTelemetry = .global, spanName: String? = nil
    ) throws -> ModelCall {
        try GenAIContext.current.meter?.check(model: request.model)
        return ModelCall(recording: request, telemetry: telemetry, spanName: spanName)
    }

    /// Begins the record of a call that other code makes and that cannot be refused any more.
    ///
    /// Budgets are charged but not checked. Use ``start(_:telemetry:spanName:)`` if the call can still be stopped.
    public convenience init(
        recording request: ModelRequest, telemetry: CallTelemetry = .global, spanName: String? = nil
    ) {
        self.init(request, telemetry.listeners(), spanName: spanName)
    }

    /// Runs a closure with the call's span as the current one.
    public func run<Value, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await context.run(operation)
    }

    /// Runs a synchronous closure with the call's span as the current one.
    public func run<Value, Failure: Error>(_ operation: () throws(Failure) -> Value) throws(Failure) -> Value {
        try context.run(operation)
    }
}

/// The outcome of a call.
enum CallOutcome: Sendable {
    case answered
    case failed(CallFailure)
    /// The reader stopped before the end.
    case abandoned
}

/// The failure of a call.
package struct CallFailure: Sendable {
    /// A name of low cardinality.
    package var type: String
    /// A description for people; may quote the user or the model.
    package var message: String
    /// The description without any content.
    package var contentFreeMessage: String
    /// Indicates whether the failure is recorded on the span already.
    package var isOnSpan = false

    /// Creates the failure that an answer reports.
    package init(type: String, message: String) {
        self.type = type
        self.message = message
        contentFreeMessage = type
    }

    /// Creates a failure from an error.
    ///
    /// - Parameter isOnSpan: Whether the error is recorded on the span already.
    package init(_ error: any Error, isOnSpan: Bool = false) {
        self.isOnSpan = isOnSpan
        type = errorType(of: error)
        message = String(describing: error)
        contentFreeMessage = type
    }
}

/// All facts about a finished call.
struct CallEnding: Sendable {
    var answer: ModelAnswer
    var outcome: CallOutcome
    var seconds: Double
    var secondsToFirstChunk: Double?
    var secondsPerChunk: [Double]
    var resends: Int

    var failure: CallFailure? {
        if case .failed(let failure) = outcome { failure } else { nil }
    }

    /// The output messages, each with its finish reason.
    var messagesWithReasons: [Message] {
        answer.messages.enumerated().map { index, message in
            var message = message
            message.finishReason = answer.finishReason(at: index) ?? usualFinishReason
            return message
        }
    }

    /// Indicates whether the answer is complete.
    var hasAnswered: Bool {
        if case .answered = outcome { true } else { false }
    }

    /// The finish reason of a choice without one: `stop` for a complete answer, otherwise `error`.
    var usualFinishReason: String { hasAnswered ? "stop" : "error" }
}

/// Returns the time between two readings of the monotonic clock.
func seconds(from start: UInt64, to end: UInt64) -> Double { Double(end &- start) / 1e9 }
