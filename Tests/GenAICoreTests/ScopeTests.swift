// SPDX-License-Identifier: MIT
import GenAICore
import Testing

@Suite("Scopes")
struct ScopeTests {
    @Test("are empty outside and end with their closure, also when it throws")
    func border() {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try withConversation("c") { throw Stop() } }
        #expect(GenAIContext.current.conversationID == nil)
    }

    @Test("nest in any order, and inner values win")
    func nesting() {
        withAgent(name: "A", id: "a-1") {
            withWorkflow("w", type: "t") {
                withConversation("c", userID: "u") {
                    withWorkflow("inner") {
                        let context = GenAIContext.current
                        #expect(context.workflow == Workflow(id: "inner"))
                        #expect(context.conversationID == "c")
                        #expect(context.agent?.id == "a-1")
                    }
                    #expect(GenAIContext.current.workflow == Workflow(id: "w", type: "t"))
                }
            }
        }
    }

    @Test("an inner agent without an id does not take the outer agent's")
    func innerAgent() {
        withAgent(name: "A", id: "a-1", version: "3") {
            withAgent(name: "B") { #expect(GenAIContext.current.agent == Agent(name: "B")) }
        }
    }

    @Test("an inner conversation does not take the outer one's user and turn")
    func innerConversation() {
        withConversation("outer", userID: "u", turn: 7) {
            withConversation("inner") {
                #expect(GenAIContext.current.userID == nil)
                #expect(GenAIContext.current.turn == nil)
            }
            withConversation("outer") {
                #expect(GenAIContext.current.userID == "u")
                #expect(GenAIContext.current.turn == 7)
            }
        }
    }

    @Test("custom attributes merge, keep their types, and can go without prefix")
    func customAttributes() {
        withAttributes(["a": 1, "b": "outer"]) {
            withAttributes(["b": true]) {
                withAttributes(["tenant.id": 2.5], prefix: "") {
                    let expected: Attributes = ["custom.a": 1, "custom.b": true, "tenant.id": 2.5]
                    #expect(GenAIContext.current.attributes == expected)
                }
            }
        }
    }

    @Test("content capture can be switched off inside, never on again")
    func contentCapture() {
        withContentCapture(false) {
            withContentCapture(true) { #expect(!GenAIContext.current.allowsContentCapture) }
        }
        #expect(GenAIContext.current.allowsContentCapture)
    }

    @Test("follow Task and child tasks, not Task.detached; a captured context is restored there")
    func tasks() async {
        await withConversation("c") {
            let inherited = await Task { GenAIContext.current.conversationID }.value
            let detached = await Task.detached { GenAIContext.current.conversationID }.value
            let captured = GenAIContext.current
            let restored = await Task.detached { captured.run { GenAIContext.current.conversationID } }.value
            #expect(inherited == "c" && detached == nil && restored == "c")
        }
    }

    @Test("can be left for a closure that is to have none")
    func none() {
        withConversation("c") {
            GenAIContext().run { #expect(GenAIContext.current.conversationID == nil) }
        }
    }

    @Test("pass typed errors through, and leave the scope")
    func typedErrors() async {
        struct Stop: Error, Equatable { var scope: String }
        var caught: [Stop] = []
        // The bindings have the type, so that this only compiles where the scope throws nothing else.
        do {
            try await withConversation("c") { () async throws(Stop) in throw Stop(scope: "conversation") }
        } catch {
            let stop: Stop = error
            caught.append(stop)
        }
        do {
            try withWorkflow("w") { () throws(Stop) in
                try withAgent(name: "a") { () throws(Stop) in throw Stop(scope: "agent") }
            }
        } catch {
            let stop: Stop = error
            caught.append(stop)
        }
        #expect(caught == [Stop(scope: "conversation"), Stop(scope: "agent")])
        #expect(GenAIContext.current.conversationID == nil)
    }
}

@Suite("Turns")
struct TurnTests {
    @Test("go up with each outermost workflow, also across scopes of the same conversation")
    func workflows() {
        func turns() -> [Int?] {
            withConversation("turns-1") {
                (0..<2).map { _ in
                    withWorkflow("outer") {
                        withWorkflow("inner") { GenAIContext.current.turn }
                    }
                }
            }
        }
        #expect(turns() == [1, 2])
        #expect(turns() == [3, 4])
    }

    @Test("go up with each LLM call outside any workflow, and not inside one")
    func calls() {
        let call: Attributes = ["gen_ai.operation.name": "chat"]
        withConversation("turns-2") {
            #expect(claimedTurn(for: call) == 1)
            #expect(claimedTurn(for: ["gen_ai.operation.name": "embeddings"]) == nil)
            withWorkflow("w") { #expect(claimedTurn(for: call) == 2) }
            #expect(claimedTurn(for: call) == 3)
        }
        #expect(claimedTurn(for: call) == nil)
    }

    @Test("can be given, and counting goes on behind")
    func explicit() {
        withConversation("turns-3", turn: 5) {
            withWorkflow("w") { #expect(GenAIContext.current.turn == 5) }
        }
        withConversation("turns-3") {
            withWorkflow("w") { #expect(GenAIContext.current.turn == 6) }
        }
    }

    @Test("begin anew in a conversation inside a workflow")
    func conversationInWorkflow() {
        withWorkflow("w") {
            withConversation("turns-4") {
                #expect(claimedTurn(for: ["gen_ai.operation.name": "chat"]) == 1)
            }
        }
    }

    @Test("count without gaps when many tasks take them at once")
    func concurrency() async {
        let turns = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<500 {
                group.addTask { withConversation("turns-5") { withWorkflow("w") { GenAIContext.current.turn } } }
            }
            return await group.reduce(into: []) { $0.append($1 ?? 0) }
        }
        #expect(turns.sorted() == Array(1...500))
    }

    @Test("are remembered for a bounded number of conversations, the latest ones")
    func bounded() {
        let counter = TurnCounter(capacity: 10)
        for number in 0..<1_000 { _ = counter.next(in: "c\(number)") }
        #expect(counter.next(in: "c999") == 2)
        #expect(counter.next(in: "c0") == 1)
    }

    @Test("are remembered for a bounded number of bytes, however few the conversations are")
    func boundedInBytes() {
        let counter = TurnCounter(capacity: 1_000)
        let large = String(repeating: "x", count: 1 << 20)
        for number in 0..<40 { _ = counter.next(in: large + "\(number)") }
        #expect(counter.next(in: large + "39") == 2)
        #expect(counter.next(in: large + "0") == 1)
    }
}

/// The turn of the current context once a span with these attributes has claimed one.
private func claimedTurn(for attributes: Attributes) -> Int? {
    var context = GenAIContext.current
    context.claimTurn(for: attributes)
    return context.turn
}
