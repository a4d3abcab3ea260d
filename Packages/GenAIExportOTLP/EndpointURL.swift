// SPDX-License-Identifier: MIT
import GenAITelemetry

/// The parts of an endpoint's URL that the exporter specification wants honoured: scheme, host, port, path.
struct EndpointURL {
    private let origin: String
    private let path: String
    private let query: String

    /// Takes a URL apart.
    ///
    /// Reports user info, which is left out: credentials belong in headers.
    ///
    /// - Throws: ``ConfigurationError`` that names the option and shows the value without user info.
    init(_ text: String, option: String) throws(ConfigurationError) {
        guard let parts = Self.split(text) else {
            throw ConfigurationError(
                .invalidValue, option: option, value: withoutCredentials(text),
                advice: "this is not a URL such as http://localhost:4318 or https://otlp.example.com")
        }
        (origin, path, query) = (parts.origin, parts.path, parts.query)
        if parts.hasUserInfo {
            Diagnostics.report(
                .warning, "OTLPExporter", "the user info in the URL of \(option) is left out; set headers instead")
        }
    }

    /// The URL as given, with at least a path.
    var verbatim: String { origin + (path.isEmpty ? "/" : path) + query }

    /// The URL with a path appended behind exactly one slash, without the query.
    func appending(_ suffix: String) -> String {
        origin + path + (path.hasSuffix("/") ? "" : "/") + suffix
    }

    private static func split(_ text: String) -> (origin: String, path: String, query: String, hasUserInfo: Bool)? {
        guard let separator = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<separator.lowerBound].lowercased()
        let isClean = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard scheme == "http" || scheme == "https", isClean else { return nil }
        let rest = text[separator.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        guard isHostAndPort(host) else { return nil }
        return (
            "\(scheme)://\(host)", String(path), String(rest[path.endIndex...]),
            host.startIndex != authority.startIndex
        )
    }

    private static func isHostAndPort(_ text: Substring) -> Bool {
        var (host, port) = (text, Substring("1"))
        if text.hasPrefix("["), let end = text.lastIndex(of: "]") {  // an IPv6 address
            host = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { return false }
            if !tail.isEmpty { port = tail.dropFirst() }
        } else if let colon = text.firstIndex(of: ":") {
            (host, port) = (text[..<colon], text[text.index(after: colon)...])
        }
        return !host.isEmpty && !host.contains("@") && (UInt16(port) ?? 0) > 0
    }
}

/// The URL without what stands between scheme and `@`, and without its query, for messages.
func withoutCredentials(_ url: String) -> String {
    let visible = url.prefix { $0 != "?" && $0 != "#" }
    guard let at = visible.lastIndex(of: "@") else { return String(visible) }
    let start = visible.firstRange(of: "://")?.upperBound ?? visible.startIndex
    guard start <= at else { return String(visible) }
    return String(visible[..<start] + visible[visible.index(after: at)...])
}

/// The host a `Location` header points to; `nil` when it stays on the same host.
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
