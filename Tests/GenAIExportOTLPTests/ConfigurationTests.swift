// SPDX-License-Identifier: MIT
import GenAIHTTP
import GenAITelemetry
import Testing

@testable import GenAIExportOTLP

@Suite("Configuration of an exporter")
struct ConfigurationTests {
    private func settings(
        _ configuration: OTLPConfiguration = OTLPConfiguration(), _ variables: [String: String] = [:],
        signal: OTLPSignal = .traces
    ) throws -> OTLPSettings {
        try OTLPSettings(configuration, signal: signal, environment: TelemetryEnvironment(variables))
    }

    // MARK: - URLs

    static let baseURLs: [(String, String)] = [
        ("http://h:4318", "http://h:4318/v1/traces"), ("http://h:4318/", "http://h:4318/v1/traces"),
        ("http://h:4318/x", "http://h:4318/x/v1/traces"), ("http://h:4318/x/", "http://h:4318/x/v1/traces"),
        ("HTTPS://Example.com", "https://Example.com/v1/traces"), ("http://[::1]:4318", "http://[::1]:4318/v1/traces"),
        ("http://u:p@h/x?q#f", "http://h/x/v1/traces?q"),
        ("http://127.0.0.1:1/q?api_key=k", "http://127.0.0.1:1/q/v1/traces?api_key=k"),
    ]

    @Test("a base URL gets the signal's path appended", arguments: baseURLs)
    func base(given: String, url: String) throws {
        #expect(try settings(OTLPConfiguration(endpoint: given)).url == url)
        #expect(try settings(OTLPConfiguration(), ["OTEL_EXPORTER_OTLP_ENDPOINT": given]).url == url)
    }

    static let signalURLs: [(String, String)] = [
        ("http://h", "http://h/"), ("http://h/", "http://h/"), ("http://h:1/x", "http://h:1/x"),
        ("http://h/x/", "http://h/x/"), ("http://h/x?key=1", "http://h/x?key=1"), ("http://h?key=1", "http://h/?key=1"),
    ]

    @Test("a signal's URL is taken as it is", arguments: signalURLs)
    func verbatim(given: String, url: String) throws {
        var configuration = OTLPConfiguration()
        configuration.signalEndpoint = given
        #expect(try settings(configuration).url == url)
        #expect(try settings(OTLPConfiguration(), ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": given]).url == url)
    }

    @Test(
        "what is no URL is an error that names the variable and shows no credentials",
        arguments: [
            "localhost:4318", "ftp://h", "http://", "http:///x", "http://h:port", "http://h:0", "http://h:99999",
            "http://u:secret@", "http://h:1:2", "http://[::1", "http://h h", "http://hé",
            "http://u:secret@h:x/p?secret=1",
        ])
    func malformed(given: String) throws {
        for variable in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"] {
            let error = try #require(throws: ConfigurationError.self) {
                try settings(OTLPConfiguration(), [variable: given], signal: .logs)
            }
            #expect(error.code == .invalidValue && error.option == variable)
            #expect(!error.description.contains("secret"))
        }
    }

    // MARK: - Precedence

    @Test("without anything set the defaults of the specification hold")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.url == "http://localhost:4318/v1/traces")
        #expect(settings.headers.fields.isEmpty)
        #expect(settings.timeout == .seconds(10))
        #expect(settings.compression == .uncompressed)
        #expect(settings.wireProtocol == .httpProtobuf)
        #expect(settings.maximumRequestBytes == 67_108_864 && settings.maximumResponseBytes == 4_194_304)
    }

    @Test("the signal's variable beats the general one, and code beats both")
    func precedence() throws {
        var variables = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://general", "OTEL_EXPORTER_OTLP_HEADERS": "from=general",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "1000", "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        ]
        let general = try settings(OTLPConfiguration(), variables)
        #expect(general.url == "http://general/v1/traces" && general.headers["from"] == "general")
        #expect(
            general.timeout == .seconds(1) && general.compression == .uncompressed
                && general.wireProtocol == .httpProtobuf)

        variables.merge([
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://own/path", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "from=own",
            "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "2000", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "GZIP",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "HTTP/JSON",
        ]) { $1 }
        let own = try settings(OTLPConfiguration(), variables)
        #expect(own.url == "http://own/path" && own.headers["from"] == "own")
        #expect(own.timeout == .seconds(2) && own.compression == .gzip && own.wireProtocol == .httpJSON)
        #expect(try settings(OTLPConfiguration(), variables, signal: .logs).headers["from"] == "general")

        let code = try settings(
            OTLPConfiguration(
                endpoint: "http://code", headers: ["from": "code"], timeout: .seconds(3), compression: .uncompressed,
                protocol: .httpProtobuf), variables)
        #expect(code.url == "http://code/v1/traces" && code.headers["from"] == "code")
        #expect(code.timeout == .seconds(3) && code.compression == .uncompressed && code.wireProtocol == .httpProtobuf)
    }

    @Test("a timeout of zero means no limit; one that is no number is ignored")
    func timeouts() throws {
        #expect(try settings(OTLPConfiguration(), ["OTEL_EXPORTER_OTLP_TIMEOUT": "0"]).timeout == nil)
        #expect(try settings(OTLPConfiguration(timeout: .zero)).timeout == nil)
        for text in ["-1", "soon", "1.5", ""] {
            #expect(try settings(OTLPConfiguration(), ["OTEL_EXPORTER_OTLP_TIMEOUT": text]).timeout == .seconds(10))
        }
    }

    @Test("an unknown protocol or compression is ignored")
    func unsupported() throws {
        #expect(
            try settings(OTLPConfiguration(), ["OTEL_EXPORTER_OTLP_PROTOCOL": "smoke"]).wireProtocol == .httpProtobuf)
        #expect(
            try settings(OTLPConfiguration(), ["OTEL_EXPORTER_OTLP_COMPRESSION": "zip"]).compression == .uncompressed)
    }

    // MARK: - gRPC

    static let callURLs: [([String: String], String)] = [
        ([:], "http://localhost:4317"), (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:4317"], "http://h:4317"),
        (["OTEL_EXPORTER_OTLP_ENDPOINT": "https://h/base?key=1"], "https://h"),
        (["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://h:1/v1/traces"], "http://h:1"),
        (["OTEL_EXPORTER_OTLP_ENDPOINT": "h:4317"], "https://h:4317"),
        (["OTEL_EXPORTER_OTLP_ENDPOINT": "h:4317", "OTEL_EXPORTER_OTLP_INSECURE": "true"], "http://h:4317"),
        (["OTEL_EXPORTER_OTLP_ENDPOINT": "h", "OTEL_EXPORTER_OTLP_TRACES_INSECURE": "true"], "http://h"),
    ]

    @Test(
        "gRPC calls the method at the server of the endpoint, whatever its path", arguments: callURLs,
        ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
    func calls(call: (variables: [String: String], origin: String), variable: String) throws {
        let settings = try settings(OTLPConfiguration(), call.variables.merging([variable: "gRPC"]) { $1 })
        #expect(settings.wireProtocol == .grpc)
        #expect(settings.url == call.origin + "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
    }

    static let fallbackURLs: [([String: String], String)] = [
        ([:], "http://localhost:4318/v1/traces"),
        (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:4317"], "http://h:4318/v1/traces"),
        (["OTEL_EXPORTER_OTLP_ENDPOINT": "h:4317"], "https://h:4318/v1/traces"),
        (["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://h/x"], "https://h/x/v1/traces"),
    ]

    @Test("without HTTP/2 the nearest protocol takes its place, and nothing throws", arguments: fallbackURLs)
    func fallback(variables: [String: String], url: String) throws {
        let environment = TelemetryEnvironment(variables.merging(["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"]) { $1 })
        let settings = try OTLPSettings(
            OTLPConfiguration(), signal: .traces, environment: environment, hasHTTP2: { _ in false })
        #expect(settings.wireProtocol == .httpProtobuf && settings.url == url)
    }

    @Test("every protocol is known by its name")
    func protocolNames() {
        for known in OTLPProtocol.allCases { #expect(OTLPProtocol(rawValue: known.rawValue) == known) }
        #expect(OTLPProtocol(rawValue: "smoke") == nil)
    }

    // MARK: - Headers

    static let headerLists: [(String, [String])] = [
        ("a=1", ["a: 1"]), ("a=1,b=2", ["a: 1", "b: 2"]), (" a = 1 , b = 2 ", ["a: 1", "b: 2"]),
        ("Authorization=Basic%20YWJj%3D", ["Authorization: Basic YWJj="]),
        ("Authorization=Basic YWJj==", ["Authorization: Basic YWJj=="]),
        ("a=%E2%82%AC", ["a: €"]), ("a=1,a=2", ["a: 2"]), ("a=", ["a: "]), ("a=1,,", ["a: 1"]), ("a=+", ["a: +"]),
        ("a=1;meta=2", ["a: 1;meta=2"]),
        // Left out: no name, no value, broken escapes, and whatever could add a field of its own.
        ("a", []), ("=1", []), ("a b=1", []), ("a=%", []), ("a=%zz", []), ("a=%FF", []), ("a=x%0D%0Ab: 2", []),
        ("a=x%00", []), ("b=2,a=%4", ["b: 2"]),
    ]

    @Test("header lists are read like baggage", arguments: headerLists)
    func headers(text: String, expected: [String]) throws {
        let headers = try settings(OTLPConfiguration(), ["OTEL_EXPORTER_OTLP_HEADERS": text]).headers
        #expect(headers.fields.map { "\($0.name): \($0.value)" } == expected)
    }

    @Test("a configuration does not print header values or credentials of a URL")
    func secrets() throws {
        let configuration = OTLPConfiguration(
            endpoint: "https://u:secret@h/x?key=secret", headers: ["Authorization": "secret"])
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("secret"), "\(text)")
            #expect(text.contains("Authorization"))
        }
    }

    @Test("an exporter does not print header values or keys of a URL")
    func exporterSecrets() throws {
        var configuration = OTLPConfiguration(
            endpoint: "https://u:secret@h/x?key=secret", headers: ["X-Tenant": "secret"])
        configuration.protocol = .httpJSON
        let environment = TelemetryEnvironment([:])
        let exporters: [Any] = [
            try OTLPSpanExporter(configuration, environment: environment),
            try OTLPLogRecordExporter(configuration, environment: environment),
            try OTLPMetricExporter(configuration, environment: environment),
        ]
        for exporter in exporters {
            var dumped = ""
            dump(exporter, to: &dumped)
            for text in ["\(exporter)", String(reflecting: exporter), dumped] {
                #expect(!text.contains("secret"), "\(text)")
            }
            #expect("\(exporter)".contains("(http/json to https://h/x/v1/"))
        }
    }

    @Test("certificate files that cannot be used are an error that names the variable")
    func certificates() throws {
        for variable in ["OTEL_EXPORTER_OTLP_CLIENT_KEY", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE"] {
            let error = try #require(throws: ConfigurationError.self) {
                try OTLPSpanExporter(environment: TelemetryEnvironment([variable: "/no/such.pem"]))
            }
            #expect(error.code == .unavailable && error.option == variable && error.value == "/no/such.pem")
        }
        // A transport of the caller's own has its own certificates.
        _ = try OTLPSpanExporter(
            environment: TelemetryEnvironment(["OTEL_EXPORTER_OTLP_CLIENT_KEY": "/no/such.pem"]),
            transport: makeDefaultTransport())
    }
}
