// SPDX-License-Identifier: MIT
public import GenAICore
import Synchronization

/// The root of tracing: owns the configuration and the processors, and creates tracers.
///
/// Source: OpenTelemetry trace SDK, TracerProvider.
public final class TracerProvider: Sendable {
    /// The settings of a provider. Code takes precedence over the environment, and that over the default.
    public struct Configuration: Sendable {
        /// The resource that records the spans.
        public var resource: Resource
        /// The sampler, which selects the spans to record. Default: parent-based always-on; environment variable
        /// `OTEL_TRACES_SAMPLER`.
        public var sampler: any Sampler
        /// The limits of a span.
        public var limits: SpanLimits
        /// Returns the current span of another tracer, which becomes the parent of spans that start. Default: none.
        ///
        /// It is called for each span, on the thread that starts it; it must be fast and must not start spans of this
        /// provider. A valid span takes precedence over a remote parent. The provider's own current span is the parent
        /// nevertheless if it started within that same span of the other tracer, or if it is not sampled.
        public var currentParent: (@Sendable () -> SpanContext?)?
        /// The generator of identifiers.
        public var idGenerator: any IDGenerator = RandomIDGenerator()
        /// The settings for instrumentations that use this provider.
        public var instrumentation: InstrumentationSettings
        /// The processors, in the order in which they are called.
        public var processors: [any SpanProcessor] = []
        /// The redactor that removes personal data from every span before exporters see it. Default: none.
        public var redactor: Redactor?
        /// Indicates whether nothing is recorded. Default: false; environment variable `OTEL_SDK_DISABLED`.
        public var isDisabled: Bool

        /// Creates the default configuration, which environment variables override.
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

    /// The pipeline for new spans; `nil` if the provider is disabled or shut down.
    var pipeline: TracePipeline? { current.active }
    /// The pipeline without a retain; valid while the provider is.
    var unretainedPipeline: Unmanaged<TracePipeline>? { current.unretained }

    /// The numbers of spans started and ended so far, also after the shutdown.
    public var statistics: SpanStatistics { current.pipeline?.counters.statistics ?? SpanStatistics() }

    /// Returns a tracer for one library.
    ///
    /// - Parameters:
    ///   - name: The library's name, for example `MyApp.Search`. An empty one works, with a warning.
    ///   - schemaURL: The schema URL of the names that the library uses.
    public func tracer(
        named name: String, version: String? = nil, schemaURL: String? = nil, attributes: Attributes = [:]
    ) -> TracerProvider.Tracer {
        tracer(
            scope: InstrumentationScope(name: name, version: version, schemaURL: schemaURL, attributes: attributes))
    }

    /// Returns a tracer for one library with a shared scope.
    public func tracer(scope: InstrumentationScope) -> TracerProvider.Tracer {
        if scope.name.isEmpty { reportEmptyName("TracerProvider", "tracer") }
        return TracerProvider.Tracer(provider: self, origin: SpanOrigin(scope: scope, resource: resource))
    }

    /// Adds a processor after the others, for spans that start from now on. It stays until the provider is released.
    public func addProcessor(_ processor: any SpanProcessor) {
        pipeline?.append(processor)
    }

    /// Changes the settings for instrumentations that use this provider, from their next call on.
    public func setInstrumentation(_ settings: InstrumentationSettings) {
        pipeline?.instrumentation = settings
    }

    /// Replaces the redactor for spans that end from now on.
    public func setRedactor(_ redactor: Redactor?) {
        pipeline?.redaction.replace(with: redactor)
    }

    /// Flushes everything that ended before the call.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    public func forceFlush(timeout: Duration = .seconds(30)) async -> Bool {
        guard let processors = pipeline?.allProcessors else { return true }
        return await allSucceed(processors, within: timeout) { await $0.forceFlush(timeout: timeout) }
    }

    /// Flushes and shuts down. Spans started later record nothing. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    public func shutdown(timeout: Duration = .seconds(30)) async -> Bool {
        guard let processors = current.end()?.allProcessors else { return true }
        return await allSucceed(processors, within: timeout) { await $0.shutdown(timeout: timeout) }
    }
}

extension TracerProvider {
    private static let registered = Mutex<TracerProvider?>(nil)

    /// The default provider, for code without one such as a client created without a tracer; `nil` until one is set.
    public static var global: TracerProvider? {
        get { registered.withLock { $0 } }
        set { registered.withLock { $0 = newValue } }
    }
}
