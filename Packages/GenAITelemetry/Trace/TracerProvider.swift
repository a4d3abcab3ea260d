// SPDX-License-Identifier: MIT
public import GenAICore
import Synchronization

/// The root of tracing: owns the configuration and the processors, and gives out tracers.
///
/// Source: OpenTelemetry trace SDK, TracerProvider.
public final class TracerProvider: Sendable {
    /// How a provider works. Precedence of every setting: code, then environment, then default.
    public struct Configuration: Sendable {
        /// What the spans are recorded in.
        public var resource: Resource
        /// Which spans are recorded. Default parent-based always-on, `OTEL_TRACES_SAMPLER`.
        public var sampler: any Sampler
        /// How much a span may hold.
        public var limits: SpanLimits
        /// Makes the identifiers.
        public var idGenerator: any IDGenerator = RandomIDGenerator()
        /// What instrumentations that use this provider record.
        public var instrumentation: InstrumentationSettings
        /// Sees every span, in this order.
        public var processors: [any SpanProcessor] = []
        /// Removes personal data from every span before exporters see it. Default none.
        public var redactor: Redactor?
        /// Whether nothing is recorded at all. Default false, `OTEL_SDK_DISABLED`.
        public var isDisabled: Bool

        /// Creates the default configuration, changed by environment variables where they are set.
        public init(environment: TelemetryEnvironment = .process, resource: Resource = Resource()) {
            self.resource = resource
            sampler = environment.sampler()
            limits = SpanLimits(environment: environment)
            instrumentation = InstrumentationSettings(environment: environment)
            isDisabled = environment.bool("OTEL_SDK_DISABLED") ?? false
        }
    }

    private let resource: Resource
    private let current: CurrentPipeline<TracePipeline>

    /// Creates a provider.
    public init(_ configuration: Configuration = Configuration()) {
        resource = configuration.resource
        current = CurrentPipeline(configuration.isDisabled ? nil : TracePipeline(configuration))
    }

    /// What new spans are recorded with; `nil` when disabled or shut down.
    var pipeline: TracePipeline? { current.active }
    /// The same, unretained; valid while the provider is.
    var unretainedPipeline: Unmanaged<TracePipeline>? { current.unretained }

    /// How many spans were started and ended so far; also after shutdown.
    public var statistics: SpanStatistics { current.pipeline?.counters.statistics ?? SpanStatistics() }

    /// A tracer for one library.
    ///
    /// - Parameters:
    ///   - name: The library's name, for example `MyApp.Search`; an empty one works, with a warning.
    ///   - schemaURL: Where the names that the library uses are defined.
    public func tracer(
        named name: String, version: String? = nil, schemaURL: String? = nil, attributes: Attributes = [:]
    ) -> Tracer {
        tracer(
            scope: InstrumentationScope(name: name, version: version, schemaURL: schemaURL, attributes: attributes))
    }

    /// A tracer for one library, whose description is made once and shared.
    public func tracer(scope: InstrumentationScope) -> Tracer {
        if scope.name.isEmpty { reportEmptyName("TracerProvider", "tracer") }
        return Tracer(provider: self, origin: SpanOrigin(scope: scope, resource: resource))
    }

    /// Adds a processor behind the others; spans that start from now on are seen by it. It stays until the provider goes.
    public func addProcessor(_ processor: any SpanProcessor) {
        pipeline?.append(processor)
    }

    /// Changes what instrumentations that use this provider record, from their next call on.
    public func setInstrumentation(_ settings: InstrumentationSettings) {
        pipeline?.instrumentation = settings
    }

    /// Changes what is removed from spans that end from now on.
    public func setRedactor(_ redactor: Redactor?) {
        pipeline?.redaction.replace(with: redactor)
    }

    /// Hands on everything that ended before the call.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    public func forceFlush(timeout: Duration = .seconds(30)) async -> Bool {
        guard let processors = pipeline?.allProcessors else { return true }
        return await allSucceed(processors) { await $0.forceFlush(timeout: timeout) }
    }

    /// Flushes and stops. Spans started later record nothing. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    public func shutdown(timeout: Duration = .seconds(30)) async -> Bool {
        guard let processors = current.end()?.allProcessors else { return true }
        return await allSucceed(processors) { await $0.shutdown(timeout: timeout) }
    }
}

extension TracerProvider {
    private static let registered = Mutex<TracerProvider?>(nil)

    /// The provider for code that is given none, such as a client created without a tracer; `nil` until one is set.
    public static var global: TracerProvider? {
        get { registered.withLock { $0 } }
        set { registered.withLock { $0 = newValue } }
    }
}

/// Runs an operation on all elements at once, and tells whether all of them succeeded.
func allSucceed<Element: Sendable>(
    _ elements: [Element], _ operation: @escaping @Sendable (Element) async -> Bool
) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
        for element in elements {
            group.addTask { await operation(element) }
        }
        return await group.reduce(true) { $0 && $1 }
    }
}
