// SPDX-License-Identifier: MIT
import GenAICore

/// The parts of an absolute `http` or `https` URL that identify a model call. The query is not kept, because it may
/// hold a key.
struct CallURL: Sendable, Hashable {
    /// In lower case, without the brackets of an IPv6 address.
    var host: String
    /// The port; the scheme's default if the URL has none.
    var port: Int
    /// The path as it was sent, without slashes at its end.
    var path: String

    /// Parses a URL; `nil` if it is not absolute or not HTTP.
    init?(_ url: String) {
        guard let schemeEnd = url.firstRange(of: "://") else { return nil }
        let isSecure = ASCII.equalIgnoringCase(url[..<schemeEnd.lowerBound], "https")
        guard isSecure || ASCII.equalIgnoringCase(url[..<schemeEnd.lowerBound], "http") else { return nil }
        let afterScheme = url[schemeEnd.upperBound...].prefix { $0 != "#" && $0 != "?" }
        var authority = afterScheme.prefix { $0 != "/" }
        var path = afterScheme[authority.endIndex...]
        while path.hasSuffix("/") { path.removeLast() }
        self.path = String(path)
        // A user name and a password are not part of the server's address.
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        let (host, port) = Self.hostAndPort(authority)
        guard !host.isEmpty else { return nil }
        self.host = host.lowercased()
        self.port = port ?? (isSecure ? 443 : 80)
    }

    private static func hostAndPort(_ authority: Substring) -> (host: Substring, port: Int?) {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let rest = authority[authority.index(after: end)...]
            return (authority[..<end].dropFirst(), Int(rest.dropFirst()))
        }
        guard let colon = authority.lastIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], Int(authority[authority.index(after: colon)...]))
    }

    /// The segments of the path.
    var segments: [Substring] { path.split(separator: "/") }
}
