// SPDX-License-Identifier: MIT

import Foundation

/// Secret texts, and a way to mask them in other texts.
///
/// Applied to texts that may echo secrets: responses of servers and messages of libraries. Text is masked before it is
/// truncated, so that no part of a secret remains.
package struct Secrets: Sendable {
    /// Shorter secrets are not masked: they occur by chance in any text.
    private static let shortest = 4
    private static let mask = Array("***".utf8)

    /// Keyed by their first byte, the longest first.
    private var values: [UInt8: [[UInt8]]] = [:]

    /// Creates an empty collection.
    package init() {}

    /// Collects the values of header fields and the parts of URLs that may be secret.
    package init(headers: HTTPHeaders, urls: [String] = []) {
        for field in headers.fields where !isHarmless(field.name) { add(field) }
        for url in urls { add(url: url) }
    }

    /// Adds a secret in the forms in which it may be echoed: as it is, percent-encoded and percent-decoded.
    package mutating func add(_ secret: String) {
        addExactly(secret)
        if let decoded = secret.removingPercentEncoding { addExactly(decoded) }
        if let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) { addExactly(encoded) }
    }

    /// Adds the user info, the values of the query, and path segments that look like keys.
    package mutating func add(url: String) {
        let parts = URLParts(url)
        for part in parts.userInfo.split(separator: ":") { add(String(part)) }
        for pair in parts.query.split(separator: "&") {
            add(pair.firstIndex(of: "=").map { String(pair[pair.index(after: $0)...]) } ?? String(pair))
        }
        for segment in parts.path.split(separator: "/") where isLikeKey(segment) { add(String(segment)) }
    }

    /// Adds a field's value as a whole and word by word, because a server may echo it without its scheme.
    private mutating func add(_ field: HTTPHeaders.Field) {
        add(field.value)
        for word in field.value.split(separator: " ") where !isScheme(word) {
            add(String(word))
            guard field.value.lowercased().hasPrefix("basic "), let data = Data(base64Encoded: String(word))
            else { continue }
            for part in String(decoding: data, as: UTF8.self).split(separator: ":") { add(String(part)) }
        }
    }

    private mutating func addExactly(_ secret: String) {
        let bytes = Array(secret.utf8)
        guard bytes.count >= Self.shortest, values[bytes[0]]?.contains(bytes) != true else { return }
        values[bytes[0], default: []].append(bytes)
        values[bytes[0]]?.sort { $0.count > $1.count }
    }

    /// Returns the text with every secret replaced by `***`, then truncated.
    ///
    /// - Parameter limit: The maximum number of bytes to return.
    package func masked(_ text: String, limit: Int = .max) -> String {
        masked(text.utf8, limit: limit)
    }

    /// Like ``masked(_:limit:)``, for text in UTF-8.
    package func masked(_ bytes: some Collection<UInt8>, limit: Int = .max) -> String {
        var rest = Array(bytes)[...]
        var shown: [UInt8] = []
        while let first = rest.first, shown.count < limit {
            if let secret = values[first]?.first(where: { rest.starts(with: $0) }) {
                rest = rest.dropFirst(secret.count)
                shown += Self.mask
            } else {
                rest = rest.dropFirst()
                shown.append(first)
            }
        }
        // Truncation must not leave a partial character at the end.
        if !rest.isEmpty { shown = shown.prefix(limit).dropLastPartialCharacter() }
        return String(decoding: shown, as: UTF8.self)
    }
}

extension Secrets: CustomStringConvertible, CustomReflectable {
    /// The number of secrets.
    package var description: String { "Secrets(\(values.values.reduce(0) { $0 + $1.count }))" }
    /// Empty, so that dumps show no secret.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Returns a URL for use in messages: without user info, query and fragment, and with path segments that look like keys
/// masked.
package func withoutSecrets(url: String) -> String {
    let parts = URLParts(url)
    let path = parts.path.split(separator: "/", omittingEmptySubsequences: false).map { isLikeKey($0) ? "***" : $0 }
    return parts.scheme + parts.host + path.joined(separator: "/")
}

/// Returns whether the values of a header field are never secret. All other fields are treated as secret.
func isHarmless(_ fieldName: String) -> Bool {
    [
        "accept", "accept-encoding", "content-encoding", "content-length", "content-type", "date", "grpc-status",
        "grpc-timeout", "retry-after", "server", "te", "transfer-encoding", "user-agent",
    ].contains(fieldName.lowercased())
}

private func isScheme(_ word: Substring) -> Bool {
    ["basic", "bearer", "digest", "token", "apikey", "api-key", "key"].contains(word.lowercased())
}

/// Returns whether a path segment may be a key: long, with letters and digits mixed. OTLP's service names are excluded.
private func isLikeKey(_ segment: Substring) -> Bool {
    !segment.hasPrefix("opentelemetry.proto.") && segment.utf8.count >= 20
        && segment.contains { $0.isASCII && $0.isNumber } && segment.contains { $0.isLetter }
}

/// The parts of a URL, split without validation, because an invalid URL may hold secrets as well.
private struct URLParts {
    var scheme: Substring
    var userInfo: Substring
    var host: Substring
    var path: Substring
    var query: Substring

    init(_ url: String) {
        let visible = url.prefix { $0 != "#" }
        let beforeQuery = visible.prefix { $0 != "?" }
        query = visible[beforeQuery.endIndex...].dropFirst()
        let start = beforeQuery.firstRange(of: "://")?.upperBound ?? beforeQuery.startIndex
        scheme = beforeQuery[..<start]
        // The last one: a password may hold a slash or an at sign that should have been encoded.
        let at = beforeQuery[start...].lastIndex(of: "@")
        let hostStart = at.map { beforeQuery.index(after: $0) } ?? start
        userInfo = at.map { beforeQuery[start..<$0] } ?? ""
        host = beforeQuery[hostStart...].prefix { $0 != "/" }
        path = beforeQuery[host.endIndex...]
    }
}

extension ArraySlice<UInt8> {
    fileprivate func dropLastPartialCharacter() -> [UInt8] {
        var end = endIndex
        while end > startIndex, self[end - 1] & 0b1100_0000 == 0b1000_0000 { end -= 1 }
        if end > startIndex, self[end - 1] >= 0b1100_0000 { end -= 1 } else { end = endIndex }
        return Array(self[..<end])
    }
}
