// SPDX-License-Identifier: MIT

/// An amount of money in United States dollars, exact to the pico-dollar.
///
/// A price per million tokens has at most six decimals in practice, so the cost of one token is an integer number of
/// pico-dollars and sums are exact. Arithmetic never traps: a result out of range stays at ``max`` or ``min``, even if
/// more is added, so ``isSaturated`` on a total tells that it is only a bound. The range is ±1.7e26 dollars.
public struct USD: Sendable, Hashable {
    /// The amount in pico-dollars: 1 USD is 1,000,000,000,000.
    public var picoUSD: Int128

    /// Creates an amount from pico-dollars.
    @inlinable
    public init(picoUSD: Int128) {
        self.picoUSD = picoUSD
    }

    /// The largest amount, which also represents any larger one.
    public static let max = USD(picoUSD: .max)
    /// The smallest amount, which also represents any smaller one.
    public static let min = USD(picoUSD: .min)

    /// Indicates whether a sum exceeded the range, so that this is a bound instead of the amount.
    @inlinable
    public var isSaturated: Bool { picoUSD == .max || picoUSD == .min }

    /// The nearest `Double`, for attributes and charts. Do not add these up.
    @inlinable  // called four times for each call to a model
    public var doubleValue: Double {
        // Up to nine million dollars in 64 bits, because converting from 128 bits is much slower.
        let small = Int64(truncatingIfNeeded: picoUSD)
        return (Int128(small) == picoUSD ? Double(small) : widePicoUSD) / 1e12
    }

    @usableFromInline var widePicoUSD: Double { Double(picoUSD) }
}

// MARK: - Reading and writing

extension USD: LosslessStringConvertible {
    /// The amount as a plain decimal, such as `0.00045`: no exponent, no trailing zeros, no currency sign.
    public var description: String { DecimalText.dollars(pico: picoUSD) }

    /// Parses a plain decimal such as `12.5` or `4.5e-4`; digits after the twelfth decimal are rounded.
    ///
    /// Returns `nil` for text that is not a number or is out of range.
    public init?(_ description: String) {
        guard let pico = DecimalText.scaled(description.utf8, by: DecimalText.picoDigits) else { return nil }
        picoUSD = pico
    }

    /// Creates an amount from the decimal that a person would write for `amount`: `USD(0.1)` is exactly ten cents.
    ///
    /// Returns `nil` for NaN, infinities and amounts out of range.
    public init?(_ amount: Double) {
        guard let pico = DecimalText.scaled(amount, by: DecimalText.picoDigits) else { return nil }
        picoUSD = pico
    }
}

// MARK: - Arithmetic

extension USD: Comparable {
    /// Orders amounts by value.
    public static func < (left: USD, right: USD) -> Bool { left.picoUSD < right.picoUSD }
}

extension USD: AdditiveArithmetic {
    /// An amount of zero.
    public static var zero: USD { USD(picoUSD: 0) }

    /// Returns the sum, or the nearest end of the range.
    @inlinable  // called six times for each call to a model
    public static func + (left: USD, right: USD) -> USD {
        if left.isSaturated { return left }
        if right.isSaturated { return right }
        let (sum, overflow) = left.picoUSD.addingReportingOverflow(right.picoUSD)
        guard overflow else { return USD(picoUSD: sum) }
        return USD(picoUSD: right.picoUSD < 0 ? .min : .max)
    }

    /// Returns the difference, or the nearest end of the range.
    public static func - (left: USD, right: USD) -> USD {
        if left.isSaturated { return left }
        if right.isSaturated { return right == .max ? .min : .max }
        let (difference, overflow) = left.picoUSD.subtractingReportingOverflow(right.picoUSD)
        guard overflow else { return USD(picoUSD: difference) }
        return right.picoUSD < 0 ? .max : .min
    }
}
