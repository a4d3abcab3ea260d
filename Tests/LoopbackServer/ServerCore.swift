// SPDX-License-Identifier: MIT

import Synchronization

/// The connections and requests that a server has received.
struct ServerLog {
    var requests: [LoopbackServer.Request] = []
    var requestCount = 0
    var acceptedConnectionCount = 0
    var openConnectionCount = 0
    var disconnectCount = 0
    var sentByteCount = 0
}

/// The state that the threads of a server share. It outlives the server at most until they have ended.
final class ServerCore: Sendable {
    private struct Waiter {
        var isDone: @Sendable (ServerLog) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var log = ServerLog()
        var waiters: [Int: Waiter] = [:]
        var waiterCount = 0
        var threads: [PosixThread] = []
        var liveThreadCount = 0
        var isStopping = false

        /// Takes out the waiters whose wait is over, for the caller to resume outside the lock.
        mutating func takeFinishedWaiters() -> [Waiter] {
            let finished = waiters.filter { isStopping || $0.value.isDone(log) }
            for id in finished.keys { waiters[id] = nil }
            return Array(finished.values)
        }
    }

    let stopping = LoopbackServer.Gate()
    let handler: LoopbackServer.Handler
    private let ended = LoopbackServer.Gate()
    private let recordsBodies: Bool
    private let recordsRequests: Bool
    private let admission: @Sendable (Int) -> LoopbackServer.Admission
    private let state = Mutex(State())

    init(
        recordsBodies: Bool, recordsRequests: Bool, admission: @escaping @Sendable (Int) -> LoopbackServer.Admission,
        handler: @escaping LoopbackServer.Handler
    ) {
        self.recordsBodies = recordsBodies
        self.recordsRequests = recordsRequests
        self.admission = admission
        self.handler = handler
    }

    func start(listening descriptor: Int32) throws(LoopbackServer.StartError) {
        let isStarted = startThread { core in
            core.acceptConnections(on: descriptor)
            Posix.close(descriptor)
        }
        guard isStarted else {
            Posix.close(descriptor)
            throw .init(call: "pthread_create", errorNumber: 0)
        }
    }

    func stop() {
        let (isOwnThread, isEnded, waiters) = state.withLock { state in
            state.isStopping = true
            let isOwnThread = state.threads.contains { $0.isCurrent }
            return (isOwnThread, state.liveThreadCount == 0, state.takeFinishedWaiters())
        }
        stopping.open()
        for waiter in waiters { waiter.continuation.resume() }
        // A handler may stop its own server; its thread cannot wait for itself.
        if !isOwnThread, !isEnded { _ = Posix.poll([.init(ended.readEnd, .input)], for: .seconds(5)) }
    }

    // MARK: - Log

    func read<Value: Sendable>(_ field: (ServerLog) -> Value) -> Value {
        state.withLock { field($0.log) }
    }

    func update(_ change: (inout ServerLog) -> Void) {
        let finished = state.withLock { state in
            change(&state.log)
            return state.takeFinishedWaiters()
        }
        for waiter in finished { waiter.continuation.resume() }
    }

    /// Numbers and records a request.
    func record(_ head: RequestHead, connection: Int, body: [UInt8]) -> LoopbackServer.Request {
        var request = head.request(index: 0, connection: connection, body: body)
        update { log in
            request.index = log.requestCount
            log.requestCount += 1
            guard recordsRequests else { return }
            log.requests.append(request)
            if !recordsBodies { log.requests[request.index].body = [] }
        }
        return request
    }

    func wait(until isDone: @escaping @Sendable (ServerLog) -> Bool) async {
        let id = state.withLock { state in
            state.waiterCount += 1
            return state.waiterCount
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isStopping || Task.isCancelled || isDone(state.log) { return true }
                    state.waiters[id] = Waiter(isDone: isDone, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume()
        }
    }

    // MARK: - Threads

    private func acceptConnections(on listener: Int32) {
        while true {
            let ready = Posix.poll([.init(listener, .input), .init(stopping.readEnd, .input)], for: nil)
            guard !ready[1] else { return }
            guard let descriptor = Posix.accept(listener) else {
                // Out of descriptors, most likely: wait a little rather than spin.
                _ = Posix.poll([.init(stopping.readEnd, .input)], for: .milliseconds(20))
                continue
            }
            admit(descriptor)
        }
    }

    private func admit(_ descriptor: Int32) {
        let index = read { $0.acceptedConnectionCount }  // only this thread counts up
        update { log in
            log.acceptedConnectionCount += 1
            log.openConnectionCount += 1
        }
        let isStarted = startThread { core in
            core.serve(descriptor, index: index)
        }
        if !isStarted { close(descriptor) }
    }

    private func serve(_ descriptor: Int32, index: Int) {
        switch admission(index) {
        case .reset: Posix.resetOnClose(descriptor)
        case .ignore: _ = Posix.poll([.init(stopping.readEnd, .input), .init(descriptor, .hangUp)], for: nil)
        case .serve:
            var connection = Connection(index: index, descriptor: descriptor, core: self)
            connection.run()
        }
        close(descriptor)
    }

    private func close(_ descriptor: Int32) {
        Posix.close(descriptor)
        update { $0.openConnectionCount -= 1 }
    }

    private func startThread(_ body: @escaping @Sendable (ServerCore) -> Void) -> Bool {
        state.withLock { $0.liveThreadCount += 1 }
        let isStarted = PosixThread.start {
            self.state.withLock { $0.threads.append(.current) }
            body(self)
            self.endThread()
        }
        if !isStarted { endThread() }
        return isStarted
    }

    private func endThread() {
        let isLast = state.withLock { state in
            state.threads.removeAll { $0.isCurrent }
            state.liveThreadCount -= 1
            return state.isStopping && state.liveThreadCount == 0
        }
        if isLast { ended.open() }
    }
}
