// SPDX-License-Identifier: MIT
import GenAICore
import Testing

private let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

@Suite("A dictionary of headers as carrier")
struct DictionaryCarrierTests {
    @Test("finds a name in whatever case", arguments: ["traceparent", "Traceparent", "TRACEPARENT"])
    func lookup(name: String) {
        #expect([name: "1", "other": "2"].text(named: "traceparent") == "1")
        #expect([name: "1"].text(named: "tracestate") == nil)
    }

    @Test("prefers the exact name, then the first in order")
    func ambiguity() {
        #expect(["baggage": "1", "Baggage": "2"].text(named: "baggage") == "1")
        #expect(["bAggage": "1", "BAGGAGE": "2", "Baggage": "3"].text(named: "baggage") == "2")
    }

    @Test("replaces other spellings of a name it is set to")
    func replacement() {
        var headers = ["Traceparent": "old", "Accept": "*/*"]
        headers.setText("new", named: "traceparent")
        #expect(headers == ["traceparent": "new", "Accept": "*/*"])
    }
}

@Suite("The W3C propagator")
struct W3CPropagatorTests {
    @Test("writes what it reads")
    func roundTrip() throws {
        let headers = ["traceparent": traceparent, "tracestate": "rojo=1,congo=2", "baggage": "a=1,b=x%20y"]
        let context = W3CPropagator().extract(from: headers)
        #expect(context.spanContext?.traceState["congo"] == "2")
        #expect(context.baggage["b"] == "x y")
        var written: [String: String] = [:]
        W3CPropagator().inject(context, into: &written)
        #expect(written == headers)
        #expect(Set(written.keys) == Set(W3CPropagator.fields))
    }

    @Test("writes nothing for what is empty or invalid")
    func nothingToWrite() {
        var headers = ["accept": "*/*"]
        W3CPropagator().inject(PropagatedContext(), into: &headers)
        let invalid = SpanContext(traceID: TraceID(high: 0, low: 0), spanID: SpanID(rawValue: 1))
        W3CPropagator().inject(PropagatedContext(spanContext: invalid), into: &headers)
        #expect(headers == ["accept": "*/*"])
        let plain = SpanContext(traceID: TraceID(high: 0, low: 1), spanID: SpanID(rawValue: 1))
        W3CPropagator().inject(PropagatedContext(spanContext: plain), into: &headers)
        #expect(headers.keys.sorted() == ["accept", "traceparent"])
    }

    @Test("takes a malformed header for an absent one, each alone")
    func malformed() {
        let context = W3CPropagator().extract(from: [
            "traceparent": "nonsense", "tracestate": "a=1", "baggage": "a=1",
        ])
        #expect(context.spanContext == nil)
        #expect(context.baggage["a"] == "1")
        #expect(W3CPropagator().extract(from: [:]) == PropagatedContext())
    }

    @Test("handles only the parts it is made for")
    func parts() {
        let headers = ["traceparent": traceparent, "baggage": "a=1"]
        let traceOnly = W3CPropagator(includesBaggage: false)
        let baggageOnly = W3CPropagator(includesTraceContext: false)
        #expect(traceOnly.extract(from: headers).baggage.isEmpty)
        #expect(baggageOnly.extract(from: headers).spanContext == nil)
        var written: [String: String] = [:]
        traceOnly.inject(W3CPropagator().extract(from: headers), into: &written)
        #expect(written == ["traceparent": traceparent])
        written = [:]
        baggageOnly.inject(W3CPropagator().extract(from: headers), into: &written)
        #expect(written == ["baggage": "a=1"])
    }

    @Test("works through closures on a carrier of another type, such as the _meta of MCP")
    func closures() {
        let meta: Attributes = ["traceparent": .string(traceparent), "progressToken": 7]
        let context = W3CPropagator().extract { name in
            if case .string(let text) = meta[name] { text } else { nil }
        }
        #expect(context.spanContext?.traceparent == traceparent)
        var answer: Attributes = ["progressToken": 7]
        W3CPropagator().inject(context) { answer[$0] = .string($1) }
        #expect(answer == ["progressToken": 7, "traceparent": .string(traceparent)])
    }
}

@Suite("Context across process borders")
struct ContextPropagationTests {
    private let caller = GenAIContext().extracting(
        from: [
            "traceparent": traceparent,
            "baggage": """
            gen_ai.conversation.id=conv-1,gen_ai.conversation.turn=3,user.id=u1,workflow.id=w1,workflow.type=support,\
            gen_ai.workflow.name=Support,gen_ai.agent.name=Bot,gen_ai.agent.id=a1,gen_ai.agent.version=2,tenant=t
            """,
        ], accepting: [.conversation, .user, .workflow, .agent])

    @Test("makes the sender's span the parent")
    func parent() {
        #expect(caller.spanContext?.traceparent == traceparent)
        #expect(caller.spanContext?.isRemote == true)
    }

    @Test("brings the identity that is accepted")
    func accepted() {
        #expect(caller.conversationID == "conv-1")
        #expect(caller.turn == 3)
        #expect(caller.userID == "u1")
        #expect(caller.workflow?.id == "w1")
        #expect(caller.workflow?.type == "support")
        #expect(caller.workflow?.name == "Support")
        #expect(caller.agent?.name == "Bot")
        #expect(caller.agent?.id == "a1")
        #expect(caller.agent?.version == "2")
        #expect(caller.baggage["tenant"] == "t")
    }

    @Test("sends no identity unless it is named")
    func optIn() {
        let context = caller.settingBaggage(Baggage())
        var headers: [String: String] = [:]
        context.inject(into: &headers)
        #expect(headers == ["traceparent": traceparent])
        context.inject(into: &headers, propagating: .user)
        #expect(headers["baggage"] == "user.id=u1")
    }

    @Test("takes no identity unless it is named, but keeps the baggage")
    func notAccepted() {
        let context = GenAIContext().extracting(from: ["baggage": "user.id=forged,gen_ai.conversation.id=c"])
        #expect(context.userID == nil)
        #expect(context.conversationID == nil)
        #expect(context.baggage["user.id"] == "forged")
    }

    @Test("arrives as it was sent")
    func roundTrip() {
        var headers: [String: String] = [:]
        let everything: PropagatedIdentity = [.conversation, .user, .workflow, .agent]
        caller.settingBaggage(Baggage("tenant=t")).inject(into: &headers, propagating: everything)
        let arrived = GenAIContext().extracting(from: headers, accepting: everything)
        #expect(arrived.conversationID == caller.conversationID)
        #expect(arrived.turn == caller.turn)
        #expect(arrived.userID == caller.userID)
        #expect(arrived.workflow == caller.workflow)
        #expect(arrived.agent == caller.agent)
        #expect(arrived.baggage["tenant"] == "t")
        #expect(arrived.spanContext?.traceID == caller.spanContext?.traceID)
    }

    @Test("leaves the context as it is when the carrier brings nothing usable")
    func untouched() {
        let context = caller.extracting(
            from: ["traceparent": "00-0-0-00", "baggage": "malformed"], accepting: [.conversation, .user, .agent])
        #expect(context.spanContext == caller.spanContext)
        #expect(context.conversationID == "conv-1")
        #expect(context.userID == "u1")
        #expect(context.baggage == caller.baggage)
    }

    @Test(
        "ignores identity that cannot be meant",
        arguments: ["gen_ai.conversation.id=", "workflow.type=x", "gen_ai.agent.version=2", "user.id="])
    func meaningless(header: String) {
        let context = GenAIContext().extracting(
            from: ["baggage": header], accepting: [.conversation, .user, .workflow, .agent])
        #expect(context.conversationID == nil)
        #expect(context.userID == nil)
        #expect(context.workflow == nil)
        #expect(context.agent == nil)
    }

    @Test("survives a forged turn, and goes on counting", arguments: ["0", "-1", "9223372036854775807", "1e3", "x"])
    func forgedTurn(turn: String) {
        let id = "forged-\(turn)"
        let headers = ["baggage": "gen_ai.conversation.id=\(id),gen_ai.conversation.turn=\(turn)"]
        let context = GenAIContext().extracting(from: headers, accepting: .conversation)
        #expect(context.turn == nil)
        let counted = context.run { withWorkflow("w") { GenAIContext.current.turn } }
        #expect(counted == 1)
    }

    @Test("works through closures")
    func closures() {
        var written: [String: String] = [:]
        caller.inject(propagating: .workflow, using: W3CPropagator(includesTraceContext: false)) { written[$0] = $1 }
        #expect(written.keys.sorted() == ["baggage"])
        let arrived = GenAIContext().extracting(accepting: .workflow) { written[$0] }
        #expect(arrived.workflow == caller.workflow)
    }
}
