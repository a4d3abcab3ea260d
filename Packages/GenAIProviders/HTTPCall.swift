// SPDX-License-Identifier: MIT
package import GenAICore
public import GenAIInstrumentation
import GenAITelemetry
import Synchronization

/// The record of an HTTP exchange in which any client calls a model.
///
/// Pass it everything that is sent and received; it changes nothing. If the exchange does not call a model, nothing is
/// recorded and all members do nothing. The first of ``finish()``, ``fail(_:)`` and ``cancel()`` ends the record. Can
/// be used from any thread.
public final class HTTPCall: Sendable {
    private struct State {
        var recogniser: ModelCallRecogniser
        var isOver = false
        /// Indicates whether a sequence that was passed to `observe` ends the record.
        var isBodyObserved = false
    }

    private struct Record: Sendable {
        var call: ModelCall
        var isStream: Bool
    }

    private let record: Record?
    private let state: Mutex<State?>
    /// The request's body with `stream_options.include_usage` added, to be sent instead of the original one. `nil` if the
    /// original one is to be sent, which is always so without `addsStreamUsage`.
    public let changedBody: [UInt8]?

    /// Begins the record of a recognised request. Does nothing without one.
    package init(
        _ recogniser: ModelCallRecogniser?, telemetry: CallTelemetry, context: GenAIContext = .current,
        changedBody: [UInt8]? = nil
    ) {
        self.changedBody = changedBody
        let begun = recogniser.map { recogniser in
            context.run {
                let call = ModelCall(recording: recogniser.request, telemetry: telemetry)
                return Record(call: call, isStream: recogniser.request.isStream)
            }
        }
        record = begun
        var recogniser = recogniser
        if let begun, begun.call.contentNeed != .full { recogniser?.dropContent() }
        state = Mutex(recogniser.map { State(recogniser: $0) })
    }

    /// Begins the record of a request that is being sent.
    ///
    /// For clients whose hooks cannot enclose the whole call; otherwise use `observeHTTP`. Surrounding budgets are
    /// charged, but not asked.
    public convenience init(
        method: String, url: String, body: some Collection<UInt8>, telemetry: CallTelemetry = .global
    ) {
        self.init(recognise(method: method, url: url, body: body, telemetry: telemetry), telemetry: telemetry)
    }

    deinit { cancel() }

    /// Indicates whether the request calls a model.
    public var isRecognised: Bool { record != nil }

    /// The record of the call, for attributes of your own; `nil` if the exchange does not call a model.
    public var modelCall: ModelCall? { record?.call }

    /// Records the head of the response.
    ///
    /// - Parameters:
    ///   - status: The status code.
    ///   - header: Returns the value of a header field by its lower-case name.
    public func receive(status: Int, header: (String) -> String?) {
        state.withLock { state in
            guard state?.isOver == false else { return }
            state?.recogniser.receive(status: status, header: header)
        }
    }

    /// Records the next bytes of the response's body, or all of them at once.
    public func receive(_ bytes: some Collection<UInt8>) {
        let pieces = state.withLock { state in
            state?.isOver == false ? state?.recogniser.receive(bytes) ?? 0 : 0
        }
        if pieces > 0, let record, record.isStream { record.call.add { _ in } }
    }

    /// Records the end of the response.
    public func finish() {
        guard let record, let (answer, outcome) = takeEnd() else { return }
        switch outcome {
        case .answered: record.call.finish(answer)
        case .failed(let type, let message):
            record.call.finish(answer, failure: CallFailure(type: type, message: message ?? type))
        case .unrecognised: record.call.discard()
        }
    }

    /// Records a failure of the exchange, such as a broken connection.
    ///
    /// - Parameter error: Its type becomes `error.type`. Its text is not recorded, since clients quote the URL in it, which
    ///   may contain a key.
    public func fail(_ error: any Error) {
        fail(type: CallFailure(error).type)
    }

    /// Records a failure with a name of low cardinality.
    package func fail(type: String) {
        fail(with: CallFailure(type: type, message: type))
    }

    /// Records that nobody reads the rest of the answer. This is not a failure.
    public func cancel() {
        guard let record, let (answer, _) = takeEnd() else { return }
        record.call.answer = answer
        record.call.cancel()
    }

    private func fail(with failure: CallFailure) {
        guard let record, let (answer, _) = takeEnd() else { return }
        record.call.finish(answer, failure: failure)
    }

    /// Ends the record once. Returns the answer and the outcome.
    private func takeEnd() -> (ModelAnswer, ModelCallRecogniser.Outcome)? {
        state.withLock { state in
            guard state?.isOver == false, var recogniser = state?.recogniser else { return nil }
            state?.isOver = true
            let outcome = recogniser.finish()
            var answer = recogniser.answer
            if recogniser.isCut { answer.attributes[.contentTruncated] = recogniser.cutSides }
            if outcome == .answered, recogniser.request.isStream, answer.usage == nil {
                answer.attributes[.usageReported] = false
            }
            return (answer, outcome)
        }
    }

    /// Notes that a sequence will end the record.
    fileprivate func noteObservedBody() { state.withLock { $0?.isBodyObserved = true } }

    fileprivate var isBodyObserved: Bool { state.withLock { $0?.isBodyObserved == true } }
}

/// Runs a closure that sends an HTTP request with any client, and records it if it calls a model.
///
/// The call is recognised by its request, and the answer is read as it passes. Span, messages, metrics, cost, budget
/// and turn are the same as with `OpenAIClient`. Other requests are not recorded. Nothing is changed or delayed. Within
/// a call that is already recorded, for example by `withModelCall`, nothing is recorded again.
///
/// ```swift
/// try await observeHTTP(method: "POST", url: request.url, body: body.readableBytesView) { call in
///     var response = try await client.execute(request, timeout: .seconds(60))
///     call.receive(status: Int(response.status.code)) { response.headers.first(name: $0) }
///     response.body = .stream(call.observe(response.body) { $0.readableBytesView })
///     return response
/// }
/// ```
///
/// - Parameters:
///   - method: The HTTP method.
///   - url: The absolute URL. Its query is not read.
///   - body: The whole body of the request.
///   - addsStreamUsage: Whether streamed requests in OpenAI's format are to ask for their usage. If one does not,
///     ``HTTPCall/changedBody`` is its body with `stream_options.include_usage` added, which `send` must send. `false` by
///     default: the span of a stream without usage has no cost, and `last9.usage.reported` is `false`.
///   - telemetry: The providers to record with.
///   - send: Sends the request and passes the response to the call: its head, and its body either with
///     ``HTTPCall/receive(_:)`` before the closure returns, or with ``HTTPCall/observe(_:bytes:)``.
/// - Throws: The error of `send`, or that of a surrounding budget which refuses the call; nothing is sent then.
public func observeHTTP<Response>(
    method: String, url: String, body: some Collection<UInt8>, addsStreamUsage: Bool = false,
    telemetry: CallTelemetry = .global, isolation: isolated (any Actor)? = #isolation,
    _ send: (HTTPCall) async throws -> Response
) async throws -> Response {
    let recogniser = recognise(method: method, url: url, body: body, telemetry: telemetry)
    if let recogniser { try GenAIContext.current.meter?.check(model: recogniser.request.model) }
    let asksForUsage = addsStreamUsage && recogniser != nil
    let call = HTTPCall(
        recogniser, telemetry: telemetry,
        changedBody: asksForUsage ? StreamUsage.added(to: body, method: method, url: url) : nil)
    do {
        let response = try await (call.modelCall?.context ?? .current).run { try await send(call) }
        if !call.isBodyObserved { call.finish() }
        return response
    } catch {
        call.fail(error)
        throw error
    }
}

/// Recognises a request, unless nothing would be recorded.
private func recognise(
    method: String, url: String, body: some Collection<UInt8>, telemetry: CallTelemetry
) -> ModelCallRecogniser? {
    guard ModelCallRecogniser.mayRecognise(method: method, url: url), mayRecord(in: .current, telemetry: telemetry)
    else { return nil }
    return ModelCallRecogniser(method: method, url: url, body: body)
}

/// Returns whether a call to a model is to be recorded: it is not recorded yet, and there are providers to record with.
package func mayRecord(in context: GenAIContext, telemetry: CallTelemetry) -> Bool {
    !context.isWithinModelCall && telemetry.listeners(context: context) != nil
}

extension AttributeKey where Value == Bool {
    /// `false` on the span of a streamed call whose provider reported no usage.
    package static var usageReported: AttributeKey { AttributeKey("last9.usage.reported") }
}

extension HTTPCall {
    /// Returns the body of the response as a sequence that the record reads as it passes.
    ///
    /// The record ends when iteration ends, fails or is cancelled, or when the sequence and its iterators are released.
    ///
    /// - Parameters:
    ///   - body: The body as the client returns it.
    ///   - bytes: Returns the bytes of an element.
    public func observe<Body: AsyncSequence, Bytes: Collection<UInt8>>(
        _ body: Body, bytes: @escaping @Sendable (Body.Element) -> Bytes
    ) -> ObservedBody<Body, Bytes> {
        noteObservedBody()
        return ObservedBody(base: body, call: self, bytes: bytes)
    }

    /// Returns a body whose elements are chunks of bytes as a sequence that the record reads as it passes.
    public func observe<Body: AsyncSequence>(_ body: Body) -> ObservedBody<Body, Body.Element>
    where Body.Element: Collection<UInt8> & Sendable {
        observe(body) { $0 }
    }
}

/// The body of a response, recorded as it passes. Created by ``HTTPCall/observe(_:bytes:)``.
public struct ObservedBody<Base: AsyncSequence, Bytes: Collection<UInt8>>: AsyncSequence {
    /// An element of the body.
    public typealias Element = Base.Element
    /// The error that ends the body early.
    public typealias Failure = Base.Failure

    fileprivate let base: Base
    fileprivate let call: HTTPCall
    fileprivate let bytes: @Sendable (Base.Element) -> Bytes

    /// An iterator over the unchanged elements.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: Base.AsyncIterator
        fileprivate let call: HTTPCall
        fileprivate let bytes: @Sendable (Base.Element) -> Bytes
        // Ends the record when the iterator is released, while the sequence itself may still exist.
        fileprivate let lifetime: HTTPCallLifetime

        /// Returns the next element; `nil` at the end, which ends the record.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(Failure) -> Base.Element? {
            do throws(Failure) {
                guard let element = try await base.next(isolation: actor) else {
                    // A sequence that ends early because its task was cancelled does not report it in any other way.
                    if Task.isCancelled { call.cancel() } else { call.finish() }
                    return nil
                }
                call.receive(bytes(element))
                return element
            } catch {
                call.fail(error)
                throw error
            }
        }
    }

    /// Returns an iterator over the elements.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), call: call, bytes: bytes, lifetime: HTTPCallLifetime(call))
    }
}

extension ObservedBody: Sendable where Base: Sendable {}

@available(*, unavailable)
extension ObservedBody.Iterator: Sendable {}

/// Ends the record of a body that is no longer read.
private final class HTTPCallLifetime: Sendable {
    private let call: HTTPCall

    init(_ call: HTTPCall) { self.call = call }

    deinit { call.cancel() }
}
