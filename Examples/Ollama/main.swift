// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI
import LoopbackServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

// A model on your own machine through plain URLSession: installing is all it takes. Set OLLAMA_HOST, for example to
// http://127.0.0.1:11434, to ask a real one; without it a scripted server answers in its format.

/// A streamed answer in Ollama's format: a line a piece, the last one with the counts.
let lines = [
    #"{"model":"llama3.2","message":{"role":"assistant","content":"Rayleigh "},"done":false}"#,
    #"{"model":"llama3.2","message":{"role":"assistant","content":"scattering."},"done":false}"#,
    #"{"model":"llama3.2","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":90000000,"prompt_eval_count":31,"eval_count":6}"#,
]

var configuration = Last9.Configuration(serviceName: "ollama")
configuration.customPricing = ["llama3.2": .free]  // the electricity is on you
let telemetry = try Last9.install(configuration)
let server = try LoopbackServer { request in
    request.path == "/api/chat" && request.text.contains(#""stream":true"#)
        ? .streaming(lines.map { .chunk($0 + "\n") }, headers: [("Content-Type", "application/x-ndjson")])
        : .json(200, lines[2].replacingOccurrences(of: #""content":"""#, with: #""content":"Rayleigh scattering.""#))
}
let host = ProcessInfo.processInfo.environment["OLLAMA_HOST"] ?? server.url

/// Asks the model and returns all lines of its answer.
func chat(_ question: String, isStream: Bool) async throws -> [Line] {
    guard let url = URL(string: host + "/api/chat") else { throw URLError(.badURL) }
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.httpBody = try JSONSerialization.data(
        withJSONObject: [
            "model": "llama3.2", "stream": isStream, "messages": [["role": "user", "content": question]],
        ],
        options: .sortedKeys)
    let (data, _) = try await URLSession.shared.data(for: request)
    return try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Line.self, from: $0) }
}

struct Line: Decodable {
    struct Message: Decodable { var content: String }
    var message: Message
}

try await withConversation("sky", userID: "ada") {
    for isStream in [false, true] {
        let answer = try await chat("Why is the sky blue?", isStream: isStream)
        print("\(answer.count) lines: \(answer.map(\.message.content).joined())")
    }
}
for entry in telemetry.ledger.entries(.model) {
    let totals = entry.totals
    print(
        "\(entry.id): \(totals.llmCalls) calls, \(totals.inputTokens) + \(totals.outputTokens) tokens, \(totals.cost) USD"
    )
}
await telemetry.shutdown()
