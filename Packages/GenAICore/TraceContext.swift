// SPDX-License-Identifier: MIT

/// The members of the `tracestate` header: one position per vendor, the most recent first.
///
/// Source: W3C Trace Context, section 3.3.
public struct TraceState: Sendable, Hashable {
    /// The header's text; empty when there are no members.
    public let description: String

    /// Creates an empty state.
    public init() {
        description = ""
    }

    /// Reads a header; `nil` when a member is malformed, a key is repeated or there are more than 32 members.
    public init?(_ header: String) {
        var keys: Set<Substring> = []
        var members: [Substring] = []
        for member in header.split(separator: ",").map(trimmed) where !member.isEmpty {
            guard let border = member.firstIndex(of: "="), isKey(member[..<border]),
                isValue(member[member.index(after: border)...]), keys.insert(member[..<border]).inserted
            else { return nil }
            members.append(member)
        }
        guard members.count <= 32 else { return nil }
        description = members.joined(separator: ",")
    }

    /// The value of a vendor's member.
    public subscript(key: String) -> String? {
        for member in description.split(separator: ",") {
            guard let border = member.firstIndex(of: "="), member[..<border] == key else { continue }
            return String(member[member.index(after: border)...])
        }
        return nil
    }
}

extension TraceState: CustomStringConvertible {}

extension SpanContext {
    /// The `traceparent` header, for example `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
    public var traceparent: String {
        let digits = String(flags.rawValue & 0x03, radix: 16)
        return "00-\(traceID)-\(spanID)-0\(digits)"
    }

    /// Reads the two headers of W3C Trace Context.
    ///
    /// `nil` when `traceparent` is malformed. A malformed `tracestate` is dropped alone. The result is remote.
    ///
    /// Source: W3C Trace Context, sections 3.2 and 4.
    public init?(traceparent: String, tracestate: String? = nil) {
        let bytes = Array(trimmed(traceparent[...]).utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = hexNumber(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash,
            let high = hexNumber(bytes[3..<19]), let low = hexNumber(bytes[19..<35]),
            let span = hexNumber(bytes[36..<52]), let flags = hexNumber(bytes[53..<55])
        else { return nil }
        self.init(
            traceID: TraceID(high: high, low: low), spanID: SpanID(rawValue: span),
            flags: TraceFlags(rawValue: UInt8(truncatingIfNeeded: flags) & 0x03),
            traceState: tracestate.flatMap(TraceState.init) ?? TraceState(), isRemote: true)
        guard isValid else { return nil }
    }
}

private func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
    while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
    return text
}

private func isKey(_ key: Substring) -> Bool {
    func isStart(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard let first = key.utf8.first, isStart(first), key.utf8.count <= 256 else { return false }
    return key.utf8.allSatisfy { isStart($0) || "_-*/@".utf8.contains($0) }
}

private func isValue(_ value: Substring) -> Bool {
    let bytes = value.utf8
    return (1...256).contains(bytes.count)
        && bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") }
}
