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
    init?(of sender: Sender, options: CallOptions, context: GenAIContext) {
        let configuration = sender.configuration
        let tracer = (configuration.tracerProvider ?? TracerProvider.global)?.tracer(scope: .openAIClient)
        let logger = (configuration.loggerProvider ?? LoggerProvider.global)?.emitter(scope: .openAIClient)
        self.tracer = tracer.flatMap { $0.isEnabled ? $0 : nil }
        self.logger = logger.flatMap { $0.isEnabled ? $0 : nil }
        let meters = configuration.meterProvider ?? MeterProvider.global
        // Before the settings, which without a tracer are read from the environment.
        if self.tracer == nil, self.logger == nil, meters == nil { return nil }
        var settings = (tracer?.instrumentation ?? InstrumentationSettings()).narrowed(by: context)
        if !configuration.allowsContentCapture || !options.allowsContentCapture { settings.contentCapture = .nowhere }
        self.settings = settings
        instruments = meters.flatMap { sender.instruments.instruments(of: $0, settings.conventions) }
        if self.tracer == nil, self.logger == nil, instruments == nil { return nil }
    }
}

extension InstrumentationScope {
    /// This module, as telemetry names it.
    static let openAIClient = InstrumentationScope(name: "GenAIOpenAI")
}
