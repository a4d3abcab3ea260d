// SPDX-License-Identifier: MIT

package import GenAICore

/// The row that prices a model, and how it was found, in the bits that a ``PriceMemo`` keeps.
///
/// Small, because every answer carries one. From the lowest bit: the sign of a row, the source (2 bits), the match (2),
/// whether it is another provider's, whether the model asked for led to it, the provider (8), the model.
struct PriceRow: Sendable, Equatable {
    private static let sign: UInt64 = 1
    private static let noProvider: UInt64 = 0xFF

    let bits: UInt64

    init(
        source: PriceSource.Kind, model: Int, provider: Int? = nil, usesFallback: Bool = false, match: NameMatch,
        usesRequestModel: Bool
    ) {
        bits =
            Self.sign | UInt64(source.rawValue) << 1 | UInt64(match.step) << 3 | (usesFallback ? 1 << 5 : 0)
            | (usesRequestModel ? 1 << 6 : 0) | (provider.map { UInt64($0) & 0xFF } ?? Self.noProvider) << 7
            | UInt64(model) << 15
    }

    /// Bits from a memo, `nil` if they are not those of a row.
    init?(bits: UInt64) {
        guard bits & Self.sign != 0 else { return nil }
        self.bits = bits
    }

    var source: PriceSource.Kind { PriceSource.Kind(rawValue: UInt8(bits >> 1 & 3)) ?? .bundled }
    var match: NameMatch { NameMatch(step: UInt8(bits >> 3 & 3)) }
    /// Another provider's row. Its variants are that provider's, not this one's.
    var usesFallback: Bool { bits >> 5 & 1 == 1 }
    var usesRequestModel: Bool { bits >> 6 & 1 == 1 }
    var provider: Int? { bits >> 7 & 0xFF == Self.noProvider ? nil : Int(bits >> 7 & 0xFF) }
    var model: Int { Int(bits >> 15) }
}

/// Which of a model's prices apply to a call.
struct PriceSelection: Sendable {
    var period: Int
    /// The model's variants that apply, the first one in the lowest bit. Later ones than 64 are not considered.
    var variants: UInt64 = 0
}

/// The sums of a bill.
package struct Charge {
    /// Where the prices come from, or the cost itself.
    package internal(set) var source = PriceSource.bundled
    // In pico-USD.
    private var inputSum: Int128 = 0
    private var outputSum: Int128 = 0
    private var otherSum: Int128 = 0

    /// The part charged for what was sent.
    package var input: USD { USD(picoUSD: inputSum) }
    /// The part charged for what came back.
    package var output: USD { USD(picoUSD: outputSum) }
    /// The whole cost.
    package var total: USD { USD(picoUSD: inputSum &+ outputSum &+ otherSum) }

    init(source: PriceSource.Kind) {
        self.source = PriceSource(kind: source)
    }

    /// A cost that the provider stated, which is on neither side of the bill.
    init(stated cost: USD) {
        source = .provider
        otherSum = cost.picoUSD
    }

    /// Cannot overflow: no line is above 1e35, and there are at most as many as there are units.
    mutating func add(_ cost: Int128, to side: PricedUnit.Kind.Side) {
        switch side {
        case .input: inputSum &+= cost
        case .output: outputSum &+= cost
        case .neither: otherSum &+= cost
        }
    }
}

extension PriceTable {
    /// Picks the prices in force: the last period that holds, the first where none does, and every variant that holds.
    ///
    /// - Parameter seconds: Unix time of the call; `nil` reads the clock, if the prices depend on time at all.
    @inline(__always)
    func select(_ row: PriceRow, context: PriceContext?, at seconds: Int64?) -> PriceSelection {
        let model = models[row.model]
        guard model.periodsDependOnTime || context != nil else {
            return PriceSelection(period: Int(model.periods.start))
        }
        return select(row, model, context: context, at: seconds)
    }

    @inline(never)
    private func select(
        _ row: PriceRow, _ model: Model, context: PriceContext?, at seconds: Int64?
    ) -> PriceSelection {
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
                if context.has(variants[index].word, variants[index].value, for: variants[index].key),
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
    ///
    /// - Throws: Why the call has no price.
    func charge(
        _ row: PriceRow, _ selection: PriceSelection, _ usage: TokenUsage, eachLine: ((CostLine) -> Void)? = nil
    ) throws(UnpricedReason) -> Charge {
        var charge = Charge(source: row.source)
        if let reason = settle(row, selection, usage, &charge, eachLine) { throw reason }
        return charge
    }

    private func settle(
        _ row: PriceRow, _ selection: PriceSelection, _ usage: TokenUsage, _ charge: inout Charge,
        _ eachLine: ((CostLine) -> Void)?
    ) -> UnpricedReason? {
        let model = models[row.model]
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: PricedUnit.Kind.count) { counts in
            let bill = Bill(tiers: tiers, shortestAudio: model.shortestAudioMilliseconds, counts: counts)
            return rates.withUnsafeBufferPointer { rates in
                if let list = list(model, selection) {
                    return bill.settle(rates[list.range], usage, &charge, eachLine)
                }
                let usual = periods[selection.period].rates
                return variants.withUnsafeBufferPointer { variants in
                    let inForce = RatesInForce(rates, usual, variants[model.variants.range], selection.variants)
                    return bill.settle(inForce, usage, &charge, eachLine)
                }
            }
        }
    }

    /// The rates in force, `nil` if they are not in one list.
    private func list(_ model: Model, _ selection: PriceSelection) -> RateList? {
        let active = selection.variants
        if active == 0 { return periods[selection.period].rates }
        guard active & (active &- 1) == 0 else { return nil }
        return variants[Int(model.variants.start) + active.trailingZeroBitCount].allRates
    }
}

/// The rates in force, in the order of their units: that of the first variant with one, else the usual.
private struct RatesInForce: Sequence, IteratorProtocol {
    private let rates: UnsafeBufferPointer<PriceTable.Rate>
    private let usual: PriceTable.RateList
    private let variants: UnsafeBufferPointer<PriceTable.Variant>
    /// Which variants apply, as bits.
    private let active: UInt64
    /// The units still to come, as bits.
    private var units: UInt32

    init(
        _ rates: UnsafeBufferPointer<PriceTable.Rate>, _ usual: PriceTable.RateList,
        _ variants: Slice<UnsafeBufferPointer<PriceTable.Variant>>, _ active: UInt64
    ) {
        (self.rates, self.usual, self.active) = (rates, usual, active)
        self.variants = UnsafeBufferPointer(rebasing: variants)
        units = usual.units
        var left = active
        while left != 0 {
            units |= self.variants[left.trailingZeroBitCount].rates.units
            left &= left &- 1
        }
    }

    mutating func next() -> PriceTable.Rate? {
        guard units != 0 else { return nil }
        let unit = units & (~units &+ 1)
        units ^= unit
        var left = active
        while left != 0 {
            let list = variants[left.trailingZeroBitCount].rates
            if list.units & unit != 0 { return rates[list.row(of: unit)] }
            left &= left &- 1
        }
        return rates[usual.row(of: unit)]
    }
}

/// One charge in the making.
private struct Bill {
    let tiers: [PriceTable.Tier]
    let shortestAudio: Int
    /// How many are charged of each unit that is settled.
    let counts: UnsafeMutableBufferPointer<Int>

    /// Goes through rates in the order of their units, the most specific first: totals find their parts settled.
    @inline(__always)
    func settle(
        _ rates: some Sequence<PriceTable.Rate>, _ usage: TokenUsage, _ charge: inout Charge,
        _ eachLine: ((CostLine) -> Void)?
    ) -> UnpricedReason? {
        var settled: UInt32 = 0
        var unreported: PricedUnit.Kind?
        for rate in rates {
            let price = self.price(rate, usage)
            if price < 0 { return UnpricedReason(.invalidPrice, rate.unit) }
            guard var count = rate.unit.count(in: usage) else {
                guard price > 0 else { continue }
                if Self.isNeeded(rate.unit, usage) { return UnpricedReason(.missingUsage, rate.unit) }
                unreported = rate.unit  // the last one is the most general
                continue
            }
            if shortestAudio > 0 { count = billed(count, rate.unit) }
            guard count >= 0 else { return UnpricedReason(.invalidUsage, rate.unit) }
            guard remove(rate.parts & settled, from: &count) else {
                return UnpricedReason(.inconsistentUsage, rate.unit)
            }
            counts[Int(rate.unit.rawValue)] = count
            settled |= rate.unit.bit
            let cost = Self.cost(of: count, at: price, per: rate.per)
            charge.add(cost, to: rate.unit.side)
            eachLine?(line(rate, count, price, cost, usage))
        }
        if let unreported, settled & ~PricedUnit.Kind.requests.bit == 0 {
            return UnpricedReason(.missingUsage, unreported)
        }
        return nil
    }

    /// Takes the settled parts out of a count. False if they are more than the count.
    @inline(__always)
    private func remove(_ parts: UInt32, from count: inout Int) -> Bool {
        var parts = parts
        while parts != 0 {
            count &-= counts[parts.trailingZeroBitCount]  // both are at least 0: no overflow
            parts &= parts &- 1
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

    // Not inlined: most who settle a bill do not ask for its lines.
    @inline(never)
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
        return Int128(product &- whole &* 1_000_000 >= 500_000 ? whole &+ 1 : whole)
    }

    @inline(never)
    private static func wideCost(of count: Int, at price: Int64, per: UInt64) -> Int128 {
        let (whole, rest) = (Int128(count) * Int128(price)).quotientAndRemainder(dividingBy: Int128(per))
        return rest >= Int128(per) - rest ? whole + 1 : whole
    }
}
