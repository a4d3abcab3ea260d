// SPDX-License-Identifier: MIT

import GenAICore
import Testing

@Suite("Money")
struct USDTests {
    static let texts: [(pico: Int128, text: String)] = [
        (0, "0"), (1, "0.000000000001"), (450_000_000, "0.00045"), (1_000_000_000_000, "1"),
        (28_500_000_000_000_000, "28500"), (-500_000_000_000, "-0.5"), (1_234_567_890_123, "1.234567890123"),
    ]

    @Test("is written as a plain decimal and read back", arguments: texts)
    func text(pico: Int128, text: String) {
        #expect(USD(picoUSD: pico).description == text)
        #expect(USD(text)?.picoUSD == pico)
    }

    @Test("reads exponents and rounds beyond the twelfth digit half away from zero")
    func reading() {
        #expect(USD("4.5e-4") == USD("0.00045"))
        #expect(USD("1E3") == USD("1000"))
        #expect(USD("0.0000000000005") == USD(picoUSD: 1))
        #expect(USD("0.00000000000049") == .zero)
        #expect(USD("-0.0000000000005") == USD(picoUSD: -1))
        #expect(USD(0.1) == USD("0.1"))
        #expect(USD(Double.leastNonzeroMagnitude) == .zero)
    }

    @Test(
        "is not read from anything else",
        arguments: ["", "-", ".5", "5.", "1e", "1e+", "0x10", "1,5", " 1", "1 ", "--1", "1e40", "NaN", "1.2.3", "e5"])
    func notNumbers(text: String) {
        #expect(USD(text) == nil)
    }

    @Test("is not made of a Double that is no amount")
    func doubles() {
        #expect(USD(Double.nan) == nil)
        #expect(USD(Double.infinity) == nil)
        #expect(USD(1e300) == nil)
    }

    @Test("adds exactly where Double does not")
    func exactness() throws {
        let cent = try #require(USD("0.1"))
        #expect((0..<10).reduce(USD.zero) { sum, _ in sum + cent } == USD("1"))
        #expect(cent.doubleValue == 0.1)
    }

    @Test("stays at the end of its range, and says so, instead of trapping or coming back")
    func saturation() {
        #expect(USD.max + USD(picoUSD: 1) == .max)
        #expect(USD(picoUSD: .max - 1) + USD(picoUSD: 5) == .max)
        #expect(USD(picoUSD: .min + 1) - USD(picoUSD: 5) == .min)
        #expect(USD.max - USD(picoUSD: 1) == .max)
        #expect(USD.zero - .min == .max)
        #expect(USD.zero - .max == .min)
        #expect(USD.max.isSaturated)
        #expect(!USD.zero.isSaturated)
        #expect(!USD.min.description.isEmpty)
    }
}
