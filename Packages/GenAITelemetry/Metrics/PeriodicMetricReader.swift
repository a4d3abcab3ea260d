// SPDX-License-Identifier: MIT
import Synchronization

/// A reader that collects and exports at regular intervals.
///
/// Collections and exports run one after another, never concurrently. During an export, due collections are skipped.
/// Nothing is lost, because measurements stay in their instruments.
///
/// Source: OpenTelemetry metrics SDK, periodic exporting MetricReader.
public final class PeriodicMetricReader: MetricReader, DeadlineKeeping {
    /// The settings of a reader. Code takes precedence over the environment, and that over the default.
    public struct Configuration: Sendable {
        /// The time between collections. Default: 60 s; environment variable `OTEL_METRIC_EXPORT_INTERVAL`.
        public var interval: Duration
        /// The time limit of an export; `nil` means none. Default: 30 s; environment variable
        /// `OTEL_METRIC_EXPORT_TIMEOUT`, where 0 means none.
        public var timeout: Duration?

        /// Creates the default configuration, which environment variables override.
        public init(environment: TelemetryEnvironment = .process) {
            let milliseconds = environment.int("OTEL_METRIC_EXPORT_INTERVAL", in: 1...Int(Int32.max))
            interval = milliseconds.map { .milliseconds($0) } ?? .seconds(60)
            let timeout = environment.milliseconds("OTEL_METRIC_EXPORT_TIMEOUT") ?? .seconds(30)
            self.timeout = timeout == .zero ? nil : timeout
        }
    }

    /// The counts of exported and lost points.
    public struct Statistics: Sendable, Hashable {
        /// The number of exported points.
        public var exportedPointCount = 0
        /// The number of points that were lost because their export failed. Cumulative points lose only this moment,
        /// because the next ones include it.
        public var lostPointCount = 0
        /// The number of failed exports.
        public var failedExportCount = 0
        /// The number of collections that were skipped because of a running export.
        public var skippedCollectionCount = 0

        /// Creates statistics of zero.
        public init() {}
    }

    private struct State {
        var source: MetricSource?
        var timer: ExportTimer?
        var running: Task<Bool, Never>?
        var waiting: Task<Bool, Never>?
        var call: ExporterCall?
        var shutdown: Task<Bool, Never>?
        var statistics = Statistics()
    }

    private let preferences: any MetricExporter
    private let exporter: AnyExporter<MetricData>
    private let configuration: Configuration
    private let runtime: ExportRuntime
    private let state = Mutex(State())

    /// Creates a reader. It starts to collect when it is added to a provider.
    ///
    /// - Parameter clock: The clock for intervals and timeouts; `nil` means the system's.
    public init(
        exporter: any MetricExporter, configuration: Configuration = Configuration(),
        clock: (any Clock<Duration>)? = nil
    ) {
        preferences = exporter
        self.exporter = AnyExporter(exporter)
        self.configuration = configuration
        runtime = ExportRuntime(exporterBlocks: !self.exporter.neverBlocks, clock: clock)
    }

    deinit {
        state.withLock { $0.timer }?.cancel()
    }

    /// The counts so far.
    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// Returns the exporter's preference.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality { preferences.temporality(for: kind) }
    /// Returns the exporter's preference.
    public func aggregation(for kind: InstrumentKind) -> MetricAggregation { preferences.aggregation(for: kind) }

    /// Starts to collect. Later calls are ignored.
    public func attach(to source: MetricSource) {
        let isFirst = state.withLock { state in
            guard state.source == nil, state.shutdown == nil else { return false }
            state.source = source
            return true
        }
        guard isFirst else { return reportSecondSource("PeriodicMetricReader") }
        waitForInterval()
    }

    /// Schedules the next collection, repeatedly.
    private func waitForInterval() {
        let timer = runtime.after(configuration.interval) { [weak self] in
            guard let self else { return }
            self.collectIfIdle()
            self.waitForInterval()
        }
        let isShutDown = state.withLock { state in
            state.timer = timer
            return state.shutdown != nil
        }
        if isShutDown { timer.cancel() }
    }

    /// Collects and exports everything recorded before the call. Fails after the shutdown.
    ///
    /// A call from inside the exporter only requests the export and returns false, because the running export cannot
    /// wait for itself.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    public func forceFlush(timeout: Duration) async -> Bool {
        guard state.withLock({ $0.shutdown == nil }) else { return false }
        guard ExportScope.current != ObjectIdentifier(self) else {
            _ = enqueueCycle()
            return false
        }
        let outcome = Promise<Bool>()
        runtime.spawn { outcome.resolve(await self.flush()) }
        return await runtime.value(of: outcome, within: timeout, late: false)
    }

    /// Collects and exports for the last time, then shuts the exporter down. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`. An export that is still running then is cancelled.
    @discardableResult
    public func shutdown(timeout: Duration) async -> Bool {
        exporter.prepareForShutdown()
        let shutdown = state.withLock { state -> Task<Bool, Never> in
            if let shutdown = state.shutdown { return shutdown }
            state.timer?.cancel()
            let shutdown = runtime.spawn { await self.finish() }
            state.shutdown = shutdown
            return shutdown
        }
        guard ExportScope.current != ObjectIdentifier(self) else { return false }
        let outcome = Promise<Bool?>()
        runtime.spawn { outcome.resolve(await shutdown.value) }
        if let isDelivered = await runtime.value(of: outcome, within: timeout, late: nil) { return isDelivered }
        state.withLock { $0.call }?.cancel()
        return false
    }

    private func finish() async -> Bool {
        let isDelivered = await flush()
        _ = await call(timeout: nil) { [exporter] () async throws(ExportError) in await exporter.shutdown() }
        // The source retains the instruments, whose callbacks may retain objects that retain this reader.
        state.withLock { $0.source = nil }
        return isDelivered
    }

    private func flush() async -> Bool {
        let isExported = await enqueueCycle().value
        let ending = await call(timeout: configuration.timeout) { [exporter] () async throws(ExportError) in
            try await exporter.forceFlush()
        }
        guard case .failed(let error) = ending else { return isExported }
        Diagnostics.report(
            .warning, "PeriodicMetricReader", "the exporter could not be flushed: \(error.message)", key: "flush")
        return false
    }
}

/// The cycles of collection and export: at most one that runs and one that waits for it.
extension PeriodicMetricReader {
    private func collectIfIdle() {
        state.withLock { state in
            guard state.running == nil, state.waiting == nil else {
                state.statistics.skippedCollectionCount += 1
                return
            }
            state.running = runtime.spawn { await self.runCycle() }
        }
    }

    /// Returns a cycle that has not collected yet.
    private func enqueueCycle() -> Task<Bool, Never> {
        state.withLock { state in
            if let waiting = state.waiting { return waiting }
            guard let running = state.running else {
                let cycle = runtime.spawn { await self.runCycle() }
                state.running = cycle
                return cycle
            }
            let cycle = runtime.spawn {
                _ = await running.value
                self.state.withLock { state in
                    state.running = state.waiting
                    state.waiting = nil
                }
                return await self.runCycle()
            }
            state.waiting = cycle
            return cycle
        }
    }

    private func runCycle() async -> Bool {
        defer { state.withLock { $0.running = nil } }
        guard let source = state.withLock({ $0.source }) else { return true }
        // Callbacks are the program's own: one that blocks must not hold up a thread of the pool.
        let batch = await Task(executorPreference: WorkerThread()) { source.collect() }.value
        guard !batch.isEmpty else { return true }
        let points = batch.reduce(0) { $0 + $1.pointCount }
        let ending = await call(timeout: configuration.timeout) { [exporter] () async throws(ExportError) in
            try await exporter.export(batch)
        }
        guard case .failed(let error) = ending else {
            state.withLock { $0.statistics.exportedPointCount += points }
            return true
        }
        let lost = min(error.rejectedCount ?? points, points)
        state.withLock { state in
            state.statistics.failedExportCount += 1
            state.statistics.lostPointCount += lost
            state.statistics.exportedPointCount += points - lost
        }
        Diagnostics.report(
            .error, "PeriodicMetricReader", "\(lost) of \(points) points were not exported: \(error.message)",
            key: "export")
        return false
    }

    /// Calls the exporter, and cancels the call at the timeout. Returns only when the call has ended, so that calls
    /// never overlap.
    private func call(
        timeout: Duration?, _ operation: @escaping @Sendable () async throws(ExportError) -> Void
    ) async -> ExporterCall.Ending {
        let call = ExporterCall()
        state.withLock { $0.call = call }
        defer { state.withLock { $0.call = nil } }
        return await call.runToEnd(on: runtime, scope: ObjectIdentifier(self), cancelledAfter: timeout, operation)
    }
}
