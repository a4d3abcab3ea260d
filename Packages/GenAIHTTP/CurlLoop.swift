// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import CCurl
    import Glibc
    import Synchronization

    /// The one thread that calls libcurl, and the queue of commands to it.
    ///
    /// The thread keeps the loop alive until it ends: after ``stop()``, or after ``finish()`` and the last transfer.
    final class CurlLoop: Sendable {
        /// A command to the thread. The number identifies the exchange.
        enum Command {
            case start(CurlRequest, Exchange)
            case resume(Int)
            case cancel(Int)
        }

        private enum Life { case open, finishing, stopped }
        private enum Step { case work, wait, end }

        private struct State {
            var commands: [Command] = []
            var life = Life.open
            var lastNumber = 0
            /// The number of exchanges with a deadline, as of the last iteration of the loop.
            var watchedCount = 0
            /// `nil` once the thread has ended.
            var multi: Multi?
        }

        /// libcurl's set of transfers.
        ///
        /// Unchecked, because a pointer is not Sendable. Every function that takes it is called on the loop's thread,
        /// except the one that wakes the loop, which libcurl allows on any thread. That call is made under the lock
        /// that also guards clearing the pointer before it is freed.
        private struct Multi: @unchecked Sendable {
            let pointer: OpaquePointer
        }

        private let configuration: HTTPTransportConfiguration
        private let state: Mutex<State>

        /// Starts the thread; `nil` if libcurl is unusable or no thread can be started.
        init?(_ configuration: HTTPTransportConfiguration) {
            guard ccurl_load(), let pointer = ccurl_multi_new() else { return nil }
            self.configuration = configuration
            state = Mutex(State(multi: Multi(pointer: pointer)))
            let idleLimit = max(1, min(configuration.maximumConnectionsPerHost, 65_536))
            // A loop that cannot be woken would hang, so this is checked here.
            guard ccurl_multi_set_number(pointer, CCURL_MULTI_MAXCONNECTS, idleLimit) == CCURL_OK,
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

        /// Returns a number for an exchange, or `nil` if the loop is about to end.
        func makeNumber() -> Int? {
            state.withLock { state in
                guard state.life == .open else { return nil }
                state.lastNumber += 1
                return state.lastNumber
            }
        }

        /// Queues a command. Returns false if the loop has been stopped.
        @discardableResult
        func send(_ command: Command) -> Bool {
            state.withLock { state in
                guard state.life != .stopped else { return false }
                state.commands.append(command)
                if state.commands.count == 1 { Self.wake(state) }
                return true
            }
        }

        /// The number of exchanges with a deadline.
        var watchedCount: Int { state.withLock { $0.watchedCount } }

        /// Ends all exchanges with the error `shutDown`.
        func stop() {
            end(.stopped)
        }

        /// Ends the loop after its last exchange.
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
            let transfers = CurlTransfers(multi, configuration)
            while carryOutCommands(transfers) {
                transfers.advance()
                transfers.expire(at: .now)
                let next = takeNextStep(after: transfers)
                if next == .end { break }
                if next == .work { continue }
                // A failing wait must not turn the loop into a busy one.
                if ccurl_multi_wait(multi, Self.longestWait(for: transfers)) != CCURL_OK { usleep(10_000) }
            }
            transfers.abortAll(.afterShutdown)
            state.withLock { $0.multi = nil }
            ccurl_multi_free(multi)
        }

        /// Returns the maximum wait in milliseconds. libcurl waits no longer than its own timers allow. If it loses a
        /// timer, which `advance` prevents, the transfer is late but does not hang.
        private static func longestWait(for transfers: CurlTransfers) -> Int32 {
            let limit = Duration.milliseconds(transfers.isEmpty ? 60_000 : 1_000)
            let rest = max(.zero, transfers.timeToDeadline(from: .now) ?? limit)
            return Int32((min(limit, rest) / .milliseconds(1)).rounded(.up))
        }

        /// Carries out the queued commands. Returns whether the loop continues.
        private func carryOutCommands(_ transfers: CurlTransfers) -> Bool {
            let (commands, life) = state.withLock { state in
                let commands = state.commands
                state.commands = []
                return (commands, state.life)
            }
            for command in commands {
                switch command {
                case .start(let request, let exchange): transfers.start(request, exchange)
                case .resume(let number): transfers.resume(number)
                case .cancel(let number): transfers.cancel(number)
                }
            }
            return life != .stopped
        }

        /// Returns the next step of the loop after the transfers have advanced. Once that is to end, the loop accepts
        /// no more commands.
        ///
        /// Checks the queue again, because libcurl 8.21 loses a wake-up that arrives while the transfers advance. A
        /// command that arrives after this check wakes the loop as usual.
        private func takeNextStep(after transfers: CurlTransfers) -> Step {
            let (isIdle, watchedCount) = (transfers.isEmpty, transfers.deadlines.count)
            return state.withLock { state in
                state.watchedCount = watchedCount
                guard state.commands.isEmpty, state.life != .stopped else { return .work }
                guard state.life == .finishing, isIdle else { return .wait }
                state.life = .stopped
                return .end
            }
        }
    }
#endif
