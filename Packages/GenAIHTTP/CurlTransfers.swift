// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import CCurl

    /// What an exchange needs of libcurl.
    struct CurlRequest: Sendable {
        let number: Int
        let request: CheckedRequest
        let connectTimeout: Duration?
    }

    /// The transfers of one loop. Lives and dies on the loop's thread.
    final class CurlTransfers {
        private typealias Waiting = (request: CurlRequest, exchange: Exchange)

        private let multi: OpaquePointer
        private let configuration: HTTPTransportConfiguration
        private var handles: [Int: CurlHandle] = [:]
        private var queue: TransferQueue<Waiting>
        private(set) var deadlines = DeadlineQueue<Exchange>()
        private var hasBegun = false

        init(_ multi: OpaquePointer, _ configuration: HTTPTransportConfiguration) {
            self.multi = multi
            self.configuration = configuration
            queue = TransferQueue(limit: configuration.maximumConnectionsPerHost)
        }

        /// Whether none is left; those that wait do so for one that runs.
        var isEmpty: Bool { handles.isEmpty }

        // MARK: - What is asked for

        func start(_ request: CurlRequest, _ exchange: Exchange) {
            let host = request.request.origin
            watch(exchange, request.number)
            if let next = queue.add((request, exchange), number: request.number, host: host) { begin(next) }
        }

        func resume(_ number: Int) {
            guard let handle = handles[number] else { return }
            watch(handle.exchange, number)
            let result = ccurl_unpause(handle.easy)
            // libcurl may have delivered what it held back, and would not come back to what went wrong with it.
            if result != CCURL_OK { end(handle) { handle.finish(result) } }
        }

        func cancel(_ number: Int) {
            deadlines.remove(number)
            if let handle = handles[number] { end(handle) {} } else { queue.remove(number) }
        }

        /// Ends everything; libcurl's set is empty after it.
        func abortAll(_ error: HTTPError) {
            for handle in handles.values {
                ccurl_multi_remove(multi, handle.easy)
                handle.exchange.abort(error)
            }
            handles = [:]
            deadlines = DeadlineQueue()
            for waiting in queue.removeAll() { waiting.exchange.abort(error) }
        }

        // MARK: - Deadlines

        /// Sees to it that an exchange ends when it has waited too long; again when its head has arrived.
        func watch(_ exchange: Exchange, _ number: Int) {
            deadlines.watch(exchange, number: number, until: exchange.nextDeadline)
        }

        /// Aborts the exchanges that have waited too long.
        func expire(at now: ContinuousClock.Instant) {
            for (number, exchange) in deadlines.takeDue(at: now) {
                deadlines.watch(exchange, number: number, until: exchange.expire(at: now))
            }
        }

        /// How long nothing has to be done about deadlines; `nil` if there is none.
        func timeToDeadline(from now: ContinuousClock.Instant) -> Duration? {
            deadlines.next().map { now.duration(to: $0) }
        }

        // MARK: - What happens

        /// Goes on with all transfers as far as the network lets them.
        ///
        /// As long as new ones begin it does so again: up to 8.15, libcurl forgets timers that it sets in the same
        /// round in which a transfer begins, and a timer may be all that would bring it back to another transfer.
        func advance() {
            var isAgain = true
            while isAgain || hasBegun {
                isAgain = hasBegun
                hasBegun = false
                if ccurl_multi_perform(multi) != CCURL_OK {
                    abortAll(HTTPError(.connection, "libcurl cannot go on"))
                }
                finishEnded()
            }
        }

        private func finishEnded() {
            var result: Int32 = 0
            while let easy = ccurl_multi_next_ended(multi, &result) {
                guard let handle = CurlHandle.of(easy) else { continue }
                end(handle) { handle.finish(result) }
            }
        }

        private func begin(_ waiting: Waiting) {
            var next: Waiting? = waiting
            while let waiting = next {
                if tryToBegin(waiting) { return }
                deadlines.remove(waiting.request.number)
                next = queue.takeNext(afterOneOf: waiting.request.request.origin)
            }
        }

        private func tryToBegin(_ waiting: Waiting) -> Bool {
            // An order to cancel may have come before; it found nothing then.
            guard !waiting.exchange.hasEnded else { return false }
            let handle = CurlHandle(waiting.request, waiting.exchange, configuration, transfers: self)
            guard let handle, ccurl_multi_add(multi, handle.easy) == CCURL_OK else {
                waiting.exchange.finish { _ in HTTPError(.connection, "libcurl cannot begin the request") }
                return false
            }
            handles[waiting.request.number] = handle
            hasBegun = true
            return true
        }

        /// Takes a transfer out. In its middle this closes the connection, after its end it frees it for another.
        private func end(_ handle: CurlHandle, _ report: () -> Void) {
            handles[handle.number] = nil
            deadlines.remove(handle.number)
            ccurl_multi_remove(multi, handle.easy)
            report()
            if let next = queue.takeNext(afterOneOf: handle.origin) { begin(next) }
        }
    }
#endif
