// SPDX-License-Identifier: MIT
public import GenAICore
import Synchronization

/// The root of logging: owns the configuration and the processors, and creates emitters.
///
/// Source: OpenTelemetry logs SDK, LoggerProvider.
public final class LoggerProvider: Sendable {
    /// The settings of a provider. Code takes precedence over the environment, and that over the default.
    public struct Configuration: Sendable {
        /// The resource that emits the records.
        public var resource: Resource
        /// The limits of a record's attributes.
        public var limits: LogRecordLimits
        /// The processors, in the order in which they are called.
        public var processors: [any LogRecordProcessor] = []
        /// The redactor that removes personal data from every record before processors and exporters. Default: none.
        public var redactor: Redactor?
        /// Indicates whether records get the attributes of the enclosing scopes, as spans do: conversation, turn, user,
        /// workflow, agent and custom ones. Attributes that a record already has are kept. Default: true.
        public var stampsIdentity = true
        /// The settings for content; see ``InstrumentationSettings/exportsForeignContent``.
        public var instrumentation: InstrumentationSettings
        /// Indicates whether nothing is emitted. Default: false; environment variable `OTEL_SDK_DISABLED`.
        public var isDisabled: Bool

        /// Creates the default configuration, which environment variables override.
        public init(environment: TelemetryEnvironment = .process, resource: Resource = Resource()) {
            self.resource = resource
            limits = LogRecordLimits(environment: environment)
            instrumentation = InstrumentationSettings(environment: environment)
            isDisabled = environment.bool("OTEL_SDK_DISABLED") ?? false
        }
    }

    private let emitted = Atomic<Int>(0)
    private let current: CurrentPipeline<LogPipeline>

    /// Creates a provider.
    public init(_ configuration: Configuration = Configuration()) {
        current = CurrentPipeline(configuration.isDisabled ? nil : LogPipeline(configuration))
    }

    /// The pipeline for new records; `nil` if the provider is disabled or shut down.
    var pipeline: LogPipeline? { current.active }

    /// The number of records emitted before the shutdown.
    public var emittedCount: Int { emitted.load(ordering: .relaxed) }

    /// Returns an emitter for one library: OpenTelemetry's Logger.
    ///
    /// - Parameter name: The library's name. An empty one works, with a warning.
    public func emitter(
        named name: String, version: String? = nil, schemaURL: String? = nil, attributes: Attributes = [:]
    ) -> LogEmitter {
        emitter(
            scope: InstrumentationScope(name: name, version: version, schemaURL: schemaURL, attributes: attributes))
    }

    /// Returns an emitter for one library with a shared scope.
    public func emitter(scope: InstrumentationScope) -> LogEmitter {
        if scope.name.isEmpty { reportEmptyName("LoggerProvider", "emitter") }
        return LogEmitter(provider: self, scope: scope)
    }

    /// Adds a processor after the others, for records emitted from now on. It stays until the provider is released.
    public func addProcessor(_ processor: any LogRecordProcessor) {
        pipeline?.append(processor)
    }

    /// Replaces the redactor for records emitted from now on.
    public func setRedactor(_ redactor: Redactor?) {
        pipeline?.redaction.replace(with: redactor)
    }

    /// Changes the settings for content of records emitted from now on.
    public func setInstrumentation(_ settings: InstrumentationSettings) {
        pipeline?.instrumentation = settings
    }

    fileprivate func countEmitted() { emitted.add(1, ordering: .relaxed) }

    /// Flushes everything emitted before the call.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    public func forceFlush(timeout: Duration = .seconds(30)) async -> Bool {
        guard let processors = pipeline?.allProcessors else { return true }
        return await allSucceed(processors, within: timeout) { await $0.forceFlush(timeout: timeout) }
    }

    /// Flushes and shuts down. Later records are ignored. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    public func shutdown(timeout: Duration = .seconds(30)) async -> Bool {
        guard let processors = current.end()?.allProcessors else { return true }
        return await allSucceed(processors, within: timeout) { await $0.shutdown(timeout: timeout) }
    }
}

extension LoggerProvider {
    private static let registered = Mutex<LoggerProvider?>(nil)

    /// The default provider; `nil` until one is set.
    public static var global: LoggerProvider? {
        get { registered.withLock { $0 } }
        set { registered.withLock { $0 = newValue } }
    }
}

/// The state that all records of a provider share. Settings that can change while records are emitted are changed in
/// place.
final class LogPipeline: Sendable {
    let resource: Resource
    let limits: AttributeLimits
    let redaction: RedactorSlot
    private let stampsIdentity: Bool
    private let settings: Atomic<UInt32>
    private let processors: ProcessorList<Stage>

    init(_ configuration: LoggerProvider.Configuration) {
        resource = configuration.resource
        limits = configuration.limits.forRecord
        redaction = RedactorSlot(configuration.redactor)
        stampsIdentity = configuration.stampsIdentity
        settings = Atomic(configuration.instrumentation.packed)
        processors = ProcessorList(configuration.processors.map(Stage.init))
    }

    /// The settings for content.
    var instrumentation: InstrumentationSettings {
        get { InstrumentationSettings(packed: settings.load(ordering: .relaxed)) }
        set { settings.store(newValue.packed, ordering: .relaxed) }
    }

    var isEmpty: Bool { processors.count == 0 }
    var allProcessors: [any LogRecordProcessor] { processors.all.map(\.processor) }

    func append(_ processor: any LogRecordProcessor) {
        processors.append(Stage(processor))
    }

    /// Adds the attributes of the enclosing scopes. Existing ones are kept.
    func stamp(_ attributes: inout Attributes, _ context: GenAIContext) {
        guard stampsIdentity, let identity = context.identity else { return }
        var stamped = identity.stamp
        stamped.merge(attributes)
        attributes = stamped
    }

    /// Passes a message on without a record, which takes longer to create than to process, if no processor needs one.
    ///
    /// - Returns: Whether no record is needed.
    func process(_ message: LogMessage, _ context: GenAIContext) -> Bool {
        guard processors.count == 1, !redaction.isOccupied, !instrumentation.removesContent(in: context),
            let span = context.spanContext
        else { return false }
        return processors.with(0) { $0.messages?.onEmit(message, span: span) ?? false } ?? false
    }

    /// Redacts the record, applies the limits and runs the processors.
    ///
    /// The redactor runs before the limits, so that it sees complete texts, and again before exporting processors,
    /// because an earlier processor may have added attributes.
    func process(_ record: inout LogRecordData, _ context: GenAIContext) {
        if instrumentation.removesContent(in: context) { record.removeContent() }
        let redactor = redaction.current
        redactor?.redact(&record)
        record.keepWithin(limits)
        var isRedacted = true
        processors.forEach(first: processors.count) { stage in
            if let redactor, stage.isExporting, !isRedacted { redactor.redact(&record) }
            isRedacted = stage.isExporting
            stage.processor.onEmit(&record, context: context)
        }
    }

    /// A processor in a class of its own, because calling one in an array would retain and release it.
    private final class Stage: Sendable {
        let processor: any LogRecordProcessor
        /// The processor, if it can work without records.
        let messages: (any LogMessageProcessor)?
        let isExporting: Bool

        init(_ processor: any LogRecordProcessor) {
            self.processor = processor
            messages = processor as? any LogMessageProcessor
            isExporting = processor is any ExportingLogRecordProcessor
        }
    }
}

/// A processor that only passes records to an exporter and changes none.
protocol ExportingLogRecordProcessor: LogRecordProcessor {}

/// An emitter of log records and events for one library: OpenTelemetry's Logger.
public struct LogEmitter: Sendable {
    package let provider: LoggerProvider
    /// The library that the records are attributed to.
    public let scope: InstrumentationScope

    /// Indicates whether records are processed. If not, they need not be created.
    public var isEnabled: Bool { provider.pipeline?.isEmpty == false }

    /// Emits a record.
    ///
    /// Sets missing properties: the time of observation, and the span from `context`.
    ///
    /// - Parameter error: An error to describe in `exception.type` and `exception.message`, unless the record has them.
    ///   As with ``TraceSpan/recordError(_:type:)``, an ``ErrorTypeProviding`` error is described without content if
    ///   the enclosing span may not record any.
    public func emit(_ record: consuming LogRecordData, error: (any Error)? = nil, context: GenAIContext = .current) {
        guard let pipeline = provider.pipeline else { return }
        provider.countEmitted()
        if let error { record.describe(error, context) }
        pipeline.stamp(&record.attributes, context)
        record.observedNanoseconds = record.observedNanoseconds ?? systemUnixNanoseconds()
        record.spanContext = record.spanContext ?? context.spanContext
        record.scope = scope
        record.resource = pipeline.resource
        pipeline.process(&record, context)
    }

    /// Emits the record of a message, with severity ``LogSeverity/info``.
    package func emit(
        _ message: LogMessage, eventName: String, attributes: Attributes, context: GenAIContext
    ) {
        guard let pipeline = provider.pipeline else { return }
        provider.countEmitted()
        if pipeline.process(message, context) { return }
        var attributes = attributes
        pipeline.stamp(&attributes, context)
        var record = LogRecordData(
            eventName: eventName, message: message, attributes: attributes, spanContext: context.spanContext,
            scope: scope, resource: pipeline.resource)
        pipeline.process(&record, context)
    }
}

extension LogRecordData {
    /// Adds the attributes of an exception by the conventions. Existing ones are kept.
    ///
    /// Source: OpenTelemetry logs SDK, "Emit a LogRecord".
    fileprivate mutating func describe(_ error: any Error, _ context: GenAIContext) {
        let allowsContent = context.span.map { $0.contentCapture != .nowhere } ?? context.allowsContentCapture
        let safe = allowsContent ? nil : (error as? any ErrorTypeProviding)?.contentFreeDescription
        if attributes[.exceptionType] == nil { attributes[.exceptionType] = errorType(of: error) }
        if attributes[.exceptionMessage] == nil { attributes[.exceptionMessage] = safe ?? String(describing: error) }
    }
}

func reportEmptyName(_ source: String, _ product: String) {
    Diagnostics.report(.warning, source, "\(product) without a name: give the name of the library that uses it")
}
