// SPDX-License-Identifier: MIT
import Synchronization

/// An exporter that prints each trace as a tree when its root has ended, for development.
///
/// Names are indented below their parents, with durations on the right and the model, tokens, cost and identity below.
/// Content is shortened to one line, and terminal control characters are left out. A trace whose root does not arrive
/// is printed at the next flush, or when 1,000 spans wait. Work that was handed over by headers is part of the caller's
/// tree if the caller is this process too; otherwise it is printed a second after its end.
public final class ConsoleSpanExporter: SpanExporter {
    private struct State {
        var buffer = TraceBuffer(capacity: 1_000)
        /// Indicates whether a task is going to print spans with remote parents.
        var isScheduled = false
    }

    /// The time for which spans with remote parents wait for the caller's span.
    private static let patience = Duration.seconds(1)

    private let state = Mutex(State())
    private let width: Int
    private let usesColor: Bool
    private let write: @Sendable (String) -> Void

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - width: The maximum number of columns of a line; at least 40.
    ///   - usesColor: Whether to use bold, dim and red text. Default: true if `write` is not given, standard output is
    ///     a terminal and `NO_COLOR` is unset.
    ///   - write: Receives the text of a trace; never called concurrently. Default: prints to standard output.
    public init(width: Int = 100, usesColor: Bool? = nil, write: (@Sendable (String) -> Void)? = nil) {
        self.width = width
        self.usesColor = usesColor ?? (write == nil && standardOutputTakesColor())
        self.write = write ?? writeToStandardOutput
    }

    /// Prints the traces whose roots are in the batch.
    public func export(_ batch: [SpanData]) async throws(ExportError) {
        show(state.withLock { $0.buffer.add(batch) })
        let isToSchedule = state.withLock { state in
            guard !state.isScheduled, state.buffer.hasRemoteParents else { return false }
            state.isScheduled = true
            return true
        }
        if isToSchedule { printRemoteLater() }
    }

    /// Prints the traces whose roots have not arrived.
    public func forceFlush() async throws(ExportError) {
        show(state.withLock { $0.buffer.drain() })
    }

    /// Prints the traces whose roots have not arrived.
    public func shutdown() async {
        show(state.withLock { $0.buffer.drain() })
    }

    private func printRemoteLater() {
        Task { [weak self] in
            while true {
                try? await Task.sleep(for: Self.patience)
                guard let self else { return }
                let (groups, isDone) = state.withLock { state in
                    let groups = state.buffer.takeRemote(since: ContinuousClock.now - Self.patience)
                    state.isScheduled = state.buffer.hasRemoteParents
                    return (groups, !state.isScheduled)
                }
                show(groups)
                if isDone { return }
            }
        }
    }

    private func show(_ groups: [TraceBuffer.Group]) {
        for group in groups { write(TraceText(group, width: width, usesColor: usesColor).text) }
    }
}
