// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization
import Testing

/// A finished, sampled span that can be told from others by its number.
func makeSpan(
    _ number: Int = 1, attributes: Attributes = [:], isSampled: Bool = true, name: String = "span"
) -> SpanData {
    SpanData(
        name: name,
        context: SpanContext(
            traceID: TraceID(high: 0, low: 1), spanID: SpanID(rawValue: UInt64(number)),
            flags: isSampled ? .sampled : []),
        startNanoseconds: 1, endNanoseconds: 2, attributes: attributes, scope: InstrumentationScope(name: "test"))
}

extension [SpanData] {
    /// The numbers that the spans were made with.
    var numbers: [Int] { map { Int($0.context.spanID.rawValue) } }
}

/// Options that depend on no environment.
func batchOptions(_ change: (inout BatchOptions) -> Void = { _ in }) -> BatchOptions {
    var options = BatchOptions.spans(environment: TelemetryEnvironment([:]))
    change(&options)
    return options
}

extension PipelineStatistics {
    /// Indicates whether every received item is counted exactly once.
    var addsUp: Bool { received == exported + dropped.total + pending }
}

/// A deadline that only a hanging implementation reaches; no test waits for it.
let patience = Duration.seconds(60)

/// Things in the order they came.
final class Recorded<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func append(_ element: Element) { elements.withLock { $0.append(element) } }
}
