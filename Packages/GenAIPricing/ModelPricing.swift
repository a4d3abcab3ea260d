// SPDX-License-Identifier: MIT

import GenAICore

/// The prices of one model, given in code.
///
/// Prices are taken as the decimals they are written as: `0.15` is exactly fifteen cents. A unit without a price is not
/// charged separately: cached tokens cost what other input tokens cost, searches cost nothing. If a price is negative,
/// not a number or above 9,000,000, calls have no cost, with the reason ``UnpricedReason/Code/invalidPrice``.
public struct ModelPricing: Sendable, Hashable {
    /// The number of tokens that a price is for.
    public struct TokenScale: Sendable, Hashable {
        /// Powers of ten from this scale to a million tokens.
        let digits: Int

        /// Prices of one token, as in LiteLLM's tables.
        public static let token = TokenScale(digits: 6)
        /// Prices of a thousand tokens.
        public static let thousandTokens = TokenScale(digits: 3)
        /// Prices of a million tokens, as on most price pages.
        public static let millionTokens = TokenScale(digits: 0)
    }

    /// The price of one unit, in pico-USD for the unit's own size.
    struct Price: Sendable, Hashable {
        var pico: Int64
        var tiers: [PriceTable.Tier] = []
    }

    private(set) var prices: [PricedUnit: Price] = [:]
    /// Prices of some units at certain times. Later entries take precedence over earlier ones.
    private(set) var periods: [Period] = []

    struct Period: Sendable, Hashable {
        var period: PricePeriod
        var prices: [PricedUnit: Price]
    }

    /// The prices of a model that costs nothing, such as one you host yourself. Its calls have a known cost of zero.
    public static let free = ModelPricing()

    private init() {}

    /// Creates prices in USD.
    ///
    /// - Parameter scale: The number of tokens that the prices are for. A million by default.
    public init(
        input: Double,
        output: Double? = nil,
        cacheRead: Double? = nil,
        cacheWrite: Double? = nil,
        cacheWrite1h: Double? = nil,
        reasoning: Double? = nil,
        audioInput: Double? = nil,
        audioOutput: Double? = nil,
        per scale: TokenScale = .millionTokens
    ) {
        let given: [(PricedUnit, Double?)] = [
            (.input, input), (.output, output), (.cacheRead, cacheRead), (.cacheWrite, cacheWrite),
            (.cacheWrite1h, cacheWrite1h), (.reasoning, reasoning), (.audioInput, audioInput),
            (.audioOutput, audioOutput),
        ]
        for (unit, price) in given {
            if let price { set(Self.pico(price, scale), for: unit) }
        }
    }

    /// The price of a unit in USD, for ``PricedUnit/per`` of it: a million tokens, a thousand searches, an hour.
    ///
    /// Setting a price removes the unit's tiers; setting `nil` removes its price.
    public subscript(unit: PricedUnit) -> Double? {
        get { prices[unit].map { $0.pico < 0 ? .nan : Double($0.pico) / 1e12 } }
        set {
            prices[unit] = nil
            if let newValue { set(Self.pico(newValue, .millionTokens), for: unit) }
        }
    }

    /// Adds prices for calls whose whole input exceeds a threshold. They apply to all tokens of the call.
    ///
    /// - Parameter scale: The number of tokens that the prices are for. A million by default.
    public mutating func addTier(
        aboveInputTokens bound: Int,
        input: Double? = nil,
        output: Double? = nil,
        cacheRead: Double? = nil,
        cacheWrite: Double? = nil,
        cacheWrite1h: Double? = nil,
        per scale: TokenScale = .millionTokens
    ) {
        let given: [(PricedUnit, Double?)] = [
            (.input, input), (.output, output), (.cacheRead, cacheRead), (.cacheWrite, cacheWrite),
            (.cacheWrite1h, cacheWrite1h),
        ]
        for (unit, price) in given {
            if let price { addTier(above: bound, Self.pico(price, scale), for: unit) }
        }
    }
}

extension ModelPricing {
    /// Adds prices that apply at certain times. Units without such a price keep their usual one.
    ///
    /// If several periods apply, the one added last takes precedence. Periods within `prices` are ignored.
    public mutating func addPrices(_ prices: ModelPricing, during period: PricePeriod) {
        periods.append(Period(period: period, prices: prices.prices))
    }
}

// MARK: - Exact prices

extension ModelPricing {
    mutating func set(_ pico: Int64?, for unit: PricedUnit) {
        prices[unit] = Price(pico: pico ?? PriceTable.Rate.invalid)
    }

    /// Inserts a tier in order; it replaces one with the same threshold. Without a base price, calls below the
    /// threshold are free.
    mutating func addTier(above bound: Int, _ pico: Int64?, for unit: PricedUnit) {
        var price = prices[unit] ?? Price(pico: 0)
        price.tiers.removeAll { $0.aboveInputTokens == bound }
        let tier = PriceTable.Tier(aboveInputTokens: bound, pico: pico ?? PriceTable.Rate.invalid)
        price.tiers.insert(tier, at: price.tiers.firstIndex { $0.aboveInputTokens > bound } ?? price.tiers.endIndex)
        prices[unit] = price
    }

    /// Returns pico-USD for a million tokens, or `nil` if the price is invalid.
    static func pico(_ price: Double, _ scale: TokenScale) -> Int64? {
        DecimalText.scaled(price, by: DecimalText.picoDigits + scale.digits).flatMap(checked)
    }

    /// Returns pico-USD for a million tokens, from a decimal in a file.
    static func pico(_ decimal: String, _ scale: TokenScale) -> Int64? {
        DecimalText.scaled(decimal.utf8, by: DecimalText.picoDigits + scale.digits).flatMap(checked)
    }

    private static func checked(_ pico: Int128) -> Int64? {
        Int64(exactly: pico).flatMap { $0 >= 0 ? $0 : nil }
    }
}
