// SPDX-License-Identifier: MIT
import Foundation
import GenAIInstrumentation
import GenAITelemetryTesting
import Testing

@testable import GenAIProviders

/// Exchanges with bytes, values and frames changed at random.
@Suite("Damaged exchanges")
struct DamageTests {
    struct Format: Sendable, CustomTestStringConvertible {
        var name: String
        var exchanges: [Exchange]
        var testDescription: String { name }
    }

    static let formats = [
        Format(name: "OpenAI", exchanges: OpenAIExchanges.all),
        Format(name: "Anthropic", exchanges: AnthropicExchanges.all),
        Format(name: "Gemini", exchanges: OtherExchanges.named("Gemini", "Vertex") + InteractionsExchanges.all),
        Format(name: "Bedrock", exchanges: OtherExchanges.named("Converse", "Invoke")),
        Format(name: "Ollama", exchanges: OtherExchanges.named("Ollama")),
        Format(name: "Cohere", exchanges: OtherExchanges.named("Cohere")),
    ]

    /// `Scripts/fuzz-formats` goes on for longer, and elsewhere each time.
    private static let seconds = ProcessInfo.processInfo.environment["LAST9_FUZZ_SECONDS"].flatMap { Double($0) }

    @Test("trap nothing, and give the same however they are cut", arguments: formats)
    func damage(format: Format) throws {
        #expect(!format.exchanges.isEmpty)
        let seed = Self.seconds == nil ? 18 : UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let end = ContinuousClock.now + .seconds(Self.seconds ?? 0)
        var rounds = 0
        repeat {
            for exchange in format.exchanges { try checkOne(exchange, &random) }
            rounds += 1
        } while rounds < 60 || Self.seconds != nil && ContinuousClock.now < end
        if Self.seconds != nil { print("\(format.name): \(rounds * format.exchanges.count) exchanges, seed \(seed)") }
    }

    private func checkOne(_ exchange: Exchange, _ random: inout SeededRandom) throws {
        var damaged = exchange
        damaged.response = Self.damaged(exchange.response, &random)
        if Int.random(in: 0..<3, using: &random) == 0 {
            damaged.request = String(decoding: Self.damaged(Array(exchange.request.utf8), &random), as: UTF8.self)
        }
        let start = ModelCallRecogniser(method: "POST", url: exchange.url, body: Array(damaged.request.utf8))
        guard let start else { return }
        let cuts = (0..<3).map { _ in Int.random(in: 0...damaged.response.count, using: &random) }.sorted()
        #expect(try damaged.run(cutAt: cuts, from: start) == damaged.run(from: start))
    }

    /// Values that nobody sends.
    private static let strange = [
        "null", "true", "-1", "0", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e308",
        "1e999",
        "0.5", "\"\"", "\"x\"", "[]", "{}", "[null]", "[[[[]]]]", "{\"a\":{}}", "\"\\ud800\"", "\"\\u0000\"",
    ].map { Array($0.utf8) }

    private static func damaged(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(200), at: place)
            default: replaceValue(in: &bytes, behind: place, &random)
            }
        }
        return bytes
    }

    /// Puts a strange value in the place of the next one behind a colon.
    private static func replaceValue(in bytes: inout [UInt8], behind place: Int, _ random: inout SeededRandom) {
        guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")) else { return }
        let ends = [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")]
        let end = bytes[(colon + 1)...].firstIndex { ends.contains($0) } ?? bytes.count
        bytes.replaceSubrange((colon + 1)..<end, with: strange[Int.random(in: 0..<strange.count, using: &random)])
    }
}

extension OtherExchanges {
    fileprivate static func named(_ prefixes: String...) -> [Exchange] {
        all.filter { exchange in prefixes.contains { exchange.name.hasPrefix($0) } }
    }
}
