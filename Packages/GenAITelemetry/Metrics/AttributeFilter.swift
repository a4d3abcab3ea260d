// SPDX-License-Identifier: MIT
import GenAICore

/// A filter for the attributes of measurements that distinguish series. Measurements that differ only in other
/// attributes are combined.
public struct AttributeFilter: Sendable, Hashable {
    // An array: the lists are short, and comparing lengths first is faster than hashing each name.
    private let names: [String]
    private let keepsNames: Bool

    /// Returns a filter that keeps only these attributes.
    public static func keeping(_ names: some Sequence<String>) -> AttributeFilter {
        AttributeFilter(names: Array(names), keepsNames: true)
    }

    /// Returns a filter that keeps all attributes except these.
    public static func dropping(_ names: some Sequence<String>) -> AttributeFilter {
        AttributeFilter(names: Array(names), keepsNames: false)
    }

    func keeps(_ name: String) -> Bool {
        let length = name.utf8.count
        let isListed = names.contains { $0.utf8.count == length && $0 == name }
        return isListed == keepsNames
    }

    func kept(_ attributes: Attributes) -> Attributes {
        Attributes(attributes.filter { keeps($0.key) })
    }

    func dropped(_ attributes: Attributes) -> Attributes {
        Attributes(attributes.filter { !keeps($0.key) })
    }
}

/// Hashes attribute sets for ``SeriesIndex``. The hash does not depend on the order of entries.
///
/// Several times faster than `Hasher` for a few short texts. Seeded for each process. Since an index contains a limited
/// number of series, even deliberate collisions cost a limited number of comparisons.
struct AttributeHash {
    private static let processSeed = UInt64.random(in: .min ... .max)
    // Odd numbers without a pattern. Mixing a word with itself would give zero, so each use has its own.
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let finalizer: UInt64 = 0xD6E8_FEB8_6659_FD93
    private static let textStart: UInt64 = 0xA076_1D64_78BD_642F

    // Read once for each set, because reading a static costs a call.
    private let seed = processSeed

    static func of(_ attributes: Attributes, filter: AttributeFilter?) -> UInt64 {
        AttributeHash().of(attributes, filter)
    }

    private func of(_ attributes: Attributes, _ filter: AttributeFilter?) -> UInt64 {
        var sum = seed
        attributes.withRuns { run in
            for attribute in run where filter?.keeps(attribute.key) ?? true {
                sum &+= mix(of(attribute.key, seed), of(attribute.value))
            }
        }
        return mix(sum, Self.finalizer)
    }

    private func of(_ value: AttributeValue) -> UInt64 {
        switch value {
        case .string(let text): of(text, Self.textStart)
        case .int(let number): mix(UInt64(bitPattern: Int64(number)), Self.textStart ^ 1)
        case .double(let number): mix((number == 0 ? 0 : number).bitPattern, Self.textStart ^ 2)
        case .bool(let flag): flag ? Self.textStart ^ 3 : Self.textStart ^ 4
        default: UInt64(bitPattern: Int64(value.hashValue))
        }
    }

    private func of(_ text: String, _ start: UInt64) -> UInt64 {
        if let hash = text.utf8.withContiguousStorageIfAvailable({ of(UnsafeRawBufferPointer($0), start) }) {
            return hash
        }
        return Array(text.utf8).withUnsafeBytes { of($0, start) }
    }

    private func of(_ bytes: UnsafeRawBufferPointer, _ start: UInt64) -> UInt64 {
        var hash = start ^ UInt64(truncatingIfNeeded: bytes.count)
        var position = 0
        while position + 8 <= bytes.count {
            hash = mix(hash, bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var rest: UInt64 = 1
        while position < bytes.count {
            rest = rest << 8 | UInt64(bytes[position])
            position += 1
        }
        return mix(hash, rest)
    }

    private func mix(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let product = (one ^ seed).multipliedFullWidth(by: other ^ Self.multiplier)
        return product.high ^ product.low
    }
}
