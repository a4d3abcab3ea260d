// SPDX-License-Identifier: MIT

/// The parts of an absolute `http` or `https` URL that decide where a key is sent.
struct ServerAddress: Sendable, Hashable {
    /// `http` or `https`.
    var scheme: String
    /// The host in lower case; an IPv6 address without its brackets.
    var host: String
    /// The port; the scheme's default if the URL has none.
    var port: Int
    /// The path from the first slash to the query, without a slash at the end.
    var path: String
    /// The query without the question mark; empty for none.
    var query: String

    private var authority: String

    /// Parses a URL; `nil` if it is not absolute, is not HTTP, or contains a user name.
    init?(_ url: String) {
        guard let schemeEnd = url.range(of: "://") else { return nil }
        scheme = url[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let afterScheme = url[schemeEnd.upperBound...].prefix { $0 != "#" }
        let authority = afterScheme.prefix { $0 != "/" && $0 != "?" && $0 != "\\" }
        let target = afterScheme[authority.endIndex...]
        guard !authority.isEmpty, !authority.contains("@"), target.first != "\\",
            url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        self.authority = authority.lowercased()
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = String(parts.first ?? "")
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path
        query = parts.count > 1 ? String(parts[1]) : ""
        guard let (host, port) = Self.hostAndPort(self.authority) else { return nil }
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
    }

    private static func hostAndPort(_ authority: String) -> (host: String, port: Int?)? {
        var host = authority[...]
        var rest: Substring = ""
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            rest = authority[colon...]
        }
        guard !host.isEmpty else { return nil }
        if rest.isEmpty { return (String(host), nil) }
        guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65_535).contains(port) else { return nil }
        return (String(host), port)
    }

    /// Indicates whether the address is a loopback address.
    var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The scheme, the host and the port.
    var origin: String { "\(scheme)://\(authority)" }

    /// Returns whether both addresses have the same origin, so that a key for one may be sent to the other.
    func hasSameOrigin(as other: ServerAddress) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// Returns the URL of a path relative to this address, with the address's query and additional items.
    func url(appending path: String, query items: [String] = []) -> String {
        let query = ([self.query] + items).filter { !$0.isEmpty }.joined(separator: "&")
        return "\(scheme)://\(authority)\(self.path)/\(path)" + (query.isEmpty ? "" : "?\(query)")
    }

    /// Returns the URL of a `Location` field relative to this address; `nil` if it is invalid.
    func resolve(location: String) -> String? {
        if location.hasPrefix("//") { return "\(scheme):\(location)" }
        if location.hasPrefix("/") { return "\(scheme)://\(authority)\(location)" }
        return location.contains("://") ? location : nil
    }
}

extension String {
    /// The text as one component of a URL path, with all but unreserved characters escaped (RFC 3986, 2.3).
    var pathComponent: String {
        var text = ""
        for byte in utf8 {
            let isUnreserved =
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: "-._~:".utf8.contains(byte)
                }
            let hex = String(byte, radix: 16, uppercase: true)
            text += isUnreserved ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
        }
        return text
    }

    fileprivate func range(of needle: String) -> Range<Index>? { ranges(of: needle).first }
}
