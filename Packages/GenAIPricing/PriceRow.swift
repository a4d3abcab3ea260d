// SPDX-License-Identifier: MIT

/// The row that prices a model and the match that led to it, packed into the bits that a ``PriceMemo`` stores.
///
/// Small, because every answer carries one. From the lowest bit: a marker for rows, the source (2 bits), the match (3),
/// a flag for another provider's row, a flag for the requested model's name, the provider (8), the zone (5), the model.
struct PriceRow: Sendable, Equatable {
    private static let sign: UInt64 = 1
    private static let noProvider: UInt64 = 0xFF
    private static let mostZones = 31

    let bits: UInt64

    /// - Parameter zone: The row of a zone. A row beyond the largest number that fits would leave the call without a
    ///   price; the table has none.
    init(
        source: PriceSource.Kind, model: Int, provider: Int? = nil, zone: Int? = nil, usesFallback: Bool = false,
        match: NameMatch, usesRequestModel: Bool
    ) {
        bits =
            Self.sign | UInt64(source.rawValue) << 1 | UInt64(match.step) << 3 | (usesFallback ? 1 << 6 : 0)
            | (usesRequestModel ? 1 << 7 : 0) | (provider.map { UInt64($0) & 0xFF } ?? Self.noProvider) << 8
            | (zone.map { UInt64(min($0 + 1, Self.mostZones)) } ?? 0) << 16 | UInt64(model) << 21
    }

    /// Creates a row from bits of a memo; `nil` if they are not those of a row.
    init?(bits: UInt64) {
        guard bits & Self.sign != 0 else { return nil }
        self.bits = bits
    }

    var source: PriceSource.Kind { PriceSource.Kind(rawValue: UInt8(bits >> 1 & 3)) ?? .bundled }
    var match: NameMatch { NameMatch(step: UInt8(bits >> 3 & 7)) }
    /// Indicates whether the row is another provider's. Its variants are that provider's, not this one's.
    var usesFallback: Bool { bits >> 6 & 1 == 1 }
    var usesRequestModel: Bool { bits >> 7 & 1 == 1 }
    var provider: Int? { bits >> 8 & 0xFF == Self.noProvider ? nil : Int(bits >> 8 & 0xFF) }
    /// The region of the call, if the provider charges differently for it.
    var zone: Int? { bits >> 16 & 0x1F == 0 ? nil : Int(bits >> 16 & 0x1F) - 1 }
    var model: Int { Int(bits >> 21) }
}
