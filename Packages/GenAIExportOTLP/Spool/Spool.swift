// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry
import Synchronization

/// The batches of one exporter on the disk, and the task that sends them when the server accepts them.
///
/// The task exists only while there are batches to send.
final class Spool: Sendable {
    /// A batch read back from the disk.
    struct Piece: Sendable {
        let entry: SpoolEntry
        let bytes: [UInt8]
    }

    /// The server's response to a batch from the disk.
    enum Verdict: Sendable {
        /// Accepted or rejected: the file is no longer needed.
        case settled
        /// Unavailable, and not to be tried again before this delay.
        case unavailable(after: Duration?)
        /// The exporter no longer exists.
        case gone
    }

    private struct State {
        var index: SpoolIndex
        var lastSequence: UInt64 = 0
        /// The number of items that were deleted unsent: too old, displaced by newer ones, or damaged.
        var lostWeight = 0
        var send: (@Sendable (Piece) async -> Verdict)?
        var task: Task<Void, Never>?
        var nap: Task<Void, Never>?
        /// The wait before the next attempt; `nil` if the server is not known to be unavailable.
        var pause: Duration?
        var failureCount = 0
        var isShutDown = false
        var flushes: [CheckedContinuation<Bool, Never>] = []
    }

    private let directory: SpoolDirectory
    private let noun: String
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> UnixNanoseconds
    private let jitter: @Sendable () -> Double
    private let backoff = Backoff(initialDelay: .seconds(1), maximumDelay: .seconds(30), maximumAttempts: .max)
    /// The maximum wait, whatever the server asks for, so that its return is noticed soon.
    private static let longestPause = Duration.seconds(300)
    private let state: Mutex<State>

    init(
        _ spool: DiskSpool, signal: OTLPSignal, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> UnixNanoseconds = systemUnixNanoseconds,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0.5...1) }
    ) throws(ConfigurationError) {
        directory = try SpoolDirectory.claim(spool, signal: signal)
        noun = signal.noun
        self.clock = clock
        self.now = now
        self.jitter = jitter
        state = Mutex(State(index: SpoolIndex(spool)))
        let found = directory.entries()
        discard(state.withLock { $0.index.insert(found: found) }, "the spool is full", key: "full")
    }

    /// The number of items on the disk.
    var waitingWeight: Int { state.withLock { $0.index.weight } }
    /// The number of items that were deleted unsent.
    var lostWeight: Int { state.withLock { $0.lostWeight } }
    /// Indicates whether the server is known to be unavailable, so that new batches need not try.
    var isPaused: Bool { state.withLock { $0.pause != nil } }

    // MARK: - Keeping

    /// Stores a batch on the disk. Returns false if that fails.
    func keep(_ body: RequestEncoder.Body, encoding: BodyEncoding, weight: Int) -> Bool {
        let entry = state.withLock { state -> SpoolEntry? in
            guard state.index.fits(body.bytes.count) else { return nil }
            state.lastSequence += 1
            return SpoolEntry(
                createdNanoseconds: now(), sequence: state.lastSequence, weight: weight, checksum: 0,
                encoding: encoding, isCompressed: body.isCompressed, byteCount: body.bytes.count)
        }
        guard var entry else {
            report("a batch of \(body.bytes.count) bytes is larger than the spool", key: "tooLarge")
            return false
        }
        entry.checksum = SpoolDirectory.checksum(body.bytes)
        guard directory.write(body.bytes, as: entry) else {
            // If nothing is on the disk, no task would notice that the server is available again.
            state.withLock { if $0.index.entries.isEmpty { $0.pause = nil } }
            report("a batch cannot be written to \(directory.path)", key: "write")
            return false
        }
        insert(entry)
        wake()
        return true
    }

    private func insert(_ entry: SpoolEntry) {
        let evicted = state.withLock { $0.index.insert(entry) }
        discard(evicted, "the spool is full", key: "full")
    }

    private func discard(_ entries: [SpoolEntry], _ reason: String, key: String) {
        guard !entries.isEmpty else { return }
        for entry in entries { directory.delete(entry) }
        let weight = entries.reduce(0) { $0 + $1.weight }
        state.withLock { $0.lostWeight += weight }
        report("dropped \(weight) \(noun) from the disk: \(reason)", key: key)
    }

    private func report(_ text: String, key: String) {
        Diagnostics.report(.error, "OTLPSpool", text, key: "\(noun) \(key)")
    }

    // MARK: - Sending

    /// Sets the function that sends batches, and begins with those of earlier processes.
    func start(_ send: @escaping @Sendable (Piece) async -> Verdict) {
        state.withLock { $0.send = send }
        wake()
    }

    private func wake() {
        state.withLock { state in
            guard state.task == nil, !state.isShutDown, state.send != nil, state.index.weight > 0 else { return }
            state.task = Task.detached { await self.drain() }
        }
    }

    private func drain() async {
        while !isDone() {
            if let pause = state.withLock({ $0.pause }) { await nap(pause) }
            guard let send = state.withLock({ $0.isShutDown ? nil : $0.send }), let piece = nextPiece() else {
                continue
            }
            let verdict = await send(piece)
            var isSettled = false
            if case .settled = verdict { isSettled = true }
            state.withLock { $0.index.endSending(removing: isSettled) }
            switch verdict {
            case .settled:
                directory.delete(piece.entry)
                state.withLock { ($0.pause, $0.failureCount) = (nil, 0) }
            case .unavailable(let delay): noteFailure(after: delay, isDraining: true)
            case .gone: state.withLock { $0.isShutDown = true }
            }
        }
    }

    /// Returns whether the task is to end, and in the same critical section lets the next batch start another task.
    private func isDone() -> Bool {
        let flushes = state.withLock { state -> [CheckedContinuation<Bool, Never>]? in
            guard state.isShutDown || state.index.entries.isEmpty else { return nil }
            state.task = nil
            state.pause = nil
            defer { state.flushes = [] }
            return state.flushes
        }
        for flush in flushes ?? [] { flush.resume(returning: true) }
        return flushes != nil
    }

    private func nextPiece() -> Piece? {
        discard(state.withLock { $0.index.expire(at: now()) }, "too old", key: "age")
        guard let entry = state.withLock({ $0.index.beginSending() }) else { return nil }
        switch directory.read(entry) {
        case .whole(let bytes): return Piece(entry: entry, bytes: bytes)
        case .damaged:
            state.withLock { $0.index.endSending(removing: true) }
            discard([entry], "the file is damaged", key: "damage")
        case .unreadable:
            state.withLock { $0.index.endSending(removing: false) }
            report("a batch cannot be read from \(directory.path) now", key: "read")
            noteFailure(after: nil, isDraining: true)
        }
        return nil
    }

    /// Notes that the server is unavailable. Nothing is sent for a while, which grows with each failure.
    func noteFailure(after serverDelay: Duration?, isDraining: Bool = false) {
        let flushes = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
            guard isDraining || state.pause == nil else { return [] }
            state.failureCount += 1
            state.pause = backoff.delay(
                afterFailedAttempt: state.failureCount, serverDelay: serverDelay.map { min($0, Self.longestPause) },
                jitter: jitter())
            defer { state.flushes = [] }
            return state.flushes
        }
        for flush in flushes { flush.resume(returning: false) }
    }

    private func nap(_ pause: Duration) async {
        let nap = Task.detached { [clock] in
            do { try await clock.sleep(for: pause) } catch { return }
        }
        state.withLock { state in
            state.nap = nap
            if state.isShutDown || !state.flushes.isEmpty { nap.cancel() }
        }
        await nap.value
    }

    // MARK: - Flush and shutdown

    /// Tries at once to send everything. Returns false if the server does not accept it.
    func flush() async -> Bool {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                guard !state.index.entries.isEmpty, !state.isShutDown else { return true }
                state.flushes.append(continuation)
                state.nap?.cancel()
                return false
            }
            if isEmpty { continuation.resume(returning: waitingWeight == 0) } else { wake() }
        }
    }

    /// Stops sending, and waits until the task has ended. The batches on the disk stay for the next process.
    func shutdown() async {
        await stop()?.value
        directory.release()
    }

    /// Stops sending without waiting. Returns the task that is about to end.
    @discardableResult
    func stop() -> Task<Void, Never>? {
        state.withLock { state in
            state.isShutDown = true
            state.nap?.cancel()
            state.task?.cancel()
            return state.task
        }
    }
}
