// SPDX-License-Identifier: MIT
import GenAICore

/// An exporter that prints the metrics of each collection as a table, for development.
///
/// Each metric has one line with its unit, followed by one line for each series with its attributes on the left and its
/// values on the right. Cumulative by default.
public final class ConsoleMetricExporter: MetricExporter {
    private let width: Int
    private let preference: TemporalityPreference
    private let write: @Sendable (String) -> Void

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - width: The maximum number of columns of a line; at least 40.
    ///   - write: Receives the lines of a collection. Default: prints to standard output.
    public init(
        width: Int = 100, temporality: TemporalityPreference = .cumulative, write: (@Sendable (String) -> Void)? = nil
    ) {
        self.width = max(40, width)
        preference = temporality
        self.write = write ?? writeToStandardOutput
    }

    /// Returns the temporality by the preference given to the initializer.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality { preference.temporality(for: kind) }

    /// Prints the metrics.
    public func export(_ batch: [MetricData]) async throws(ExportError) {
        write(batch.flatMap(lines).map { $0 + "\n" }.joined())
    }

    private func lines(for metric: MetricData) -> [String] {
        let title = metric.unit.isEmpty ? metric.name : "\(metric.name) (\(metric.unit))"
        return [ConsoleText.line("\(title) · \(metric.content.consoleKind)", limit: width)]
            + metric.content.consoleRows.map(line)
    }

    private func line(for row: ConsoleRow) -> String {
        let values = ConsoleText.line(row.values, limit: width / 2)
        let room = width - ConsoleText.columns(values) - 4
        let names = row.attributes.map { "\($0.key) \($0.value.consoleText)" }.joined(separator: " · ")
        let text = "  " + ConsoleText.line(names.isEmpty ? "(no attributes)" : names, limit: room)
        return text + ConsoleText.rightAligned(values, to: width - ConsoleText.columns(text))
    }
}

/// One series in the form in which the table shows it.
private struct ConsoleRow {
    let attributes: Attributes
    let values: String
}

extension MetricData.Content {
    fileprivate var consoleKind: String {
        switch self {
        case .sum(let sum): "\(sum.isMonotonic ? "counter" : "up-down counter"), \(sum.temporality)"
        case .gauge: "gauge"
        case .histogram(let histogram): "histogram, \(histogram.temporality)"
        case .exponentialHistogram(let histogram): "exponential histogram, \(histogram.temporality)"
        }
    }

    fileprivate var consoleRows: [ConsoleRow] {
        switch self {
        case .sum(let sum): sum.points.map { ConsoleRow(attributes: $0.attributes, values: $0.value.consoleText) }
        case .gauge(let points): points.map { ConsoleRow(attributes: $0.attributes, values: $0.value.consoleText) }
        case .histogram(let histogram):
            histogram.points.map {
                ConsoleRow(attributes: $0.attributes, values: consoleText($0.count, $0.sum, $0.min, $0.max))
            }
        case .exponentialHistogram(let histogram):
            histogram.points.map {
                ConsoleRow(attributes: $0.attributes, values: consoleText($0.count, $0.sum, $0.min, $0.max))
            }
        }
    }
}

private func consoleText(_ count: UInt64, _ sum: Double?, _ min: Double?, _ max: Double?) -> String {
    var parts = ["\(ConsoleText.grouped(Int(clamping: count)))×"]
    if let sum, count > 0 { parts.append("mean \(consoleText(sum / Double(count)))") }
    if let min { parts.append("min \(consoleText(min))") }
    if let max { parts.append("max \(consoleText(max))") }
    return parts.joined(separator: " ")
}

private func consoleText(_ value: Double) -> String {
    guard value.magnitude >= 0.001 || value == 0, value.magnitude < 1e9 else { return "\(value)" }
    if value.magnitude >= 1000, value == value.rounded() { return ConsoleText.grouped(Int(value)) }
    let text = ConsoleText.fixed(value, decimals: value.magnitude >= 100 ? 1 : 3)
    var end = text.endIndex
    while text[text.index(before: end)] == "0" { end = text.index(before: end) }
    if text[text.index(before: end)] == "." { end = text.index(before: end) }
    return String(text[..<end])
}

extension MetricNumber {
    fileprivate var consoleText: String {
        switch self {
        case .int(let number): ConsoleText.grouped(number)
        case .double(let number): GenAITelemetry.consoleText(number)
        }
    }
}
