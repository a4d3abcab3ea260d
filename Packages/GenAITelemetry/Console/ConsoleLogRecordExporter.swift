// SPDX-License-Identifier: MIT
import GenAICore

/// An exporter that prints each log record in one line, for development.
///
/// Each line contains the time of day in UTC, severity, event name, body, attributes and the span of the record.
/// Content is shortened, and terminal control characters are left out.
public final class ConsoleLogRecordExporter: LogRecordExporter {
    private let width: Int
    private let write: @Sendable (String) -> Void

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - width: The maximum number of columns of a line; at least 40.
    ///   - write: Receives the lines of a batch. Default: prints to standard output.
    public init(width: Int = 100, write: (@Sendable (String) -> Void)? = nil) {
        self.width = max(40, width)
        self.write = write ?? writeToStandardOutput
    }

    /// Prints the records.
    public func export(_ batch: [LogRecordData]) async throws(ExportError) {
        write(batch.map { line(for: $0) + "\n" }.joined())
    }

    private func line(for record: LogRecordData) -> String {
        let time = (record.nanoseconds ?? record.observedNanoseconds).map(ConsoleText.timeOfDay) ?? "--:--:--.---"
        var parts = [time, severity(record)]
        if let name = record.eventName { parts.append(name) }
        if let body = record.body { parts.append(body.consoleText) }
        parts += record.attributes.map { "· \($0.key) \($0.value.consoleText)" }
        guard let span = record.spanContext, span.isValid else {
            return ConsoleText.line(parts.joined(separator: " "), limit: width)
        }
        let suffix = "  \(span.spanID)"
        let text = ConsoleText.line(parts.joined(separator: " "), limit: width - suffix.utf8.count)
        return text + ConsoleText.rightAligned(suffix, to: width - ConsoleText.columns(text))
    }

    private func severity(_ record: LogRecordData) -> String {
        guard let severity = record.severity else { return record.severityText ?? "-" }
        switch severity.rawValue {
        case 1...4: return "TRACE"
        case 5...8: return "DEBUG"
        case 9...12: return "INFO"
        case 13...16: return "WARN"
        case 17...20: return "ERROR"
        case 21...24: return "FATAL"
        default: return record.severityText ?? "\(severity.rawValue)"
        }
    }
}
