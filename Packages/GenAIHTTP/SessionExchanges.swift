// SPDX-License-Identifier: MIT

import Dispatch
import Synchronization

/// The exchanges of one session by task number, and the one timer for all their deadlines.
final class SessionExchanges: Sendable {
    private struct State {
        var exchanges: [Int: Exchange] = [:]
        var deadlines = DeadlineQueue<Exchange>()
        var timer: (any DispatchSourceTimer)?
    }

    private let state = Mutex(State())

    deinit {
        state.withLock { $0.timer?.cancel() }
    }

    /// The exchange of a running task.
    subscript(number: Int) -> Exchange? { state.withLock { $0.exchanges[number] } }

    /// The number of exchanges with a deadline.
    var watchedCount: Int { state.withLock { $0.deadlines.count } }

    func add(_ exchange: Exchange, number: Int) {
        state.withLock { $0.exchanges[number] = exchange }
        watch(number)
    }

    func remove(_ number: Int) -> Exchange? {
        state.withLock { state in
            state.deadlines.remove(number)
            return state.exchanges.removeValue(forKey: number)
        }
    }

    func abortAll(_ error: HTTPTransportError) {
        let all = state.withLock { Array($0.exchanges.values) }
        for exchange in all { exchange.abort(error) }
    }

    /// Schedules the exchange's current deadline.
    func watch(_ number: Int) {
        // The exchange is asked outside the lock and may end meanwhile; then it is removed after this, or is already
        // gone.
        let deadline = self[number]?.nextDeadline
        state.withLock { state in
            guard let exchange = state.exchanges[number] else { return }
            let before = state.deadlines.next()
            state.deadlines.watch(exchange, number: number, until: deadline)
            if let next = state.deadlines.next(), before.map({ next < $0 }) ?? true { setTimer(&state, to: next) }
        }
    }

    private func setTimer(_ state: inout State, to instant: ContinuousClock.Instant) {
        let delay = max(.zero, ContinuousClock.now.duration(to: instant)) / .seconds(1)
        if let timer = state.timer { return timer.schedule(deadline: .now() + delay, leeway: .milliseconds(1)) }
        let timer = DispatchSource.makeTimerSource()
        timer.setEventHandler { [weak self] in self?.expire() }
        timer.schedule(deadline: .now() + delay, leeway: .milliseconds(1))
        timer.activate()
        state.timer = timer
    }

    private func expire() {
        let now = ContinuousClock.now
        for (number, exchange) in state.withLock({ $0.deadlines.takeDue(at: now) }) {
            if exchange.expire(at: now) != nil { watch(number) }
        }
        state.withLock { state in
            if let next = state.deadlines.next() { setTimer(&state, to: next) }
        }
    }
}
