// SPDX-License-Identifier: MIT

import Synchronization

/// The network side of one exchange. Called from any thread, never under the exchange's lock.
protocol Wire: Sendable {
    /// Sends the request and from then on reports events to `exchange`.
    func start(_ exchange: Exchange)
    /// Stops reading from the network, because the consumer is slow.
    func halt()
    /// Resumes reading.
    func resume()
    /// Closes the connection soon, without waiting for it.
    func cancel()
}

/// One running request: passes the response from the wire to the task that awaits it.
///
/// The wire calls `receive` and `finish`; consumers call `head` and `next`; anyone may call `abort`. The first of these
/// to end the exchange wins. Every waiter is resumed exactly once, because it is taken out of the state under the lock.
final class Exchange: Sendable {
    /// The part of the response before the body.
    struct Head: Sendable {
        var status: Int
        var headers: HTTPHeaders
    }

    private enum End {
        case complete
        case failed(HTTPTransportError)
    }

    private struct State {
        var head: Head?
        var buffer: ResponseBuffer
        var trailers: HTTPHeaders?
        var end: End?
        var deadlines: Deadlines
        var wire: (any Wire)?
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// Counts changes, so that a waiter cannot miss one between checking and waiting.
        var version = 0

        var hasFailed: Bool {
            if case .failed = end { true } else { false }
        }
    }

    /// The work that a change leaves to do outside the lock.
    private struct Aftermath {
        var waiters: [CheckedContinuation<Void, Never>] = []
        var wireToCancel: (any Wire)?

        func run() {
            wireToCancel?.cancel()
            for waiter in waiters { waiter.resume() }
        }
    }

    private let state: Mutex<State>

    init(wire: any Wire, timeouts: HTTPTimeouts, buffer: ResponseBuffer) {
        let deadlines = Deadlines(timeouts, start: .now)
        state = Mutex(State(buffer: buffer, deadlines: deadlines, wire: wire))
    }

    /// Sends the request.
    func start() {
        state.withLock { $0.wire }?.start(self)
    }

    // MARK: - Deadlines

    /// The current deadline of the exchange; `nil` if it has none or has ended.
    ///
    /// Progress moves the deadline later, so a watcher can use an old value to decide when to ask again. The deadline
    /// moves earlier in two cases only, when the head has arrived and when reading resumes after a halt, and then
    /// watchers must ask anew.
    var nextDeadline: ContinuousClock.Instant? {
        state.withLock { $0.end == nil ? $0.deadlines.next?.instant : nil }
    }

    /// Aborts the exchange if a deadline has passed.
    ///
    /// - Returns: The instant at which to ask again, or `nil` for never.
    func expire(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let deadline = state.withLock { $0.end == nil ? $0.deadlines.next : nil }
        guard let deadline, deadline.instant <= now else { return deadline?.instant }
        abort(HTTPTransportError(.timedOut, "\(deadline.limit.explanation) (limit: \(deadline.limit))"))
        return nil
    }

    // MARK: - What the wire delivers

    /// Indicates whether the consumer is so far behind that the wire should pause delivery.
    var isHalted: Bool { state.withLock { $0.end == nil && $0.buffer.isHalted } }

    /// Indicates whether the exchange has ended.
    var hasEnded: Bool { state.withLock { $0.end != nil } }

    /// Receives the response head. A second one is ignored.
    func receive(_ head: Head) {
        change { state in
            if state.head == nil { state.head = head }
            state.deadlines.progress(at: .now)
        }
    }

    /// Receives a chunk of the body. A chunk that exceeds the buffer's limit ends the exchange.
    func receive(_ piece: some Collection<UInt8>) {
        var verdict = ResponseBuffer.Verdict.goOn
        var limit = 0
        let wireToHalt = change { state -> (any Wire)? in
            verdict = state.buffer.append(piece)
            limit = state.buffer.limit
            state.deadlines.progress(at: .now)
            state.deadlines.isHalted = state.buffer.isHalted
            return verdict == .halt ? state.wire : nil
        }
        if let wire = wireToHalt.flatMap({ $0 }) {
            wire.halt()
            // A reader that emptied the buffer meanwhile has resumed before the halt, and nobody else would resume
            // again.
            if !isHalted { wire.resume() }
        }
        guard verdict == .overflow else { return }
        abort(
            HTTPTransportError(.tooLarge, "more than \(limit) bytes of the response body arrived before they were read")
        )
    }

    /// Ends the exchange: without a failure if all of it arrived. Buffered chunks can still be read.
    ///
    /// - Parameter trailers: The fields after the body; `nil` if the wire cannot report them.
    func finish(trailers: HTTPHeaders? = nil, _ failure: ((_ hasHead: Bool) -> HTTPTransportError)?) {
        let aftermath = state.withLock { state in
            guard state.end == nil else { return Aftermath() }
            state.trailers = trailers
            return Self.end(&state, failure.map { .failed($0(state.head != nil)) } ?? .complete)
        }
        aftermath.run()
    }

    /// Ends the exchange at once: closes the connection and discards the buffer.
    func abort(_ error: HTTPTransportError) {
        let aftermath = state.withLock { state in
            if state.hasFailed { return Aftermath() }
            let wire = state.wire
            _ = state.buffer.takeAll()
            state.head = nil
            var aftermath = Self.end(&state, .failed(error))
            aftermath.wireToCancel = wire
            return aftermath
        }
        aftermath.run()
    }

    private static func end(_ state: inout State, _ end: End) -> Aftermath {
        state.end = end
        state.version += 1
        defer { (state.waiters, state.wire) = ([], nil) }
        return Aftermath(waiters: state.waiters)
    }

    /// Changes a running exchange and wakes the waiters. Does nothing and returns `nil` after its end.
    @discardableResult
    private func change<Value>(_ body: (inout State) -> Value) -> Value? where Value: Sendable {
        let (value, waiters) = state.withLock { state -> (Value?, [CheckedContinuation<Void, Never>]) in
            guard state.end == nil else { return (nil, []) }
            state.version += 1
            let value = body(&state)
            defer { state.waiters = [] }
            return (value, state.waiters)
        }
        for waiter in waiters { waiter.resume() }
        return value
    }

    // MARK: - What the consumer asks for

    /// Returns the response head as soon as it has arrived.
    func head() async throws(HTTPTransportError) -> Head {
        try await wait { state in
            if let head = state.head { return .success(head) }
            switch state.end {
            case .failed(let error): return .failure(error)
            case .complete:
                return .failure(HTTPTransportError(.protocolViolation, "the exchange ended without a response"))
            case nil: return nil
            }
        }
    }

    /// Returns all of the body that has arrived since the last call, or `nil` at the end.
    func next() async throws(HTTPTransportError) -> [UInt8]? {
        var wireToResume: (any Wire)?
        let piece: [UInt8]? = try await wait { state in
            let (bytes, resumes) = state.buffer.takeAll()
            if resumes {
                wireToResume = state.wire
                state.deadlines.isHalted = false
                state.deadlines.progress(at: .now)
            }
            if !bytes.isEmpty { return .success(bytes) }
            switch state.end {
            case .failed(let error): return .failure(error)
            case .complete: return .success(nil)
            case nil: return nil
            }
        }
        wireToResume?.resume()
        return piece
    }

    /// The fields after the body, once it has ended; `nil` before, and if the wire cannot report them.
    var trailers: HTTPHeaders? { state.withLock { $0.trailers } }

    /// Waits until `look` returns a value. Cancelling the waiting task aborts the exchange.
    private func wait<Value: Sendable>(
        _ look: (inout State) -> Result<Value, HTTPTransportError>?
    ) async throws(HTTPTransportError) -> Value {
        let result = await withTaskCancellationHandler {
            while true {
                let (found, version) = state.withLock { (look(&$0), $0.version) }
                if let found { return found }
                await withCheckedContinuation { continuation in
                    let isStale = state.withLock { state in
                        guard state.version == version else { return true }
                        state.waiters.append(continuation)
                        return false
                    }
                    if isStale { continuation.resume() }
                }
            }
        } onCancel: {
            abort(HTTPTransportError(.cancelled, "the task was cancelled"))
        }
        return try result.get()
    }
}

/// Keeps an exchange running for as long as someone may still read its body.
///
/// The body's `pull` function holds the only reference. When the last copy of it is released, the connection is closed.
final class ExchangeReader: Sendable {
    private let exchange: Exchange

    init(_ exchange: Exchange) {
        self.exchange = exchange
    }

    deinit {
        exchange.abort(HTTPTransportError(.cancelled, "the response body was dropped before its end"))
    }

    func next() async throws(HTTPTransportError) -> [UInt8]? {
        try await exchange.next()
    }

    var trailers: HTTPHeaders? { exchange.trailers }
}

extension HTTPResponse {
    /// Waits for the head of an exchange that has begun, then streams its body.
    init(of exchange: Exchange) async throws(HTTPTransportError) {
        // From here on the reader's end is the exchange's end, also if waiting for the head throws.
        let reader = ExchangeReader(exchange)
        let head = try await exchange.head()
        let body = HTTPBody(
            trailers: { reader.trailers }, pull: { () async throws(HTTPTransportError) in try await reader.next() })
        self.init(status: head.status, headers: head.headers, body: body)
    }
}
