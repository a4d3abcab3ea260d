// SPDX-License-Identifier: MIT

/// The identifier of a trace: 16 bytes, not all zero.
///
/// Source: W3C Trace Context, `trace-id`.
public struct TraceID: Sendable, Hashable {
    /// The first eight bytes.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64

    /// Creates an identifier from its two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 32 lower-case hexadecimal digits; `nil` for anything else and for all zeros.
    public init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 32, let high = hexNumber(digits[..<16]), let low = hexNumber(digits[16...]),
            high != 0 || low != 0
        else { return nil }
        self.init(high: high, low: low)
    }

    /// Whether the identifier is not all zero.
    public var isValid: Bool { high != 0 || low != 0 }
}

extension TraceID: CustomStringConvertible {
    /// 32 lower-case hexadecimal digits.
    public var description: String { hexText(high) + hexText(low) }
}

/// The identifier of a span: 8 bytes, not all zero.
///
/// Source: W3C Trace Context, `parent-id`.
public struct SpanID: Sendable, Hashable {
    /// The eight bytes.
    public let rawValue: UInt64

    /// Creates an identifier from its bytes.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Reads 16 lower-case hexadecimal digits; `nil` for anything else and for all zeros.
    public init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 16, let number = hexNumber(digits[...]), number != 0 else { return nil }
        rawValue = number
    }

    /// Whether the identifier is not all zero.
    public var isValid: Bool { rawValue != 0 }
}

extension SpanID: CustomStringConvertible {
    /// 16 lower-case hexadecimal digits.
    public var description: String { hexText(rawValue) }
}

/// The number that lower-case hexadecimal digits spell, or `nil` when one of them is none.
func hexNumber(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for digit in digits {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
        default: return nil
        }
    }
    return number
}

private func hexText(_ number: UInt64) -> String {
    let digits = StaticString("0123456789abcdef")
    return String(unsafeUninitializedCapacity: 16) { buffer in
        for position in 0..<16 {
            let digit = Int(truncatingIfNeeded: number >> UInt64(60 - position * 4)) & 0xF
            buffer[position] = digits.utf8Start[digit]
        }
        return 16
    }
}
