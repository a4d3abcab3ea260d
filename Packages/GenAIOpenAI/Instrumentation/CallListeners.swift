// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// Who hears of a call that starts now, and what may be said.
struct CallListeners: Sendable {
    private let sources: CallSources
    private let isTracing: Bool
    private let isLogging: Bool
    let instruments: CallInstruments?
    let settings: InstrumentationSettings

    var tracer: Tracer? { isTracing ? sources.tracer : nil }
    var logger: LogEmitter? { isLogging ? sources.logger : nil }

    /// The configured or else the global providers; `nil` where none of them listens.
    ///
    /// A function, not an initializer: those take over what they are given, and a sender is large to copy.
    static func of(_ sender: Sender, allowsContent: Bool, context: GenAIContext) -> CallListeners? {
        let sources = sender.sources.of(
            sender.configuration.tracerProvider ?? TracerProvider.global,
            sender.configuration.loggerProvider ?? LoggerProvider.global)
        let isTracing = sources.tracer?.isEnabled == true
        let isLogging = sources.logger?.isEnabled == true
        let meters = sender.configuration.meterProvider ?? MeterProvider.global
        // Before the settings, which without a tracer are read from the environment.
        if !isTracing, !isLogging, meters == nil { return nil }
        var settings = (sources.tracer?.instrumentation ?? InstrumentationSettings()).narrowed(by: context)
        if !sender.configuration.allowsContentCapture || !allowsContent {
            settings.contentCapture = .nowhere
        }
        let instruments = meters.flatMap { sender.instruments.instruments(of: $0, settings.conventions) }
        if !isTracing, !isLogging, instruments == nil { return nil }
        return CallListeners(
            sources: sources, isTracing: isTracing, isLogging: isLogging, instruments: instruments, settings: settings)
    }

    /// Whether a call is told in a record of its own when it is over.
    func emitsDetails(of operation: OperationName) -> Bool {
        settings.conventions >= .latest && settings.emitsOperationDetails && isLogging && operation != .embeddings
    }

    /// About how many attributes a span gets beside those of its scopes, what processors add included.
    var usualAttributeCount: Int { settings.contentCapture == .nowhere ? 32 : 44 }
}

/// What a client's spans and records come from: one tracer and one logger for all its calls.
final class CallSources: Sendable {
    let tracer: Tracer?
    let logger: LogEmitter?

    init(_ tracerProvider: TracerProvider?, _ loggerProvider: LoggerProvider?) {
        tracer = tracerProvider?.tracer(scope: .openAIClient)
        logger = loggerProvider?.emitter(scope: .openAIClient)
    }

    func belong(to tracerProvider: TracerProvider?, _ loggerProvider: LoggerProvider?) -> Bool {
        tracer?.provider === tracerProvider && logger?.provider === loggerProvider
    }
}

/// Keeps a client's sources, which change only with the global providers.
final class SourceCache: Sendable {
    private let last = Mutex<CallSources?>(nil)

    /// The sources of two providers.
    func of(_ tracerProvider: TracerProvider?, _ loggerProvider: LoggerProvider?) -> CallSources {
        last.withLock { last in
            if let last, last.belong(to: tracerProvider, loggerProvider) { return last }
            let sources = CallSources(tracerProvider, loggerProvider)
            last = sources
            return sources
        }
    }
}

extension InstrumentationScope {
    /// This module, as telemetry names it.
    static let openAIClient = InstrumentationScope(name: "GenAIOpenAI")
}
