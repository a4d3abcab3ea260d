// SPDX-License-Identifier: MIT
import Synchronization

/// The properties of this package's exporters that pipelines use.
package protocol PipelineExporter: Sendable {
    /// Indicates whether no call blocks its thread. Such exporters run in Swift's pool. Every other exporter gets a thread of
    /// its own, so that blocking delays neither the program nor a deadline.
    var neverBlocks: Bool { get }
    /// The state that copies of the exporter share; `nil` for a class, whose instances are not copied.
    var shared: AnyObject? { get }
    /// Announces the shutdown: later exports do not wait long for an unavailable server.
    func prepareForShutdown()
}

extension PipelineExporter {
    /// True by default.
    package var neverBlocks: Bool { true }
    /// `nil` by default.
    package var shared: AnyObject? { nil }
    /// Does nothing.
    package func prepareForShutdown() {}
}

/// The exporter at the end of a pipeline, whatever its signal.
struct AnyExporter<Item: Sendable>: Sendable {
    /// The noun for the items in reports, for example `spans`.
    let noun: String
    /// Indicates whether no call blocks its thread.
    let neverBlocks: Bool
    let export: @Sendable ([Item]) async throws(ExportError) -> Void
    let forceFlush: @Sendable () async throws(ExportError) -> Void
    /// Shuts the exporter down, or only flushes it if other pipelines still use it.
    let shutdown: @Sendable () async -> Void
    let prepareForShutdown: @Sendable () -> Void

    private init(
        _ exporter: any Sendable, noun: String,
        export: @escaping @Sendable ([Item]) async throws(ExportError) -> Void,
        forceFlush: @escaping @Sendable () async throws(ExportError) -> Void,
        shutdown: @escaping @Sendable () async -> Void
    ) {
        let own = exporter as? any PipelineExporter
        let use = ExporterUse(of: exporter)
        self.noun = noun
        neverBlocks = own?.neverBlocks ?? false
        self.export = export
        self.forceFlush = forceFlush
        self.shutdown = {
            if use.end() { return await shutdown() }
            // If this fails, the other pipelines will report it.
            try? await forceFlush()
        }
        prepareForShutdown = { if use.leave() { own?.prepareForShutdown() } }
    }
}

extension AnyExporter where Item == SpanData {
    init(_ exporter: any SpanExporter) {
        self.init(
            exporter, noun: "spans",
            export: { batch async throws(ExportError) in try await exporter.export(batch) },
            forceFlush: { () async throws(ExportError) in try await exporter.forceFlush() },
            shutdown: { await exporter.shutdown() })
    }
}

extension AnyExporter where Item == LogRecordData {
    init(_ exporter: any LogRecordExporter) {
        self.init(
            exporter, noun: "log records",
            export: { batch async throws(ExportError) in try await exporter.export(batch) },
            forceFlush: { () async throws(ExportError) in try await exporter.forceFlush() },
            shutdown: { await exporter.shutdown() })
    }
}

extension AnyExporter where Item == MetricData {
    init(_ exporter: any MetricExporter) {
        self.init(
            exporter, noun: "data points",
            export: { batch async throws(ExportError) in try await exporter.export(batch) },
            forceFlush: { () async throws(ExportError) in try await exporter.forceFlush() },
            shutdown: { await exporter.shutdown() })
    }
}

/// One pipeline's use of an exporter, which others may use as well. The last one shuts it down.
private final class ExporterUse: Sendable {
    /// The pipelines that use one exporter.
    private struct Users {
        var count = 0
        /// The number of users that have begun to shut down.
        var leavingCount = 0
    }

    private enum Stage { case active, leaving, over }

    private static let users = Mutex<[ObjectIdentifier: Users]>([:])

    /// `nil` for an exporter that cannot be shared, because it is a value.
    private let object: ObjectIdentifier?
    private let stage = Mutex(Stage.active)

    /// - Parameter exporter: The exporter. It must live at least as long as this object, so that its identity stays
    ///   unique.
    init(of exporter: any Sendable) {
        let shared = (exporter as? any PipelineExporter)?.shared
        let isObject = type(of: exporter as Any) is AnyClass
        object = shared.map(ObjectIdentifier.init) ?? (isObject ? ObjectIdentifier(exporter as AnyObject) : nil)
        if let object { Self.users.withLock { $0[object, default: Users()].count += 1 } }
    }

    deinit {
        _ = end()
    }

    /// Begins to end the use.
    ///
    /// - Returns: Whether all users of the exporter have begun to end theirs.
    func leave() -> Bool {
        guard let object else { return true }
        let isFirst = stage.withLock { stage in
            defer { if stage == .active { stage = .leaving } }
            return stage == .active
        }
        return Self.users.withLock { users in
            if isFirst { users[object]?.leavingCount += 1 }
            return users[object].map { $0.leavingCount == $0.count } ?? true
        }
    }

    /// Ends the use.
    ///
    /// - Returns: Whether the exporter is to be shut down: true for the last use, and for an exporter that cannot be
    ///   shared.
    func end() -> Bool {
        guard let object else { return true }
        let stage = stage.withLock { stage in
            defer { stage = .over }
            return stage
        }
        guard stage != .over else { return false }
        return Self.users.withLock { users in
            guard var rest = users[object] else { return true }
            rest.count -= 1
            if stage == .leaving { rest.leavingCount -= 1 }
            users[object] = rest.count > 0 ? rest : nil
            return rest.count == 0
        }
    }
}
