// SPDX-License-Identifier: MIT
public import GenAICore
import Synchronization

/// The root of logging: owns the configuration and the processors, and gives out emitters.
///
/// Source: OpenTelemetry logs SDK, LoggerProvider.
public final class LoggerProvider: Sendable {
    /// How a provider works. Precedence of every setting: code, then environment, then default.
    public struct Configuration: Sendable {
        /// What the records are emitted in.
        public var resource: Resource
        /// How much a record's attributes may hold.
        public var limits: LogRecordLimits
        /// Sees every record, in this order.
        public var processors: [any LogRecordProcessor] = []
        /// Removes personal data from every record before processors and exporters see it. Default none.
        public var redactor: Redactor?
        /// Whether records carry the attributes of the scopes around them as spans do: conversation, turn, user, workflow,
        /// agent and custom ones. What a record says itself stays. Default true.
        public var stampsIdentity = true
        /// Whether content may leave; see ``InstrumentationSettings/exportsForeignContent``.
        public var instrumentation: InstrumentationSettings
        /// Whether nothing is emitted at all. Default false, `OTEL_SDK_DISABLED`.
        public var isDisabled: Bool

        /// Creates the default configuration, changed by environment variables where they are set.
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

    /// What new records are emitted with; `nil` when disabled or shut down.
    var pipeline: LogPipeline? { current.active }

    /// How many records were emitted so far; those after shutdown do not count.
    public var emittedCount: Int { emitted.load(ordering: .relaxed) }

    /// An emitter for one library: OpenTelemetry's Logger.
    ///
    /// - Parameter name: The library's name; an empty one works, with a warning.
    public func emitter(
        named name: String, version: String? = nil, schemaURL: String? = nil, attributes: Attributes = [:]
    ) -> LogEmitter {
        emitter(
            scope: InstrumentationScope(name: name, version: version, schemaURL: schemaURL, attributes: attributes))
    }

    /// An emitter for one library, whose description is made once and shared.
    public func emitter(scope: InstrumentationScope) -> LogEmitter {
        if scope.name.isEmpty { reportEmptyName("LoggerProvider", "emitter") }
        return LogEmitter(provider: self, scope: scope)
    }

    /// Adds a processor behind the others; records emitted from now on are seen by it. It stays until the provider goes.
    public func addProcessor(_ processor: any LogRecordProcessor) {
        pipeline?.append(processor)
    }

    /// Changes what is removed from records emitted from now on.
    public func setRedactor(_ redactor: Redactor?) {
        pipeline?.redaction.replace(with: redactor)
    }

    /// Changes whether content may leave with records emitted from now on.
    public func setInstrumentation(_ settings: InstrumentationSettings) {
        pipeline?.instrumentation = settings
    }

    fileprivate func countEmitted() { emitted.add(1, ordering: .relaxed) }

    /// Hands on everything emitted before the call.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    public func forceFlush(timeout: Duration = .seconds(30)) async -> Bool {
        guard let processors = pipeline?.allProcessors else { return true }
        return await allSucceed(processors) { await $0.forceFlush(timeout: timeout) }
    }

    /// Flushes and stops. Records emitted later are ignored. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    public func shutdown(timeout: Duration = .seconds(30)) async -> Bool {
        guard let processors = current.end()?.allProcessors else { return true }
        return await allSucceed(processors) { await $0.shutdown(timeout: timeout) }
    }
}

extension LoggerProvider {
    private static let registered = Mutex<LoggerProvider?>(nil)

    /// The provider for code that is given none; `nil` until one is set.
    public static var global: LoggerProvider? {
        get { registered.withLock { $0 } }
        set { registered.withLock { $0 = newValue } }
    }
}

/// What all records of a provider share. What can be changed while they are emitted is changed in place.
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

    /// What may leave.
    var instrumentation: InstrumentationSettings {
        get { InstrumentationSettings(packed: settings.load(ordering: .relaxed)) }
        set { settings.store(newValue.packed, ordering: .relaxed) }
    }

    var isEmpty: Bool { processors.count == 0 }
    var allProcessors: [any LogRecordProcessor] { processors.all.map(\.processor) }

    func append(_ processor: any LogRecordProcessor) {
        processors.append(Stage(processor))
    }

    /// Adds the attributes of the scopes around; what is there already stays.
    func stamp(_ attributes: inout Attributes, _ context: GenAIContext) {
        guard stampsIdentity, let identity = context.identity else { return }
        var stamped = identity.stamp
        stamped.merge(attributes)
        attributes = stamped
    }

    /// Hands a message on without a record, which takes longer to make than to process, where nobody else wants one.
    ///
    /// - Returns: Whether no record is needed.
    func process(_ message: LogMessage, _ context: GenAIContext) -> Bool {
        guard processors.count == 1, !redaction.isOccupied, !instrumentation.removesContent(in: context),
            let span = context.spanContext
        else { return false }
        return processors.with(0) { $0.messages?.onEmit(message, span: span) ?? false } ?? false
    }

    /// Removes what must not be seen, brings the record within limits and runs the processors.
    ///
    /// The redactor comes before the limits, so that it sees texts whole, and again before exporting processors, which
    /// never see what an earlier one added, either.
    func process(_ record: inout LogRecord, _ context: GenAIContext) {
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

    /// A processor, called where it lies: calling one out of an array copies and frees it.
    private final class Stage: Sendable {
        let processor: any LogRecordProcessor
        /// The processor, if it can do without records.
        let messages: (any LogMessageProcessor)?
        let isExporting: Bool

        init(_ processor: any LogRecordProcessor) {
            self.processor = processor
            messages = processor as? any LogMessageProcessor
            isExporting = processor is any ExportingLogRecordProcessor
        }
    }
}

/// A processor that only hands records to an exporter, and changes none.
protocol ExportingLogRecordProcessor: LogRecordProcessor {}

/// Emits log records and events on behalf of one library: OpenTelemetry's Logger.
public struct LogEmitter: Sendable {
    package let provider: LoggerProvider
    /// The library the records are attributed to.
    public let scope: InstrumentationScope

    /// Whether anyone listens; records need not be built when not.
    public var isEnabled: Bool { provider.pipeline?.isEmpty == false }

    /// Emits a record.
    ///
    /// Fills in what is missing: the time it was observed, and the span from `context`.
    ///
    /// - Parameter error: Described in `exception.type` and `exception.message`, where the record does not have them.
    ///   As with ``TraceSpan/recordError(_:type:)``, an ``ErrorTypeProviding`` error is described without content where
    ///   the span around may not record any.
    public func emit(_ record: consuming LogRecord, error: (any Error)? = nil, context: GenAIContext = .current) {
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

    /// Emits the record of a message, at severity ``LogSeverity/info``.
    package func emit(
        _ message: LogMessage, eventName: String, attributes: Attributes, context: GenAIContext
    ) {
        guard let pipeline = provider.pipeline else { return }
        provider.countEmitted()
        if pipeline.process(message, context) { return }
        var attributes = attributes
        pipeline.stamp(&attributes, context)
        var record = LogRecord(
            eventName: eventName, message: message, attributes: attributes, spanContext: context.spanContext,
            scope: scope, resource: pipeline.resource)
        pipeline.process(&record, context)
    }
}

extension LogRecord {
    /// Adds what the conventions say about an exception; what is there already stays.
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
