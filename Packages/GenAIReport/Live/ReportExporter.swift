// SPDX-License-Identifier: MIT
public import GenAITelemetry
import Synchronization

/// An exporter that keeps a report page up to date while the program runs. Add it to the span and the log pipeline.
///
/// A task of its own replaces the page atomically, at most once a second, and less often if writing takes long: each
/// pause is two hundred times as long as the writing before it, so writing takes at most 0.5 % of a core. Memory is
/// limited by ``Report/Options``. Only the file's owner may read it (mode 0600). A failure to write is reported, and
/// writing is tried again.
///
/// One exporter can serve both pipelines: after one of them has shut it down, it still accepts the other's items and
/// writes them at once.
public final class ReportExporter: SpanExporter, LogRecordExporter {
    /// The report, and its writer, which is used only under the same lock.
    private struct State: ~Copyable {
        var report: Report
        let writer = PageWriter()
        /// Indicates whether a task is scheduled to write.
        var isScheduled = false
        var isShutDown = false
        /// Indicates whether the page lacks what was added since it was written.
        var isStale = false
        var revision = 0
        /// The earliest time of the next write.
        var due = ContinuousClock.now
    }

    private let file: PageFile
    private let title: String
    private let state: Mutex<State>

    private static let shortestPause = Duration.seconds(1)
    private static let pauseFactor = 200

    /// Creates an exporter and writes a first, empty page.
    ///
    /// - Parameters:
    ///   - path: The path of the file. An existing one is replaced.
    ///   - title: The heading of the page. Default: the names of the services.
    ///   - options: The limits and groupings of the report.
    /// - Throws: `ConfigurationError` with code `unavailable` if the file cannot be written.
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

    /// Adds spans. The page is written within about a second.
    public func export(_ batch: [SpanData]) async throws(ExportError) {
        try take { report in
            for span in batch { report.add(span) }
        }
    }

    /// Adds log records, which may hold messages. The page is written within about a second.
    public func export(_ batch: [LogRecordData]) async throws(ExportError) {
        try take { report in
            for record in batch { report.add(record) }
        }
    }

    /// Writes the page now, unless it has everything already.
    ///
    /// - Throws: `ExportError` with code `other` if the file cannot be written.
    public func forceFlush() async throws(ExportError) {
        guard state.withLock({ $0.isStale && !$0.isShutDown }) else { return }
        try writeNow(isLive: true)
    }

    /// Writes the final page, which no longer checks for newer versions. Idempotent.
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
            state.isStale = true
            guard !state.isShutDown, !state.isScheduled else { return (state.isShutDown, nil) }
            state.isScheduled = true
            return (false, state.due)
        }
        if isLate { try writeNow(isLive: false) }
        if let due { schedule(at: due) }
    }

    /// Writes once the pause is over. Only one task at a time: the first export after a write starts it.
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

    /// Writes under the lock. Exports wait meanwhile, which the pipelines' queues absorb.
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
                try file.replace(with: pieces)
                state.isStale = false
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }
}
