// SPDX-License-Identifier: MIT

import Foundation

/// Texts that must not be shown, and how to show others without them.
///
/// Meant for what may echo them: the answers of servers and the words of libraries. Text is masked before it is cut, so
/// that no half of a secret stays.
package struct Secrets: Sendable {
    /// Shorter ones are left alone: they stand in any text.
    private static let shortest = 4
    private static let mask = Array("***".utf8)

    /// By their first byte, the longest first.
    private var values: [UInt8: [[UInt8]]] = [:]

    /// Creates an empty collection.
    package init() {}

    /// Collects the values of header fields and what of URLs may be secret.
    package init(headers: HTTPHeaders, urls: [String] = []) {
        for field in headers.fields where !isHarmless(field.name) { add(field) }
        for url in urls { add(url: url) }
    }

    /// Adds a secret in the forms in which it may come back: as it is, percent-encoded and percent-decoded.
    package mutating func add(_ secret: String) {
        addExactly(secret)
        if let decoded = secret.removingPercentEncoding { addExactly(decoded) }
        if let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) { addExactly(encoded) }
    }

    /// Adds user info and the values of the query, and parts of the path that look like keys.
    package mutating func add(url: String) {
        let parts = URLParts(url)
        for part in parts.userInfo.split(separator: ":") { add(String(part)) }
        for pair in parts.query.split(separator: "&") {
            add(pair.firstIndex(of: "=").map { String(pair[pair.index(after: $0)...]) } ?? String(pair))
        }
        for segment in parts.path.split(separator: "/") where isLikeKey(segment) { add(String(segment)) }
    }

    /// Adds a field's value as a whole and its words, for one may be repeated without the scheme before it.
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

    /// The text with every secret replaced by `***`, then cut.
    ///
    /// - Parameter limit: The most bytes to return.
    package func masked(_ text: String, limit: Int = .max) -> String {
        masked(text.utf8, limit: limit)
    }

    /// As ``masked(_:limit:)`` for text that is still bytes.
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
        // No piece of a character stays at the end.
        if !rest.isEmpty { shown = shown.prefix(limit).dropLastPartialCharacter() }
        return String(decoding: shown, as: UTF8.self)
    }
}

extension Secrets: CustomStringConvertible, CustomReflectable {
    /// Says how many there are.
    package var description: String { "Secrets(\(values.values.reduce(0) { $0 + $1.count }))" }
    /// Nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A URL as a message may show it: without user info, query and fragment, and with parts of the path that look like
/// keys masked.
package func withoutSecrets(url: String) -> String {
    let parts = URLParts(url)
    let path = parts.path.split(separator: "/", omittingEmptySubsequences: false).map { isLikeKey($0) ? "***" : $0 }
    return parts.scheme + parts.host + path.joined(separator: "/")
}

/// Whether the values of a field are no secret; those of all others may be.
func isHarmless(_ fieldName: String) -> Bool {
    [
        "accept", "accept-encoding", "content-encoding", "content-length", "content-type", "date", "grpc-status",
        "grpc-timeout", "retry-after", "server", "te", "transfer-encoding", "user-agent",
    ].contains(fieldName.lowercased())
}

private func isScheme(_ word: Substring) -> Bool {
    ["basic", "bearer", "digest", "token", "apikey", "api-key", "key"].contains(word.lowercased())
}

/// Whether part of a path may be a key: long, and of letters and digits mixed. The services of OTLP are none.
private func isLikeKey(_ segment: Substring) -> Bool {
    !segment.hasPrefix("opentelemetry.proto.") && segment.utf8.count >= 20
        && segment.contains { $0.isASCII && $0.isNumber } && segment.contains { $0.isLetter }
}

/// A URL taken apart without judging it, because a faulty one may hold secrets as well.
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
