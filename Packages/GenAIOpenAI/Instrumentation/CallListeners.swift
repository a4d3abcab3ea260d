// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Who hears of a call that starts now, and what may be said.
struct CallListeners: Sendable {
    let tracer: Tracer?
    let logger: LogEmitter?
    let instruments: CallInstruments?
    let settings: InstrumentationSettings

    /// The configured or else the global providers; `nil` where none of them listens.
    ///
    /// A function, not an initializer: those take over what they are given, and a sender is large to copy.
    static func of(_ sender: Sender, allowsContent: Bool, context: GenAIContext) -> CallListeners? {
        let scope = InstrumentationScope.openAIClient
        let tracing = (sender.configuration.tracerProvider ?? TracerProvider.global)?.tracer(scope: scope)
        let logging = (sender.configuration.loggerProvider ?? LoggerProvider.global)?.emitter(scope: scope)
        let tracer = tracing.flatMap { $0.isEnabled ? $0 : nil }
        let logger = logging.flatMap { $0.isEnabled ? $0 : nil }
        let meters = sender.configuration.meterProvider ?? MeterProvider.global
        // Before the settings, which without a tracer are read from the environment.
        if tracer == nil, logger == nil, meters == nil { return nil }
        var settings = (tracing?.instrumentation ?? InstrumentationSettings()).narrowed(by: context)
        if !sender.configuration.allowsContentCapture || !allowsContent {
            settings.contentCapture = .nowhere
        }
        let instruments = meters.flatMap { sender.instruments.instruments(of: $0, settings.conventions) }
        if tracer == nil, logger == nil, instruments == nil { return nil }
        return CallListeners(tracer: tracer, logger: logger, instruments: instruments, settings: settings)
    }

    /// Whether a call is told in a record of its own when it is over.
    func emitsDetails(of operation: OperationName) -> Bool {
        settings.conventions >= .latest && settings.emitsOperationDetails && logger != nil && operation != .embeddings
    }

    /// About how many attributes a span gets beside those of its scopes, what processors add included.
    var usualAttributeCount: Int { settings.contentCapture == .nowhere ? 32 : 44 }
}

extension InstrumentationScope {
    /// This module, as telemetry names it.
    static let openAIClient = InstrumentationScope(name: "GenAIOpenAI")
}
