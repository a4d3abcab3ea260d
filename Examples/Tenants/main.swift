// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// Costs by tenant: any attribute can be a dimension of the ledger, and a budget can belong to a tenant.

let tenant = CostLedger.Dimension(attribute: "custom.tenant")
let feature = CostLedger.Dimension(attribute: "custom.feature")
var configuration = Last9.Configuration(serviceName: "tenants")
configuration.ledger = CostLedger(dimensions: [tenant, feature])
let telemetry = try Last9.install(configuration)
let model = try ScriptedModel()

@Sendable func answer(_ question: String, for name: String, feature: String) async throws {
    try await withAttributes(["tenant": .string(name), "feature": .string(feature)]) {
        _ = try await model.client.chat.completions.create(.init(model: "gpt-4o", messages: [.user(question)]))
    }
}

try await answer("Summarise this contract for me, please.", for: "acme", feature: "summary")
try await answer("Translate it.", for: "acme", feature: "translation")
try await answer("Summarise mine.", for: "globex", feature: "summary")

for dimension in [tenant, feature] {
    for entry in telemetry.ledger.entries(dimension).sorted(by: { $0.id < $1.id }) {
        print("\(entry.id): \(entry.totals.llmCalls) calls, \(entry.totals.cost) USD")
    }
}

// A tenant whose budget is used up is refused before the next call.
do {
    try await withBudget(usd: 0.00005) {
        for index in 1...10 { try await answer("Question \(index) of a long list", for: "acme", feature: "chat") }
    }
} catch let error as OpenAIClientError where error.code == .budgetExceeded {
    print("acme's plan is used up")
}
await telemetry.shutdown()
