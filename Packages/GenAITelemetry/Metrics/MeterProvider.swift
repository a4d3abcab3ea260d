// SPDX-License-Identifier: MIT
public import GenAICore
import Synchronization

/// The root of metrics: owns the configuration and the readers, and creates meters.
///
/// Source: OpenTelemetry metrics SDK, MeterProvider.
public final class MeterProvider: Sendable {
    /// The settings of a provider. Code takes precedence over the environment, and that over the default.
    public struct Configuration: Sendable {
        /// The resource that records the metrics.
        public var resource: Resource
        /// The readers. Each one sees every measurement, independently of the others.
        public var readers: [any MetricReader] = []
        /// The views, which change how measurements become metrics.
        public var views: [MetricView] = []
        /// The measurements that may become exemplars. Default: trace-based; environment variable
        /// `OTEL_METRICS_EXEMPLAR_FILTER`.
        public var exemplarFilter: ExemplarFilter
        /// The maximum number of attribute sets of an instrument. Measurements of further sets are combined in one
        /// series with `otel.metric.overflow`. Default: 2000.
        public var cardinalityLimit = 2000
        /// The approximate maximum size of all attribute sets of an instrument, in bytes. Measurements of further sets
        /// are combined in the same series as those beyond ``cardinalityLimit``. Default: 16 MiB.
        public var maxSeriesBytes = 16 << 20
        /// The attributes of scopes and spans that are dimensions of the metrics of calls to models (tokens, durations
        /// and costs), in addition to those of the conventions. Default: the workflow's name and the agent's.
        ///
        /// ``cardinalityLimit`` limits the series; leave out attributes with many values, such as users.
        public var callDimensions = ["workflow.name", "gen_ai.agent.name"]
        /// Indicates whether nothing is recorded. Default: false; environment variable `OTEL_SDK_DISABLED`.
        public var isDisabled: Bool
        /// The clock for the times of points.
        package var now: @Sendable () -> UnixNanoseconds = systemUnixNanoseconds

        /// Creates the default configuration, which environment variables override.
        public init(environment: TelemetryEnvironment = .process, resource: Resource = Resource()) {
            self.resource = resource
            exemplarFilter = ExemplarFilter(environment: environment) ?? .traceBased
            isDisabled = environment.bool("OTEL_SDK_DISABLED") ?? false
        }
    }

    private struct InstrumentKey: Hashable {
        let scope: InstrumentationScope
        let name: String
    }

    fileprivate enum Instrument {
        case measured(InstrumentCore)
        case observable(ObservableCore)
    }

    private let shared: MetricShared
    private let readers: [(reader: any MetricReader, pipeline: MetricPipeline)]
    private let instruments = Mutex<[InstrumentKey: [Instrument]]>([:])

    /// Creates a provider and starts its readers.
    public init(_ configuration: Configuration = Configuration()) {
        let shared = MetricShared(configuration)
        self.shared = shared
        let attached = configuration.isDisabled ? [] : configuration.readers
        readers = attached.map { ($0, MetricPipeline(shared: shared)) }
        for (reader, pipeline) in readers { reader.attach(to: MetricSource(pipeline: pipeline)) }
    }

    /// The attributes of scopes and spans that are dimensions of the metrics of calls to models.
    package var callDimensions: [AttributeName] { shared.callDimensions }

    /// Indicates whether measurements are collected.
    var isEnabled: Bool { !readers.isEmpty && !shared.isStopped }

    /// The number of discarded measurements: negative ones for counters and histograms, and NaN.
    public var discardedMeasurementCount: Int { shared.discardedCount }
    /// The number of measurements that went into overflow series, counted for each reader and view.
    public var overflowedMeasurementCount: Int { shared.overflowedCount }

    /// Returns a meter for one library.
    ///
    /// - Parameters:
    ///   - name: The library's name, for example `MyApp.Search`.
    ///   - schemaURL: The schema URL of the names that the library uses.
    public func meter(
        named name: String, version: String? = nil, schemaURL: String? = nil, attributes: Attributes = [:]
    ) -> MeterProvider.Meter {
        meter(
            scope: InstrumentationScope(name: name, version: version, schemaURL: schemaURL, attributes: attributes))
    }

    /// Returns a meter for one library with a shared scope.
    public func meter(scope: InstrumentationScope) -> MeterProvider.Meter {
        if scope.name.isEmpty { reportEmptyName("MeterProvider", "meter") }
        return MeterProvider.Meter(provider: self, scope: scope)
    }

    /// Collects and exports everything recorded before the call.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    public func forceFlush(timeout: Duration = .seconds(30)) async -> Bool {
        guard isEnabled else { return true }
        return await allSucceed(readers.map(\.reader), within: timeout) { await $0.forceFlush(timeout: timeout) }
    }

    /// Collects and exports for the last time, and shuts down. Later measurements are ignored. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    public func shutdown(timeout: Duration = .seconds(30)) async -> Bool {
        guard !shared.stop() else { return true }
        let isDelivered = await allSucceed(readers.map(\.reader), within: timeout) {
            await $0.shutdown(timeout: timeout)
        }
        // The callbacks are no longer called, and the objects they retain may retain this provider.
        for case .observable(let core) in instruments.withLock({ $0.values.flatMap { $0 } }) { core.removeAll() }
        return isDelivered
    }
}

extension MeterProvider {
    private static let registered = Mutex<MeterProvider?>(nil)

    /// The default provider; `nil` until one is set.
    public static var global: MeterProvider? {
        get { registered.withLock { $0 } }
        set { registered.withLock { $0 = newValue } }
    }
}

extension MeterProvider {
    /// Returns the instrument with a description, which is created if it does not exist.
    func instrument(_ descriptor: InstrumentDescriptor, _ scope: InstrumentationScope) -> InstrumentCore {
        guard isUsable(descriptor, scope) else { return InstrumentCore(descriptor, shared: nil) }
        if case .measured(let known)? = known(descriptor, scope) { return known }
        let streams = readers.map { reader, _ in
            StreamFactory(shared: shared, scope: scope, reader: reader).measuredStreams(for: descriptor)
        }
        let core = InstrumentCore(descriptor, stores: streams.flatMap { $0 }, shared: shared)
        guard case .measured(let kept) = keep(.measured(core), scope), kept === core else {
            return instrument(descriptor, scope)
        }
        for ((_, pipeline), streams) in zip(readers, streams) where !streams.isEmpty {
            pipeline.register(streams, scope: scope)
        }
        return core
    }

    /// Returns the observable instrument with a description, which is created if it does not exist.
    func observable(_ descriptor: InstrumentDescriptor, _ scope: InstrumentationScope) -> ObservableCore {
        guard isUsable(descriptor, scope) else { return ObservableCore(descriptor, isEnabled: false, shared: nil) }
        if case .observable(let known)? = known(descriptor, scope) { return known }
        let streams = readers.map { reader, _ in
            StreamFactory(shared: shared, scope: scope, reader: reader).observedStreams(for: descriptor)
        }
        let core = ObservableCore(descriptor, isEnabled: streams.contains { !$0.isEmpty }, shared: shared)
        guard case .observable(let kept) = keep(.observable(core), scope), kept === core else {
            return observable(descriptor, scope)
        }
        for ((_, pipeline), streams) in zip(readers, streams) where !streams.isEmpty {
            pipeline.register(core, streams, scope: scope)
        }
        return core
    }

    private func isUsable(_ descriptor: InstrumentDescriptor, _ scope: InstrumentationScope) -> Bool {
        if let problem = descriptor.nameProblem {
            Diagnostics.report(
                .error, "Meter", "an instrument of \(scope.name) records nothing because its name \(problem)")
            return false
        }
        return isEnabled
    }

    private func known(_ descriptor: InstrumentDescriptor, _ scope: InstrumentationScope) -> Instrument? {
        let known = instruments.withLock { instruments in
            instruments[InstrumentKey(scope: scope, name: descriptor.key)]?.first {
                $0.descriptor.isSame(as: descriptor)
            }
        }
        if let known, let bounds = descriptor.bounds, bounds != known.descriptor.bounds {
            Diagnostics.report(
                .warning, "Meter", "\(descriptor.name) was created before with other bucket bounds, which are used")
        }
        return known
    }

    /// Stores an instrument unless the same one has been created in the meantime.
    ///
    /// - Returns: The instrument to use.
    private func keep(_ instrument: Instrument, _ scope: InstrumentationScope) -> Instrument {
        let descriptor = instrument.descriptor
        let key = InstrumentKey(scope: scope, name: descriptor.key)
        return instruments.withLock { instruments in
            let others = instruments[key] ?? []
            if let same = others.first(where: { $0.descriptor.isSame(as: descriptor) }) { return same }
            instruments[key] = others + [instrument]
            return instrument
        }
    }
}

extension MeterProvider.Instrument {
    fileprivate var descriptor: InstrumentDescriptor {
        switch self {
        case .measured(let core): core.descriptor
        case .observable(let core): core.descriptor
        }
    }
}
