// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry

/// What the signals of OTLP differ in.
struct OTLPSignal: Sendable {
    /// The path below the base URL.
    let path: String
    /// The infix of the environment variables.
    let variable: String
    /// What there is one or many of, for messages.
    let noun: String

    static let traces = OTLPSignal(path: "v1/traces", variable: "TRACES", noun: "spans")
    static let logs = OTLPSignal(path: "v1/logs", variable: "LOGS", noun: "log records")
    static let metrics = OTLPSignal(path: "v1/metrics", variable: "METRICS", noun: "data points")
}

/// The settings of one exporter once code, environment and defaults have been weighed.
struct OTLPSettings: Sendable {
    let url: String
    let headers: HTTPHeaders
    /// `nil` means no limit.
    let timeout: Duration?
    let compression: OTLPCompression
    let encoding: OTLPProtocol
    let tls: TLSFiles
    let maximumRequestBytes: Int
    let maximumResponseBytes: Int

    /// Files for TLS.
    struct TLSFiles: Sendable {
        var authority: (option: String, path: String)?
        var clientCertificate: (option: String, path: String)?
        var clientKey: (option: String, path: String)?
    }

    /// Weighs the settings.
    ///
    /// - Throws: ``ConfigurationError`` for an endpoint that is no URL and for the protocol `grpc`.
    init(
        _ configuration: OTLPConfiguration, signal: OTLPSignal, environment: TelemetryEnvironment
    ) throws(ConfigurationError) {
        let source = OTLPVariables(environment: environment, signal: signal)
        url = try Self.url(configuration, signal: signal, source: source)
        headers = configuration.headers ?? source.headers() ?? [:]
        let timeout = configuration.timeout ?? source.first("TIMEOUT", environment.milliseconds) ?? .seconds(10)
        self.timeout = timeout > .zero ? timeout : nil
        compression = configuration.compression ?? source.choice("COMPRESSION") ?? .uncompressed
        if let chosen = configuration.protocol {
            encoding = chosen
        } else {
            encoding = try source.wireProtocol() ?? .httpProtobuf
        }
        tls = TLSFiles(
            authority: configuration.certificateFile.map { ("certificateFile", $0) } ?? source.file("CERTIFICATE"),
            clientCertificate: configuration.clientCertificateFile.map { ("clientCertificateFile", $0) }
                ?? source.file("CLIENT_CERTIFICATE"),
            clientKey: configuration.clientKeyFile.map { ("clientKeyFile", $0) } ?? source.file("CLIENT_KEY"))
        maximumRequestBytes = configuration.maximumRequestBytes
        maximumResponseBytes = configuration.maximumResponseBytes
    }

    private static func url(
        _ configuration: OTLPConfiguration, signal: OTLPSignal, source: OTLPVariables
    ) throws(ConfigurationError) -> String {
        if let text = configuration.signalEndpoint {
            return try EndpointURL(text, option: "signalEndpoint").verbatim
        }
        if let text = configuration.endpoint {
            return try EndpointURL(text, option: "endpoint").appending(signal.path)
        }
        if let text = source.environment.string(source.specific("ENDPOINT")) {
            return try EndpointURL(text, option: source.specific("ENDPOINT")).verbatim
        }
        if let text = source.environment.string(source.general("ENDPOINT")) {
            return try EndpointURL(text, option: source.general("ENDPOINT")).appending(signal.path)
        }
        return "http://localhost:4318/\(signal.path)"
    }
}

/// The environment variables of one signal's exporter: the signal's own beats the general one.
struct OTLPVariables {
    let environment: TelemetryEnvironment
    let signal: OTLPSignal

    func general(_ name: String) -> String { "OTEL_EXPORTER_OTLP_\(name)" }
    func specific(_ name: String) -> String { "OTEL_EXPORTER_OTLP_\(signal.variable)_\(name)" }

    func first<Value>(_ name: String, _ read: (String) -> Value?) -> Value? {
        read(specific(name)) ?? read(general(name))
    }

    func choice(_ name: String) -> OTLPCompression? {
        let choices = Dictionary(uniqueKeysWithValues: OTLPCompression.allCases.map { ($0.rawValue, $0) })
        return first(name) { environment.choice($0, of: choices) }
    }

    func file(_ name: String) -> (option: String, path: String)? {
        first(name) { variable in environment.string(variable).map { (variable, $0) } }
    }

    func wireProtocol() throws(ConfigurationError) -> OTLPProtocol? {
        var choices: [String: (OTLPProtocol?, String)] = [:]
        let found = first("PROTOCOL") { variable -> (kind: OTLPProtocol?, variable: String)? in
            for kind in OTLPProtocol.allCases { choices[kind.rawValue] = (kind, variable) }
            choices["grpc"] = (nil, variable)
            return environment.choice(variable, of: choices)
        }
        guard let found else { return nil }
        guard let kind = found.kind else {
            throw ConfigurationError(
                .unsupported, option: found.variable, value: "grpc",
                advice: "OTLP over gRPC is not supported; use http/protobuf and the server's HTTP port, usually 4318")
        }
        return kind
    }

    /// The header fields; those that cannot be read are left out and reported by position, without their content.
    func headers() -> HTTPHeaders? {
        first("HEADERS") { variable in
            guard let text = environment.string(variable) else { return nil }
            var headers: HTTPHeaders = [:]
            for (index, member) in text.split(separator: ",").enumerated() {
                if member.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
                if let field = headerField(member) {
                    headers[field.name] = field.value
                } else {
                    Diagnostics.report(
                        .warning, "OTLPExporter",
                        "entry \(index + 1) of \(variable) is not name=value, percent-encoded; it is left out"
                    )
                }
            }
            return headers
        }
    }
}

/// Reads `name=value`, the value percent-encoded as in the W3C baggage header; `nil` for what no header may hold.
private func headerField(_ member: Substring) -> (name: String, value: String)? {
    guard let border = member.firstIndex(of: "="),
        let name = TelemetryEnvironment(["": String(member[..<border])]).string(""), name.utf8.allSatisfy(isTokenByte),
        let decoded = percentDecoded(member[member.index(after: border)...])
    else { return nil }
    let value = TelemetryEnvironment(["": decoded]).string("") ?? ""
    // Control characters would let a value add header fields of its own.
    guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }) else { return nil }
    return (name, value)
}

private func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

/// The text with `%41` and the like decoded; `nil` for broken escapes and for what is not UTF-8 then.
private func percentDecoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte != UInt8(ascii: "%") {
            bytes.append(byte)
            continue
        }
        guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit)
        else { return nil }
        bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
}
