// SPDX-License-Identifier: MIT

/// One test of a name, in lower-case bytes.
struct NameClause: Sendable {
    /// The raw values are the letters that Scripts/generate-prices writes.
    enum Kind: UInt8 {
        case equals = 0x3D  // =
        case startsWith = 0x5E  // ^
        case contains = 0x7E  // ~
        case endsWith = 0x24  // $
        /// The text, then exactly eight digits.
        case compactDate = 0x38  // 8
        /// The text, then only a date such as 2026-01-31.
        case dashedDate = 0x64  // d
        /// The text, then a digit.
        case digitAfter = 0x23  // #
        /// The text does not occur at the end or before a dash.
        case lacksWord = 0x21  // !
        case lacksSlash = 0x2F  // /
        /// A host: the domain or a subdomain of it.
        case domain = 0x2E  // .
    }

    var kind: Kind
    /// Indicates whether the next clause must hold too.
    var joinsNext: Bool
    var text: PriceTable.Text
    /// The pairs of neighbouring bytes that a name must contain for the clause to hold.
    var pairs: BytePairs

    init(_ kind: Kind, _ text: PriceTable.Text, in pool: some Collection<UInt8>, joinsNext: Bool = false) {
        (self.kind, self.text, self.joinsNext) = (kind, text, joinsNext)
        pairs = kind == .lacksWord || kind == .lacksSlash ? BytePairs() : BytePairs(pool)
    }
}

/// A set of pairs of neighbouring bytes, in 64 bits: a quick test that rules out most texts that do not contain
/// another.
struct BytePairs: Sendable {
    private var bits: UInt64 = 0

    init() {}

    init(_ text: some Collection<UInt8>) {
        var last: UInt8?
        for byte in text {
            if let last { bits |= 1 << UInt64((last &* 37 ^ byte &* 11) & 63) }
            last = byte
        }
    }

    /// Returns whether all of the other set's pairs are in this set.
    func mayContain(_ other: BytePairs) -> Bool { other.bits & ~bits == 0 }
}
