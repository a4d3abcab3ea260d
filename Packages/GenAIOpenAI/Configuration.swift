// SPDX-License-Identifier: MIT

public import GenAIHTTP
public import GenAITelemetry

extension OpenAIClient {
    /// The settings of a client. A property that is not set in code is read from its environment variable, if it has
    /// one, and otherwise has its default.
    public struct Configuration: Sendable {
        /// The API key, sent as a bearer token, or in `api-key` for Azure. Surrounding spaces are removed.
        ///
        /// Default: `OPENAI_API_KEY`, or else none. Without a key, no such header is sent.
        public var apiKey: String?
        /// The organization to bill. Default: `OPENAI_ORG_ID`, or else none.
        public var organization: String?
        /// The project to bill. Default: `OPENAI_PROJECT_ID`, or else none.
        public var project: String?
        /// The base URL of the API; paths such as `chat/completions` are appended, and a query is kept.
        ///
        /// Default: `OPENAI_BASE_URL`, or else `https://api.openai.com/v1`.
        public var baseURL: String
        /// The addressing of an Azure OpenAI resource, or `nil` for any other server. Default: `nil`.
        public var azure: Azure?
        /// Header fields to send with every request. They replace the client's own with the same name. Default: none.
        public var headers: HTTPHeaders = [:]
        /// The provider's name in telemetry. Default: `nil`, inferred from the host of ``baseURL``.
        public var providerName: String?
        /// The time limits of each attempt.
        ///
        /// Default: 30 seconds to connect (`HTTPTimeouts.connect` lists the transports that support it), 10 minutes
        /// until the response head (without streaming, it arrives when the model has finished), 5 minutes between two
        /// chunks of the body, and no limit in total.
        public var timeouts = HTTPTimeouts(
            connect: .seconds(30), head: .seconds(600), betweenChunks: .seconds(300))
        /// The maximum number of retries after 408, 409, 429, 5xx and connection failures. Default: 2.
        ///
        /// A request is never retried after the first byte of a streamed answer has arrived.
        public var maxRetries = 2
        /// The maximum wait before a retry. If the server asks for a longer one, the call is not retried. Default: 1
        /// minute.
        public var maxRetryDelay = Duration.seconds(60)
        /// Indicates whether streams request token usage if the request does not specify it. Default: `true`.
        ///
        /// The extra chunk that contains the usage is then hidden.
        public var requestsStreamUsage = true
        /// Indicates whether a key may be sent over `http` to a host other than this machine. Default: `false`.
        public var allowsInsecureHTTP = false
        /// The maximum size of an answer, or of one event of a stream, in bytes. Default: 64 MiB.
        public var maximumResponseBytes = 64 << 20

        /// A closure that is called before each call that costs tokens, on the task of the call and outside its span;
        /// `model` is the requested one. An error that it throws stops the call and becomes
        /// ``OpenAIClientError/underlying``. Default: none.
        public var beforeCall: (@Sendable (_ model: String) async throws -> Void)?
        /// The tracer provider for the spans of calls. Default: the global provider at the time of the call.
        public var tracerProvider: TracerProvider?
        /// The logger provider for the messages of calls. Default: the global provider at the time of the call.
        public var loggerProvider: LoggerProvider?
        /// The meter provider for the measurements of calls: durations, tokens, times of chunks. Default: the global
        /// provider at the time of the call.
        public var meterProvider: MeterProvider?
        /// Indicates whether content may be recorded, if the provider's settings and the enclosing scopes allow it too.
        public var allowsContentCapture = true

        /// Creates a configuration from the environment and the defaults.
        public init(environment: TelemetryEnvironment = .process) {
            apiKey = environment.string("OPENAI_API_KEY")
            organization = environment.string("OPENAI_ORG_ID")
            project = environment.string("OPENAI_PROJECT_ID")
            baseURL = environment.string("OPENAI_BASE_URL") ?? "https://api.openai.com/v1"
        }

        /// Creates a configuration for a server, with defaults for the rest.
        ///
        /// The environment is not read, because its key belongs to another server.
        public init(baseURL: String, apiKey: String? = nil) {
            self.init(environment: TelemetryEnvironment([:]))
            self.baseURL = baseURL
            self.apiKey = apiKey
        }

        /// Creates a configuration for an Azure OpenAI resource.
        ///
        /// - Parameters:
        ///   - endpoint: The URL of the resource, such as `https://my-resource.openai.azure.com`. Default:
        ///     `AZURE_OPENAI_ENDPOINT`.
        ///   - apiKey: The key. Default: `AZURE_OPENAI_API_KEY`.
        ///   - apiVersion: The dated version of the API. Default: `OPENAI_API_VERSION`, or else the undated paths.
        ///   - deployment: The deployment for all requests. Default: the request's model.
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
        /// The deployment for all requests; `nil` means the request's model.
        public var deployment: String?
        /// Indicates whether the key is a Microsoft Entra ID token, which is sent as a bearer token instead of
        /// `api-key`.
        public var usesBearerToken = false

        /// Creates addressing rules.
        public init(apiVersion: String? = nil, deployment: String? = nil) {
            self.apiVersion = apiVersion
            self.deployment = deployment
        }
    }
}

extension OpenAIClient.Configuration: CustomStringConvertible, CustomReflectable {
    /// The base URL, without the key and the headers.
    public var description: String { "Configuration(baseURL: \(withoutSecrets(url: baseURL)))" }

    /// The properties that are safe to log.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "baseURL": withoutSecrets(url: baseURL), "hasKey": apiKey != nil, "headers": headers.fields.map(\.name),
            ])
    }
}

/// The options of one call, in addition to the client's configuration.
public struct CallOptions: Sendable {
    /// The time limits of each attempt, in place of ``OpenAIClient/Configuration/timeouts``.
    public var timeouts: HTTPTimeouts?
    /// The maximum number of retries, in place of ``OpenAIClient/Configuration/maxRetries``.
    public var maxRetries: Int?
    /// Additional header fields. They replace the configuration's with the same name.
    public var headers: HTTPHeaders = [:]
    /// The key by which a server recognises a retried request. Default: a random one for each call.
    public var idempotencyKey: String?
    /// Indicates whether content may be recorded, if the client, the provider's settings and the enclosing scopes allow
    /// it too.
    public var allowsContentCapture = true
    /// A closure that is called with the head of each response, failed attempts included, on the task of the call.
    public var onResponse: (@Sendable (ResponseInfo) -> Void)?

    /// Creates options. Missing ones leave the client's configuration unchanged.
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

/// The head of one response, for logs and rate control.
public struct ResponseInfo: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The server's identifier of the request (`x-request-id`).
    public var requestID: String?
    /// The rate limits that the server reported.
    public var rateLimits: OpenAIClientError.RateLimits?
    /// All header fields.
    public var headers: HTTPHeaders
    /// The number of earlier attempts; 0 for the first.
    public var retryCount: Int
}
