// SPDX-License-Identifier: MIT

/// The rows of a table under construction.
struct PriceTableBuilder {
    var pool: [UInt8] = []
    var providers: [PriceTable.Provider] = []
    var models: [PriceTable.Model] = []
    var clauses: [NameClause] = []
    var periods: [PriceTable.Period] = []
    var variants: [PriceTable.Variant] = []
    var lists: [PriceTable.RateList] = []
    var zones: [PriceTable.Zone] = []
    var rates: [PriceTable.Rate] = []
    var tiers: [PriceTable.Tier] = []

    /// Adds a clause that is not joined to another.
    mutating func appendClause(_ kind: NameClause.Kind, _ text: PriceTable.Text) -> PriceTable.Rows {
        clauses.append(NameClause(kind, text, in: pool[text.range]))
        return .init(start: UInt32(clauses.count - 1), end: UInt32(clauses.count))
    }

    /// Adds the prices of units, each with its tiers by rising thresholds; `nil` if a unit occurs twice.
    mutating func appendRates(_ prices: [(unit: PricedUnit.Kind, price: ModelPricing.Price)]) -> PriceTable.RateList? {
        var list = PriceTable.RateList(start: UInt32(rates.count))
        // The order in which a bill is settled, and in which lists are searched.
        for (unit, price) in prices.sorted(by: { $0.unit.rawValue < $1.unit.rawValue }) {
            guard list.units & unit.bit == 0 else { return nil }
            list.units |= unit.bit
            let firstTier = UInt32(tiers.count)
            tiers += price.tiers
            rates.append(
                .init(
                    unit: unit, parts: unit.parts, per: UInt64(unit.per), pico: price.pico,
                    tiers: .init(start: firstTier, end: UInt32(tiers.count))))
        }
        list.end = UInt32(rates.count)
        return list
    }

    /// Adds a copy of one list in which the prices of another replace some.
    mutating func appendRates(_ usual: PriceTable.RateList, replacedBy others: PriceTable.RateList)
        -> PriceTable.RateList
    {
        var list = PriceTable.RateList(start: UInt32(rates.count), units: usual.units | others.units)
        for unit in PricedUnit.Kind.allCases where list.units & unit.bit != 0 {
            let source = others.units & unit.bit != 0 ? others : usual
            rates.append(rates[source.row(of: unit.bit)])
        }
        list.end = UInt32(rates.count)
        return list
    }

    /// Adds a model with prices given by the caller, and returns its row.
    mutating func appendModel(_ id: String, _ pricing: ModelPricing) -> Int {
        var model = PriceTable.Model(
            id: appendText(id), clauses: .init(), periods: .init(start: UInt32(periods.count)), variants: .init(),
            shortestAudioMilliseconds: 0)
        appendPeriod(.init(), pricing.prices)
        for part in pricing.periods {
            var condition = part.period.condition
            if let firstDay = part.period.firstDay { condition.firstDayText = appendText(firstDay) }
            appendPeriod(condition, pricing.prices.merging(part.prices) { $1 })
        }
        model.periodsDependOnTime = !pricing.periods.isEmpty
        model.periods.end = UInt32(periods.count)
        models.append(model)
        return models.count - 1
    }

    private mutating func appendPeriod(
        _ condition: PriceTable.Condition, _ prices: [PricedUnit: ModelPricing.Price]
    ) {
        let rates = appendRates(prices.map { ($0.key.kind, $0.value) }) ?? .init()
        periods.append(.init(condition: condition, rates: rates))
    }

    private mutating func appendText(_ text: String) -> PriceTable.Text {
        defer { pool += text.utf8 }
        return PriceTable.Text(start: UInt32(pool.count), count: UInt32(text.utf8.count))
    }
}
