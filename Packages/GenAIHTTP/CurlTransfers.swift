// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import CCurl

    /// The settings that libcurl needs for one exchange.
    struct CurlRequest: Sendable {
        let number: Int
        let request: CheckedRequest
        let connectTimeout: Duration?
    }

    /// The transfers of one loop. Created, used and freed on the loop's thread.
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

        /// Indicates whether there are no transfers. Waiting transfers always wait for a running one.
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
            // libcurl may have delivered what it held back before it failed, and does not report that failure again.
            if result != CCURL_OK { end(handle) { handle.finish(result) } }
        }

        func cancel(_ number: Int) {
            deadlines.remove(number)
            if let handle = handles[number] { end(handle) {} } else { queue.remove(number) }
        }

        /// Ends all transfers and empties libcurl's set.
        func abortAll(_ error: HTTPTransportError) {
            for handle in handles.values {
                ccurl_multi_remove(multi, handle.easy)
                handle.exchange.abort(error)
            }
            handles = [:]
            deadlines = DeadlineQueue()
            for waiting in queue.removeAll() { waiting.exchange.abort(error) }
        }

        // MARK: - Deadlines

        /// Watches the deadlines of an exchange. Called again when the response head has arrived.
        func watch(_ exchange: Exchange, _ number: Int) {
            deadlines.watch(exchange, number: number, until: exchange.nextDeadline)
        }

        /// Aborts the exchanges whose deadlines have passed.
        func expire(at now: ContinuousClock.Instant) {
            for (number, exchange) in deadlines.takeDue(at: now) {
                deadlines.watch(exchange, number: number, until: exchange.expire(at: now))
            }
        }

        /// Returns the time until the next deadline; `nil` if there is none.
        func timeToDeadline(from now: ContinuousClock.Instant) -> Duration? {
            deadlines.next().map { now.duration(to: $0) }
        }

        // MARK: - What happens

        /// Advances all transfers as far as the network allows.
        ///
        /// Repeats as long as new transfers begin: up to 8.15, libcurl loses timers that it sets in the same call in
        /// which a transfer begins, and such a timer may be the only event that would resume another transfer.
        func advance() {
            var isAgain = true
            while isAgain || hasBegun {
                isAgain = hasBegun
                hasBegun = false
                if ccurl_multi_perform(multi) != CCURL_OK {
                    abortAll(HTTPTransportError(.connection, "libcurl failed"))
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
            // A command to cancel may have arrived earlier, when there was no transfer to cancel yet.
            guard !waiting.exchange.hasEnded else { return false }
            let handle = CurlHandle(waiting.request, waiting.exchange, configuration, transfers: self)
            guard let handle, ccurl_multi_add(multi, handle.easy) == CCURL_OK else {
                waiting.exchange.finish { _ in HTTPTransportError(.connection, "libcurl cannot begin the request") }
                return false
            }
            handles[waiting.request.number] = handle
            hasBegun = true
            return true
        }

        /// Removes a transfer. A running one has its connection closed; a finished one leaves it for reuse.
        private func end(_ handle: CurlHandle, _ report: () -> Void) {
            handles[handle.number] = nil
            deadlines.remove(handle.number)
            ccurl_multi_remove(multi, handle.easy)
            report()
            if let next = queue.takeNext(afterOneOf: handle.origin) { begin(next) }
        }
    }
#endif
