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
    }

    struct Model: Sendable {
        var id: Text
        var clauses: Rows
        var periods: Rows
        var variants: Rows
        /// Whether the usual prices depend on the time of the call.
        var periodsDependOnTime = false
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

        var isAlways: Bool { firstDay == .min && windowStart == windowEnd }

        func holds(day: Int, second: Int) -> Bool {
            guard day >= firstDay else { return false }
            if windowStart == windowEnd { return true }
            if windowStart < windowEnd { return windowStart <= second && second < windowEnd }
            return second >= windowStart || second < windowEnd
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
        /// These and the usual prices of all other units; only where the model has one period.
        var allRates: RateList?

        init(key: PriceContext.Key, value: String, condition: Condition, rates: RateList, allRates: RateList?) {
            (self.key, self.value, self.condition) = (key, value, condition)
            (self.rates, self.allRates) = (rates, allRates)
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
    let rates: [Rate]
    let tiers: [Tier]

    init(_ builder: PriceTableBuilder) {
        pool = builder.pool
        providers = builder.providers
        models = builder.models
        clauses = builder.clauses
        periods = builder.periods
        variants = builder.variants
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

/// The rows of a table in the making.
struct PriceTableBuilder {
    var pool: [UInt8] = []
    var providers: [PriceTable.Provider] = []
    var models: [PriceTable.Model] = []
    var clauses: [NameClause] = []
    var periods: [PriceTable.Period] = []
    var variants: [PriceTable.Variant] = []
    var rates: [PriceTable.Rate] = []
    var tiers: [PriceTable.Tier] = []

    /// Adds one clause that stands alone.
    mutating func appendClause(_ kind: NameClause.Kind, _ text: PriceTable.Text) -> PriceTable.Rows {
        clauses.append(NameClause(kind, text, in: pool[text.range]))
        return .init(start: UInt32(clauses.count - 1), end: UInt32(clauses.count))
    }

    /// Adds the prices of units, each with its tiers by rising bounds; `nil` if a unit comes twice.
    mutating func appendRates(_ prices: [(unit: PricedUnit.Kind, price: ModelPricing.Price)]) -> PriceTable.RateList? {
        var list = PriceTable.RateList(start: UInt32(rates.count))
        // The order in which a bill is settled, and the list knows them in.
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

    /// Adds the prices of one list once more, with those of another in the place of some.
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

    /// Adds a model with one price list in force at all times, and returns its row.
    mutating func appendModel(_ id: String, _ pricing: ModelPricing) -> Int {
        let name = PriceTable.Text(start: UInt32(pool.count), count: UInt32(id.utf8.count))
        pool += id.utf8
        let period = UInt32(periods.count)
        let rates = appendRates(pricing.prices.map { ($0.key.kind, $0.value) }) ?? .init()
        periods.append(.init(condition: .init(), rates: rates))
        models.append(
            .init(
                id: name, clauses: .init(), periods: .init(start: period, end: period + 1), variants: .init(),
                shortestAudioMilliseconds: 0))
        return models.count - 1
    }
}

/// One test of a name, on lower-case bytes.
struct NameClause: Sendable {
    /// The raw values are the letters Scripts/generate-prices writes.
    enum Kind: UInt8 {
        case equals = 0x3D  // =
        case startsWith = 0x5E  // ^
        case contains = 0x7E  // ~
        case endsWith = 0x24  // $
        /// The text, then eight digits and no more.
        case compactDate = 0x38  // 8
        /// The text, then a date such as 2026-01-31 and no more.
        case dashedDate = 0x64  // d
        /// The text, then a digit.
        case digitAfter = 0x23  // #
        /// The text does not occur at the end or before a dash.
        case lacksWord = 0x21  // !
        case lacksSlash = 0x2F  // /
        /// A host: the domain or anything below it.
        case domain = 0x2E  // .
    }

    var kind: Kind
    /// Whether the next clause must hold too.
    var joinsNext: Bool
    var text: PriceTable.Text
    /// The pairs of neighbouring bytes a name must contain for the clause to have a chance.
    var pairs: BytePairs

    init(_ kind: Kind, _ text: PriceTable.Text, in pool: some Collection<UInt8>, joinsNext: Bool = false) {
        (self.kind, self.text, self.joinsNext) = (kind, text, joinsNext)
        pairs = kind == .lacksWord || kind == .lacksSlash ? BytePairs() : BytePairs(pool)
    }
}

/// A set of pairs of neighbouring bytes, in 64 bits. Tells most texts that do not contain each other apart at once.
struct BytePairs: Sendable {
    private var bits: UInt64 = 0

    init() {}

    init(_ text: some Collection<UInt8>) {
        var last: UInt8?
        for byte in text {
            if let last { bits |= 1 << UInt64((last &* 37 ^ byte &* 11) & 63) }
            last = byte
        }
    }

    /// Whether none of the other set's pairs is missing here.
    func mayContain(_ other: BytePairs) -> Bool { other.bits & ~bits == 0 }
}
