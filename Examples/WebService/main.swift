// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// A service with many concurrent requests. Each request has its own conversation, user and tenant, which are not mixed
// up, and costs are summed by tenant.

let tenant = CostLedger.Dimension(attribute: "custom.tenant")
var configuration = Last9.Configuration(serviceName: "web-service")
configuration.ledger = CostLedger(dimensions: [tenant])
let telemetry = try Last9.install(configuration)
let model = try ScriptedModel()

/// The request that a web framework would pass to a route.
struct Request: Sendable {
    var headers: [String: String]
    var body: String
}

@Sendable func handle(_ request: Request) async throws -> String {
    // The caller's trace is continued here; the identity is the one that the service itself has authenticated.
    let context = GenAIContext().extracting(from: request.headers)
    return try await context.run {
        try await withConversation(request.headers["x-session"] ?? "-", userID: request.headers["x-user"]) {
            try await withAttributes(["tenant": .string(request.headers["x-tenant"] ?? "-")]) {
                try await invokeWorkflow("POST /chat", type: "http") {
                    let answer = try await model.client.chat.completions.create(
                        .init(model: "gpt-4o-mini", messages: [.user(request.body)]))
                    return answer.text
                }
            }
        }
    }
}

try await withThrowingTaskGroup(of: Bool.self) { group in
    for index in 0..<60 {
        let request = Request(
            headers: ["x-session": "s\(index % 20)", "x-user": "u\(index % 20)", "x-tenant": "t\(index % 3)"],
            body: "request \(index)")
        group.addTask { try await handle(request) == "You said: request \(index)" }
    }
    var right = 0
    for try await isRight in group where isRight { right += 1 }
    print("\(right) of 60 answers went to whoever asked")
}
for entry in telemetry.ledger.entries(tenant).sorted(by: { $0.id < $1.id }) {
    print("\(entry.id): \(entry.totals.llmCalls) calls, \(entry.totals.cost) USD")
}
print("\(telemetry.ledger.conversations.filter { $0.turns == 3 }.count) conversations of 3 turns")
await telemetry.shutdown()
