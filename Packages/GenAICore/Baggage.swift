// SPDX-License-Identifier: MIT

/// Values that are sent with a request through all its services, in the `baggage` header.
///
/// Every service that receives the request, including those of vendors, can read them. Never add secrets.
///
/// Source: W3C Baggage.
public struct Baggage: Sendable, Hashable {
    /// A value with its name.
    public struct Entry: Sendable, Hashable {
        /// The name: an HTTP token.
        public let key: String
        /// The value, decoded.
        public var value: String
        /// Additional properties of the value.
        public var properties: [Property]
    }

    /// A property of an entry, whose meaning is defined by its users.
    public struct Property: Sendable, Hashable {
        /// The name: an HTTP token.
        public let key: String
        /// The value, decoded; `nil` if the property has only a name.
        public let value: String?

        /// Creates a property; `nil` if the key is not an HTTP token.
        public init?(key: String, value: String? = nil) {
            guard ASCII.isToken(key.utf8) else { return nil }
            self.key = key
            self.value = value
        }
    }

    /// The maximum number of bytes of a header that are read or written. W3C requires at least as many.
    public static let byteLimit = 8192
    /// The maximum number of entries of a header that are read or written. W3C requires 64; its earlier text had 180.
    public static let entryLimit = 180

    /// The entries in the order in which they were first set. Keys are unique.
    public private(set) var entries: [Entry] = []

    /// Creates empty baggage.
    public init() {}

    /// Parses a header. Malformed entries are skipped; of equal keys, the last one takes precedence.
    ///
    /// Entries beyond ``byteLimit`` or ``entryLimit`` are dropped.
    public init(_ header: String) {
        let window = header.utf8.prefix(Self.byteLimit + 1)
        let isCut = window.count > Self.byteLimit
        for member in window.split(separator: UInt8(ascii: ",")) where !(isCut && member.endIndex == window.endIndex) {
            guard entries.count < Self.entryLimit else { return }
            if let entry = Entry(member) { set(entry) }
        }
    }

    /// The value of a key.
    ///
    /// Setting a value removes the entry's properties; setting `nil` removes the entry. A key that is not an HTTP token
    /// is ignored.
    public subscript(key: String) -> String? {
        get { entries.first { $0.key == key }?.value }
        set {
            if let newValue { set(key, newValue) } else { entries.removeAll { $0.key == key } }
        }
    }

    /// Sets a value with properties. A key that is not an HTTP token is ignored.
    public mutating func set(_ key: String, _ value: String, properties: [Property] = []) {
        guard ASCII.isToken(key.utf8) else { return }
        set(Entry(key: key, value: value, properties: properties))
    }

    private mutating func set(_ entry: Entry) {
        if let index = entries.firstIndex(where: { $0.key == entry.key }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
    }

    /// Indicates whether there are no entries.
    public var isEmpty: Bool { entries.isEmpty }

    /// The text of the header; empty if there are no entries.
    ///
    /// Entries that exceed ``byteLimit`` or ``entryLimit`` are left out; later ones that fit are kept.
    public var header: String {
        var text: [UInt8] = []
        var count = 0
        for entry in entries where count < Self.entryLimit {
            let member = entry.encoded
            let separator = text.isEmpty ? 0 : 1
            guard text.count + separator + member.count <= Self.byteLimit else { continue }
            if separator > 0 { text.append(UInt8(ascii: ",")) }
            text += member
            count += 1
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Baggage.Entry {
    /// Parses `key=value;property`; `nil` if it is malformed.
    fileprivate init?(_ member: Substring.UTF8View) {
        var parts = member.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).lazy.map(
            ASCII.trimmed)[...]
        guard let (key, value) = parts.popFirst().flatMap(pair), let value else { return nil }
        self.init(key: key, value: value, properties: [])
        for part in parts where !part.isEmpty {
            guard let (key, value) = pair(part), let property = Baggage.Property(key: key, value: value) else {
                return nil
            }
            properties.append(property)
        }
    }

    fileprivate var encoded: [UInt8] {
        var bytes = Array(key.utf8) + [UInt8(ascii: "=")]
        appendEncoded(value, to: &bytes)
        for property in properties {
            bytes.append(UInt8(ascii: ";"))
            bytes += property.key.utf8
            guard let value = property.value else { continue }
            bytes.append(UInt8(ascii: "="))
            appendEncoded(value, to: &bytes)
        }
        return bytes
    }
}

/// Parses `key` or `key=value`; `nil` if either contains an invalid byte.
private func pair(_ bytes: Substring.UTF8View) -> (key: String, value: String?)? {
    let border = bytes.firstIndex(of: UInt8(ascii: "=")) ?? bytes.endIndex
    let key = ASCII.trimmed(bytes[..<border])
    guard ASCII.isToken(key) else { return nil }
    guard border < bytes.endIndex else { return (String(Substring(key)), nil) }
    let value = ASCII.trimmed(bytes[border...].dropFirst())
    guard value.allSatisfy(isBaggageOctet) else { return nil }
    return (String(Substring(key)), ASCII.lenientlyPercentDecoded(Substring(value)))
}

private func appendEncoded(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
        if isBaggageOctet(byte), byte != UInt8(ascii: "%") {
            bytes.append(byte)
        } else {
            bytes += ASCII.percentEncoded(byte)
        }
    }
}

/// Returns whether the byte is allowed in a value. Source: W3C Baggage, `baggage-octet`.
private func isBaggageOctet(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: true
    default: false
    }
}
