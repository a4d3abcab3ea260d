// SPDX-License-Identifier: MIT

import GenAICore

/// The prices of a model that apply to a call.
struct PriceSelection: Sendable {
    var period: Int
    /// The model's variants that apply, the first one in the lowest bit. Variants after the 64th are ignored.
    var variants: UInt64 = 0
}

extension PriceTable {
    /// Selects the prices in force: the last period that applies, or the first if none does, and every variant that
    /// applies.
    ///
    /// - Parameter seconds: Unix time of the call; `nil` reads the clock, if the prices depend on time at all.
    @inline(__always)
    func select(
        _ row: PriceRow, _ usage: borrowing TokenUsage, context: PriceContext?, at seconds: Int64?
    ) -> PriceSelection {
        let model = models[row.model]
        guard model.periodsDependOnTime || model.variantsDependOnSearch || context != nil else {
            return PriceSelection(period: Int(model.periods.start))
        }
        return select(row, model, usage, context: context, at: seconds)
    }

    @inline(never)
    private func select(
        _ row: PriceRow, _ model: Model, _ usage: borrowing TokenUsage, context: PriceContext?, at seconds: Int64?
    ) -> PriceSelection {
        var selection = PriceSelection(period: Int(model.periods.start))
        var moment = Moment(seconds: seconds)
        if model.periodsDependOnTime {
            let last = model.periods.range.last { moment.isIn(periods[$0].condition) }
            selection.period = last ?? selection.period
        }
        let searched = model.variantsDependOnSearch ? Self.addSearchContext(to: context, usage) : context
        guard let context = searched, !row.usesFallback, !model.variants.isEmpty else { return selection }
        // Accessed in place: as elements of the array they would be copied, names included.
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

    /// Adds the search context size if the context lacks it: the one that the usage reports; else low if the usage
    /// counts search requests, which is the provider's default; else none, and the table's own price applies, which is
    /// the highest.
    private static func addSearchContext(to context: PriceContext?, _ usage: borrowing TokenUsage) -> PriceContext? {
        if context?.searchContextSize != nil { return context }
        let unsaid: TokenUsage.SearchContextSize? = usage.requests == nil ? nil : .low
        let reported = usage.searchContextSize
        guard let size = reported ?? unsaid else { return context }
        var context = context ?? PriceContext()
        context.searchContextSize = size
        return context
    }

    /// The time of a call, read from the clock only if a price depends on it, and only once.
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

    /// The rates in force as one list; `nil` if several variants apply at once.
    func list(_ model: Model, _ selection: PriceSelection) -> RateList? {
        let active = selection.variants
        if active == 0 { return periods[selection.period].rates }
        guard active & (active &- 1) == 0 else { return nil }
        let variant = Int(model.variants.start) + active.trailingZeroBitCount
        return lists[Int(variants[variant].firstList) + selection.period - Int(model.periods.start)]
    }

    /// The rates in force in the order of their units: that of the first variant with one, else the usual rate.
    func combinedRates(_ model: Model, _ selection: PriceSelection) -> [Rate] {
        let active = model.variants.range.prefix(64).enumerated().compactMap { bit, index in
            selection.variants & 1 << UInt64(bit) == 0 ? nil : variants[index].rates
        }
        let sources = active + [periods[selection.period].rates]
        return PricedUnit.Kind.allCases.compactMap { unit in
            sources.first { $0.units & unit.bit != 0 }.map { rates[$0.row(of: unit.bit)] }
        }
    }
}
