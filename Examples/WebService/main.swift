// SPDX-License-Identifier: MIT
import ExampleSupport
import GenAIHTTP
import Last9GenAI
import LoopbackServer
import Synchronization

// An HTTP service that streams answers to 200 clients at once. Each request has its own conversation, user and tenant,
// which are not mixed up, and costs are summed by tenant.

let tenant = CostLedger.Dimension(attribute: "custom.tenant")
var configuration = Last9.Configuration(serviceName: "web-service")
configuration.ledger = CostLedger(dimensions: [tenant])
let telemetry = try Last9.install(configuration)

// The model holds back its last words until every client has read the first ones, so all calls run at the same time.
let everybodyReads = LoopbackServer.Gate()
let model = try ScriptedModel(holdingBack: everybodyReads)

let service = try HTTPService { request, answer in
    // The caller's trace is continued here; the identity is the one that the service itself has authenticated.
    let context = GenAIContext().extracting { request.header($0) }
    try await context.run {
        try await withConversation(request.header("x-session") ?? "-", userID: request.header("x-user")) {
            try await withAttributes(["tenant": .string(request.header("x-tenant") ?? "-")]) {
                try await invokeWorkflow("POST /chat", type: "http") {
                    let stream = try await model.client.chat.completions.stream(
                        .init(model: "gpt-4o-mini", messages: [.user(request.text)]))
                    for try await chunk in stream { answer.write(chunk.choices.first?.delta.content ?? "") }
                }
            }
        }
    }
}

let clientCount = 200
let browser = makeDefaultTransport()
let readers = Mutex(0)

/// Asks a question as one of the clients, and tells whether the answer is to that one.
@Sendable func ask(_ question: String, as client: Int) async throws -> Bool {
    let response = try await browser.send(
        HTTPRequest(
            method: "POST", url: service.url + "/chat",
            headers: ["x-session": "s\(client)", "x-user": "u\(client)", "x-tenant": "t\(client % 4)"],
            body: Array(question.utf8)))
    var bytes: [UInt8] = []
    for try await piece in response.body {
        let isFirst = bytes.isEmpty
        bytes += piece
        guard isFirst else { continue }
        let count = readers.withLock {
            $0 += 1; return $0
        }
        if count == clientCount { everybodyReads.open() }
    }
    return String(decoding: bytes, as: UTF8.self) == "You said: \(question)"
}

for turn in 1...2 {
    let right = try await withThrowingTaskGroup(of: Bool.self) { group in
        for client in 0..<clientCount {
            group.addTask { try await ask("question \(turn) of client \(client)", as: client) }
        }
        var count = 0
        for try await isRight in group where isRight { count += 1 }
        return count
    }
    print("turn \(turn): \(right) of \(clientCount) clients read their own answers, word by word")
}
for entry in telemetry.ledger.entries(tenant).sorted(by: { $0.id < $1.id }) {
    print("\(entry.id): \(entry.totals.llmCalls) calls, \(entry.totals.cost) USD")
}
print("\(telemetry.ledger.conversations.filter { $0.turns == 2 }.count) conversations of 2 turns")
await telemetry.shutdown()
