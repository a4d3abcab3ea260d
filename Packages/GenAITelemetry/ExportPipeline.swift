// SPDX-License-Identifier: MIT
import GenAICore

/// An item that goes through a batch processor.
protocol PipelineElement: Sendable {
    /// What the items are called in reports.
    static var pluralName: String { get }
    /// A cheap estimate of the memory the item holds.
    var approximateByteCount: Int { get }
}

extension SpanData: PipelineElement {
    static var pluralName: String { "spans" }

    var approximateByteCount: Int {
        var count = 512 + attributes.approximateByteCount
        for event in events { count += 64 + event.attributes.approximateByteCount }
        for link in links { count += 96 + link.attributes.approximateByteCount }
        return count
    }
}

extension LogRecord: PipelineElement {
    static var pluralName: String { "log records" }

    var approximateByteCount: Int {
        256 + attributes.approximateByteCount + (body?.approximateByteCount ?? 0)
    }
}

/// The exporter at the end of a pipeline, whatever its signal.
struct PipelineEnd<Element: PipelineElement>: Sendable {
    let export: @Sendable ([Element]) async throws(ExportError) -> Void
    let forceFlush: @Sendable () async throws(ExportError) -> Void
    let shutdown: @Sendable () async -> Void
}

/// One call into an exporter, which may be given up before it returns.
final class ExporterCall: Sendable {
    /// How a call ended.
    enum Ending: Sendable {
        case returned
        case failed(ExportError)
        case timedOut
        case abandoned
    }

    /// The first of: return, timeout, abandonment.
    let ending = OneShot<Ending>()
    /// The first of: return, abandonment.
    let freed = OneShot<Void>()

    func end(_ ending: Ending) {
        self.ending.resolve(ending)
        freed.resolve(())
    }
}

/// What runs inside an exporter.
enum ExportScope {
    /// The worker whose exporter is running; spans and flushes from inside it must not wait for themselves.
    @TaskLocal static var worker: ObjectIdentifier?
}

extension Duration {
    // A century: adding more to a clock's instant could overflow, which would trap.
    private static let longest = Duration.seconds(100 * 366 * 86_400)

    /// The duration within what every clock can add to its present instant.
    var clampedForSleeping: Duration { min(max(self, .zero), .longest) }
}
