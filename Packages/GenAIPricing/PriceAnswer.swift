// SPDX-License-Identifier: MIT

public import GenAICore

/// What a call cost, or why that is not known.
public enum PriceAnswer: Sendable {
    /// The cost, and how it was found.
    case priced(PricedCall)
    /// There is no price. Not the same as a cost of zero.
    case unpriced(UnpricedReason)

    /// The whole cost, `nil` if it is not known.
    public var cost: USD? {
        if case .priced(let call) = self { call.total } else { nil }
    }

    /// The priced call.
    ///
    /// - Throws: ``UnpricedReason`` if there is no price.
    public func get() throws(UnpricedReason) -> PricedCall {
        switch self {
        case .priced(let call): return call
        case .unpriced(let reason): throw reason
        }
    }
}

/// Why a call has no price.
public struct UnpricedReason: Error, Hashable {
    /// The kind of reason. New ones may appear in minor releases.
    public struct Code: Sendable, Hashable {
        private enum Kind {
            case unknownModel, unknownProvider, missingUsage, invalidUsage, inconsistentUsage, invalidPrice
        }
        private let kind: Kind

        /// No table has a price for the model, at the provider given or any that could be inferred.
        public static let unknownModel = Code(kind: .unknownModel)
        /// The provider was named, by name or URL, and is not in the tables.
        public static let unknownProvider = Code(kind: .unknownProvider)
        /// The model charges for a unit the usage does not report.
        public static let missingUsage = Code(kind: .missingUsage)
        /// The usage reports a negative count.
        public static let invalidUsage = Code(kind: .invalidUsage)
        /// Parts of a count add up to more than the count, such as more cached tokens than input tokens.
        public static let inconsistentUsage = Code(kind: .inconsistentUsage)
        /// The price given in code is negative, not a number or out of range.
        public static let invalidPrice = Code(kind: .invalidPrice)
    }

    /// What is missing or wrong, to switch on.
    public var code: Code
    /// The unit in question, where the reason is about one.
    public var unit: PricedUnit?

    init(_ code: Code, _ unit: PricedUnit.Kind? = nil) {
        self.code = code
        self.unit = unit.map { PricedUnit(kind: $0) }
    }
}

extension UnpricedReason: CustomStringConvertible {
    /// A phrase for log lines. Holds no model name.
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

/// Where a price comes from.
public struct PriceSource: Sendable, Hashable, CustomStringConvertible {
    /// The kinds of source, in the order they are asked.
    enum Kind: UInt8, CaseIterable { case code, file, bundled, provider }

    let kind: Kind

    /// Prices given in code.
    public static let code = PriceSource(kind: .code)
    /// Prices from a file, such as the one named by `GENAI_PRICES_FILE`.
    public static let file = PriceSource(kind: .file)
    /// The table that comes with this package.
    public static let bundled = PriceSource(kind: .bundled)

    /// The cost that the provider itself stated, `TokenUsage.statedCost`: there is no price of ours.
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

/// The cost of one call and where its prices come from.
///
/// Costs are plain values; the words about their origin are made when asked for.
public struct PricedCall: Sendable {
    /// The whole cost: ``input``, ``output`` and what is on neither side, such as searches.
    public let total: USD
    /// The part charged for what was sent; zero where the provider stated the whole.
    public let input: USD
    /// The part charged for what came back; zero where the provider stated the whole.
    public let output: USD

    /// The table that prices it; `nil` for the bundled one, so that usual answers have nothing to hold or let go of.
    let ownTable: PriceTable?
    let row: PriceRow
    let selection: PriceSelection
    /// The units that were used and have no price, as bits.
    let unpriced: UInt32
    /// The model as the call names it, where the provider stated the cost; nothing in a table belongs to it.
    let statedModel: String?

    var table: PriceTable { ownTable ?? .bundled }
}

/// What the charge of one unit is made of.
public struct CostLine: Sendable, Hashable {
    /// What was charged for.
    public var unit: PricedUnit
    /// How many, without the parts that have a line of their own. Milliseconds for audio by the hour.
    public var count: Int
    /// The price of ``PricedUnit/per`` counts.
    public var price: USD
    /// The bound on the whole input that this call exceeded, where the price is one for long contexts.
    public var aboveInputTokens: Int?
    /// What it cost.
    public var cost: USD
}

extension PricedCall {
    /// A cost that the provider stated.
    init(stated cost: USD, model: String) {
        (total, input, output) = (cost, .zero, .zero)
        (ownTable, selection, unpriced, statedModel) = (nil, PriceSelection(period: 0), 0, model)
        row = PriceRow(source: .provider, model: 0, match: .asGiven, usesRequestModel: false)
    }

    /// The name of the table's entry, such as `gpt-4o` for a call to `gpt-4o-2024-08-06`.
    public var model: String { statedModel ?? table.string(table.models[row.model].id) }

    /// The provider the call was priced at, `nil` for prices from code or a file that name none.
    public var provider: String? {
        row.provider.map { table.string(table.providers[$0].id) }
    }

    /// The provider whose price list was used: another one where ``provider`` resells its models.
    public var priceListProvider: String? {
        guard row.provider != nil else { return nil }
        return table.providers.first { $0.models.range.contains(row.model) }.map { table.string($0.id) }
    }

    /// Where the price comes from.
    public var source: PriceSource { statedModel == nil ? PriceSource(kind: row.source) : .provider }

    /// The units that were used, usually cost extra, and have no price in the list: ``total`` may be too low.
    ///
    /// Audio on a model with prices of text alone, for example: its tokens are in ``total`` at the price of text. Empty
    /// for a complete cost, and for one the provider stated.
    public var unpricedUnits: [PricedUnit] { PricedUnit.units(unpriced) }

    /// Whether everything that was used has a price.
    public var isComplete: Bool { unpriced == 0 }

    /// A phrase for log lines that names ``unpricedUnits``; `nil` for a complete cost.
    public var incompleteReason: String? { PricedUnit.lacking(unpriced) }

    /// The region the call was made in, where the provider charges otherwise for it, such as `eu` for `azure/eu/gpt-4o`.
    public var zone: String? { row.zone.map { table.string(table.zones[$0].name) } }

    /// How the name led to the entry.
    public var match: NameMatch { row.match }

    /// Whether the name of the model asked for was used, because the one that answered is unknown or less specific.
    public var usesRequestModel: Bool { row.usesRequestModel }

    /// The first day the price applies, such as `2026-07-30`; `nil` if the table knows no other before it.
    public var effectiveSince: String? {
        guard statedModel == nil else { return nil }
        let date = table.periods[selection.period].condition.firstDayText
        return date.isEmpty ? nil : table.string(date)
    }

    /// Whether the price depends on the time of day, and this one is for the window the call was in.
    public var isTimeOfDayPrice: Bool {
        guard statedModel == nil else { return false }
        let condition = table.periods[selection.period].condition
        return condition.windowStart != condition.windowEnd
    }

    /// The ways of calling that changed the price, such as `processing=batch`; empty for standard prices.
    public var variants: [String] {
        guard statedModel == nil else { return [] }
        return table.models[row.model].variants.range.prefix(64).enumerated().compactMap { bit, index in
            guard selection.variants & 1 << UInt64(bit) != 0 else { return nil }
            return "\(table.variants[index].key.rawValue)=\(table.variants[index].value)"
        }
    }

    /// What was charged for, unit by unit, in no particular order. The costs add up to ``total``; there are none
    /// where the provider stated the whole.
    ///
    /// Made on demand and allocates; the totals do not.
    ///
    /// - Parameter usage: The usage this call was priced with. It is not kept here, to keep answers small.
    public func lines(for usage: TokenUsage) -> [CostLine] {
        guard statedModel == nil else { return [] }
        var lines: [CostLine] = []
        _ = try? table.charge(row, selection, usage) { lines.append($0) }
        return lines
    }
}
