// SPDX-License-Identifier: MIT
public import GenAIBridge
public import GenAICore
public import GenAIPricing
public import GenAITelemetry

extension Last9 {
    /// What ``Last9/install(_:)`` wires up.
    ///
    /// Precedence of every setting: code, then environment, then default; only content capture is the other way
    /// round, so that whoever runs a program can always switch content off.
    public struct Configuration: Sendable {
        /// The attribute `service.name`. Default `OTEL_SERVICE_NAME`, then the program's name.
        public var serviceName: String?
        /// Further resource attributes, beside `OTEL_RESOURCE_ATTRIBUTES` and what is detected.
        public var resource: Attributes = [:]
        /// Whether prompts, completions, tool arguments and results are recorded. Default true.
        ///
        /// `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` wins over this.
        public var capturesContent: Bool
        /// Whether prompts and completions that other libraries record are exported even where content is switched off.
        /// Default false; see `InstrumentationSettings.exportsForeignContent`.
        public var exportsForeignContent = false
        /// The generation of the GenAI conventions. Default ``GenAITelemetry/GenAIConventions/latest``,
        /// `LAST9_GENAI_CONVENTIONS`.
        ///
        /// Beside its names spans have those that Last9's dashboards read, unless ``followsConventionsOnly`` is set.
        public var conventions: GenAIConventions?
        /// The user's own prices by model name; they win over the bundled ones.
        public var customPricing: [String: ModelPricing]
        /// Whether spans of calls to models get a cost. Default true.
        public var tracksCosts: Bool
        /// Further attributes of spans by which the metric `last9.gen_ai.client.cost` is counted, for example
        /// `custom.tenant`. Default none: it goes by operation, provider, models, agent and the workflow's name.
        public var costDimensions: [String] = []
        /// What costs are added up in.
        public var ledger = CostLedger()
        /// How messages are promoted onto spans.
        public var bridge: LogToSpanProcessor.Configuration
        /// Names of other backends that are added to spans. Default none, `LAST9_GENAI_DIALECTS`.
        public var dialects: [Dialect]
        /// Leaves out the attributes that only Last9's dashboards know and strict convention checkers refuse:
        /// `gen_ai.system`, `gen_ai.prompt`, `gen_ai.completion`, `gen_ai.conversation.turn`, `gen_ai.usage.cost` and the indexed
        /// messages. Default false, `LAST9_GENAI_CONVENTIONS_ONLY`.
        public var followsConventionsOnly: Bool
        /// Where spans go. `nil` follows `OTEL_TRACES_EXPORTER`.
        public var spanExporters: [any SpanExporter]?
        /// Where log records go. `nil` follows `OTEL_LOGS_EXPORTER`.
        public var logRecordExporters: [any LogRecordExporter]?
        /// Where metrics go. `nil` follows `OTEL_METRICS_EXPORTER`.
        public var metricExporters: [any MetricExporter]?
        /// The file of a page that shows conversations, costs and traces, and follows while the program runs. Default
        /// `LAST9_GENAI_REPORT`, then none.
        ///
        /// One HTML file that needs no network, for its owner's eyes only (0600), beside whatever else is exported. It
        /// keeps the latest 1,000 conversations and some 64 MB; `ReportExporter` of `GenAIReport` has settings for more.
        public var report: String?
        /// Removes personal data and secrets from every span and log record, after all processors and before every
        /// exporter, also those added to the providers later. Default none.
        public var redactor: Redactor?
        /// Whether the SDK's own metrics, `otel.sdk.*`, are exported with the others. Default true.
        ///
        /// They cost nothing but a few data points per collection; `Last9Telemetry.statistics` has the same counts.
        public var exportsSelfMetrics = true
        /// The formats in which context crosses process borders, for code that names none. `nil` follows
        /// `OTEL_PROPAGATORS`. Takes effect with ``becomesGlobal``.
        public var propagator: W3CPropagator?
        /// The user's own processors, which run after Last9's and before the exporters.
        public var spanProcessors: [any SpanProcessor] = []
        /// The user's own processors, which run after Last9's and before the exporters.
        public var logRecordProcessors: [any LogRecordProcessor] = []
        /// An existing provider to enrich; Last9's processors and exporters are added to it. Default a new one.
        public var tracerProvider: TracerProvider?
        /// An existing provider to enrich; the bridge and the exporters are added to it. Default a new one.
        public var loggerProvider: LoggerProvider?
        /// An existing provider to use as it is. Default a new one.
        public var meterProvider: MeterProvider?
        /// Whether the providers become the global ones, which clients use that are given none. Default true.
        public var becomesGlobal: Bool
        /// Whether what waits is exported when the program ends without ``Last9Telemetry/shutdown(timeout:)``, by `exit` or
        /// at the end of `main`; for at most two seconds. Default true. Takes effect with ``becomesGlobal``.
        ///
        /// Not when it ends by a signal, by `_exit`, or in a child that was forked.
        public var flushesAtExit = true
        /// Whether SIGTERM and SIGINT end the program only after what waits has been exported; for at most two seconds.
        /// Default false. Takes effect with ``becomesGlobal``.
        ///
        /// The program still ends by the signal; a second one ends it at once. A signal that the program handles itself
        /// is left alone, with a warning.
        public var flushesOnTermination = false
        /// Whether calls to models through `URLSession.shared` are recorded, whichever client makes them. Default true,
        /// `LAST9_GENAI_OBSERVE_URLSESSION`. Takes effect with ``becomesGlobal``.
        ///
        /// On Linux only if `URLSession.shared` has not been used yet. Once observed it stays so.
        public var observesURLSession: Bool
        /// Where environment variables are read.
        public var environment: TelemetryEnvironment

        /// Creates a configuration; everything has a default.
        public init(
            serviceName: String? = nil, capturesContent: Bool = true, customPricing: [String: ModelPricing] = [:],
            tracksCosts: Bool = true, tracerProvider: TracerProvider? = nil,
            loggerProvider: LoggerProvider? = nil, becomesGlobal: Bool = true,
            environment: TelemetryEnvironment = .process
        ) {
            self.serviceName = serviceName
            self.capturesContent = capturesContent
            self.customPricing = customPricing
            self.tracksCosts = tracksCosts
            self.tracerProvider = tracerProvider
            self.loggerProvider = loggerProvider
            self.becomesGlobal = becomesGlobal
            self.environment = environment
            bridge = LogToSpanProcessor.Configuration(environment: environment)
            dialects = environment.choices("LAST9_GENAI_DIALECTS", of: Dialect.all) ?? []
            observesURLSession = environment.bool("LAST9_GENAI_OBSERVE_URLSESSION") ?? true
            followsConventionsOnly = environment.bool("LAST9_GENAI_CONVENTIONS_ONLY") ?? false
        }
    }
}
