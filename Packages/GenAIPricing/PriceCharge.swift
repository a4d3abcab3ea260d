// SPDX-License-Identifier: MIT

import GenAICore

/// The row that prices a model, and how it was found.
struct PriceRow: Sendable, Equatable {
    var source: PriceSource.Kind
    var model: Int
    var provider: Int?
    /// Another provider's row. Its variants are that provider's, not this one's.
    var usesFallback = false
    var match = NameMatch.asGiven
    var usesRequestModel = false
}

/// Which of a model's prices apply to a call.
struct PriceSelection: Sendable {
    var period: Int
    /// The model's variants that apply, the first one in the lowest bit. Later ones than 64 are not considered.
    var variants: UInt64 = 0
}

/// The sums of a bill, in pico-USD.
struct Charge {
    var total: Int128 = 0
    var input: Int128 = 0
    var output: Int128 = 0
}

extension PriceTable {
    /// Picks the prices in force: the last period that holds, the first where none does, and every variant that holds.
    ///
    /// - Parameter seconds: Unix time of the call; `nil` reads the clock, if the prices depend on time at all.
    func select(_ row: PriceRow, context: PriceContext, at seconds: Int64?) -> PriceSelection {
        let model = models[row.model]
        var selection = PriceSelection(period: Int(model.periods.start))
        let time = model.dependsOnTime ? CivilDate.split(unixSeconds: seconds ?? CivilDate.now()) : (day: 0, second: 0)
        for index in model.periods.range.reversed()
        where periods[index].condition.holds(day: time.day, second: time.second) {
            selection.period = index
            break
        }
        if !context.isStandard, !row.usesFallback {
            for (bit, index) in model.variants.range.prefix(64).enumerated()
            where applies(variants[index], context, time) {
                selection.variants |= 1 << UInt64(bit)
            }
        }
        return selection
    }

    private func applies(_ variant: Variant, _ context: PriceContext, _ time: (day: Int, second: Int)) -> Bool {
        guard variant.condition.holds(day: time.day, second: time.second), let value = context[variant.key]
        else { return false }
        return equals(variant.value, value)
    }

    /// Adds up a call, each unit once: a unit with a price of its own is taken out of the totals it is part of.
    ///
    /// Source: Scripts/data/prices.json, "semantics".
    func charge(
        _ row: PriceRow, _ selection: PriceSelection, _ usage: TokenUsage,
        eachLine: (CostLine) -> Void = { _ in }
    ) -> Result<Charge, UnpricedReason> {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 64) { scratch in
            var bill = Bill(table: self, scratch: scratch)
            bill.list(models[row.model], selection)
            return bill.settle(usage, eachLine: eachLine)
        }
    }
}

/// One charge in the making.
private struct Bill {
    let table: PriceTable
    /// For each unit the row of its rate, then, 32 words on, how many are charged at it.
    let scratch: UnsafeMutableBufferPointer<Int>
    private static let counts = 32

    /// The units with a price, and those whose price a variant has set.
    private var priced: UInt32 = 0
    private var replaced: UInt32 = 0
    private var shortestAudio = 0

    init(table: PriceTable, scratch: UnsafeMutableBufferPointer<Int>) {
        self.table = table
        self.scratch = scratch
    }

    /// Notes the rate in force for each unit.
    mutating func list(_ model: PriceTable.Model, _ selection: PriceSelection) {
        shortestAudio = model.shortestAudioMilliseconds
        for index in table.periods[selection.period].rates.range {
            let unit = table.rates[index].unit
            scratch[Int(unit.rawValue)] = index
            priced |= unit.bit
        }
        var variants = selection.variants
        while variants != 0 {
            let variant = table.variants[Int(model.variants.start) + variants.trailingZeroBitCount]
            variants &= variants - 1
            for index in variant.rates.range {
                let unit = table.rates[index].unit
                guard replaced & unit.bit == 0 else { continue }
                scratch[Int(unit.rawValue)] = index
                (priced, replaced) = (priced | unit.bit, replaced | unit.bit)
            }
        }
    }

    /// Goes through the units, the most specific first, so that each total finds its parts settled.
    func settle(_ usage: TokenUsage, eachLine: (CostLine) -> Void) -> Result<Charge, UnpricedReason> {
        var charge = Charge()
        var isAnyReported = false
        var unreported: PricedUnit.Kind?
        var rest = priced
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            rest &= rest - 1
            let rate = table.rates[scratch[position]]
            let price = self.price(rate, usage)
            if price < 0 { return .failure(.init(.invalidPrice, rate.unit)) }
            var count = 0
            switch own(rate, usage) {
            case .count(let own):
                count = own
                isAnyReported = isAnyReported || rate.unit != .requests
            case .unreported:
                if price > 0 { unreported = unreported ?? rate.unit }
                if price > 0 && isNeeded(rate.unit, usage) { return .failure(.init(.missingUsage, rate.unit)) }
            case .wrong(let code):
                return .failure(.init(code, rate.unit))
            }
            scratch[Self.counts + position] = count
            let cost = Self.cost(of: count, at: price, per: rate.per)
            charge.total += cost
            switch rate.unit.side {
            case .input: charge.input += cost
            case .output: charge.output += cost
            case .neither: break
            }
            eachLine(line(rate, count, price, cost, usage))
        }
        if !isAnyReported, let unreported { return .failure(.init(.missingUsage, unreported)) }
        return .success(charge)
    }

    private enum Own {
        case count(Int)
        case unreported
        case wrong(UnpricedReason.Code)
    }

    /// What is reported for a unit, less the parts that have a price of their own.
    private func own(_ rate: PriceTable.Rate, _ usage: TokenUsage) -> Own {
        guard var count = rate.unit.count(in: usage) else { return .unreported }
        guard count >= 0 else { return .wrong(.invalidUsage) }
        if shortestAudio > 0, count > 0, rate.unit == .audioHours || rate.unit == .inputAudioHours {
            count = max(count, shortestAudio)
        }
        var parts = rate.parts & priced
        while parts != 0 {
            count -= scratch[Self.counts + parts.trailingZeroBitCount]  // both are at least 0: no overflow
            parts &= parts - 1
            if count < 0 { return .wrong(.inconsistentUsage) }
        }
        return .count(count)
    }

    /// Whether a unit must be reported to know the cost. What is not said to have been cached or heard was not,
    /// except that tokens of two kinds at once must be told apart if there are tokens of both kinds.
    private func isNeeded(_ unit: PricedUnit.Kind, _ usage: TokenUsage) -> Bool {
        switch unit {
        case .input, .output: true
        case .audioCacheRead: (usage.inputAudioTokens ?? 0) > 0 && (usage.cacheReadTokens ?? 0) > 0
        case .imageCacheRead: (usage.inputImageTokens ?? 0) > 0 && (usage.cacheReadTokens ?? 0) > 0
        default: false
        }
    }

    // MARK: - Prices

    /// The price of the unit, given the size of the whole input: past a bound all of the unit costs the tier's price.
    private func price(_ rate: PriceTable.Rate, _ usage: TokenUsage) -> Int64 {
        tier(rate, usage)?.pico ?? rate.pico
    }

    private func tier(_ rate: PriceTable.Rate, _ usage: TokenUsage) -> PriceTable.Tier? {
        guard !rate.tiers.isEmpty else { return nil }
        let input = usage.inputTokens ?? 0
        return table.tiers[rate.tiers.range].last { input > $0.aboveInputTokens }
    }

    private func line(
        _ rate: PriceTable.Rate, _ count: Int, _ price: Int64, _ cost: Int128, _ usage: TokenUsage
    ) -> CostLine {
        CostLine(
            unit: PricedUnit(kind: rate.unit), count: count, price: USD(picoUSD: Int128(price)),
            aboveInputTokens: tier(rate, usage)?.aboveInputTokens, cost: USD(picoUSD: cost))
    }

    /// Pico-USD for a count, rounded half up. Exact for every price of at most six decimals per million tokens.
    private static func cost(of count: Int, at price: Int64, per: UInt64) -> Int128 {
        let (product, overflow) = UInt64(count).multipliedReportingOverflow(by: UInt64(price))
        if !overflow {
            let (whole, rest) = product.quotientAndRemainder(dividingBy: per)
            return Int128(rest >= per - rest ? whole + 1 : whole)
        }
        let (whole, rest) = (Int128(count) * Int128(price)).quotientAndRemainder(dividingBy: Int128(per))
        return rest >= Int128(per) - rest ? whole + 1 : whole
    }
}
