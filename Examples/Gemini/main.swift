// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI
import LoopbackServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

// Gemini through plain URLSession: installing is all it takes, plain and streamed. The server here is scripted and
// answers as https://generativelanguage.googleapis.com does.

/// Thinking is billed as output; cached tokens are part of the prompt.
let answer = """
    {"candidates": [{"content": {"role": "model", "parts": [{"text": "Rayleigh scattering."}]}, "finishReason": "STOP"}],
     "usageMetadata": {"promptTokenCount": 12, "cachedContentTokenCount": 4, "candidatesTokenCount": 4,
                       "thoughtsTokenCount": 20, "totalTokenCount": 36},
     "modelVersion": "gemini-2.5-flash", "responseId": "g1"}
    """
let chunks = ["No sun, ", "no scattering."].enumerated().map { index, text in
    let reason = index == 1 ? #""finishReason": "STOP", "# : ""
    return """
        {"candidates": [{\(reason)"content": {"role": "model", "parts": [{"text": "\(text)"}]}}],
         "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": \(2 * (index + 1))},
         "modelVersion": "gemini-2.5-flash", "responseId": "g2"}
        """
}

let telemetry = try Last9.install(Last9.Configuration(serviceName: "gemini"))
let server = try LoopbackServer { request in
    request.path.hasSuffix(":streamGenerateContent") ? .events(chunks.map { .event($0) }) : .json(200, answer)
}

/// Asks the model; the key in the URL is recorded nowhere.
func generate(_ question: String, method: String = "generateContent", query: String = "key=secret") async throws -> Data
{
    guard let url = URL(string: "\(server.url)/v1beta/models/gemini-2.5-flash:\(method)?\(query)") else {
        throw URLError(.badURL)
    }
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.httpBody = try JSONEncoder().encode(Body(contents: [.init(role: "user", parts: [.init(text: question)])]))
    return try await URLSession.shared.data(for: request).0
}

try await withConversation("sky", userID: "ada") {
    let whole = try JSONDecoder().decode(Body.Answer.self, from: try await generate("Why is the sky blue?"))
    print("plain:    \(whole.candidates[0].content.parts[0].text)")
    let events = try await generate("And at night?", method: "streamGenerateContent", query: "alt=sse&key=secret")
    print("streamed: \(events.count) bytes of events")
}
for entry in telemetry.ledger.entries(.model) {
    print(
        "\(entry.id): \(entry.totals.llmCalls) calls, \(entry.totals.inputTokens) tokens in, \(entry.totals.cost) USD")
}
await telemetry.shutdown()

struct Body: Codable {
    struct Content: Codable { var role: String, parts: [Part] }
    struct Part: Codable { var text: String }
    struct Answer: Codable { var candidates: [Candidate] }
    struct Candidate: Codable { var content: Content }
    var contents: [Content]
}
