// SPDX-License-Identifier: MIT
import Synchronization

/// An exporter that prints each trace as a tree when its root has ended, for development.
///
/// Names are indented below their parents, with durations on the right and the model, tokens, cost and identity below.
/// Content is shortened to one line, and terminal control characters are left out. A trace whose root does not arrive
/// is printed at the next flush, or when 1,000 spans wait.
public final class ConsoleSpanExporter: SpanExporter {
    private let buffer = Mutex(TraceBuffer(capacity: 1_000))
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
        show(buffer.withLock { $0.add(batch) })
    }

    /// Prints the traces whose roots have not arrived.
    public func forceFlush() async throws(ExportError) {
        show(buffer.withLock { $0.drain() })
    }

    /// Prints the traces whose roots have not arrived.
    public func shutdown() async {
        show(buffer.withLock { $0.drain() })
    }

    private func show(_ groups: [TraceBuffer.Group]) {
        for group in groups { write(TraceText(group, width: width, usesColor: usesColor).text) }
    }
}
