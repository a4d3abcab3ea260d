// SPDX-License-Identifier: MIT

import GenAICore

/// The row that prices a model, and how it was found. Small, because every answer carries one.
struct PriceRow: Sendable, Equatable {
    private var modelIndex: UInt32
    private var providerIndex: UInt16
    var source: PriceSource.Kind
    var match: NameMatch
    /// Another provider's row. Its variants are that provider's, not this one's.
    var usesFallback: Bool
    var usesRequestModel: Bool

    init(
        source: PriceSource.Kind, model: Int, provider: Int? = nil, usesFallback: Bool = false, match: NameMatch,
        usesRequestModel: Bool
    ) {
        modelIndex = UInt32(truncatingIfNeeded: model)
        providerIndex = provider.map { UInt16(truncatingIfNeeded: $0) } ?? .max
        (self.source, self.match) = (source, match)
        (self.usesFallback, self.usesRequestModel) = (usesFallback, usesRequestModel)
    }

    var model: Int { Int(modelIndex) }
    var provider: Int? { providerIndex == .max ? nil : Int(providerIndex) }
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

    /// Cannot overflow: no line is above 1e35, and there are at most as many as there are units.
    mutating func add(_ cost: Int128, to side: PricedUnit.Kind.Side) {
        total &+= cost
        switch side {
        case .input: input &+= cost
        case .output: output &+= cost
        case .neither: break
        }
    }
}

extension PriceTable {
    /// Picks the prices in force: the last period that holds, the first where none does, and every variant that holds.
    ///
    /// - Parameter seconds: Unix time of the call; `nil` reads the clock, if the prices depend on time at all.
    func select(_ row: PriceRow, context: PriceContext?, at seconds: Int64?) -> PriceSelection {
        let model = models[row.model]
        var selection = PriceSelection(period: Int(model.periods.start))
        var moment = Moment(seconds: seconds)
        if model.periodsDependOnTime {
            let last = model.periods.range.last { moment.isIn(periods[$0].condition) }
            selection.period = last ?? selection.period
        }
        guard let context, !row.usesFallback, !model.variants.isEmpty else { return selection }
        // Looked at where they lie: as elements of the array they would be copied, names and all.
        variants.withUnsafeBufferPointer { variants in
            var bit: UInt64 = 1
            for index in model.variants.range where bit != 0 {
                if context.has(variants[index].value, for: variants[index].key),
                    moment.isIn(variants[index].condition)
                {
                    selection.variants |= bit
                }
                bit <<= 1
            }
        }
        return selection
    }

    /// The time of a call, read from the clock only if a price asks for it, and only once.
    private struct Moment {
        private let seconds: Int64?
        private var split: (day: Int, second: Int)?

        init(seconds: Int64?) {
            self.seconds = seconds
        }

        mutating func isIn(_ condition: Condition) -> Bool {
            if condition.isAlways { return true }
            let time = split ?? CivilDate.split(unixSeconds: seconds ?? CivilDate.now())
            split = time
            return condition.holds(day: time.day, second: time.second)
        }
    }

    /// Adds up a call, each unit once: a unit with a price of its own is taken out of the totals it is part of.
    ///
    /// Source: Scripts/data/prices.json, "semantics".
    func charge(
        _ row: PriceRow, _ selection: PriceSelection, _ usage: TokenUsage, eachLine: ((CostLine) -> Void)? = nil
    ) -> Result<Charge, UnpricedReason> {
        let model = models[row.model]
        let standard = periods[selection.period].rates
        return rates.withUnsafeBufferPointer { rates in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * Bill.unitCount) { scratch in
                let bill = Bill(
                    rates: rates, tiers: tiers, shortestAudio: model.shortestAudioMilliseconds,
                    counts: UnsafeMutableBufferPointer(rebasing: scratch[..<Bill.unitCount]))
                guard selection.variants != 0 else { return bill.settle(standard.range, usage, eachLine) }
                let rows = UnsafeMutableBufferPointer(rebasing: scratch[Bill.unitCount...])
                return bill.settle(inForce(standard, model, selection, into: rows), usage, eachLine)
            }
        }
    }

    /// The rows of the rates in force, in the order of the units: that of the first variant with one, else the usual.
    private func inForce(
        _ standard: Rows, _ model: Model, _ selection: PriceSelection, into rows: UnsafeMutableBufferPointer<Int>
    ) -> Slice<UnsafeMutableBufferPointer<Int>> {
        var priced: UInt32 = 0
        for row in standard.range {
            priced |= rates[row].unit.bit
            rows[Int(rates[row].unit.rawValue)] = row
        }
        var replaced: UInt32 = 0
        var active = selection.variants
        while active != 0 {
            let variant = variants[Int(model.variants.start) + active.trailingZeroBitCount].rates
            active &= active - 1
            for row in variant.range where replaced & rates[row].unit.bit == 0 {
                replaced |= rates[row].unit.bit
                rows[Int(rates[row].unit.rawValue)] = row
            }
        }
        // To the front, in the order of the units; none is overwritten before it has moved.
        priced |= replaced
        var count = 0
        while priced != 0 {
            rows[count] = rows[priced.trailingZeroBitCount]
            priced &= priced - 1
            count += 1
        }
        return rows[..<count]
    }
}

/// One charge in the making.
private struct Bill {
    static let unitCount = PricedUnit.Kind.allCases.count

    let rates: UnsafeBufferPointer<PriceTable.Rate>
    let tiers: [PriceTable.Tier]
    let shortestAudio: Int
    /// For each unit that has a price, how many are charged at it.
    let counts: UnsafeMutableBufferPointer<Int>

    /// Goes through rates in the order of their units, the most specific first: totals find their parts settled.
    func settle(
        _ rows: some Sequence<Int>, _ usage: TokenUsage, _ eachLine: ((CostLine) -> Void)?
    ) -> Result<Charge, UnpricedReason> {
        var charge = Charge()
        var settled: UInt32 = 0
        var isAnyReported = false
        var unreported: PricedUnit.Kind?
        for row in rows {
            let rate = rates[row]
            let price = self.price(rate, usage)
            if price < 0 { return .failure(.init(.invalidPrice, rate.unit)) }
            settled |= rate.unit.bit
            guard var count = rate.unit.count(in: usage) else {
                counts[Int(rate.unit.rawValue)] = 0
                guard price > 0 else { continue }
                if Self.isNeeded(rate.unit, usage) { return .failure(.init(.missingUsage, rate.unit)) }
                unreported = rate.unit  // the last one is the most general
                continue
            }
            if shortestAudio > 0 { count = billed(count, rate.unit) }
            guard count >= 0 else { return .failure(.init(.invalidUsage, rate.unit)) }
            guard remove(rate.parts & settled, from: &count) else {
                return .failure(.init(.inconsistentUsage, rate.unit))
            }
            counts[Int(rate.unit.rawValue)] = count
            isAnyReported = isAnyReported || rate.unit != .requests
            let cost = Self.cost(of: count, at: price, per: rate.per)
            charge.add(cost, to: rate.unit.side)
            eachLine?(line(rate, count, price, cost, usage))
        }
        if !isAnyReported, let unreported { return .failure(.init(.missingUsage, unreported)) }
        return .success(charge)
    }

    /// Takes the settled parts out of a count. False if they are more than the count.
    private func remove(_ parts: UInt32, from count: inout Int) -> Bool {
        var parts = parts
        while parts != 0 {
            count -= counts[parts.trailingZeroBitCount]  // both are at least 0: no overflow
            parts &= parts - 1
            if count < 0 { return false }
        }
        return true
    }

    private func billed(_ count: Int, _ unit: PricedUnit.Kind) -> Int {
        count > 0 && (unit == .audioHours || unit == .inputAudioHours) ? max(count, shortestAudio) : count
    }

    /// Whether a unit must be reported to know the cost. What is not said to have been cached or heard was not,
    /// except that tokens of two kinds at once must be told apart if there are tokens of both kinds.
    private static func isNeeded(_ unit: PricedUnit.Kind, _ usage: TokenUsage) -> Bool {
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
        rate.tiers.isEmpty ? rate.pico : tier(rate, usage)?.pico ?? rate.pico
    }

    private func tier(_ rate: PriceTable.Rate, _ usage: TokenUsage) -> PriceTable.Tier? {
        let input = usage.inputTokens ?? 0
        for row in rate.tiers.range.reversed() where input > tiers[row].aboveInputTokens { return tiers[row] }
        return nil
    }

    private func line(
        _ rate: PriceTable.Rate, _ count: Int, _ price: Int64, _ cost: Int128, _ usage: TokenUsage
    ) -> CostLine {
        CostLine(
            unit: PricedUnit(kind: rate.unit), count: count, price: USD(picoUSD: Int128(price)),
            aboveInputTokens: tier(rate, usage)?.aboveInputTokens, cost: USD(picoUSD: cost))
    }

    /// Pico-USD for a count, rounded half up. Exact for every price of at most six decimals per million tokens.
    @inline(__always)
    private static func cost(of count: Int, at price: Int64, per: UInt64) -> Int128 {
        let (product, overflow) = UInt64(count).multipliedReportingOverflow(by: UInt64(price))
        guard !overflow, per == 1_000_000 else { return wideCost(of: count, at: price, per: per) }
        let whole = product / 1_000_000  // a constant divisor is several times faster, and this is the usual one
        return Int128(product - whole * 1_000_000 >= 500_000 ? whole + 1 : whole)
    }

    @inline(never)
    private static func wideCost(of count: Int, at price: Int64, per: UInt64) -> Int128 {
        let (whole, rest) = (Int128(count) * Int128(price)).quotientAndRemainder(dividingBy: Int128(per))
        return rest >= Int128(per) - rest ? whole + 1 : whole
    }
}
