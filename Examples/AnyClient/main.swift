// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI
import LoopbackServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

// Calls to six providers with nothing but URLSession, plain and streamed: after `install` they are recorded without
// further code. The providers are scripted, see Providers.swift. With ANY_CLIENT_URL, a real server is called instead:
// ANY_CLIENT_MODELS names the models, such as chat=gpt-4o-mini,messages=claude-sonnet-4-5, and ANY_CLIENT_KEY the key.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "any-client"))
let server = try LoopbackServer { Providers.reply(to: $0) }
let environment = ProcessInfo.processInfo.environment
let target = environment["ANY_CLIENT_URL"] ?? server.url
let calls =
    environment["ANY_CLIENT_URL"] == nil
    ? Call.scripted : Call.real(models: environment["ANY_CLIENT_MODELS"], key: environment["ANY_CLIENT_KEY"])

try await withConversation("sky", userID: "ada") {
    for call in calls { try await send(call) }
}
for entry in telemetry.ledger.entries(.model) {
    let count = entry.totals.llmCalls
    print("\(entry.id): \(count) \(count == 1 ? "call" : "calls"), \(entry.totals.cost) USD")
}
await telemetry.shutdown()

func send(_ call: Call) async throws {
    guard let url = URL(string: target + call.path) else { return }
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.httpBody = Data(call.body.utf8)
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    for (name, value) in call.headers { request.setValue(value, forHTTPHeaderField: name) }
    try await withAttributes(call.attributes, prefix: "") {
        let (data, response) = try await URLSession.shared.data(for: request)
        guard target != server.url else { return }
        print("\(call.path) \((response as? HTTPURLResponse)?.statusCode ?? 0), \(data.count) bytes")
    }
}
