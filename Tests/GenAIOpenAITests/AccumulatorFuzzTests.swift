// SPDX-License-Identifier: MIT

import GenAIOpenAI
import GenAITelemetryTesting
import Testing

/// Random streams, the same in every run.
@Suite("Accumulators under random deltas")
struct AccumulatorFuzzTests {
    struct Random: RandomNumberGenerator {
        private var numbers: SeededRandom

        init(seed: UInt64) { numbers = SeededRandom(seed: seed) }

        mutating func next() -> UInt64 { numbers.next() }

        mutating func chance(_ share: Int = 2) -> Bool { Int.random(in: 0..<share, using: &self) == 0 }

        mutating func text(_ longest: Int) -> String {
            let scalars = Array("ab {}[]\"\\:,é日🎉\n".unicodeScalars)
            return String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...longest, using: &self)).compactMap { _ in
                        scalars.randomElement(using: &self)
                    }))
        }

        /// A text in pieces, cut between any two scalars, with empty pieces among them.
        mutating func cut(_ text: String) -> [String] {
            var pieces: [String] = []
            var rest = Array(text.unicodeScalars)[...]
            while !rest.isEmpty {
                let length = Int.random(in: 0...max(1, min(rest.count, 5)), using: &self)
                pieces.append(String(String.UnicodeScalarView(rest.prefix(length))))
                rest = rest.dropFirst(length)
            }
            return pieces.isEmpty ? [""] : pieces
        }

        mutating func object() -> String {
            let members: [(String, JSONValue)] = (0..<Int.random(in: 0...3, using: &self)).map { number in
                (
                    "m\(number)",
                    chance() ? .string(text(12)) : [.integer(Int64(number)), .object(["x": .string(text(4))])]
                )
            }
            return JSONValue.object(JSONObject(members)).serializedText
        }
    }

    enum Numbering: CaseIterable {
        /// As documented: pieces of several calls may alternate.
        case indexed
        /// All with index 0, an id on the first piece.
        case allZero
        /// No index, an id on the first piece.
        case unnumbered
        /// An id on each piece and any index.
        case named
        /// Whole calls with neither.
        case bare
    }

    private func pieces(
        of calls: [(name: String, arguments: String)], _ numbering: Numbering, _ random: inout Random
    ) -> [JSONValue] {
        var queues: [[JSONValue]] = []
        for (number, call) in calls.enumerated() {
            let arguments = numbering == .bare ? [call.arguments] : random.cut(call.arguments)
            var queue: [JSONValue] = []
            for (place, piece) in arguments.enumerated() {
                var function: JSONObject = ["arguments": .string(piece)]
                if place == 0 || (numbering == .named && random.chance(3)) { function["name"] = .string(call.name) }
                var json: JSONObject = ["function": .object(function)]
                switch numbering {
                case .indexed: json["index"] = .integer(Int64(number))
                case .allZero: json["index"] = 0
                case .named: if random.chance() { json["index"] = .integer(Int64.random(in: 0...3, using: &random)) }
                case .unnumbered, .bare: break
                }
                let hasID = numbering == .named || (place == 0 && numbering != .bare)
                if hasID {
                    json["id"] = .string("call_\(number)")
                } else if random.chance() {
                    json["id"] = random.chance() ? "" : .null
                }
                if place == 0 || random.chance() { json["type"] = random.chance(4) ? "" : "function" }
                queue.append(.object(json))
            }
            queues.append(queue)
        }
        guard numbering == .indexed || numbering == .named else { return queues.flatMap(\.self) }
        var mixed: [JSONValue] = []
        var begun = 0
        // Calls begin in order; then their pieces may alternate.
        while let queue = queues.indices.filter({ !queues[$0].isEmpty && $0 <= begun }).randomElement(using: &random) {
            mixed.append(queues[queue].removeFirst())
            begun = max(begun, queue + 1)
        }
        return mixed
    }

    @Test("put every valid stream of chat together, whatever its numbering and cuts", arguments: Numbering.allCases)
    func chat(numbering: Numbering) throws {
        var random = Random(seed: 17)
        for round in 0..<150 {
            let text = random.text(40)
            let thinking = random.text(40)
            let calls = (0..<Int.random(in: 0...4, using: &random)).map {
                (name: "f\($0 % 2)", arguments: random.object())
            }
            var deltas = random.cut(text).map { JSONValue.object(["content": .string($0)]) }
            deltas += random.cut(thinking).map {
                [
                    "reasoning": .string($0),
                    "reasoning_details": [["type": "reasoning.text", "text": .string($0), "index": 0]],
                ]
            }
            for piece in pieces(of: calls, numbering, &random) {
                deltas.append(["tool_calls": random.chance(5) ? piece : [piece]])
                if random.chance(4) {
                    deltas.append(random.chance() ? [:] : ["role": "", "content": .null, "tool_calls": []])
                }
            }
            var accumulator = ChatAccumulator()
            for delta in deltas {
                accumulator.add(try ChatCompletionChunk(json: ["choices": [["index": 0, "delta": delta]]]))
            }
            let message = try #require(accumulator.completion.choices.first?.message)
            #expect(message.content == text)
            #expect(message.reasoning == thinking)
            #expect(message.reasoningDetails.compactMap { $0["text"]?.stringValue }.joined() == thinking)
            #expect(message.toolCalls.map { $0.function?.name } == calls.map(\.name), "round \(round)")
            #expect(message.toolCalls.map { $0.function?.arguments } == calls.map(\.arguments), "round \(round)")
        }
    }

    @Test("neither trap nor lose text, whatever the pieces say of themselves")
    func anything() throws {
        var random = Random(seed: 4)
        for _ in 0..<400 {
            var accumulator = ChatAccumulator()
            var sent: [Character] = []
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let pieces = (0..<Int.random(in: 0...3, using: &random)).map { _ -> JSONValue in
                    let arguments = String(
                        (0..<Int.random(in: 0...4, using: &random)).map { _ in
                            "abc".randomElement(using: &random) ?? "a"
                        })
                    sent += arguments
                    var piece: JSONObject = ["function": ["arguments": .string(arguments)]]
                    if random.chance() {
                        piece["function"] = [
                            "arguments": .string(arguments),
                            "name": .string(["f", "g", "", "fg"].randomElement(using: &random) ?? ""),
                        ]
                    }
                    if random.chance() { piece["index"] = .integer(Int64.random(in: -1...3, using: &random)) }
                    if random.chance() { piece["id"] = [.null, "", "x", "y", 7].randomElement(using: &random) }
                    return .object(piece)
                }
                accumulator.add(
                    try ChatCompletionChunk(json: ["choices": [["index": 0, "delta": ["tool_calls": .array(pieces)]]]]))
            }
            let calls = accumulator.completion.choices.first?.message.toolCalls ?? []
            #expect(calls.flatMap { Array($0.function?.arguments ?? "") }.sorted() == sent.sorted())
        }
    }

    @Test("put every valid stream of a response together, with and without finished items")
    func responses() throws {
        var random = Random(seed: 99)
        for _ in 0..<200 {
            let texts = (0..<Int.random(in: 1...3, using: &random)).map { _ in random.text(20) }
            var accumulator = ResponseAccumulator()
            for (index, text) in texts.enumerated() {
                let position = JSONValue.integer(Int64(index))
                let item: JSONValue = [
                    "type": "message", "id": .string("i\(index)"), "role": "assistant", "content": [],
                ]
                try accumulator.add(event("response.output_item.added", ["output_index": position, "item": item]))
                for piece in random.cut(text) {
                    var delta: JSONObject = [
                        "item_id": .string("i\(index)"), "content_index": 0, "delta": .string(piece),
                    ]
                    if random.chance() { delta["output_index"] = position }
                    try accumulator.add(event("response.output_text.delta", delta))
                }
                guard random.chance() else { continue }
                var done = item.objectValue ?? [:]
                if random.chance() { done["content"] = [["type": "output_text", "text": .string(text)]] }
                try accumulator.add(
                    event("response.output_item.done", ["output_index": position, "item": .object(done)]))
            }
            try accumulator.add(event("response.completed", ["response": ["status": "completed", "output": []]]))
            let response = try #require(accumulator.response)
            #expect(response.output.map { $0.content?.parts.compactMap(\.text).joined() ?? "" } == texts)
        }
    }

    private func event(_ type: String, _ members: JSONObject) throws -> ModelResponse.Event {
        var object = members
        object["type"] = .string(type)
        return try ModelResponse.Event(json: .object(object))
    }
}
