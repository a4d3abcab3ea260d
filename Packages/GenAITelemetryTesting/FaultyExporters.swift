// SPDX-License-Identifier: MIT
public import GenAITelemetry
import Synchronization

/// An exporter that rejects batches, for tests of error handling.
public final class FailingExporter: SpanExporter, LogRecordExporter, MetricExporter {
    private struct State {
        var remainingFailures: Int
        var attemptCount = 0
    }

    private let error: ExportError
    private let state: Mutex<State>

    /// Creates an exporter that throws `error` for the first `failures` batches and accepts the others.
    public init(
        _ error: ExportError = ExportError(.unreachable, "connection refused"), failures: Int = .max
    ) {
        self.error = error
        state = Mutex(State(remainingFailures: failures))
    }

    /// The number of exports attempted.
    public var attemptCount: Int { state.withLock { $0.attemptCount } }

    /// Throws, or discards the spans.
    public func export(_ batch: [SpanData]) async throws(ExportError) { try attempt() }
    /// Throws, or discards the records.
    public func export(_ batch: [LogRecordData]) async throws(ExportError) { try attempt() }
    /// Throws, or discards the metrics.
    public func export(_ batch: [MetricData]) async throws(ExportError) { try attempt() }
    /// Does nothing.
    public func forceFlush() async throws(ExportError) {}
    /// Does nothing.
    public func shutdown() async {}

    private func attempt() throws(ExportError) {
        let fails = state.withLock { state in
            state.attemptCount += 1
            guard state.remainingFailures > 0 else { return false }
            state.remainingFailures -= 1
            return true
        }
        if fails { throw error }
    }
}

/// An exporter whose exports hang until it is released, for tests of timeouts and full queues.
public final class HangingExporter: SpanExporter, LogRecordExporter, MetricExporter {
    private struct State {
        var isReleased = false
        var hanging: [Int: CheckedContinuation<Bool, Never>] = [:]
        var lastID = 0
        var runningCount = 0
        var peakConcurrency = 0
        var hangsInShutdown = false
    }

    private let ignoresCancellation: Bool
    private let starts = Recorder<Int>()
    private let state: Mutex<State>

    /// Creates an exporter that hangs.
    ///
    /// - Parameters:
    ///   - ignoresCancellation: Whether it continues to hang when its task is cancelled.
    ///   - hangsInShutdown: Whether its shutdown hangs as well.
    public init(ignoresCancellation: Bool = false, hangsInShutdown: Bool = false) {
        self.ignoresCancellation = ignoresCancellation
        state = Mutex(State(hangsInShutdown: hangsInShutdown))
    }

    /// The number of items in each batch it received.
    public var batchSizes: [Int] { starts.batches.map(\.count) }
    /// The maximum number of exports that ran at the same time.
    public var peakConcurrency: Int { state.withLock { $0.peakConcurrency } }

    /// Waits until it has received `count` items in total, or until the task is cancelled.
    public func waitForItems(_ count: Int) async { await starts.wait(for: count) }

    /// Lets all exports return, later ones included.
    public func release() {
        let hanging = state.withLock { state in
            state.isReleased = true
            defer { state.hanging = [:] }
            return state.hanging.values
        }
        for continuation in hanging { continuation.resume(returning: true) }
    }

    /// Hangs until the release.
    public func export(_ batch: [SpanData]) async throws(ExportError) { try await hang(batch.count) }
    /// Hangs until the release.
    public func export(_ batch: [LogRecordData]) async throws(ExportError) { try await hang(batch.count) }
    /// Hangs until the release.
    public func export(_ batch: [MetricData]) async throws(ExportError) { try await hang(batch.count) }
    /// Does nothing.
    public func forceFlush() async throws(ExportError) {}

    /// Hangs if the exporter was created with `hangsInShutdown`.
    public func shutdown() async {
        if state.withLock({ $0.hangsInShutdown }) { _ = await suspend() }
    }

    private func hang(_ count: Int) async throws(ExportError) {
        state.withLock { state in
            state.runningCount += 1
            state.peakConcurrency = max(state.peakConcurrency, state.runningCount)
        }
        defer { state.withLock { $0.runningCount -= 1 } }
        _ = starts.append(Array(repeating: 0, count: count))
        if !(await suspend()) { throw ExportError(.timedOut, "cancelled") }
    }

    /// Waits for the release. Returns false if the task is cancelled.
    private func suspend() async -> Bool {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state -> Bool? in
                    if state.isReleased { return true }
                    if Task.isCancelled && !ignoresCancellation { return false }
                    state.hanging[id] = continuation
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            guard !ignoresCancellation else { return }
            let continuation = state.withLock { $0.hanging.removeValue(forKey: id) }
            continuation?.resume(returning: false)
        }
    }
}
