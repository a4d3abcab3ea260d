// SPDX-License-Identifier: MIT
public import GenAIBridge
import GenAICore
import GenAIPricing
public import GenAITelemetry
import GenAIURLSession

/// The entry point: one call sets up providers, cost tracking, bridge and exporters.
public enum Last9 {
    /// Sets up tracing, logging and metrics, and makes the providers the global ones.
    ///
    /// Call it once at the start of the program. Keep the result and shut it down at the end of the program:
    ///
    /// ```swift
    /// let telemetry = try Last9.install()
    /// // …
    /// await telemetry.shutdown()
    /// ```
    ///
    /// Without an OTLP endpoint in the environment and without exporters in code, nothing is exported. This is reported
    /// once on standard error; scopes, costs and the ledger work all the same.
    ///
    /// The environment never makes it throw: an invalid variable is reported with the fix, and counts as unset.
    ///
    /// - Throws: `ConfigurationError` for a mistake in code, with the property and the fix.
    public static func install(_ configuration: Configuration = Configuration()) throws(ConfigurationError)
        -> Last9Telemetry
    {
        Diagnostics.adoptLevel(from: configuration.environment)
        try configuration.check()
        let exporters = try Exporters(configuration)
        let telemetry = try Last9Telemetry(configuration, exporters)
        if configuration.becomesGlobal {
            TracerProvider.global = telemetry.tracerProvider
            LoggerProvider.global = telemetry.loggerProvider
            MeterProvider.global = telemetry.meterProvider
            let propagator = configuration.propagator ?? configuration.environment.propagator()
            if let propagator { W3CPropagator.global = propagator }
            if configuration.flushesAtExit { Termination.flushAtExit() }
            if configuration.flushesOnTermination { Termination.flushOnSignals() }
            if configuration.observesURLSession {
                URLSessionObservation.observeShared(addsStreamUsage: configuration.addsStreamUsage)
            }
        }
        return telemetry
    }
}

/// The telemetry set up by ``Last9/install(_:)``.
public final class Last9Telemetry: Sendable {
    /// The provider of tracers.
    public let tracerProvider: TracerProvider
    /// The provider of loggers.
    public let loggerProvider: LoggerProvider
    /// The provider of meters.
    public let meterProvider: MeterProvider
    /// The processor that sets costs on spans.
    public let spanProcessor: Last9SpanProcessor
    /// The processor that copies messages onto spans.
    public let bridge: LogToSpanProcessor
    /// The costs of the calls so far, by workflow, conversation, user, agent and model.
    public var ledger: CostLedger { spanProcessor.ledger }
    let pipelines: Pipelines
    private let selfMetrics: SelfMetrics?

    init(_ configuration: Last9.Configuration, _ exporters: Exporters) throws(ConfigurationError) {
        let environment = configuration.environment
        let resource = Resource.detected(
            serviceName: configuration.serviceName, attributes: configuration.resource, environment: environment)
        // Everything that can fail comes before the readers start.
        let prices = configuration.tracksCosts ? try configuration.prices() : nil
        pipelines = exporters.pipelines(environment)
        var metrics = MeterProvider.Configuration(environment: environment)
        metrics.resource = resource
        metrics.callDimensions += configuration.metricDimensions
        metrics.readers = pipelines.metrics.map(\.stage)
        meterProvider = configuration.meterProvider ?? MeterProvider(metrics)
        spanProcessor = Last9SpanProcessor(
            prices: prices, ledger: configuration.ledger,
            followsConventionsOnly: configuration.followsConventionsOnly, meterProvider: meterProvider)
        bridge = LogToSpanProcessor(configuration.bridge)
        let spanProcessors: [any SpanProcessor] =
            [spanProcessor] + (configuration.followsConventionsOnly ? [] : [bridge])
            + (configuration.dialects.isEmpty ? [] : [DialectProcessor(configuration.dialects)])
            + configuration.spanProcessors
            + pipelines.spans.map(\.stage)
        let logProcessors: [any LogRecordProcessor] =
            (configuration.followsConventionsOnly ? [] : [bridge]) + configuration.logRecordProcessors
            + pipelines.logRecords.map(\.stage)
        var instrumentation = InstrumentationSettings(
            contentCapture: configuration.capturesContent ? .everywhere : .nowhere,
            conventions: configuration.conventions, usualConventions: .latest, environment: environment)
        instrumentation.exportsForeignContent = configuration.exportsForeignContent
        var tracing = TracerProvider.Configuration(environment: environment, resource: resource)
        tracing.sampler = CountingSampler(base: tracing.sampler)
        tracing.currentParent = configuration.currentParent
        tracerProvider = configuration.tracerProvider ?? TracerProvider(tracing)
        tracerProvider.setInstrumentation(instrumentation)
        if let redactor = configuration.redactor { tracerProvider.setRedactor(redactor) }
        for processor in spanProcessors { tracerProvider.addProcessor(processor) }
        loggerProvider =
            configuration.loggerProvider
            ?? LoggerProvider(LoggerProvider.Configuration(environment: environment, resource: resource))
        loggerProvider.setInstrumentation(instrumentation)
        if let redactor = configuration.redactor { loggerProvider.setRedactor(redactor) }
        for processor in logProcessors { loggerProvider.addProcessor(processor) }
        selfMetrics =
            configuration.exportsSelfMetrics
            ? SelfMetrics((tracerProvider, loggerProvider, meterProvider), pipelines) : nil
    }

    /// Exports everything recorded so far.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    public func flush(timeout: Duration = .seconds(10)) async -> Bool {
        await withAllProviders(
            { await $0.forceFlush(timeout: timeout) }, { await $0.forceFlush(timeout: timeout) },
            { await $0.forceFlush(timeout: timeout) })
    }

    /// Exports everything recorded so far and shuts down. Idempotent. Never takes much longer than `timeout`, and no
    /// longer than two seconds if a collector refuses connections.
    ///
    /// The providers are no longer global afterwards. Undelivered items are reported once.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    public func shutdown(timeout: Duration = .seconds(10)) async -> Bool {
        if TracerProvider.global === tracerProvider { TracerProvider.global = nil }
        if LoggerProvider.global === loggerProvider { LoggerProvider.global = nil }
        if MeterProvider.global === meterProvider { MeterProvider.global = nil }
        let isDelivered = await withAllProviders(
            { await $0.shutdown(timeout: timeout) }, { await $0.shutdown(timeout: timeout) },
            { await $0.shutdown(timeout: timeout) })
        selfMetrics?.cancel()
        return isDelivered
    }

    private func withAllProviders(
        _ traces: @Sendable (TracerProvider) async -> Bool, _ logs: @Sendable (LoggerProvider) async -> Bool,
        _ metrics: @Sendable (MeterProvider) async -> Bool
    ) async -> Bool {
        async let tracesDone = traces(tracerProvider)
        async let logsDone = logs(loggerProvider)
        async let metricsDone = metrics(meterProvider)
        let (first, second, third) = await (tracesDone, logsDone, metricsDone)
        return first && second && third
    }
}

extension Last9.Configuration {
    /// Returns the program's prices, with those of the file that `GENAI_PRICES_FILE` names and the bundled ones.
    fileprivate func prices() throws(ConfigurationError) -> LivePrices {
        LivePrices(PriceBook(overrides: customPricing, file: try priceFile()))
    }

    private func priceFile() throws(ConfigurationError) -> PriceFile? {
        try usingVariables(environment) { (environment) throws(ConfigurationError) -> PriceFile? in
            guard let path = environment.string(PriceFile.environmentVariable) else { return nil }
            do throws(PriceFileError) {
                return try PriceFile(path: path)
            } catch {
                throw ConfigurationError(
                    .invalidValue, option: PriceFile.environmentVariable, value: path, advice: error.description)
            }
        }
    }

    /// Checks the settings given in code.
    ///
    /// - Throws: The first error found.
    fileprivate func check() throws(ConfigurationError) {
        if meterProvider != nil, metricExporters?.isEmpty == false {
            throw ConfigurationError(
                .invalidValue, option: "metricExporters",
                advice: "exporters cannot be added to an existing meterProvider; give them to its readers, or leave "
                    + "one of the two properties nil")
        }
        if meterProvider != nil, !metricDimensions.isEmpty {
            throw ConfigurationError(
                .invalidValue, option: "metricDimensions",
                advice: "an existing meterProvider has its own MeterProvider.Configuration.callDimensions; set them "
                    + "there, or leave this property empty")
        }
        if tracerProvider != nil, currentParent != nil {
            throw ConfigurationError(
                .invalidValue, option: "currentParent",
                advice: "an existing tracerProvider asks its own TracerProvider.Configuration.currentParent; set it "
                    + "there, or leave one of the two properties nil")
        }
    }
}
