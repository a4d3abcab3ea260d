// SPDX-License-Identifier: MIT
package import GenAICore
public import GenAIInstrumentation
import GenAITelemetry
import Synchronization

/// The record of an HTTP exchange in which somebody else's client calls a model.
///
/// Hand it everything that passes; it changes nothing. Of an exchange that is no call to a model nothing is recorded, and
/// all members do nothing. The first of ``finish()``, ``fail(_:)`` and ``cancel()`` ends the record. May be used from
/// any thread.
public final class HTTPCall: Sendable {
    private struct State {
        var recogniser: ModelCallRecogniser
        var isOver = false
        /// Whether a sequence that was handed to `observe` ends the record.
        var isBodyObserved = false
    }

    private struct Record: Sendable {
        var call: ModelCall
        var isStream: Bool
    }

    private let record: Record?
    private let state: Mutex<State?>

    /// Begins the record of a recognised request, or of nothing.
    package init(_ recogniser: ModelCallRecogniser?, telemetry: CallTelemetry, context: GenAIContext = .current) {
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
    /// For clients whose hooks cannot be put around the whole call; otherwise use `observeHTTP`. Budgets around are
    /// charged, but not asked.
    public convenience init(
        method: String, url: String, body: some Collection<UInt8>, telemetry: CallTelemetry = .global
    ) {
        self.init(recognise(method: method, url: url, body: body, telemetry: telemetry), telemetry: telemetry)
    }

    deinit { cancel() }

    /// Whether the exchange is a call to a model, as far as its request tells.
    public var isRecognised: Bool { record != nil }

    /// The record of the call, for attributes of your own; `nil` where the exchange is none with a model.
    public var modelCall: ModelCall? { record?.call }

    /// Takes the head of the response.
    ///
    /// - Parameters:
    ///   - status: The status code.
    ///   - header: Gives the value of a header field by its name in lower case.
    public func receive(status: Int, header: (String) -> String?) {
        state.withLock { state in
            guard state?.isOver == false else { return }
            state?.recogniser.receive(status: status, header: header)
        }
    }

    /// Takes the next bytes of the response's body; all of it at once is fine too.
    public func receive(_ bytes: some Collection<UInt8>) {
        let pieces = state.withLock { state in
            state?.isOver == false ? state?.recogniser.receive(bytes) ?? 0 : 0
        }
        if pieces > 0, let record, record.isStream { record.call.add { _ in } }
    }

    /// Takes the end of the response.
    public func finish() {
        guard let record, let (answer, outcome) = takeEnd() else { return }
        switch outcome {
        case .answered: record.call.finish(answer)
        case .failed(let type, let message):
            record.call.finish(answer, failure: CallFailure(type: type, message: message ?? type))
        case .unrecognised: record.call.discard()
        }
    }

    /// Takes a failure of the exchange: of the connection, for example.
    public func fail(_ error: any Error) {
        fail(with: CallFailure(error))
    }

    /// Takes a failure under a name of low cardinality.
    package func fail(type: String) {
        fail(with: CallFailure(type: type, message: type))
    }

    /// Notes that nobody waits for the rest of the answer, which is no failure.
    public func cancel() {
        guard let record, let (answer, _) = takeEnd() else { return }
        record.call.answer = answer
        record.call.cancel()
    }

    private func fail(with failure: CallFailure) {
        guard let record, let (answer, _) = takeEnd() else { return }
        record.call.finish(answer, failure: failure)
    }

    /// Ends the record once. Returns what came of the answer.
    private func takeEnd() -> (ModelAnswer, ModelCallRecogniser.Outcome)? {
        state.withLock { state in
            guard state?.isOver == false, var recogniser = state?.recogniser else { return nil }
            state?.isOver = true
            let outcome = recogniser.finish()
            var answer = recogniser.answer
            if recogniser.isCut { answer.attributes[.contentTruncated] = recogniser.cutSides }
            return (answer, outcome)
        }
    }

    /// Notes that a sequence is going to end the record.
    fileprivate func noteObservedBody() { state.withLock { $0?.isBodyObserved = true } }

    fileprivate var isBodyObserved: Bool { state.withLock { $0?.isBodyObserved == true } }
}

/// Runs a closure that sends an HTTP request with any client, and records it where it calls a model.
///
/// Recognised by the request and read off the response as it passes: the span, the messages, the metrics, the cost, the
/// budget and the turn are those that `OpenAIClient` gives. Other requests pass unrecorded. Nothing is changed, delayed
/// or held back. Within a call that is recorded already, by `withModelCall` for example, nothing is recorded once more.
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
///   - method: The verb.
///   - url: The absolute URL. Its query is not looked at.
///   - body: The whole body of the request.
///   - telemetry: The providers to record with.
///   - send: Sends the request and hands the response to the call: its head, and its body either by
///     ``HTTPCall/receive(_:)`` before it returns or by ``HTTPCall/observe(_:bytes:)``.
/// - Throws: What `send` throws, or what a budget around refuses the call with; nothing is sent then.
public func observeHTTP<Response>(
    method: String, url: String, body: some Collection<UInt8>, telemetry: CallTelemetry = .global,
    isolation: isolated (any Actor)? = #isolation, _ send: (HTTPCall) async throws -> Response
) async throws -> Response {
    let recogniser = recognise(method: method, url: url, body: body, telemetry: telemetry)
    if let recogniser { try GenAIContext.current.meter?.check(model: recogniser.request.model) }
    let call = HTTPCall(recogniser, telemetry: telemetry)
    do {
        let response = try await (call.modelCall?.context ?? .current).run { try await send(call) }
        if !call.isBodyObserved { call.finish() }
        return response
    } catch {
        call.fail(error)
        throw error
    }
}

/// Recognises a request that somebody would hear of.
package func recognise(
    method: String, url: String, body: some Collection<UInt8>, telemetry: CallTelemetry
) -> ModelCallRecogniser? {
    guard ModelCallRecogniser.mayRecognise(method: method, url: url), !GenAIContext.current.isWithinModelCall,
        telemetry.listeners() != nil
    else { return nil }
    return ModelCallRecogniser(method: method, url: url, body: body)
}

extension HTTPCall {
    /// The body of the response, read by the record as it passes.
    ///
    /// The record ends when iteration ends, fails or is cancelled, or when the sequence and its iterators are dropped.
    ///
    /// - Parameters:
    ///   - body: The body as the client gives it.
    ///   - bytes: Gives the bytes of an element.
    public func observe<Body: AsyncSequence, Bytes: Collection<UInt8>>(
        _ body: Body, bytes: @escaping @Sendable (Body.Element) -> Bytes
    ) -> ObservedBody<Body, Bytes> {
        noteObservedBody()
        return ObservedBody(base: body, call: self, bytes: bytes)
    }

    /// A body of whole pieces of bytes, read by the record as it passes.
    public func observe<Body: AsyncSequence>(_ body: Body) -> ObservedBody<Body, Body.Element>
    where Body.Element: Collection<UInt8> & Sendable {
        observe(body) { $0 }
    }
}

/// The body of a response whose call is recorded as it passes. Made by ``HTTPCall/observe(_:bytes:)``.
public struct ObservedBody<Base: AsyncSequence, Bytes: Collection<UInt8>>: AsyncSequence {
    /// A piece of the body.
    public typealias Element = Base.Element
    /// The reason for the body to break off.
    public typealias Failure = Base.Failure

    fileprivate let base: Base
    fileprivate let call: HTTPCall
    fileprivate let bytes: @Sendable (Base.Element) -> Bytes

    /// Yields the pieces as they are.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: Base.AsyncIterator
        fileprivate let call: HTTPCall
        fileprivate let bytes: @Sendable (Base.Element) -> Bytes
        // Ends the record when the iterator is dropped, while the sequence itself may live on.
        fileprivate let lifetime: HTTPCallLifetime

        /// The next piece, or `nil` at the end, which ends the record.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(Failure) -> Base.Element? {
            do throws(Failure) {
                guard let element = try await base.next(isolation: actor) else {
                    // A sequence that ends early because its task was cancelled says so in no other way.
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

    /// Begins reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), call: call, bytes: bytes, lifetime: HTTPCallLifetime(call))
    }
}

extension ObservedBody: Sendable where Base: Sendable {}

@available(*, unavailable)
extension ObservedBody.Iterator: Sendable {}

/// Ends the record of a body that nobody reads any more.
private final class HTTPCallLifetime: Sendable {
    private let call: HTTPCall

    init(_ call: HTTPCall) { self.call = call }

    deinit { call.cancel() }
}
