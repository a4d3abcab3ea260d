// SPDX-License-Identifier: MIT

extension TelemetryEnvironment {
    /// An environment variable that the package reads.
    public struct Variable: Sendable, Hashable {
        /// The name; `{SIGNAL}` stands for `TRACES`, `METRICS` and `LOGS`.
        public let name: String
        /// The default if the variable is unset; empty if there is none.
        public let defaultValue: String
        /// The purpose of the variable, in one line.
        public let meaning: String
    }

    /// All variables of the package, in the order of the table in `Docs/OpenTelemetry.md`, which is generated from this
    /// one.
    ///
    /// The specification's parsing rules apply to all of them: empty means unset, words are read in any letter case,
    /// and an invalid value is reported through ``Diagnostics`` and counts as unset.
    public static let variables: [Variable] = general + batching + limits + metrics + exporting + content + client

    private static let general = [
        Variable("OTEL_SDK_DISABLED", "false", "`true` turns all three signals off; propagation still works"),
        Variable("OTEL_SERVICE_NAME", "`unknown_service:` and the program", "the attribute `service.name`"),
        Variable("OTEL_RESOURCE_ATTRIBUTES", "", "further resource attributes: `name=value,…`, percent-encoded"),
        Variable(
            "OTEL_LOG_LEVEL", "info",
            "the minimum level of the package's own messages: `none`, `error`, `warn`, `info`, `debug`"),
        Variable("OTEL_PROPAGATORS", "tracecontext,baggage", "`tracecontext`, `baggage`, `none` or a list of them"),
        Variable(
            "OTEL_TRACES_SAMPLER", "parentbased_always_on",
            "`always_on`, `always_off`, `traceidratio`, each also as `parentbased_…`"),
        Variable("OTEL_TRACES_SAMPLER_ARG", "1", "the fraction of traces from 0 to 1, for the samplers with a ratio"),
        Variable(
            "OTEL_{SIGNAL}_EXPORTER", "otlp when an endpoint is set, else none",
            "`otlp`, `console`, `none` or a list of them"),
    ]

    private static let batching = [
        Variable("OTEL_BSP_SCHEDULE_DELAY", "5000", "milliseconds a span waits for others"),
        Variable("OTEL_BSP_EXPORT_TIMEOUT", "30000", "milliseconds for one export of spans; 0 is no limit"),
        Variable("OTEL_BSP_MAX_QUEUE_SIZE", "2048", "the maximum number of queued spans"),
        Variable(
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "512",
            "the maximum number of spans in one export; at most the queue's size"),
        Variable("OTEL_BLRP_SCHEDULE_DELAY", "1000", "milliseconds a log record waits for others"),
        Variable("OTEL_BLRP_EXPORT_TIMEOUT", "30000", "milliseconds for one export of log records; 0 is no limit"),
        Variable("OTEL_BLRP_MAX_QUEUE_SIZE", "2048", "the maximum number of queued log records"),
        Variable("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "512", "the maximum number of log records in one export"),
    ]

    private static let limits = [
        Variable("OTEL_ATTRIBUTE_COUNT_LIMIT", "128", "attributes per span or log record"),
        Variable("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "characters of a text; no limit by default"),
        Variable("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "the general limit", "attributes per span"),
        Variable("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "the general limit", "characters of a text on a span"),
        Variable("OTEL_SPAN_EVENT_COUNT_LIMIT", "128", "events per span"),
        Variable("OTEL_SPAN_LINK_COUNT_LIMIT", "128", "links per span"),
        Variable("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "128", "attributes per event of a span"),
        Variable("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "128", "attributes per link"),
        Variable("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "the general limit", "attributes per log record"),
        Variable(
            "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "the general limit",
            "characters of a text in a log record's attributes; the body has no limit"),
    ]

    private static let metrics = [
        Variable("OTEL_METRIC_EXPORT_INTERVAL", "60000", "milliseconds between collections"),
        Variable("OTEL_METRIC_EXPORT_TIMEOUT", "30000", "milliseconds for one export of metrics; 0 is no limit"),
        Variable("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based", "`trace_based`, `always_on`, `always_off`"),
        Variable(
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative", "`cumulative`, `delta`, `lowmemory`"),
        Variable(
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "explicit_bucket_histogram",
            "`explicit_bucket_histogram`, `base2_exponential_bucket_histogram`"),
    ]

    // For each of these, the specific variable takes precedence over the general one.
    private static let exporting = [
        Variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318", "base URL; `/v1/traces` and so on is added"),
        Variable("OTEL_EXPORTER_OTLP_{SIGNAL}_ENDPOINT", "", "the complete URL of one signal, used unchanged"),
        Variable("OTEL_EXPORTER_OTLP_HEADERS", "", "header fields: `name=value,…`, percent-encoded"),
        Variable("OTEL_EXPORTER_OTLP_{SIGNAL}_HEADERS", "the general value", "header fields of one signal"),
        Variable("OTEL_EXPORTER_OTLP_TIMEOUT", "10000", "milliseconds for one export, retries included; 0 is no limit"),
        Variable("OTEL_EXPORTER_OTLP_{SIGNAL}_TIMEOUT", "the general value", "the same for one signal"),
        Variable("OTEL_EXPORTER_OTLP_COMPRESSION", "none", "`gzip`, `none`"),
        Variable("OTEL_EXPORTER_OTLP_{SIGNAL}_COMPRESSION", "the general value", "the same for one signal"),
        Variable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "`http/protobuf`, `http/json`, `grpc`"),
        Variable("OTEL_EXPORTER_OTLP_{SIGNAL}_PROTOCOL", "the general value", "the same for one signal"),
        Variable(
            "OTEL_EXPORTER_OTLP_INSECURE", "false", "`true`: gRPC endpoints without a scheme are used without TLS"),
        Variable("OTEL_EXPORTER_OTLP_{SIGNAL}_INSECURE", "the general value", "the same for one signal"),
        Variable("OTEL_EXPORTER_OTLP_CERTIFICATE", "", "PEM file with the only trusted authorities"),
        Variable("OTEL_EXPORTER_OTLP_{SIGNAL}_CERTIFICATE", "the general value", "the same for one signal"),
        Variable("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "", "PEM file with the client's certificate"),
        Variable("OTEL_EXPORTER_OTLP_{SIGNAL}_CLIENT_CERTIFICATE", "the general value", "the same for one signal"),
        Variable("OTEL_EXPORTER_OTLP_CLIENT_KEY", "", "PEM file with the client's private key"),
        Variable("OTEL_EXPORTER_OTLP_{SIGNAL}_CLIENT_KEY", "the general value", "the same for one signal"),
    ]

    private static let content = [
        Variable(
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "the value set in code",
            "`true`, `false`, `NO_CONTENT`, `SPAN_ONLY`, `EVENT_ONLY`, `SPAN_AND_EVENT`; takes precedence over code"),
        Variable(
            "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT", "true if content capture includes events",
            "whether each call is also recorded as one event with all its details"),
        Variable(
            "OTEL_SEMCONV_STABILITY_OPT_IN", "", "`gen_ai_latest_experimental` for the newest GenAI conventions"),
        Variable(
            "LAST9_GENAI_CONVENTIONS", "v1.41.1 with `Last9.install`, else v1.36.0",
            "`v1.36.0` or `v1.41.1`: the generation of the GenAI conventions"),
        Variable("LAST9_GENAI_REPORT", "none", "the path of a page with conversations, costs and traces"),
        Variable(
            "LAST9_GENAI_OBSERVE_URLSESSION", "true",
            "`false`: calls to models through `URLSession.shared` are not recorded"),
        Variable(
            "LAST9_GENAI_CONVENTIONS_ONLY", "false", "`true` leaves out attributes that only Last9's dashboards read"),
        Variable(
            "LAST9_GENAI_DIALECTS", "",
            "`openinference`, `mlflow`, `langfuse`, `traceloop` or a list: adds attributes of other backends"),
        Variable(
            "LAST9_GENAI_CONTENT_FORMS", "messages,dashboard,indexed,events",
            "the forms in which messages are written onto spans: a list of these words"),
        Variable("GENAI_PRICES_FILE", "the bundled prices", "a file with prices"),
        Variable("NO_COLOR", "", "set to anything: the console exporter prints no colours"),
    ]

    private static let client = [
        Variable("OPENAI_API_KEY", "", "the key of the OpenAI client"),
        Variable("OPENAI_BASE_URL", "https://api.openai.com/v1", "the base URL of the OpenAI client"),
        Variable("OPENAI_ORG_ID", "", "the organization that is billed"),
        Variable("OPENAI_PROJECT_ID", "", "the project that is billed"),
        Variable("AZURE_OPENAI_ENDPOINT", "", "the Azure OpenAI resource"),
        Variable("AZURE_OPENAI_API_KEY", "", "the key of the Azure OpenAI resource"),
        Variable("OPENAI_API_VERSION", "", "the dated API version of Azure OpenAI"),
    ]
}

extension TelemetryEnvironment.Variable {
    fileprivate init(_ name: String, _ defaultValue: String, _ meaning: String) {
        self.init(name: name, defaultValue: defaultValue, meaning: meaning)
    }
}
