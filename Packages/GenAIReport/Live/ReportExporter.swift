// SPDX-License-Identifier: MIT
public import GenAITelemetry
import Synchronization

/// Keeps a report page up to date while the program runs: give it to the span and the log pipeline.
///
/// The page is replaced as a whole, at most once a second, by a task of its own, and less often where writing it
/// takes long: the pauses are a hundred times as long as the work. Memory is bounded by ``Report/Options``. The file is
/// for its owner's eyes only (0600). Where it cannot be written, that is reported, and tried again.
///
/// One exporter may serve both pipelines: after the shutdown by one it still takes what the other brings, and writes
/// that at once.
public final class ReportExporter: SpanExporter, LogRecordExporter {
    /// What is shown. The page writer, which no other thread knows, belongs to the same lock.
    private struct State: ~Copyable {
        var report: Report
        let writer = PageWriter()
        /// Whether a task will write.
        var isScheduled = false
        var isShutDown = false
        var revision = 0
        /// When the page may be written next.
        var due = ContinuousClock.now
    }

    private let file: PageFile
    private let title: String
    private let state: Mutex<State>

    private static let shortestPause = Duration.seconds(1)
    private static let pauseFactor = 100

    /// Creates an exporter and writes a first, empty page.
    ///
    /// - Parameters:
    ///   - path: The file to write. An existing one is replaced.
    ///   - title: The heading of the page. Default the names of the services.
    ///   - options: What is kept.
    /// - Throws: `ConfigurationError` with code `unavailable` when the file cannot be written.
    public init(
        path: String, title: String = "", options: Report.Options = Report.Options()
    ) throws(ConfigurationError) {
        file = PageFile(path: path)
        self.title = title
        state = Mutex(State(report: Report(options)))
        do throws(ReportError) {
            try write(isLive: true)
        } catch {
            throw ConfigurationError(.unavailable, option: "report", value: path, advice: error.message)
        }
    }

    /// Takes in spans; the page follows within a second or so.
    public func export(_ batch: [SpanData]) async throws(ExportError) {
        try take { report in
            for span in batch { report.add(span) }
        }
    }

    /// Takes in log records, which may hold messages; the page follows.
    public func export(_ batch: [LogRecord]) async throws(ExportError) {
        try take { report in
            for record in batch { report.add(record) }
        }
    }

    /// Writes the page now.
    ///
    /// - Throws: `ExportError` with code `other` when the file cannot be written.
    public func forceFlush() async throws(ExportError) {
        guard !state.withLock({ $0.isShutDown }) else { return }
        try writeNow(isLive: true)
    }

    /// Writes the page, which then waits for no more. Idempotent.
    public func shutdown() async {
        let isFirst = state.withLock { state in
            defer { state.isShutDown = true }
            return !state.isShutDown
        }
        guard isFirst else { return }
        tryWriting(isLive: false)
    }
}

extension ReportExporter {
    private func take(_ add: (inout Report) -> Void) throws(ExportError) {
        let (isLate, due): (Bool, ContinuousClock.Instant?) = state.withLock { state in
            add(&state.report)
            guard !state.isShutDown, !state.isScheduled else { return (state.isShutDown, nil) }
            state.isScheduled = true
            return (false, state.due)
        }
        if isLate { try writeNow(isLive: false) }
        if let due { schedule(at: due) }
    }

    /// Writes once the pause is over. One task at a time: the first export after a writing starts it.
    private func schedule(at due: ContinuousClock.Instant) {
        Task.detached(priority: .background) { [weak self] in
            try? await Task.sleep(until: due, clock: .continuous)
            guard let self, !self.state.withLock({ $0.isShutDown }) else { return }
            self.tryWriting(isLive: true)
        }
    }

    private func tryWriting(isLive: Bool) {
        do throws(ExportError) {
            try writeNow(isLive: isLive)
        } catch {
            Diagnostics.report(.error, "ReportExporter", error.message)
        }
    }

    private func writeNow(isLive: Bool) throws(ExportError) {
        do throws(ReportError) {
            try write(isLive: isLive)
        } catch {
            throw ExportError(.other, error.message)
        }
    }

    /// Writes under the lock: exports wait meanwhile, which the pipelines' queues are for.
    private func write(isLive: Bool) throws(ReportError) {
        let outcome: Result<Void, ReportError> = state.withLock { state in
            state.isScheduled = false
            state.revision += 1
            let start = ContinuousClock.now
            let pieces = state.writer.pieces(
                of: state.report, title: title, .init(isLive: isLive, revision: state.revision))
            defer {
                let now = ContinuousClock.now
                state.due = now + max(Self.shortestPause, (now - start) * Self.pauseFactor)
            }
            do throws(ReportError) {
                return .success(try file.replace(with: pieces))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }
}
