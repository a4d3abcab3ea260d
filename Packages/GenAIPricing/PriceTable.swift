// SPDX-License-Identifier: MIT

/// A set of prices in flat arrays of plain values: reading it allocates nothing.
///
/// Rows refer to each other by index ranges and to names by ranges of ``pool``. It never changes once built.
final class PriceTable: Sendable {
    /// A piece of the pool.
    struct Text: Sendable, Equatable {
        var start: UInt32 = 0
        var count: UInt32 = 0
        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
        var isEmpty: Bool { count == 0 }
    }

    /// A run of rows in one of the arrays.
    struct Rows: Sendable, Equatable {
        var start: UInt32 = 0
        var end: UInt32 = 0
        var range: Range<Int> { Int(start)..<Int(end) }
        var isEmpty: Bool { start == end }
    }

    /// The prices of some units: a run of ``rates``, one for each unit and in their order.
    struct RateList: Sendable {
        var start: UInt32 = 0
        var end: UInt32 = 0
        /// The units that have a price, as bits.
        var units: UInt32 = 0

        var range: Range<Int> { Int(start)..<Int(end) }

        /// The row of a unit, given as its bit. Only for one that has a price.
        func row(of unit: UInt32) -> Int { Int(start) + (units & (unit &- 1)).nonzeroBitCount }
    }

    struct Provider: Sendable {
        var id: Text
        var models: Rows
        var fallbacks: [Int]
        /// Clauses on a provider's name, on a model's name, and rules on the host of a URL.
        var nameClauses: Rows
        var modelClauses: Rows
        var hosts: Rows
        /// Endings of model names that choose how a router routes, such as `:nitro`. Only a router has any.
        var routes: [[UInt8]] = []
        var zones = Rows()

        /// Whether the provider hands calls on to others: its list has one price for a model, each route its own.
        var isRouter: Bool { !routes.isEmpty }
    }

    /// A region that a provider charges otherwise for.
    struct Zone: Sendable {
        var name: Text
        /// Clauses on the model's name, of which one must hold; none suits all models.
        var models: Rows
        /// What prices of tokens are multiplied by.
        var thousandths: Int64
    }

    struct Model: Sendable {
        var id: Text
        var clauses: Rows
        var periods: Rows
        var variants: Rows
        /// Whether the usual prices depend on the time of the call.
        var periodsDependOnTime = false
        /// Whether a variant depends on how much of the web is searched.
        var variantsDependOnSearch = false
        /// Shorter audio is billed as this long. Unit: ms.
        var shortestAudioMilliseconds: Int
    }

    /// When a price applies.
    struct Condition: Sendable {
        /// The first day, counted from 1970-01-01 UTC; `Int.min` without one.
        var firstDay = Int.min
        var firstDayText = Text()
        /// Seconds of the UTC day; no window when both are equal. A window may pass midnight.
        var windowStart = 0
        var windowEnd = 0
        /// The days of the week as bits, Monday the lowest; none means all. That of a window is the day it starts on.
        var weekdays: UInt8 = 0

        var isAlways: Bool { firstDay == .min && windowStart == windowEnd && weekdays == 0 }

        func holds(day: Int, second: Int) -> Bool {
            guard day >= firstDay else { return false }
            if windowStart == windowEnd { return includes(day) }
            if windowStart < windowEnd { return windowStart <= second && second < windowEnd && includes(day) }
            return second >= windowStart ? includes(day) : second < windowEnd && includes(day &- 1)
        }

        private func includes(_ day: Int) -> Bool {
            weekdays == 0 || weekdays >> UInt8(CivilDate.weekday(ofDay: day)) & 1 == 1
        }
    }

    struct Period: Sendable {
        var condition: Condition
        var rates: RateList
    }

    /// Prices that replace the period's, unit by unit, when the call was made in a certain way.
    struct Variant: Sendable {
        var key: PriceContext.Key
        var value: String
        var word: PriceContext.Word
        var condition: Condition
        var rates: RateList
        /// Where the lists of these and the usual prices of all other units start, one for each period of the model.
        var firstList: UInt32

        init(key: PriceContext.Key, value: String, condition: Condition, rates: RateList, firstList: Int) {
            (self.key, self.value, self.condition, self.rates) = (key, value, condition, rates)
            self.firstList = UInt32(firstList)
            word = PriceContext.Word(value)
        }
    }

    /// The price of one unit.
    struct Rate: Sendable {
        var unit: PricedUnit.Kind
        var parts: UInt32
        var per: UInt64
        /// Pico-USD for ``per`` counts. Never negative in a table; ``invalid`` marks a price that is not one.
        var pico: Int64
        var tiers: Rows

        static let invalid: Int64 = -1
    }

    /// Another price for the unit, when the whole input of the call is larger than a bound.
    struct Tier: Sendable, Hashable {
        var aboveInputTokens: Int
        var pico: Int64
    }

    let pool: [UInt8]
    let providers: [Provider]
    let models: [Model]
    let clauses: [NameClause]
    let periods: [Period]
    let variants: [Variant]
    let lists: [RateList]
    let zones: [Zone]
    let rates: [Rate]
    let tiers: [Tier]

    init(_ builder: PriceTableBuilder) {
        pool = builder.pool
        providers = builder.providers
        models = builder.models
        clauses = builder.clauses
        periods = builder.periods
        variants = builder.variants
        lists = builder.lists
        zones = builder.zones
        rates = builder.rates
        tiers = builder.tiers
    }

    /// The bundled prices, read on first use.
    static let bundled: PriceTable = {
        let text = PriceTableData.text
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return PriceTable(PriceTableBuilder(generated: Array(bytes)) ?? PriceTableBuilder())
    }()

    func string(_ text: Text) -> String {
        String(decoding: pool[text.range], as: UTF8.self)
    }
}
