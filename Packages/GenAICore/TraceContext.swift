// SPDX-License-Identifier: MIT

/// The members of the `tracestate` header: one position for each vendor, the most recent first.
///
/// Contains at most 32 members of at most 513 bytes each, so that a hostile header cannot make it large.
///
/// Source: W3C Trace Context level 2, section 3.3.
public struct TraceState: Sendable, Hashable {
    // A reference, which most spans do not have, because the context of a span is copied several times.
    private let text: Text?

    private final class Text: Sendable {
        let value: String

        init(_ value: String) { self.value = value }
    }

    /// The maximum number of members of a header.
    private static let memberLimit = 32
    /// The maximum size of a header in bytes: twice that of 32 members of full length.
    private static let byteLimit = 2 * 32 * 514

    /// Creates an empty state.
    public init() {
        text = nil
    }

    /// The text of the header; empty if there are no members.
    public var description: String { text?.value ?? "" }

    /// Parses a header; `nil` if a member is malformed, a key is repeated or there are more than 32 members.
    ///
    /// Empty members and whitespace around members are accepted and removed. A header above 32,896 bytes is rejected.
    public init?(_ header: String) {
        guard header.utf8.count <= Self.byteLimit else { return nil }
        var members: [Member] = []
        for bytes in header.utf8.split(separator: UInt8(ascii: ",")).lazy.map(ASCII.trimmed) where !bytes.isEmpty {
            guard members.count < Self.memberLimit, let member = Member(bytes),
                !members.contains(where: { $0.key == member.key })
            else { return nil }
            members.append(member)
        }
        self.init(members)
    }

    private init(_ members: [Member]) {
        let joined = members.lazy.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        text = joined.isEmpty ? nil : Text(joined)
    }

    /// The value of a vendor's member.
    ///
    /// Setting a value moves the member to the front, as required of a vendor that changes its position; beyond 32
    /// members the last ones are removed. Setting `nil` removes the member. An invalid key or value is ignored.
    public subscript(key: String) -> String? {
        get { members.first { $0.key == key }?.value }
        set {
            var others = members.filter { $0.key != key }
            if let newValue {
                guard let member = Member(key: key, value: newValue) else { return }
                others.insert(member, at: 0)
            }
            self = TraceState(Array(others.prefix(Self.memberLimit)))
        }
    }

    private var members: [Member] {
        description.utf8.split(separator: UInt8(ascii: ",")).compactMap(Member.init)
    }
}

extension TraceState: CustomStringConvertible {
    /// Returns whether both have the same members in the same order.
    public static func == (one: TraceState, other: TraceState) -> Bool {
        one.text === other.text || one.description == other.description
    }

    /// Feeds the members to the hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(description)
    }
}

/// One well-formed member of `tracestate`.
private struct Member {
    let key: String
    let value: String

    init?(key: String, value: String) {
        guard isKey(key.utf8), isValue(value.utf8) else { return nil }
        self.key = key
        self.value = value
    }

    init?(_ bytes: Substring.UTF8View) {
        guard let border = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        self.init(key: String(Substring(bytes[..<border])), value: String(Substring(bytes[border...].dropFirst())))
    }
}

/// Returns whether the text is a valid key. Source: W3C Trace Context level 2, section 3.3.1.3.1. Level 1 required the
/// `@` of a tenant at fixed places; level 2 allows it anywhere after the first character.
private func isKey(_ key: String.UTF8View) -> Bool {
    guard (1...256).contains(key.count), let first = key.first, isLowerCaseOrDigit(first) else { return false }
    return key.allSatisfy { isLowerCaseOrDigit($0) || "_-*/@".utf8.contains($0) }
}

private func isLowerCaseOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
}

/// Returns whether the text is a valid value. Source: W3C Trace Context level 2, section 3.3.1.3.2: spaces may lead but
/// not trail.
private func isValue(_ value: String.UTF8View) -> Bool {
    (1...256).contains(value.count) && value.last != UInt8(ascii: " ")
        && value.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") }
}

extension SpanContext {
    /// The `traceparent` header, for example `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
    ///
    /// Only flags that level 2 defines are sent.
    public var traceparent: String {
        String(unsafeUninitializedCapacity: 55) { buffer in
            buffer.initialize(repeating: UInt8(ascii: "0"))
            writeHex(traceID.high, into: buffer, at: 3)
            writeHex(traceID.low, into: buffer, at: 19)
            writeHex(spanID.rawValue, into: buffer, at: 36)
            for position in [2, 35, 52] { buffer[position] = UInt8(ascii: "-") }
            buffer[54] += flags.intersection([.sampled, .random]).rawValue
            return 55
        }
    }

    /// Parses the two headers of W3C Trace Context.
    ///
    /// `nil` if `traceparent` is malformed. A malformed `tracestate` alone is dropped. The result is remote. Flags that
    /// level 2 does not define are dropped; of a version above 00, only the sampled flag is used.
    ///
    /// Source: W3C Trace Context level 2, sections 3.2 and 4.
    public init?(traceparent: String, tracestate: String? = nil) {
        let header = ASCII.trimmed(traceparent[...].utf8)
        // Of the text after the 55 bytes only the first byte matters, so a long header is not copied.
        let bytes = Array(header.prefix(56))
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = hexNumber(bytes[0..<2]), version != 0xFF,
            bytes.count == 55 || version > 0 && bytes[55] == dash,
            let high = hexNumber(bytes[3..<19]), let low = hexNumber(bytes[19..<35]),
            let span = hexNumber(bytes[36..<52]), let flags = hexNumber(bytes[53..<55])
        else { return nil }
        let known: TraceFlags = version == 0 ? [.sampled, .random] : .sampled
        self.init(
            traceID: TraceID(high: high, low: low), spanID: SpanID(rawValue: span),
            flags: TraceFlags(rawValue: UInt8(truncatingIfNeeded: flags)).intersection(known), isRemote: true)
        guard isValid else { return nil }
        if let tracestate { traceState = TraceState(tracestate) ?? TraceState() }
    }
}
