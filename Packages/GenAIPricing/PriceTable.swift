// SPDX-License-Identifier: MIT

/// A set of prices in flat arrays of plain values: reading it allocates nothing.
///
/// Rows refer to each other by index ranges and to names by ranges of ``pool``. A table never changes once built.
final class PriceTable: Sendable {
    /// A range of the pool.
    struct Text: Sendable, Equatable {
        var start: UInt32 = 0
        var count: UInt32 = 0
        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
        var isEmpty: Bool { count == 0 }
    }

    /// A range of rows in one of the arrays.
    struct Rows: Sendable, Equatable {
        var start: UInt32 = 0
        var end: UInt32 = 0
        var range: Range<Int> { Int(start)..<Int(end) }
        var isEmpty: Bool { start == end }
    }

    /// The prices of some units: a range of ``rates``, one for each unit and in their order.
    struct RateList: Sendable {
        var start: UInt32 = 0
        var end: UInt32 = 0
        /// The units that have a price, as bits.
        var units: UInt32 = 0

        var range: Range<Int> { Int(start)..<Int(end) }

        /// Returns the row of a unit, given as its bit. The unit must have a price.
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
        /// Suffixes of model names that select a route, such as `:nitro`. Only routers have any.
        var routes: [[UInt8]] = []
        var zones = Rows()

        /// Indicates whether the provider routes calls to others: its list has one price for a model, but each route
        /// has its own.
        var isRouter: Bool { !routes.isEmpty }
    }

    /// A region that a provider charges differently for.
    struct Zone: Sendable {
        var name: Text
        /// Clauses on the model's name, of which one must hold. If there are none, the zone applies to all models.
        var models: Rows
        /// The factor for prices of tokens, in thousandths.
        var thousandths: Int64
    }

    struct Model: Sendable {
        var id: Text
        var clauses: Rows
        var periods: Rows
        var variants: Rows
        /// Indicates whether the usual prices depend on the time of the call.
        var periodsDependOnTime = false
        /// Indicates whether a variant depends on the search context size.
        var variantsDependOnSearch = false
        /// The minimum billed duration of audio. Unit: ms.
        var shortestAudioMilliseconds: Int
    }

    /// The time at which a price applies.
    struct Condition: Sendable {
        /// The first day, counted from 1970-01-01 UTC; `Int.min` for no limit.
        var firstDay = Int.min
        var firstDayText = Text()
        /// Seconds of the UTC day. If both are equal, there is no window. A window may extend past midnight.
        var windowStart = 0
        var windowEnd = 0
        /// The days of the week as bits, Monday the lowest; none means all. A window belongs to the day on which it
        /// begins.
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

    /// Prices that replace the period's, unit by unit, if the call has a certain property.
    struct Variant: Sendable {
        var key: PriceContext.Key
        var value: String
        var word: PriceContext.Word
        var condition: Condition
        var rates: RateList
        /// The start of the lists that combine these prices with the usual ones of all other units, one list for each
        /// period of the model.
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
        /// Pico-USD for ``per`` counts. Never negative in a table; ``invalid`` marks an invalid price.
        var pico: Int64
        var tiers: Rows

        static let invalid: Int64 = -1
    }

    /// Another price for the unit if the whole input of the call exceeds a threshold.
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

    /// The bundled prices, parsed on first use.
    static let bundled: PriceTable = {
        let text = PriceTableData.text
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return PriceTable(PriceTableBuilder(generated: Array(bytes)) ?? PriceTableBuilder())
    }()

    func string(_ text: Text) -> String {
        String(decoding: pool[text.range], as: UTF8.self)
    }
}
