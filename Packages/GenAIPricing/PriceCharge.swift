// SPDX-License-Identifier: MIT

package import GenAICore

/// The sums of a bill.
package struct Charge {
    /// The origin of the prices, or of the cost itself.
    package internal(set) var source = PriceSource.bundled
    // Unit: pico-USD.
    private var inputSum: Int128 = 0
    private var outputSum: Int128 = 0
    private var otherSum: Int128 = 0
    /// The used units without a price, as bits: see ``PricedCall/unpricedUnits``.
    var unpriced: UInt32 = 0

    /// A phrase that names the used units without a price; `nil` if ``total`` is complete.
    package var incompleteReason: String? { PricedUnit.lacking(unpriced) }

    /// Indicates whether everything that was used has a price.
    package var isComplete: Bool { unpriced == 0 }

    /// The part charged for input.
    package var input: USD { USD(picoUSD: inputSum) }
    /// The part charged for output.
    package var output: USD { USD(picoUSD: outputSum) }
    /// The whole cost.
    package var total: USD { USD(picoUSD: inputSum &+ outputSum &+ otherSum) }

    init(source: PriceSource.Kind) {
        self.source = PriceSource(kind: source)
    }

    /// Creates a charge from the cost that the provider stated, which counts as neither input nor output.
    init(stated cost: USD) {
        source = .provider
        otherSum = cost.picoUSD
    }

    /// Adds the cost of a line. Cannot overflow: no line is above 1e35, and there are at most as many as there are
    /// units.
    mutating func add(_ cost: Int128, to side: PricedUnit.Kind.Side) {
        switch side {
        case .input: inputSum &+= cost
        case .output: outputSum &+= cost
        case .neither: otherSum &+= cost
        }
    }
}

extension PriceTable {
    /// Adds up a call, each unit once: a unit with a price of its own is subtracted from the totals that contain it.
    ///
    /// Source: Scripts/data/prices.json, "semantics".
    ///
    /// - Throws: The reason why the call has no price.
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
            let bill = Bill(
                tiers: tiers, shortestAudio: model.shortestAudioMilliseconds,
                thousandths: row.zone.map { zones[$0].thousandths } ?? 1_000, counts: counts)
            return rates.withUnsafeBufferPointer { rates in
                guard let list = list(model, selection) else {
                    return bill.settle(combinedRates(model, selection), usage, &charge, eachLine)
                }
                return bill.settle(rates[list.range], usage, &charge, eachLine)
            }
        }
    }
}

/// A charge under construction.
private struct Bill {
    let tiers: [PriceTable.Tier]
    let shortestAudio: Int
    /// The factor for prices of tokens in the zone of the call, in thousandths.
    let thousandths: Int64
    /// The charged count of each settled unit.
    let counts: UnsafeMutableBufferPointer<Int>

    /// Settles the rates in the order of their units, the most specific first, so that the parts of a total are settled
    /// before it.
    @inline(__always)
    func settle(
        _ rates: some Sequence<PriceTable.Rate>, _ usage: TokenUsage, _ charge: inout Charge,
        _ eachLine: ((CostLine) -> Void)?
    ) -> UnpricedReason? {
        var settled: UInt32 = 0
        var priced: UInt32 = 0
        var unreported: PricedUnit.Kind?
        for rate in rates {
            let price = inZone(self.price(rate, usage), rate)
            priced |= rate.unit.bit
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
        charge.unpriced = PricedUnit.Kind.used(usage, lackingIn: priced)
        return nil
    }

    /// Subtracts the settled parts from a count. Returns false if they exceed it.
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

    /// Returns whether the usage must report a unit for the cost to be known. Tokens that are not reported as cached or
    /// audio are neither. But if there are cached tokens and audio tokens, the number of tokens that are both must be
    /// reported.
    private static func isNeeded(_ unit: PricedUnit.Kind, _ usage: TokenUsage) -> Bool {
        switch unit {
        case .input, .output: true
        case .audioCacheRead: (usage.inputAudioTokens ?? 0) > 0 && (usage.cacheReadTokens ?? 0) > 0
        case .imageCacheRead: (usage.inputImageTokens ?? 0) > 0 && (usage.cacheReadTokens ?? 0) > 0
        default: false
        }
    }

    // MARK: - Prices

    /// Returns the price of the unit for the size of the whole input. Above a threshold, the tier's price applies to
    /// all of the unit.
    private func price(_ rate: PriceTable.Rate, _ usage: TokenUsage) -> Int64 {
        rate.tiers.isEmpty ? rate.pico : tier(rate, usage)?.pico ?? rate.pico
    }

    /// Returns the price in the zone, rounded half up. In practice it is exact: prices have six decimals and
    /// multipliers three.
    private func inZone(_ price: Int64, _ rate: PriceTable.Rate) -> Int64 {
        guard thousandths != 1_000, price > 0, PricedUnit(kind: rate.unit).isTokens else { return price }
        return Int64(clamping: (Int128(price) * Int128(thousandths) + 500) / 1_000)
    }

    private func tier(_ rate: PriceTable.Rate, _ usage: TokenUsage) -> PriceTable.Tier? {
        let input = usage.inputTokens ?? 0
        for row in rate.tiers.range.reversed() where input > tiers[row].aboveInputTokens { return tiers[row] }
        return nil
    }

    // Not inlined: most callers do not ask for lines.
    @inline(never)
    private func line(
        _ rate: PriceTable.Rate, _ count: Int, _ price: Int64, _ cost: Int128, _ usage: TokenUsage
    ) -> CostLine {
        CostLine(
            unit: PricedUnit(kind: rate.unit), count: count, price: USD(picoUSD: Int128(price)),
            aboveInputTokens: tier(rate, usage)?.aboveInputTokens, cost: USD(picoUSD: cost))
    }

    /// Returns pico-USD for a count, rounded half up. Exact for every price of at most six decimals per million tokens.
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
