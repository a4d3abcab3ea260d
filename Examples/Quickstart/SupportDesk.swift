// SPDX-License-Identifier: MIT
import Last9GenAI

/// A support desk as an application would write it: scopes around calls, without other telemetry code.
struct SupportDesk {
    let openai: OpenAIClient

    /// A conversation of three turns, each in a workflow of its own.
    func helpAda() async throws {
        try await withConversation("thread-123", userID: "user-456") {
            try await invokeWorkflow("support-flow", type: "chat") {
                _ = try await openai.chat.completions.create(
                    .init(model: "gpt-4o-mini", messages: [.user("Hello! My espresso machine drips.")]))
            }
            // The first model called here is a reranker, so the question is passed explicitly.
            try await invokeWorkflow("manual-flow", type: "rag", input: "How do I descale it?") {
                try await answerFromManual("How do I descale it?")
            }
            try await invokeWorkflow("order-flow", type: "agent") {
                // One agent passes the question to another; the tool loop is the span of the second.
                try await invokeAgent(Agent(name: "Front Desk", id: "agent-front"), provider: .openAI) {
                    try await withAgent(name: "Order Desk", id: "agent-orders") {
                        try await findOrder("Where is my order 1007?")
                    }
                }
            }
        }
    }

    /// Another user's concurrent conversation.
    func helpBob() async throws {
        try await withConversation("thread-789", userID: "user-321") {
            try await invokeWorkflow("billing-flow", type: "chat") {
                _ = try await openai.chat.completions.create(
                    .init(model: "gpt-4.1-mini", messages: [.user("Why was I charged twice?")]))
            }
            try await invokeWorkflow("billing-flow", type: "chat") {
                _ = try await openai.chat.completions.create(
                    .init(model: "gpt-4.1-mini", messages: [.user("Please refund the second charge.")]))
            }
        }
    }

    /// Retrieval-augmented generation: embed, search, rerank, answer.
    private func answerFromManual(_ question: String) async throws {
        let passages = Manual.passages
        var request = EmbeddingRequest(model: "text-embedding-3-small", input: [question] + passages)
        request.encodingFormat = "float"
        let embeddings = try await openai.embeddings.create(request)
        let here: Attributes = ["server.address": "localhost", "server.port": 0]
        let found = retrieve(from: "manual", query: question, topK: 2, attributes: here) {
            Manual.nearest(2, to: embeddings.data[0].vector, among: embeddings.data.dropFirst().map(\.vector))
                .map { passages[$0] }
        }
        let ranking = try await openai.chat.completions.create(
            .init(
                model: "gpt-4.1-nano",
                messages: [
                    .system("Put the passages in order of use, best first."), .user(found.joined(separator: "\n")),
                ]))
        let best = ranking.choices.first?.message.content ?? found[0]
        let answer = try await openai.chat.completions.stream(
            .init(model: "gpt-4o-mini", messages: [.system("Answer from this manual:\n\(best)"), .user(question)]))
        for try await _ in answer {}  // an application would show each piece as it arrives
    }

    /// An agent that can look up orders.
    private func findOrder(_ question: String) async throws {
        let lookUp = LocalTool(
            "find_order", description: "Finds an order by its number.",
            parameters: .object(["number": .integer()])
        ) { arguments in
            #"{"order": \#(arguments["number"]?.intValue ?? 0), "state": "shipped", "arrives": "Tuesday"}"#
        }
        _ = try await openai.chat.completions.runTools(
            .init(model: "gpt-4o", messages: [.user(question)]), tools: [lookUp])
    }
}

/// The espresso machine's manual.
enum Manual {
    static let passages = [
        "Descaling: mix 100 ml of descaler with a litre of water, run half, wait ten minutes, run the rest.",
        "Dripping: close the steam valve firmly; if it still drips, replace the seal, part 4711.",
        "Grinding: turn the dial while the grinder runs; finer grounds make stronger coffee.",
        "Warranty: two years from the day of purchase; keep the receipt.",
    ]

    /// Returns the positions of the vectors nearest to another one, the nearest first.
    static func nearest(_ count: Int, to vector: [Float], among candidates: [[Float]]) -> [Int] {
        func similarity(_ other: [Float]) -> Float {
            let product = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
            let lengths = [vector, other].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            return product / max(lengths[0] * lengths[1], .leastNormalMagnitude)
        }
        let ranked = candidates.indices.sorted { similarity(candidates[$0]) > similarity(candidates[$1]) }
        return Array(ranked.prefix(count))
    }
}
