// SPDX-License-Identifier: MIT
import Last9GenAI

/// JSON in and out, in megabytes a second.
let textWorkloads: [Workload] = [
    throughput("json.parse", "chat answer", chatAnswer.count) { blackHole(try JSONValue(parsing: chatAnswer)) },
    throughput("json.parse.text", "100 KB of text", plainText.utf8.count) {
        blackHole(try JSONValue(parsing: quotedText))
    },
    throughput("json.write", "plain text", plainText.utf8.count) {
        blackHole(JSONValue.string(plainText).serialized())
    },
    throughput("json.escape", "text full of quotes and line breaks", markedText.utf8.count) {
        blackHole(JSONValue.string(markedText).serialized())
    },
]

private let plainText = String(repeating: "Tell me about the weather in Paris, s'il vous plaît. ", count: 2_000)
private let markedText = String(repeating: "He said \"yes\",\nthen\tleft. ", count: 4_000)
private let quotedText = JSONValue.string(plainText).serialized()

private func throughput(
    _ name: String, _ title: String, _ byteCount: Int, _ body: @escaping @Sendable () throws -> Void
) -> Workload {
    Workload(name: name) { runner in
        let time = try await runner.measure(name) { count in
            for _ in 0..<count { try body() }
        }
        if !runner.options.allocationsOnly { runner.record("\(name).mb_per_s", Double(byteCount) / time.cpu * 1e3) }
    }
}
