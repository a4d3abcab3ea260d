// SPDX-License-Identifier: MIT

/// An amount of money in United States dollars, exact to the pico-dollar.
///
/// A price per million tokens has at most six decimals in practice, so the cost of one token is a whole number of
/// pico-dollars and sums are exact. Arithmetic never traps: a result out of range stays at ``max`` or ``min``,
/// and so does everything added to it, so ``isSaturated`` on a total tells that it is only a bound.
/// The range is ±1.7e26 dollars.
public struct USD: Sendable, Hashable {
    /// The amount in pico-dollars: 1 USD is 1,000,000,000,000.
    public var picoUSD: Int128

    /// Creates an amount from pico-dollars.
    @inlinable
    public init(picoUSD: Int128) {
        self.picoUSD = picoUSD
    }

    /// The largest amount, which also stands for any larger one.
    public static let max = USD(picoUSD: .max)
    /// The smallest amount, which also stands for any smaller one.
    public static let min = USD(picoUSD: .min)

    /// Whether a sum left the range, so that this is a bound instead of the amount.
    @inlinable
    public var isSaturated: Bool { picoUSD == .max || picoUSD == .min }

    /// The nearest `Double`, for attributes and charts. Never add these up.
    @inlinable  // asked four times for each call to a model
    public var doubleValue: Double {
        // Up to nine million dollars in 64 bits: converting from 128 takes a generic path of a few hundred instructions.
        let small = Int64(truncatingIfNeeded: picoUSD)
        return (Int128(small) == picoUSD ? Double(small) : widePicoUSD) / 1e12
    }

    @usableFromInline var widePicoUSD: Double { Double(picoUSD) }
}

// MARK: - Reading and writing

extension USD: LosslessStringConvertible {
    /// The amount as a plain decimal, such as `0.00045`: no exponent, no trailing zeros, no currency sign.
    public var description: String { DecimalText.dollars(pico: picoUSD) }

    /// Reads a plain decimal such as `12.5` or `4.5e-4`; digits beyond the twelfth are rounded.
    ///
    /// Returns `nil` for anything that is not a number or is out of range.
    public init?(_ description: String) {
        guard let pico = DecimalText.scaled(description.utf8, by: DecimalText.picoDigits) else { return nil }
        picoUSD = pico
    }

    /// Takes the decimal a person would write for `amount`: `USD(0.1)` is exactly ten cents.
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
    /// No money.
    public static var zero: USD { USD(picoUSD: 0) }

    /// The sum, or the nearest end of the range.
    @inlinable  // Six sums for each call to a model, of some ten instructions each instead of thirty.
    public static func + (left: USD, right: USD) -> USD {
        if left.isSaturated { return left }
        if right.isSaturated { return right }
        let (sum, overflow) = left.picoUSD.addingReportingOverflow(right.picoUSD)
        guard overflow else { return USD(picoUSD: sum) }
        return USD(picoUSD: right.picoUSD < 0 ? .min : .max)
    }

    /// The difference, or the nearest end of the range.
    public static func - (left: USD, right: USD) -> USD {
        if left.isSaturated { return left }
        if right.isSaturated { return right == .max ? .min : .max }
        let (difference, overflow) = left.picoUSD.subtractingReportingOverflow(right.picoUSD)
        guard overflow else { return USD(picoUSD: difference) }
        return right.picoUSD < 0 ? .max : .min
    }
}
