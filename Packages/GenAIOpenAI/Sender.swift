// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAIInstrumentation
import GenAITelemetry
import Synchronization

/// One call of the API, without headers and host.
struct APICall: Sendable {
    /// The HTTP method.
    var method = "POST"
    /// The path relative to the base URL.
    var path: String
    /// The model, for servers that have it in the path.
    var model = ""
    /// The body; `nil` for none.
    var body: JSONValue?
    /// Indicates whether the answer is an event stream.
    var isStream = false
    /// The options of the caller.
    var options = CallOptions()
    /// The members of which an answer has at least one; empty if none is expected.
    var members: [String] = []
    /// A closure that throws if an answer does not fit the request.
    var check: @Sendable (JSONValue) throws(JSONError) -> Void = { _ in }
    /// A closure that assembles an answer which is streamed although no stream was requested.
    var collect: (@Sendable (EventSource) async throws(OpenAIClientError) -> JSONValue)?
    /// Indicates whether the client itself requests the usage of a stream.
    var asksForUsage = false
}

/// Converts calls to HTTP exchanges: addresses, headers, retries, redirects, errors.
struct Sender: Sendable {
    let configuration: OpenAIClient.Configuration
    let transport: any HTTPTransport
    let clock: any Clock<Duration>
    /// The server's address; `nil` if the base URL is invalid.
    let address: ServerAddress?
    /// The provider's name in telemetry.
    let providerName: String
    /// The providers that calls are recorded with.
    let telemetry: CallTelemetry
    /// The key, as it is sent.
    private let key: String?

    init(configuration: OpenAIClient.Configuration, transport: any HTTPTransport, clock: any Clock<Duration>) {
        self.configuration = configuration
        self.transport = transport
        self.clock = clock
        let address = ServerAddress(configuration.baseURL)
        self.address = address
        let inferredName = configuration.azure == nil ? address?.providerName ?? "openai" : "azure.ai.openai"
        let providerName = configuration.providerName ?? inferredName
        self.providerName = providerName
        telemetry = CallTelemetry(
            scope: .openAIClient, tracerProvider: configuration.tracerProvider,
            loggerProvider: configuration.loggerProvider, meterProvider: configuration.meterProvider,
            allowsContentCapture: configuration.allowsContentCapture)
        let key = configuration.apiKey.map { String($0.trimmed) }
        self.key = key.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Returns a reader for the errors of a call, which masks the secrets that were sent.
    func errorResponse(for call: APICall) -> ErrorResponse {
        var headers = configuration.headers
        for field in call.options.headers.fields { headers.append(field.name, field.value) }
        return ErrorResponse(headers: headers, key: key)
    }

    /// Sends a call and decodes its answer.
    ///
    /// - Parameter recorder: The record, which is informed of retries.
    func value<Value: JSONConvertible>(
        of call: APICall, as: Value.Type, recorder: ModelCall? = nil
    ) async throws(OpenAIClientError) -> Value {
        try await answer(to: call, as: Value.self, recorder: recorder).value
    }

    /// Sends a call, decodes its answer and returns the header too.
    func answer<Value: JSONConvertible>(
        to call: APICall, as: Value.Type, recorder: ModelCall? = nil
    ) async throws(OpenAIClientError) -> (value: Value, headers: HTTPHeaders) {
        let (headers, json) = try await withAttempts(call, recorder) { (response) throws(OpenAIClientError) in
            (response.headers, try await answer(in: response, to: call))
        }
        do throws(JSONError) {
            try call.check(json)
            return (try Value(lenient: json), headers)
        } catch {
            throw OpenAIClientError(error, requestID: headers.requestID)
        }
    }

    /// Sends a call and returns when its answer begins.
    ///
    /// The client itself adds a request for usage. If the server may have rejected that member, the call is sent once
    /// more without it, and later calls to this server omit it.
    func stream(of call: APICall, recorder: ModelCall? = nil) async throws(OpenAIClientError) -> EventSource {
        do throws(OpenAIClientError) {
            return try await begin(call, recorder)
        } catch {
            guard call.asksForUsage, let server = address?.origin,
                error.mayRefuseMember(["stream_options", "include_usage"])
            else {
                throw error
            }
            recorder?.noteRetry(after: error, status: error.status)
            let source = try await begin(call.withoutUsageQuestion, recorder)
            UsageRefusals.shared.insert(server)
            return source
        }
    }

    private func begin(_ call: APICall, _ recorder: ModelCall?) async throws(OpenAIClientError) -> EventSource {
        try await withAttempts(call, recorder) { (response) throws(OpenAIClientError) in
            try await EventSource(
                response, errorResponse: errorResponse(for: call), limit: configuration.maximumResponseBytes,
                members: call.members)
        }
    }

    /// Returns the answer in a response of status 2xx, unless it is an error.
    private func answer(in response: HTTPResponse, to call: APICall) async throws(OpenAIClientError) -> JSONValue {
        let bytes = try await body(of: response)
        if bytes.isEmpty, call.members.isEmpty { return .null }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(answer: bytes)
        } catch {
            return try await streamedAnswer(bytes, response.headers, to: call, error)
        }
        let error = errorResponse(for: call).error(inAnswer: json, members: call.members, headers: response.headers)
        if let error { throw error }
        return json.unwrapped(members: call.members)
    }

    /// Returns the answer of a server that streams although no stream was requested.
    private func streamedAnswer(
        _ bytes: [UInt8], _ headers: HTTPHeaders, to call: APICall, _ error: JSONError
    ) async throws(OpenAIClientError) -> JSONValue {
        guard let collect = call.collect,
            ServerSentEvents.events(of: bytes).contains(where: { (try? JSONValue(answer: $0.data)) != nil })
        else { throw OpenAIClientError(error, requestID: headers.requestID) }
        let rest = Mutex<[UInt8]?>(bytes)
        let body = HTTPBody { () throws(HTTPTransportError) in rest.withLock { $0.take() } }
        let source = try await EventSource(
            HTTPResponse(status: 200, headers: headers, body: body), errorResponse: errorResponse(for: call),
            limit: configuration.maximumResponseBytes, members: call.members)
        return try await collect(source)
    }

    private func body(of response: HTTPResponse) async throws(OpenAIClientError) -> [UInt8] {
        do throws(HTTPTransportError) {
            return try await response.body.collect(upTo: configuration.maximumResponseBytes)
        } catch {
            var failure = OpenAIClientError(error)
            failure.requestID = response.headers.requestID
            throw failure
        }
    }
}

extension Sender: CustomStringConvertible, CustomReflectable {
    /// The base URL, because a printed client must not reveal its key.
    var description: String { configuration.description }

    var customMirror: Mirror { Mirror(self, children: ["configuration": configuration]) }
}

// MARK: - Attempts

extension Sender {
    /// Sends until `read` succeeds, the failure is final, or the attempts are used up.
    private func withAttempts<Value: Sendable>(
        _ call: APICall, _ recorder: ModelCall?, read: (HTTPResponse) async throws(OpenAIClientError) -> Value
    ) async throws(OpenAIClientError) -> Value {
        let request = try request(for: call)
        let backoff = Backoff(
            initialDelay: .milliseconds(500), maximumDelay: .seconds(8),
            maximumAttempts: max(0, call.options.maxRetries ?? configuration.maxRetries) + 1)
        var retries = 0
        while true {
            let failure: OpenAIClientError
            var serverSaysRetry: Bool?
            do throws(OpenAIClientError) {
                let response = try await exchange(request)
                call.options.onResponse?(ResponseInfo(response, retryCount: retries))
                serverSaysRetry = response.headers.shouldRetry
                guard (200..<300).contains(response.status) else { throw await error(for: response, to: call) }
                serverSaysRetry = nil
                return try await read(response)
            } catch {
                failure = error
            }
            guard serverSaysRetry ?? failure.isWorthRetrying,
                failure.retryAfter ?? .zero <= configuration.maxRetryDelay,
                let delay = backoff.delay(afterFailedAttempt: retries + 1, serverDelay: failure.retryAfter)
            else { throw failure }
            recorder?.noteRetry(after: failure, status: failure.status)
            do {
                try await clock.sleep(for: delay)
            } catch {
                throw OpenAIClientError(.cancelled, "cancelled while waiting to try again")
            }
            retries += 1
        }
    }

    /// Makes one attempt: sends the request, and follows redirects within the same origin.
    private func exchange(_ request: HTTPRequest) async throws(OpenAIClientError) -> HTTPResponse {
        var request = request
        for _ in 0...3 {
            let response: HTTPResponse
            do throws(HTTPTransportError) {
                response = try await transport.send(request)
            } catch {
                throw OpenAIClientError(error)
            }
            guard let next = try redirect(of: request, response) else { return response }
            request.url = next
        }
        throw OpenAIClientError(.redirect, "the server redirects too often")
    }

    /// Returns the URL of a redirect; `nil` if the response is not one.
    private func redirect(of request: HTTPRequest, _ response: HTTPResponse) throws(OpenAIClientError) -> String? {
        let repeats = [307, 308] + (request.method == "GET" ? [301, 302] : [])
        guard (300..<400).contains(response.status), response.status != 304 else { return nil }
        guard repeats.contains(response.status), let address, let location = response.headers["Location"],
            let url = address.resolve(location: location), let target = ServerAddress(url),
            target.hasSameOrigin(as: address)
        else {
            throw OpenAIClientError(
                .redirect, "the server redirects to another origin, which is not followed", status: response.status)
        }
        return url
    }

    private func error(for response: HTTPResponse, to call: APICall) async -> OpenAIClientError {
        let body = try? await response.body.collect(upTo: 1 << 20)
        return errorResponse(for: call).error(status: response.status, headers: response.headers, body: body ?? [])
    }
}

extension OpenAIClientError {
    /// Indicates whether the same request may succeed a moment later.
    var isWorthRetrying: Bool {
        if code == .quotaExceeded { return false }
        if let status { return [408, 409, 429].contains(status) || status >= 500 }
        return [.connection, .timedOut, .rateLimited, .server].contains(code)
    }

    /// Returns whether the server may have rejected the request because of an unknown member.
    ///
    /// - Parameter names: The names of the member and of those inside it. An error that names one of them counts as a
    ///   rejection whatever its status, because gateways forward rejections as server errors.
    func mayRefuseMember(_ names: [String]) -> Bool {
        guard ![.authentication, .permissionDenied, .rateLimited, .quotaExceeded].contains(code) else { return false }
        let text = message.lowercased()
        if names.contains(where: { text.contains($0) || param?.contains($0) == true }) { return true }
        guard param == nil, [.badRequest, .unprocessable].contains(code), [400, 422].contains(status) else {
            return false
        }
        let words = [
            "extra", "unknown", "unrecogni", "unexpected", "unsupported", "not supported", "not permitted",
            "not allowed", "http status",
        ]
        return words.contains { text.contains($0) }
    }
}

extension ResponseInfo {
    init(_ response: HTTPResponse, retryCount: Int) {
        self.init(
            status: response.status, requestID: response.headers.requestID, rateLimits: response.headers.rateLimits,
            headers: response.headers, retryCount: retryCount)
    }
}

// MARK: - Requests

extension Sender {
    private func request(for call: APICall) throws(OpenAIClientError) -> HTTPRequest {
        guard let address else {
            throw OpenAIClientError(
                .configuration, "the base URL (OPENAI_BASE_URL) is not an absolute http or https URL")
        }
        try checkKey(for: address)
        var headers: HTTPHeaders = [
            "Accept": call.isStream ? "text/event-stream" : "application/json", "User-Agent": "last9-genai-swift",
        ]
        if call.body != nil { headers["Content-Type"] = "application/json" }
        if call.method == "POST" { headers["Idempotency-Key"] = call.options.idempotencyKey ?? Self.randomKey() }
        if let key {
            let usesHeader = configuration.azure.map { !$0.usesBearerToken } ?? false
            headers[usesHeader ? "api-key" : "Authorization"] = usesHeader ? key : "Bearer \(key)"
        }
        headers["OpenAI-Organization"] = configuration.organization
        headers["OpenAI-Project"] = configuration.project
        for field in configuration.headers.fields + call.options.headers.fields { headers[field.name] = field.value }
        guard headers.fields.allSatisfy({ $0.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }) else {
            throw OpenAIClientError(
                .configuration, "the key or a header contains a line break or another control character")
        }
        return HTTPRequest(
            method: call.method, url: url(for: call, at: address), headers: headers,
            body: call.body?.serialized() ?? [], timeouts: call.options.timeouts ?? configuration.timeouts)
    }

    private func checkKey(for address: ServerAddress) throws(OpenAIClientError) {
        guard key != nil else {
            if configuration.azure != nil {
                throw OpenAIClientError(.authentication, "no API key: set AZURE_OPENAI_API_KEY or Configuration.apiKey")
            }
            if address.host == "api.openai.com", configuration.headers["Authorization"] == nil {
                throw OpenAIClientError(.authentication, "no API key: set OPENAI_API_KEY or Configuration.apiKey")
            }
            return
        }
        guard address.scheme == "https" || address.isLoopback || configuration.allowsInsecureHTTP else {
            throw OpenAIClientError(
                .configuration, "a key is not sent over http to another machine unless allowsInsecureHTTP is set")
        }
    }

    private func url(for call: APICall, at address: ServerAddress) -> String {
        guard let azure = configuration.azure else { return address.url(appending: call.path) }
        guard let version = azure.apiVersion else { return address.url(appending: "openai/v1/\(call.path)") }
        let inDeployment = ["chat/completions", "completions", "embeddings"].contains(call.path)
        let deployment = inDeployment ? "deployments/\((azure.deployment ?? call.model).pathComponent)/" : ""
        return address.url(
            appending: "openai/\(deployment)\(call.path)", query: ["api-version=\(version.pathComponent)"])
    }

    private static func randomKey() -> String {
        "last9-" + String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    }

}

extension InstrumentationScope {
    /// The instrumentation scope of this module.
    static let openAIClient = InstrumentationScope(name: "GenAIOpenAI", version: packageVersion)
}
