// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetryTesting
import Testing

/// Headers come from strangers: whatever they hold, reading them neither traps nor yields what cannot be written.
@Suite("Hostile headers")
struct HostileInputTests {
    /// Bytes that mean something to the parsers, so that random texts get far.
    private static let telling = Array("00-4bf9aF,;=% \t@\"\\%2C%zz=a,b;".utf8)

    private static func randomText(_ generator: inout SeededRandom) -> String {
        let length = Int.random(in: 0..<120, using: &generator)
        let isTelling = Bool.random(using: &generator)
        let bytes = (0..<length).map { _ in
            isTelling
                ? telling.randomElement(using: &generator) ?? 0 : UInt8.random(in: .min ... .max, using: &generator)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A valid text with a few bytes changed, which reaches deeper than random ones.
    private static func damaged(_ text: String, _ generator: inout SeededRandom) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            case 1: bytes.insert(telling.randomElement(using: &generator) ?? 0, at: index)
            default: bytes.remove(at: index)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("give a traceparent that reads back the same, or none", arguments: 0..<8)
    func traceparent(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        var readable = 0
        for round in 0..<1_000 {
            let isRandom = round.isMultiple(of: 2)
            let text = isRandom ? Self.randomText(&generator) : Self.damaged(valid, &generator)
            guard let context = SpanContext(traceparent: text, tracestate: text) else { continue }
            readable += 1
            #expect(SpanContext(traceparent: context.traceparent)?.spanID == context.spanID)
        }
        #expect(readable > 50)
    }

    @Test("give a tracestate that reads back the same, or none", arguments: 0..<8)
    func tracestate(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var readable = 0
        for round in 0..<1_000 {
            let isRandom = round.isMultiple(of: 2)
            let text = isRandom ? Self.randomText(&generator) : Self.damaged("rojo=1,congo@x=2", &generator)
            guard var state = TraceState(text) else { continue }
            readable += 1
            #expect(TraceState(state.description) == state)
            state[text] = text
            state["ot"] = text
            #expect(TraceState(state.description) == state)
        }
        #expect(readable > 50)
    }

    @Test("give baggage that reads back the same", arguments: 0..<8)
    func baggage(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var readable = 0
        for round in 0..<1_000 {
            let isRandom = round.isMultiple(of: 2)
            let text = isRandom ? Self.randomText(&generator) : Self.damaged("a=1;p=%20,b=x%2Cy;q", &generator)
            var baggage = Baggage(text)
            if !baggage.isEmpty { readable += 1 }
            baggage["any"] = text
            #expect(Baggage(baggage.header) == baggage)
        }
        #expect(readable > 50)
    }

    @Test("of a megabyte are read within the limits", arguments: [",", "a=1,", "a", " ", ";", "%", "\t,", "=", "a=1;"])
    func long(piece: String) {
        let text = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
        #expect(SpanContext(traceparent: text) == nil)
        #expect(TraceState(text) == nil)
        #expect(Baggage(text).header.utf8.count <= Baggage.byteLimit)
    }

    @Test("give identifiers that read back the same, or none")
    func identifiers() {
        var generator = SeededRandom(seed: 9)
        for _ in 0..<1_000 {
            let trace = Self.damaged("4bf92f3577b34da6a3ce929d0e0e4736", &generator)
            if let id = TraceID(trace) { #expect(id.description == trace) }
            let span = Self.damaged("00f067aa0ba902b7", &generator)
            if let id = SpanID(span) { #expect(id.description == span) }
        }
    }
}
