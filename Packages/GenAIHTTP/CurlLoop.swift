// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import CCurl
    import Glibc
    import Synchronization

    /// The thread on which all of libcurl happens, and the queue of what it is asked to do.
    ///
    /// The thread keeps the loop alive until it ends: after ``stop()``, or after ``finish()`` and the last transfer.
    final class CurlLoop: Sendable {
        /// What the thread can be asked to do with the exchange of a number.
        enum Command {
            case start(Int, CheckedRequest, Exchange)
            case resume(Int)
            case cancel(Int)
        }

        private enum Life { case open, finishing, stopped }

        private struct State {
            var commands: [Command] = []
            var life = Life.open
            var lastID = 0
            /// `nil` once the thread has ended.
            var multi: Multi?
        }

        /// libcurl's set of transfers.
        ///
        /// Unchecked, because a pointer is not Sendable: all functions that take it are called on the loop's thread,
        /// but for the one that wakes it, which libcurl allows on any. That one is called under the lock under which
        /// the pointer is taken away before it is freed.
        private struct Multi: @unchecked Sendable {
            let pointer: OpaquePointer
        }

        private let configuration: HTTPTransportConfiguration
        private let state: Mutex<State>

        /// Starts the thread; `nil` if the system or libcurl has not what it takes.
        init?(_ configuration: HTTPTransportConfiguration) {
            guard ccurl_load(), let pointer = ccurl_multi_new() else { return nil }
            self.configuration = configuration
            state = Mutex(State(multi: Multi(pointer: pointer)))
            let limit = max(1, min(configuration.maximumConnectionsPerHost, 65_536))
            // A loop that cannot be woken would hang: better to find out now.
            guard ccurl_multi_set_number(pointer, CCURL_MULTI_MAX_HOST_CONNECTIONS, limit) == CCURL_OK,
                ccurl_multi_set_number(pointer, CCURL_MULTI_MAXCONNECTS, limit) == CCURL_OK,
                ccurl_multi_wake(pointer) == CCURL_OK, startThread()
            else {
                ccurl_multi_free(pointer)
                return nil
            }
        }

        private func startThread() -> Bool {
            let context = Unmanaged.passRetained(self)
            let isStarted = ccurl_start_thread(
                { context in
                    guard let context else { return nil }
                    Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue().run()
                    return nil
                }, context.toOpaque())
            if !isStarted { context.release() }
            return isStarted
        }

        // MARK: - On any thread

        /// A number for an exchange, or `nil` once the loop is to end.
        func makeID() -> Int? {
            state.withLock { state in
                guard state.life == .open else { return nil }
                state.lastID += 1
                return state.lastID
            }
        }

        /// Asks for something; says no if the loop has been stopped.
        @discardableResult
        func send(_ command: Command) -> Bool {
            state.withLock { state in
                guard state.life != .stopped else { return false }
                state.commands.append(command)
                if state.commands.count == 1 { Self.wake(state) }
                return true
            }
        }

        /// Ends all exchanges with the error `shutDown`.
        func stop() {
            end(.stopped)
        }

        /// Ends the loop once its exchanges have.
        func finish() {
            end(.finishing)
        }

        private func end(_ life: Life) {
            state.withLock { state in
                guard state.life != .stopped else { return }
                state.life = life
                Self.wake(state)
            }
        }

        private static func wake(_ state: State) {
            if let multi = state.multi { _ = ccurl_multi_wake(multi.pointer) }
        }

        // MARK: - On the loop's thread

        private func run() {
            ccurl_enter()
            defer { ccurl_leave() }
            guard let multi = state.withLock({ $0.multi })?.pointer else { return }
            var handles: [Int: CurlHandle] = [:]
            while carryOutCommands(multi, &handles) {
                if ccurl_multi_perform(multi) != CCURL_OK { fail(&handles, multi) }
                finishEnded(multi, &handles)
                if isOver(handles) { break }
                // The time is a safety net; libcurl waits no longer than its own timers allow. A wait that fails must
                // not become a loop without one.
                if ccurl_multi_wait(multi, 60_000) != CCURL_OK { usleep(10_000) }
            }
            for handle in handles.values {
                ccurl_multi_remove(multi, handle.easy)
                handle.exchange.abort(.afterShutdown)
            }
            handles = [:]
            state.withLock { $0.multi = nil }
            ccurl_multi_free(multi)
        }

        /// Carries out what was asked for, and says whether to go on.
        private func carryOutCommands(_ multi: OpaquePointer, _ handles: inout [Int: CurlHandle]) -> Bool {
            let (commands, life) = state.withLock { state in
                let commands = state.commands
                state.commands = []
                return (commands, state.life)
            }
            for command in commands {
                switch command {
                case .start(_, _, let exchange) where life == .stopped: exchange.abort(.afterShutdown)
                case .start(let id, let request, let exchange): start(id, request, exchange, multi, &handles)
                case .resume(let id): if let handle = handles[id] { resume(handle, multi, &handles) }
                case .cancel(let id): if let handle = handles.removeValue(forKey: id) { remove(handle, multi) }
                }
            }
            return life != .stopped
        }

        /// Whether the loop is to end and has nothing left to do; if so, it takes no orders from here on.
        private func isOver(_ handles: [Int: CurlHandle]) -> Bool {
            state.withLock { state in
                guard state.life == .finishing, state.commands.isEmpty, handles.isEmpty else { return false }
                state.life = .stopped
                return true
            }
        }

        private func start(
            _ id: Int, _ request: CheckedRequest, _ exchange: Exchange, _ multi: OpaquePointer,
            _ handles: inout [Int: CurlHandle]
        ) {
            // An order to cancel may have come before; it found nothing then.
            guard !exchange.hasEnded else { return }
            let handle = CurlHandle(id: id, request: request, exchange: exchange, configuration: configuration)
            guard let handle, ccurl_multi_add(multi, handle.easy) == CCURL_OK else {
                return exchange.finish { _ in HTTPError(.connection, "libcurl cannot begin the request") }
            }
            handles[id] = handle
        }

        private func resume(_ handle: CurlHandle, _ multi: OpaquePointer, _ handles: inout [Int: CurlHandle]) {
            let result = ccurl_unpause(handle.easy)
            guard result != CCURL_OK else { return }
            // libcurl may have delivered what it held back, and would not come back to what went wrong with it.
            handles[handle.id] = nil
            remove(handle, multi)
            handle.finish(result)
        }

        private func remove(_ handle: CurlHandle, _ multi: OpaquePointer) {
            // In the middle of a transfer this closes the connection, after its end it frees it for another.
            ccurl_multi_remove(multi, handle.easy)
        }

        private func finishEnded(_ multi: OpaquePointer, _ handles: inout [Int: CurlHandle]) {
            var result: Int32 = 0
            while let easy = ccurl_multi_next_ended(multi, &result) {
                guard let handle = CurlHandle.of(easy) else { continue }
                handles[handle.id] = nil
                remove(handle, multi)
                handle.finish(result)
            }
        }

        /// Ends all exchanges, because libcurl as a whole has failed.
        private func fail(_ handles: inout [Int: CurlHandle], _ multi: OpaquePointer) {
            for handle in handles.values {
                remove(handle, multi)
                handle.exchange.finish { _ in HTTPError(.connection, "libcurl cannot go on") }
            }
            handles = [:]
        }
    }
#endif
