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

    /// Parses 32 lower-case hexadecimal digits; `nil` for any other text and for all zeros.
    public init?(_ text: some StringProtocol) {
        let digits = text.utf8
        guard digits.count == 32, let high = hexNumber(digits.prefix(16)), let low = hexNumber(digits.dropFirst(16)),
            high != 0 || low != 0
        else { return nil }
        self.init(high: high, low: low)
    }

    /// Indicates whether the identifier is not all zero.
    public var isValid: Bool { high != 0 || low != 0 }
}

extension TraceID: CustomStringConvertible {
    /// The identifier as 32 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            writeHex(high, into: buffer, at: 0)
            writeHex(low, into: buffer, at: 16)
            return 32
        }
    }
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

    /// Parses 16 lower-case hexadecimal digits; `nil` for any other text and for all zeros.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 16, let number = hexNumber(text.utf8), number != 0 else { return nil }
        rawValue = number
    }

    /// Indicates whether the identifier is not all zero.
    public var isValid: Bool { rawValue != 0 }
}

extension SpanID: CustomStringConvertible {
    /// The identifier as 16 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            writeHex(rawValue, into: buffer, at: 0)
            return 16
        }
    }
}

/// Returns the number in at most 16 lower-case hexadecimal digits; `nil` if a character is not one.
func hexNumber(_ digits: some Sequence<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for digit in digits {
        guard let value = ASCII.hexDigitValue(digit), ASCII.lowercased(digit) == digit else { return nil }
        number = number << 4 | UInt64(value)
    }
    return number
}

/// Writes 16 lower-case hexadecimal digits. The buffer must have space for them after `start`.
func writeHex(_ number: UInt64, into buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
    for position in 0..<16 { buffer[start + position] = ASCII.hexDigit(number >> UInt64(60 - position * 4)) }
}
