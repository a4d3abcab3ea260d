// SPDX-License-Identifier: MIT
public import GenAIBridge
public import GenAICore
public import GenAIPricing
public import GenAITelemetry

extension Last9 {
    /// The settings of ``Last9/install(_:)``.
    ///
    /// Settings in code take precedence over the environment, and that over the defaults. Content capture is the
    /// exception: there the environment takes precedence, so that an operator can always switch content off.
    public struct Configuration: Sendable {
        /// The attribute `service.name`. Default: `OTEL_SERVICE_NAME`, or else the program's name.
        public var serviceName: String?
        /// Resource attributes in addition to `OTEL_RESOURCE_ATTRIBUTES` and the detected ones.
        public var resource: Attributes = [:]
        /// Indicates whether prompts, completions, tool arguments and results are recorded. Default: true.
        ///
        /// `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` takes precedence over this property.
        public var capturesContent: Bool
        /// Indicates whether prompts and completions that other libraries record are exported even if content is
        /// switched off. Default: false; see `InstrumentationSettings.exportsForeignContent`.
        public var exportsForeignContent = false
        /// The generation of the GenAI conventions. Default: ``GenAITelemetry/GenAIConventions/latest``; environment
        /// variable `LAST9_GENAI_CONVENTIONS`.
        ///
        /// Spans also have the attributes that Last9's dashboards read, unless ``followsConventionsOnly`` is set.
        public var conventions: GenAIConventions?
        /// The program's own prices by model name, which take precedence over the bundled ones.
        public var customPricing: [String: ModelPricing]
        /// Indicates whether spans of calls to models get a cost. Default: true.
        public var tracksCosts: Bool
        /// Additional attributes of scopes and spans as dimensions of the metrics of tokens, durations and costs, for
        /// example `custom.tenant`. Default: none. The metrics always have operation, provider, models, agent and the
        /// workflow's name.
        ///
        /// Not together with an existing ``meterProvider``, which has `MeterProvider.Configuration.callDimensions`.
        public var metricDimensions: [String] = []
        /// The ledger for costs.
        public var ledger = CostLedger()
        /// The settings for copying messages onto spans.
        public var bridge: LogToSpanProcessor.Configuration
        /// The dialects of other backends whose attributes are added to spans. Default: none; environment variable
        /// `LAST9_GENAI_DIALECTS`.
        public var dialects: [Dialect]
        /// Indicates whether attributes are left out that only Last9's dashboards read and that strict convention
        /// checkers reject: `gen_ai.system`, `gen_ai.prompt`, `gen_ai.completion`, `gen_ai.conversation.turn`,
        /// `gen_ai.usage.cost` and the indexed messages. Default: false; environment variable
        /// `LAST9_GENAI_CONVENTIONS_ONLY`.
        public var followsConventionsOnly: Bool
        /// The exporters of spans; `nil` means those that `OTEL_TRACES_EXPORTER` names.
        public var spanExporters: [any SpanExporter]?
        /// The exporters of log records; `nil` means those that `OTEL_LOGS_EXPORTER` names.
        public var logRecordExporters: [any LogRecordExporter]?
        /// The exporters of metrics; `nil` means those that `OTEL_METRICS_EXPORTER` names.
        public var metricExporters: [any MetricExporter]?
        /// The path of a page with conversations, costs and traces, which is updated while the program runs. Default:
        /// `LAST9_GENAI_REPORT`, or else none.
        ///
        /// The page is one HTML file that needs no network, which only its owner may read (mode 0600). It is written in
        /// addition to other exports. It keeps the latest 1,000 conversations and about 64 MB; `ReportExporter` of
        /// `GenAIReport` has more settings.
        public var report: String?
        /// Returns the current span of another tracer, such as swift-otel's or Datadog's, which becomes the parent of
        /// spans that start. Default: none; see `TracerProvider.Configuration.currentParent`.
        ///
        /// Not together with an existing ``tracerProvider``, which has a setting of its own.
        public var currentParent: (@Sendable () -> SpanContext?)?
        /// The redactor that removes personal data and secrets from every span and log record, after all processors and
        /// before every exporter, including those added to the providers later. Default: none.
        public var redactor: Redactor?
        /// Indicates whether the SDK's own metrics, `otel.sdk.*`, are exported with the others. Default: true.
        ///
        /// They cost only a few data points for each collection. `Last9Telemetry.statistics` has the same counts.
        public var exportsSelfMetrics = true
        /// The propagation formats of context across process boundaries, for code that specifies none. `nil` means
        /// those that `OTEL_PROPAGATORS` names. Requires ``becomesGlobal``.
        public var propagator: W3CPropagator?
        /// The program's own span processors, which run after Last9's and before the exporters.
        public var spanProcessors: [any SpanProcessor] = []
        /// The program's own log record processors, which run after Last9's and before the exporters.
        public var logRecordProcessors: [any LogRecordProcessor] = []
        /// An existing tracer provider, to which Last9's processors and exporters are added. Default: a new one.
        public var tracerProvider: TracerProvider?
        /// An existing logger provider, to which the bridge and the exporters are added. Default: a new one.
        public var loggerProvider: LoggerProvider?
        /// An existing meter provider, which is used unchanged. Default: a new one.
        public var meterProvider: MeterProvider?
        /// Indicates whether the providers become the global ones, which clients use by default. Default: true.
        public var becomesGlobal: Bool
        /// Indicates whether queued items are exported if the program ends without
        /// ``Last9Telemetry/shutdown(timeout:)``, by `exit` or at the end of `main`; this takes at most two seconds.
        /// Default: true. Requires ``becomesGlobal``.
        ///
        /// Nothing is exported if the program ends by a signal or by `_exit`, or in a forked child process.
        public var flushesAtExit = true
        /// Indicates whether queued items are exported before SIGTERM and SIGINT end the program; this takes at most
        /// two seconds. Default: false. Requires ``becomesGlobal``.
        ///
        /// The program still ends by the signal; a second one ends it at once. A signal that the program handles itself
        /// is left to it, with a warning.
        public var flushesOnTermination = false
        /// Indicates whether calls to models through `URLSession.shared` are recorded, whichever client makes them.
        /// Default: true; environment variable `LAST9_GENAI_OBSERVE_URLSESSION`. Requires ``becomesGlobal``.
        ///
        /// On Linux, this works only if `URLSession.shared` has not been used before. It cannot be undone.
        public var observesURLSession: Bool
        /// Indicates whether `stream_options.include_usage` is added to streamed requests in OpenAI's format that go
        /// through `URLSession.shared` and lack it. Default: false. Requires ``observesURLSession``.
        ///
        /// Without it, a stream whose provider reports no usage has no cost, and `last9.usage.reported` is `false`.
        public var addsStreamUsage = false
        /// The environment variables to read.
        public var environment: TelemetryEnvironment

        /// Creates a configuration. All parameters have defaults.
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
