// SPDX-License-Identifier: MIT
package import GenAICore
public import GenAITelemetry
import Synchronization

/// The providers and instruments with which the calls of one client are recorded.
///
/// Create one for each client and keep it: it caches its tracer, logger and instruments. Can be used from any thread.
public final class CallTelemetry: Sendable {
    /// The global providers, with this package's own scope.
    public static let global = CallTelemetry()

    private let scope: InstrumentationScope
    private let tracer: TracerProvider.Tracer?
    private let tracerProvider: TracerProvider?
    private let loggerProvider: LoggerProvider?
    private let meterProvider: MeterProvider?
    private let allowsContentCapture: Bool
    private let last = Mutex<CallSources?>(nil)

    /// Creates the telemetry of a client.
    ///
    /// - Parameters:
    ///   - scope: The library that spans, records and metrics are attributed to.
    ///   - tracerProvider: The provider for the spans; `nil` means the global one at the time of a call.
    ///   - loggerProvider: The provider for the messages; `nil` means the global one at the time of a call.
    ///   - meterProvider: The provider for the measurements; `nil` means the global one at the time of a call.
    ///   - allowsContentCapture: Whether content may be recorded, if the provider and the enclosing scopes allow it
    ///     too.
    public init(
        scope: InstrumentationScope = .genAIInstrumentation, tracerProvider: TracerProvider? = nil,
        loggerProvider: LoggerProvider? = nil, meterProvider: MeterProvider? = nil, allowsContentCapture: Bool = true
    ) {
        self.scope = scope
        self.tracerProvider = tracerProvider
        self.loggerProvider = loggerProvider
        self.meterProvider = meterProvider
        self.allowsContentCapture = allowsContentCapture
        tracer = nil
    }

    /// Creates telemetry that uses a tracer. If that belongs to the global provider, messages and measurements go to
    /// the global providers; otherwise there are none.
    public init(tracer: TracerProvider.Tracer) {
        scope = tracer.scope
        self.tracer = tracer
        tracerProvider = tracer.provider
        loggerProvider = nil
        meterProvider = nil
        allowsContentCapture = true
    }

    /// Returns the receivers of a call that starts now; `nil` if there are none.
    package func listeners(
        allowsContent: Bool = true, context: borrowing GenAIContext = .current
    ) -> CallListeners? {
        let sources = sources()
        let isTracing = sources.tracer?.isEnabled == true
        let isLogging = sources.logger?.isEnabled == true
        // Before the settings, because without a tracer they are read from the environment.
        if !isTracing, !isLogging, sources.meterProvider == nil { return nil }
        var settings = sources.tracer?.instrumentation ?? InstrumentationSettings()
        if !allowsContentCapture || !allowsContent || !context.allowsContentCapture {
            settings.contentCapture = .nowhere
        }
        let instruments = sources.instruments(settings.conventions)
        if !isTracing, !isLogging, instruments == nil { return nil }
        return CallListeners(
            sources: sources, isTracing: isTracing, isLogging: isLogging, instruments: instruments, settings: settings)
    }

    private func sources() -> CallSources {
        let tracing = tracerProvider ?? TracerProvider.global
        let isGlobal = tracer == nil || tracer?.provider === TracerProvider.global
        let logging = isGlobal ? loggerProvider ?? LoggerProvider.global : nil
        let measuring = isGlobal ? meterProvider ?? MeterProvider.global : nil
        return last.withLock { last in
            if let last, last.tracer?.provider === tracing, last.logger?.provider === logging,
                last.meterProvider === measuring, last.isUpToDate
            {
                return last
            }
            let settings = (tracer ?? tracing?.tracer(scope: scope))?.instrumentation ?? InstrumentationSettings()
            let scope = scope.naming(settings.conventions)
            let sources = CallSources(
                tracer: tracer ?? tracing?.tracer(scope: scope), logger: logging?.emitter(scope: scope),
                meterProvider: measuring, meterScope: scope, conventions: settings.conventions)
            last = sources
            return sources
        }
    }
}

extension InstrumentationScope {
    /// The scope of this package's instrumentation of calls that other clients make. The instrumentation adds the
    /// schema URL of the generation of conventions that it writes.
    public static let genAIInstrumentation = InstrumentationScope(name: "GenAIInstrumentation", version: packageVersion)

    private static let instrumentation = (
        legacy: genAIInstrumentation.with(schemaURL: GenAIConventions.v1_36.schemaURL),
        latest: genAIInstrumentation.with(schemaURL: GenAIConventions.latest.schemaURL)
    )

    /// The scope of this package's instrumentation that writes a generation of the conventions.
    static func genAIInstrumentation(writing conventions: GenAIConventions) -> InstrumentationScope {
        conventions < .latest ? instrumentation.legacy : instrumentation.latest
    }

    /// Returns the scope with the schema URL of a generation of the conventions, unless it has one.
    func naming(_ conventions: GenAIConventions) -> InstrumentationScope {
        schemaURL == nil ? with(schemaURL: conventions.schemaURL) : self
    }

    private func with(schemaURL: String) -> InstrumentationScope {
        InstrumentationScope(name: name, version: version, schemaURL: schemaURL, attributes: attributes)
    }
}

extension GenAIConventions {
    /// The schema URL of the generation's names. ``development`` is between releases and has that of the last one.
    var schemaURL: String { "https://opentelemetry.io/schemas/\(self < .latest ? "1.36.0" : "1.41.1")" }
}

/// The tracer, logger and instruments of the current providers.
package final class CallSources: Sendable {
    let tracer: TracerProvider.Tracer?
    let logger: LogEmitter?
    let meterProvider: MeterProvider?
    private let meterScope: InstrumentationScope
    private let conventions: GenAIConventions
    private let known = Mutex<(conventions: GenAIConventions, instruments: CallInstruments)?>(nil)

    init(
        tracer: TracerProvider.Tracer?, logger: LogEmitter?, meterProvider: MeterProvider?,
        meterScope: InstrumentationScope, conventions: GenAIConventions
    ) {
        self.tracer = tracer
        self.logger = logger
        self.meterProvider = meterProvider
        self.meterScope = meterScope
        self.conventions = conventions
    }

    /// Indicates whether the scopes have the schema URL of the generation that is written now.
    var isUpToDate: Bool {
        guard let tracer, tracer.isEnabled else { return true }
        return tracer.instrumentation.conventions == conventions
    }

    /// Returns the instruments of a generation; `nil` if nothing is collected.
    func instruments(_ conventions: GenAIConventions) -> CallInstruments? {
        guard let meterProvider else { return nil }
        return known.withLock { known in
            if known?.conventions != conventions {
                let meter = meterProvider.meter(scope: meterScope)
                let dimensions = meterProvider.callDimensions
                known = (conventions, CallInstruments(meter, conventions, dimensions: dimensions))
            }
            return known.flatMap { $0.instruments.isEnabled ? $0.instruments : nil }
        }
    }
}

/// The receivers of one call, and the content that may be recorded.
package struct CallListeners: Sendable {
    private let sources: CallSources
    private let isTracing: Bool
    private let isLogging: Bool
    let instruments: CallInstruments?
    package let settings: InstrumentationSettings

    init(
        sources: CallSources, isTracing: Bool, isLogging: Bool, instruments: CallInstruments?,
        settings: InstrumentationSettings
    ) {
        self.sources = sources
        self.isTracing = isTracing
        self.isLogging = isLogging
        self.instruments = instruments
        self.settings = settings
    }

    /// The listeners of a kind of call. Legacy conventions do not know retrieval: it is recorded as later ones define it.
    func listening(to operation: OperationName) -> CallListeners {
        guard operation == .retrieval, settings.conventions < .latest else { return self }
        var settings = settings
        settings.conventions = .latest
        return CallListeners(
            sources: sources, isTracing: isTracing, isLogging: isLogging, instruments: instruments, settings: settings)
    }

    package var tracer: TracerProvider.Tracer? { isTracing ? sources.tracer : nil }
    package var logger: LogEmitter? { isLogging ? sources.logger : nil }

    /// The parts of messages that records of this call need.
    package var contentNeed: ContentNeed {
        let isCaptured =
            settings.contentCapture.contains(.spans) && isTracing
            || settings.contentCapture.contains(.events) && isLogging
        if isCaptured { return .full }
        return settings.conventions < .latest && isLogging ? .outline : .none
    }

    /// Indicates whether enclosing operations record the question and the answer.
    var notesMessages: Bool {
        isTracing && settings.conventions >= .latest && settings.contentCapture.contains(.spans)
    }

    /// Returns whether a call is described in a separate log record when it ends.
    func emitsDetails(of operation: OperationName) -> Bool {
        settings.conventions >= .latest && settings.emitsOperationDetails && isLogging && operation.isInference
    }

    /// The approximate number of attributes of a span besides those of its scopes, including those that processors add.
    var usualAttributeCount: Int { settings.contentCapture == .nowhere ? 32 : 44 }
}
