// SPDX-License-Identifier: MIT

public import GenAICore

/// The cost of a call, or the reason why it is unknown.
///
/// There will be no further cases. ``PricedCall`` and ``UnpricedReason`` can get new properties instead.
public enum PriceAnswer: Sendable {
    /// The cost, with its origin.
    case priced(PricedCall)
    /// There is no price. This is not a cost of zero.
    case unpriced(UnpricedReason)

    /// The whole cost; `nil` if it is unknown.
    public var cost: USD? {
        if case .priced(let call) = self { call.total } else { nil }
    }

    /// Returns the priced call.
    ///
    /// - Throws: ``UnpricedReason`` if there is no price.
    public func get() throws(UnpricedReason) -> PricedCall {
        switch self {
        case .priced(let call): return call
        case .unpriced(let reason): throw reason
        }
    }
}

/// The reason why a call has no price.
public struct UnpricedReason: Error, Hashable {
    /// The kind of reason. New ones may appear in minor releases.
    public struct Code: Sendable, Hashable {
        private enum Kind {
            case unknownModel, unknownProvider, missingUsage, invalidUsage, inconsistentUsage, invalidPrice
        }
        private let kind: Kind

        /// No table has a price for the model, at the provider given or at any that could be inferred.
        public static let unknownModel = Code(kind: .unknownModel)
        /// The provider was given, by name or URL, and is not in the tables.
        public static let unknownProvider = Code(kind: .unknownProvider)
        /// The model charges for a unit that the usage does not report.
        public static let missingUsage = Code(kind: .missingUsage)
        /// The usage reports a negative count.
        public static let invalidUsage = Code(kind: .invalidUsage)
        /// The parts of a count exceed the count, such as more cached tokens than input tokens.
        public static let inconsistentUsage = Code(kind: .inconsistentUsage)
        /// The price given in code is negative, not a number or out of range.
        public static let invalidPrice = Code(kind: .invalidPrice)
    }

    /// The kind of reason, to switch on.
    public var code: Code
    /// The unit in question, if the reason is about one.
    public var unit: PricedUnit?

    init(_ code: Code, _ unit: PricedUnit.Kind? = nil) {
        self.code = code
        self.unit = unit.map { PricedUnit(kind: $0) }
    }
}

extension UnpricedReason: CustomStringConvertible {
    /// A phrase for log lines. Never contains a model name.
    public var description: String {
        let phrase =
            switch code {
            case .unknownModel: "no price for this model"
            case .unknownProvider: "unknown provider"
            case .missingUsage: "usage not reported"
            case .invalidUsage: "negative count in the usage"
            case .inconsistentUsage: "parts exceed the whole in the usage"
            case .invalidPrice: "unusable price given in code"
            default: "no price"
            }
        return unit.map { "\(phrase) (\($0.name))" } ?? phrase
    }
}

/// The origin of a price.
public struct PriceSource: Sendable, Hashable, CustomStringConvertible {
    /// The kinds of source, in order of precedence.
    enum Kind: UInt8, CaseIterable { case code, file, bundled, provider }

    let kind: Kind

    /// Prices given in code.
    public static let code = PriceSource(kind: .code)
    /// Prices from a file, such as the one named by `GENAI_PRICES_FILE`.
    public static let file = PriceSource(kind: .file)
    /// The price table bundled with this package.
    public static let bundled = PriceSource(kind: .bundled)

    /// The cost stated by the provider, `TokenUsage.statedCost`, for which no price was used.
    public static let provider = PriceSource(kind: .provider)

    /// `code`, `file`, `provider`, or the name, version and date of the bundled data.
    public var description: String {
        switch kind {
        case .code: "code"
        case .file: "file"
        case .provider: "provider"
        case .bundled: "\(PriceTableData.source), \(PriceTableData.date)"
        }
    }
}

/// The cost of one call and the origin of its prices.
///
/// Costs are plain values; the descriptions of their origin are computed on demand.
public struct PricedCall: Sendable {
    /// The whole cost: ``input``, ``output`` and units on neither side, such as searches.
    public let total: USD
    /// The part charged for input; zero if the provider stated the whole cost.
    public let input: USD
    /// The part charged for output; zero if the provider stated the whole cost.
    public let output: USD

    /// The table that prices the call; `nil` for the bundled one, which saves a retain for most answers.
    let ownTable: PriceTable?
    let row: PriceRow
    let selection: PriceSelection
    /// The used units without a price, as bits.
    let unpriced: UInt32
    /// The model as the call names it, if the provider stated the cost, because then no entry of a table applies.
    let statedModel: String?

    var table: PriceTable { ownTable ?? .bundled }
}

/// The charge of one unit.
public struct CostLine: Sendable, Hashable {
    /// The unit that was charged for.
    public var unit: PricedUnit
    /// The count, without the parts that have a line of their own. Milliseconds for audio by the hour.
    public var count: Int
    /// The price of ``PricedUnit/per`` counts.
    public var price: USD
    /// The threshold of the whole input that this call exceeded, if the price is one for long contexts.
    public var aboveInputTokens: Int?
    /// The cost of this line.
    public var cost: USD
}

extension PricedCall {
    /// Creates a call from the cost that the provider stated.
    init(stated cost: USD, model: String) {
        (total, input, output) = (cost, .zero, .zero)
        (ownTable, selection, unpriced, statedModel) = (nil, PriceSelection(period: 0), 0, model)
        row = PriceRow(source: .provider, model: 0, match: .asGiven, usesRequestModel: false)
    }

    /// The name of the table's entry, such as `gpt-4o` for a call to `gpt-4o-2024-08-06`.
    public var model: String { statedModel ?? table.string(table.models[row.model].id) }

    /// The provider the call was priced at; `nil` for prices from code or a file without a provider.
    public var provider: String? {
        row.provider.map { table.string(table.providers[$0].id) }
    }

    /// The provider whose price list was used. Differs from ``provider`` if that one resells the other's models.
    public var priceListProvider: String? {
        guard row.provider != nil else { return nil }
        return table.providers.first { $0.models.range.contains(row.model) }.map { table.string($0.id) }
    }

    /// The origin of the price.
    public var source: PriceSource { statedModel == nil ? PriceSource(kind: row.source) : .provider }

    /// The used units that have no price although they usually cost extra. If there are any, ``total`` may be too low.
    ///
    /// An example is audio on a model with prices of text alone: its tokens are in ``total`` at the price of text.
    /// Empty for a complete cost, and if the provider stated the cost.
    public var unpricedUnits: [PricedUnit] { PricedUnit.units(unpriced) }

    /// Indicates whether everything that was used has a price.
    public var isComplete: Bool { unpriced == 0 }

    /// A phrase for log lines that names ``unpricedUnits``; `nil` for a complete cost.
    public var incompleteReason: String? { PricedUnit.lacking(unpriced) }

    /// The region of the call, if the provider charges differently for it, such as `eu` for `azure/eu/gpt-4o`.
    public var zone: String? { row.zone.map { table.string(table.zones[$0].name) } }

    /// The way in which the name led to the entry.
    public var match: NameMatch { row.match }

    /// Indicates whether the price is that of the requested model, because the one that answered is unknown or less
    /// specific.
    public var usesRequestModel: Bool { row.usesRequestModel }

    /// The first day on which the price applies, such as `2026-07-30`; `nil` if the table has no earlier price.
    public var effectiveSince: String? {
        guard statedModel == nil else { return nil }
        let date = table.periods[selection.period].condition.firstDayText
        return date.isEmpty ? nil : table.string(date)
    }

    /// Indicates whether the price depends on the time of day and this one is for the window of the call.
    public var isTimeOfDayPrice: Bool {
        guard statedModel == nil else { return false }
        let condition = table.periods[selection.period].condition
        return condition.windowStart != condition.windowEnd
    }

    /// The variants of the call that changed the price, such as `processing=batch`; empty for standard prices.
    public var variants: [String] {
        guard statedModel == nil else { return [] }
        return table.models[row.model].variants.range.prefix(64).enumerated().compactMap { bit, index in
            guard selection.variants & 1 << UInt64(bit) != 0 else { return nil }
            return "\(table.variants[index].key.rawValue)=\(table.variants[index].value)"
        }
    }

    /// Returns the charges by unit, in no particular order. Their costs add up to ``total``. Empty if the provider
    /// stated the whole cost.
    ///
    /// Computed on demand, with allocations; the totals need none.
    ///
    /// - Parameter usage: The usage this call was priced with. It is not stored here, to keep answers small.
    public func lines(for usage: TokenUsage) -> [CostLine] {
        guard statedModel == nil else { return [] }
        var lines: [CostLine] = []
        _ = try? table.charge(row, selection, usage) { lines.append($0) }
        return lines
    }
}
