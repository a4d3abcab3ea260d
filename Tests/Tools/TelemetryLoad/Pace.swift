// SPDX-License-Identifier: MIT
import Last9GenAI

/// Calls at an even pace, recorded by hand so that no client and no server take time of the processor.
struct Pace {
    let rate: Int
    let seconds: Int

    private static let turnCount = 10
    private static let question = String(repeating: "Why does it still drip after the valve was closed? ", count: 6)
    private static let answer = String(repeating: "Mix the descaler with water, run half of it and wait. ", count: 8)

    /// Holds the pace by the clock, so that a late call is made up for.
    func run() async throws {
        let telemetry = try Last9.install(Last9.Configuration(serviceName: "pace"))
        let start = ContinuousClock.now
        for number in 0..<(rate * seconds) {
            try await Task.sleep(until: start + .microseconds(number * 1_000_000 / rate), clock: .continuous)
            let conversation = number / Self.turnCount
            try withConversation("thread-\(conversation)", userID: "user-\(conversation % 97)") {
                try withWorkflow("support") {
                    try withModelCall(
                        ModelRequest(model: "gpt-4o-mini", provider: .openAI, messages: [.user(Self.question)])
                    ) { call in
                        call.answer = ModelAnswer(
                            id: "\(number)", model: "gpt-4o-mini", messages: [.assistant(Self.answer)],
                            finishReasons: ["stop"], usage: TokenUsage(inputTokens: 70, outputTokens: 90))
                    }
                }
            }
        }
        await telemetry.shutdown()
        Load.say("calls \(rate * seconds)")
    }
}
