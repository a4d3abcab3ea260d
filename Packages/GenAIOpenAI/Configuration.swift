// SPDX-License-Identifier: MIT

public import GenAIHTTP
public import GenAITelemetry

extension OpenAIClient {
    /// The settings of a client. Every property: code, then the environment variable, then the default.
    public struct Configuration: Sendable {
        /// The key, sent as a bearer token, or in `api-key` for Azure; spaces around it do not count.
        ///
        /// Default: `OPENAI_API_KEY`, else none. Servers that need none get no such header.
        public var apiKey: String?
        /// The organization to bill. Default: `OPENAI_ORG_ID`, else none.
        public var organization: String?
        /// The project to bill. Default: `OPENAI_PROJECT_ID`, else none.
        public var project: String?
        /// The base URL of the API; paths such as `chat/completions` are appended, and a query is kept.
        ///
        /// Default: `OPENAI_BASE_URL`, else `https://api.openai.com/v1`.
        public var baseURL: String
        /// The addressing of an Azure OpenAI resource, or `nil` for any other server. Default: `nil`.
        public var azure: Azure?
        /// Headers to send with every request; they replace the client's own of the same name. Default: none.
        public var headers: HTTPHeaders = [:]
        /// The provider to name in telemetry. Default: `nil`, inferred from the host of ``baseURL``.
        public var providerName: String?
        /// The time limits of each attempt.
        ///
        /// Default: 30 seconds to connect (see `HTTPTimeouts.connect` for where that works), 10 minutes for the head (a
        /// plain answer's head comes when the model is done), 5 minutes between two pieces of the body, no limit in
        /// total.
        public var timeouts = HTTPTimeouts(
            connect: .seconds(30), head: .seconds(600), betweenChunks: .seconds(300))
        /// The most further attempts after 408, 409, 429, 5xx and connection failures. Default: 2.
        ///
        /// Nothing is sent again once the first byte of a streamed answer has come.
        public var maxRetries = 2
        /// The longest wait before another attempt; a server that asks for more gets none. Default: 1 minute.
        public var maxRetryDelay = Duration.seconds(60)
        /// Whether streams ask for token usage where the request does not say. Default: `true`.
        ///
        /// The extra chunk that carries the usage is then not shown.
        public var requestsStreamUsage = true
        /// Whether a key may go over `http` to a host that is not this machine. Default: `false`.
        public var allowsInsecureHTTP = false
        /// The most bytes of an answer, or of one event of a stream. Default: 64 MiB.
        public var maximumResponseBytes = 64 << 20

        /// Asked before each call that costs tokens, on the task of the call and outside its record; `model` is the
        /// one to be asked. What it throws stops the call and ends up in ``OpenAIError/underlying``. Default: none.
        public var beforeCall: (@Sendable (_ model: String) async throws -> Void)?
        /// Records the spans of calls. Default: the global provider at the time of the call.
        public var tracerProvider: TracerProvider?
        /// Emits the messages of calls. Default: the global provider at the time of the call.
        public var loggerProvider: LoggerProvider?
        /// Measures calls: durations, tokens, times of chunks. Default: the global provider at the time of the call.
        public var meterProvider: MeterProvider?
        /// Whether content may be recorded where the provider's settings and the scopes around allow it.
        public var allowsContentCapture = true

        /// Creates a configuration from the environment and defaults.
        public init(environment: TelemetryEnvironment = .process) {
            apiKey = environment.string("OPENAI_API_KEY")
            organization = environment.string("OPENAI_ORG_ID")
            project = environment.string("OPENAI_PROJECT_ID")
            baseURL = environment.string("OPENAI_BASE_URL") ?? "https://api.openai.com/v1"
        }

        /// Creates a configuration for a server, with defaults for the rest.
        ///
        /// The environment is not read: the key it holds belongs to another server.
        public init(baseURL: String, apiKey: String? = nil) {
            self.init(environment: TelemetryEnvironment([:]))
            self.baseURL = baseURL
            self.apiKey = apiKey
        }

        /// Creates a configuration for an Azure OpenAI resource.
        ///
        /// - Parameters:
        ///   - endpoint: The resource, such as `https://my-resource.openai.azure.com`. Default:
        ///     `AZURE_OPENAI_ENDPOINT`.
        ///   - apiKey: The key. Default: `AZURE_OPENAI_API_KEY`.
        ///   - apiVersion: The dated version. Default: `OPENAI_API_VERSION`, else the undated paths.
        ///   - deployment: The deployment every request goes to. Default: the request's model.
        public static func azure(
            endpoint: String? = nil, apiKey: String? = nil, apiVersion: String? = nil, deployment: String? = nil,
            environment: TelemetryEnvironment = .process
        ) -> Configuration {
            var configuration = Configuration(
                baseURL: endpoint ?? environment.string("AZURE_OPENAI_ENDPOINT") ?? "",
                apiKey: apiKey ?? environment.string("AZURE_OPENAI_API_KEY"))
            configuration.azure = Azure(
                apiVersion: apiVersion ?? environment.string("OPENAI_API_VERSION"), deployment: deployment)
            return configuration
        }
    }

    /// The addressing of an Azure OpenAI resource.
    public struct Azure: Sendable, Hashable {
        /// The dated version of the API, such as `2024-10-21`; `nil` for the undated `/openai/v1` paths.
        public var apiVersion: String?
        /// The deployment every request goes to; `nil` takes the request's model.
        public var deployment: String?
        /// Whether the key is a Microsoft Entra ID token, sent as a bearer token instead of `api-key`.
        public var usesBearerToken = false

        /// Creates addressing rules.
        public init(apiVersion: String? = nil, deployment: String? = nil) {
            self.apiVersion = apiVersion
            self.deployment = deployment
        }
    }
}

extension OpenAIClient.Configuration: CustomStringConvertible, CustomReflectable {
    /// The base URL; never the key or the headers.
    public var description: String { "Configuration(baseURL: \(withoutSecrets(url: baseURL)))" }

    /// Shows what is safe to log.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "baseURL": withoutSecrets(url: baseURL), "hasKey": apiKey != nil, "headers": headers.fields.map(\.name),
            ])
    }
}

/// The options of one call, beside the client's configuration.
public struct CallOptions: Sendable {
    /// Replaces ``OpenAIClient/Configuration/timeouts``.
    public var timeouts: HTTPTimeouts?
    /// Replaces ``OpenAIClient/Configuration/maxRetries``.
    public var maxRetries: Int?
    /// Further headers; they replace the configuration's of the same name.
    public var headers: HTTPHeaders = [:]
    /// The key under which a server recognises a repeated request. Default: a random one per call.
    public var idempotencyKey: String?
    /// Whether content may be recorded where the client, the provider's settings and the scopes around allow it.
    public var allowsContentCapture = true
    /// Called with the head of each response, failed attempts included, on the task of the call.
    public var onResponse: (@Sendable (ResponseInfo) -> Void)?

    /// Creates options that change what is given.
    public init(
        timeouts: HTTPTimeouts? = nil, maxRetries: Int? = nil, headers: HTTPHeaders = [:],
        idempotencyKey: String? = nil, allowsContentCapture: Bool = true,
        onResponse: (@Sendable (ResponseInfo) -> Void)? = nil
    ) {
        self.timeouts = timeouts
        self.maxRetries = maxRetries
        self.headers = headers
        self.idempotencyKey = idempotencyKey
        self.allowsContentCapture = allowsContentCapture
        self.onResponse = onResponse
    }
}

/// The head of one response, for logs and for pacing.
public struct ResponseInfo: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The server's name for the exchange (`x-request-id`).
    public var requestID: String?
    /// The limits the server reported.
    public var rateLimits: OpenAIError.RateLimits?
    /// All header fields.
    public var headers: HTTPHeaders
    /// The number of attempts before, 0 for the first.
    public var retryCount: Int
}
