// SPDX-License-Identifier: MIT
import GenAIHTTP
import GenAITelemetry

/// The parts of an endpoint's URL that the exporter specification uses: scheme, host, port, path.
struct EndpointURL {
    private let scheme: String
    private let host: String
    /// The port given; `nil` for the scheme's default.
    private let port: UInt16?
    private let path: String
    private let query: String

    /// Parses a URL.
    ///
    /// User info is left out and reported: credentials belong in headers.
    ///
    /// - Throws: ``ConfigurationError`` that names the option and shows the value without user info.
    init(_ text: String, option: String) throws(ConfigurationError) {
        guard let parts = Self.split(text) else {
            throw ConfigurationError(
                .invalidValue, option: option, value: withoutSecrets(url: text),
                advice: "this is not a URL such as http://localhost:4318 or https://otlp.example.com")
        }
        (scheme, host, port) = (parts.scheme, parts.host, parts.port)
        (path, query) = (parts.path, parts.query)
        if parts.hasUserInfo {
            Diagnostics.report(
                .warning, "OTLPExporter", "the user info in the URL of \(option) is left out; set headers instead")
        }
    }

    private var origin: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// The URL as given, with `/` as its path if it has none.
    var verbatim: String { origin + (path.isEmpty ? "/" : path) + query }

    /// Returns the URL with a path appended after exactly one slash, before the query.
    func appending(_ suffix: String) -> String {
        origin + path + (path.hasSuffix("/") ? "" : "/") + suffix + query
    }

    /// Returns the URL of a gRPC method. Path and query of the endpoint are not used with gRPC.
    func calling(_ method: String) -> String { "\(origin)/\(method)" }

    /// The same server at the usual port of OTLP over HTTP, if this is the usual port of gRPC.
    var forHTTP: EndpointURL { EndpointURL(self, port: port == 4317 ? 4318 : port) }

    private init(_ other: EndpointURL, port: UInt16?) {
        (scheme, host, path, query) = (other.scheme, other.host, other.path, other.query)
        self.port = port
    }

    private struct Parts {
        var scheme, host: String
        var port: UInt16?
        var path, query: String
        var hasUserInfo: Bool
    }

    private static func split(_ text: String) -> Parts? {
        guard let separator = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<separator.lowerBound].lowercased()
        let isClean = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard scheme == "http" || scheme == "https", isClean else { return nil }
        let rest = text[separator.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        let server = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        guard let (host, port) = hostAndPort(server) else { return nil }
        return Parts(
            scheme: scheme, host: host, port: port, path: String(path), query: String(rest[path.endIndex...]),
            hasUserInfo: server.startIndex != authority.startIndex)
    }

    private static func hostAndPort(_ text: Substring) -> (host: String, port: UInt16?)? {
        var host = text
        var tail = Substring()
        if text.hasPrefix("["), let end = text.lastIndex(of: "]") {  // an IPv6 address
            (host, tail) = (text[...end], text[text.index(after: end)...])
            guard host.count > 2 else { return nil }
        } else if let colon = text.firstIndex(of: ":") {
            (host, tail) = (text[..<colon], text[colon...])
        }
        guard !host.isEmpty, !host.contains("@") else { return nil }
        if tail.isEmpty { return (String(host), nil) }
        guard tail.hasPrefix(":"), let port = UInt16(tail.dropFirst()), port > 0 else { return nil }
        return (String(host), port)
    }
}

/// Returns the host that a `Location` header points to; `nil` if it is the same host.
func redirectHost(_ location: String) -> String? {
    let rest: Substring
    if let separator = location.firstRange(of: "://") {
        rest = location[separator.upperBound...]
    } else if location.hasPrefix("//") {
        rest = location.dropFirst(2)
    } else {
        return nil
    }
    let authority = rest.prefix { !"/?#".contains($0) }
    return authority.split(separator: "@", omittingEmptySubsequences: false).last.map(String.init)
}
