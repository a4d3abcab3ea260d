// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import Testing

@testable import GenAIProviders

// Shapes: Gemini API reference, "Interactions"; the names before May 2026 as in python-genai 1.75.
enum InteractionsExchanges {
    private static let url = "https://generativelanguage.googleapis.com/v1beta/interactions?key=secret"

    static let plain = Exchange(
        "Gemini, interaction", url: url,
        request: #"""
            {"model":"gemini-3-flash","input":[{"type":"user_input","content":[{"type":"text","text":"Weather?"},
            {"type":"image","mime_type":"image/png","data":"AAAA"}]},{"type":"function_result","call_id":"f0",
            "result":"11 C"}],"system_instruction":"Be brief.","previous_interaction_id":"v0","generation_config":
            {"temperature":0.5,"top_p":0.9,"max_output_tokens":50,"thinking_level":"low"},"tools":[{"type":"function",
            "name":"f","description":"D","parameters":{"type":"object"}},{"type":"google_search"}]}
            """#,
        response: #"""
            {"id":"v1","status":"requires_action","model":"gemini-3-flash","steps":[{"type":"thought","signature":"s",
            "summary":[{"type":"text","text":"Hm."}]},{"type":"model_output","content":[{"type":"text","text":"I look."}]},
            {"type":"function_call","id":"f1","name":"f","arguments":{"city":"X"}}],"usage":{"total_input_tokens":9,
            "total_cached_tokens":4,"total_output_tokens":7,"total_thought_tokens":5,"total_tool_use_tokens":2}}
            """#)

    static let stream = Exchange(
        "Gemini, interaction streamed", url: url,
        request: #"{"model":"gemini-3-flash","input":"Weather?","stream":true}"#,
        response: events(
            #"{"event_type":"interaction.created","interaction":{"id":"v1","status":"in_progress","model":"gemini-3-flash"}}"#,
            #"{"event_type":"step.start","index":0,"step":{"type":"thought"}}"#,
            #"{"event_type":"step.delta","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":"Hm."}}}"#,
            #"{"event_type":"step.start","index":1,"step":{"type":"model_output"}}"#,
            #"{"event_type":"step.delta","index":1,"delta":{"type":"text","text":"I "}}"#,
            #"{"event_type":"step.delta","index":1,"delta":{"type":"text","text":"look."}}"#,
            #"{"event_type":"step.stop","index":1}"#,
            #"{"event_type":"step.start","index":2,"step":{"type":"function_call","id":"f1","name":"f","arguments":{}}}"#,
            #"{"event_type":"step.delta","index":2,"delta":{"type":"arguments_delta","arguments":"{\"city\":"}}"#,
            #"{"event_type":"step.delta","index":2,"delta":{"type":"arguments_delta","arguments":"\"X\"}"}}"#,
            #"{"event_type":"interaction.completed","interaction":{"id":"v1","status":"requires_action","usage":{"total_input_tokens":9,"total_cached_tokens":4,"total_output_tokens":7,"total_thought_tokens":5,"total_tool_use_tokens":2}}}"#
        ))

    static let earlier = Exchange(
        "Gemini, interaction before May 2026", url: url,
        request: #"{"model":"gemini-2.5-flash","input":[{"role":"user","content":"Hi"}],"stream":true}"#,
        response: events(
            #"{"event_type":"content.start","index":0,"content":{"type":"text"}}"#,
            #"{"event_type":"content.delta","index":0,"delta":{"type":"text","text":"Hello"}}"#,
            #"{"event_type":"interaction.complete","interaction":{"id":"v2","model":"gemini-2.5-flash","status":"completed","usage":{"total_input_tokens":1,"total_output_tokens":2,"total_reasoning_tokens":3}}}"#
        ))

    static let all = [plain, stream, earlier]
}

@Suite("Gemini's interactions")
struct InteractionsFormatTests {
    @Test(
        "have thoughts in the output and tool results in the input, plain and streamed",
        arguments: [InteractionsExchanges.plain, InteractionsExchanges.stream])
    func answer(exchange: Exchange) throws {
        let result = try exchange.run()
        #expect(result.outcome == .answered && result.request.provider == .gcpGemini)
        #expect(result.answer.id == "v1" && result.answer.model == "gemini-3-flash")
        let usage = try #require(result.answer.usage)
        #expect(usage.inputTokens == 11 && usage.outputTokens == 12)
        #expect(usage.cacheReadTokens == 4 && usage.reasoningTokens == 5)
        let message = try #require(result.answer.messages.first)
        #expect(message.finishReason == "tool_calls")
        #expect(
            message.parts == [
                .reasoning("Hm."), .text("I look."),
                .toolCall(Message.ToolCall(id: "f1", name: "f", arguments: #"{"city":"X"}"#)),
            ])
    }

    @Test("have a request that is read whole, and its key is nowhere")
    func request() throws {
        let request = try InteractionsExchanges.plain.run().request
        #expect(request.operation == .generateContent && request.previousResponseID == "v0")
        #expect(request.temperature == 0.5 && request.topP == 0.9 && request.maxTokens == 50)
        #expect(request.reasoningLevel == "low" && request.systemInstructions == [.text("Be brief.")])
        #expect(request.messages.map(\.role) == [.user, .tool] && request.messages[0].parts.count == 2)
        #expect(request.tools.map(\.name) == ["f", "google_search"])
        #expect(!String(describing: request).contains("secret"))
    }

    @Test("are read under their earlier names too")
    func earlier() throws {
        let result = try InteractionsExchanges.earlier.run()
        #expect(result.outcome == .answered && result.request.messages == [.user("Hi")])
        #expect(result.answer.messages.first?.text == "Hello" && result.answer.messages.first?.finishReason == "stop")
        #expect(result.answer.usage?.outputTokens == 5)
    }

    @Test("that failed have Google's status, and other interactions are left alone")
    func failures() throws {
        var exchange = InteractionsExchanges.plain
        exchange.response = Array(#"{"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED"}}"#.utf8)
        exchange.status = 429
        #expect(try exchange.run().outcome == .failed(type: "RESOURCE_EXHAUSTED", message: "no"))
        exchange.response = Array(#"{"id":"v","status":"failed"}"#.utf8)
        exchange.status = 200
        #expect(try exchange.run().outcome == .failed(type: "failed", message: nil))
        let url = "https://crm.example.com/v1/interactions"
        #expect(ModelCallRecogniser(method: "POST", url: url, body: Array(#"{"customer":7}"#.utf8)) == nil)
    }
}
