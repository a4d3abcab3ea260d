// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// Your own functions as spans with input, output and cost; spans of streams last until the streams end.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "observe"))

/// An answer of another client. With this conformance, its cost is computed.
struct Answer: UsageReporting {
    var text: String
    var tokens: (sent: Int, received: Int)
    var usageReport: UsageReport {
        UsageReport(
            model: "gpt-4o", finishReasons: ["stop"],
            usage: TokenUsage(inputTokens: tokens.sent, outputTokens: tokens.received), text: text)
    }
}

let question = "What is a quine?"
let answer = observe(
    "explain", tags: ["demo"], metadata: ["category": "premium"], input: question, arguments: ["style": "short"]
) {
    Answer(text: "A program that prints itself.", tokens: (12, 7))
}
print(answer.text)

let length = observe("count-words", as: .tool, input: answer.text) { answer.text.split(separator: " ").count }
print("\(length) words")

let words = AsyncStream { continuation in
    for word in ["Streams", "count,", "too."] { continuation.yield(word) }
    continuation.finish()
}
for await word in observe("stream", as: .chain, { words }) { print(word, terminator: " ") }
print()

print("\(telemetry.ledger.total.llmCalls) call, \(telemetry.ledger.total.cost) USD")
await telemetry.shutdown()
