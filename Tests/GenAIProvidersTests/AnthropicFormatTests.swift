// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import Testing

@testable import GenAIProviders

// Shapes: Anthropic API reference, "Messages" and "Streaming messages".
enum AnthropicExchanges {
    static let message = Exchange(
        "message", url: "https://api.anthropic.com/v1/messages",
        request: #"""
            {"model":"claude-sonnet-4-5","max_tokens":500,"system":[{"type":"text","text":"Be brief.",
            "cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"image","source":
            {"type":"base64","media_type":"image/jpeg","data":"BBBB"}},{"type":"text","text":"What?"}]},
            {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"look","input":{"x":1}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text",
            "text":"a cat"}]}]}],"tools":[{"name":"look","description":"Looks.","input_schema":{"type":"object"}},
            {"type":"web_search_20250305","name":"web_search"}],"temperature":0.2,"top_p":0.8,"top_k":5,
            "stop_sequences":["END"]}
            """#,
        response: #"""
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[
            {"type":"thinking","thinking":"Hm.","signature":"s"},{"type":"text","text":"A cat."},{"type":"tool_use",
            "id":"toolu_2","name":"look","input":{"y":2}}],"stop_reason":"tool_use","stop_sequence":null,"usage":
            {"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":100,"cache_creation":
            {"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":7,"service_tier":"standard",
            "output_tokens_details":{"thinking_tokens":3},"server_tool_use":{"web_search_requests":2,
            "code_execution_requests":3}}}
            """#)

    static let stream = Exchange(
        "message, streamed", url: "http://localhost:9999/anthropic/v1/messages?beta=true",
        request: #"{"model":"claude-x","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"Hi"}]}"#,
        headers: ["anthropic-organization-id": "org"],
        response: [
            (
                "message_start",
                #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-x-1","stop_reason":null,"usage":{"input_tokens":25,"cache_read_input_tokens":5,"output_tokens":1}}}"#
            ),
            (
                "content_block_start",
                #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#
            ),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}"#
            ),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"zz"}}"#
            ),
            ("content_block_stop", #"{"type":"content_block_stop","index":0}"#),
            ("ping", #"{"type":"ping"}"#),
            (
                "content_block_start",
                #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#
            ),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hel"}}"#
            ),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"lo"}}"#
            ),
            (
                "content_block_start",
                #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}"#
            ),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}"#
            ),
            (
                "content_block_delta",
                #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"1}"}}"#
            ),
            (
                "message_delta",
                #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":15,"input_tokens":0}}"#
            ),
            ("message_stop", #"{"type":"message_stop"}"#),
        ].map { "event: \($0.0)\ndata: \($0.1)\n\n" }.joined())

    static let all = [message, stream]
}

@Suite("Anthropic's format")
struct AnthropicFormatTests {
    @Test("a request is read whole")
    func request() throws {
        let request = try AnthropicExchanges.message.run().request
        #expect(request.provider == .anthropic && request.model == "claude-sonnet-4-5")
        #expect(request.systemInstructions == [.text("Be brief.")])
        #expect(request.maxTokens == 500 && request.temperature == 0.2 && request.topP == 0.8 && request.topK == 5)
        #expect(request.stopSequences == ["END"] && request.tools.map(\.type) == ["function", "web_search_20250305"])
        #expect(
            request.messages[0].parts == [
                .media(.init(modality: "image", mimeType: "image/jpeg", content: .base64("BBBB"))), .text("What?"),
            ])
        #expect(request.messages[1].toolCalls == [.init(id: "toolu_1", name: "look", arguments: #"{"x":1}"#)])
        #expect(request.messages[2].parts == [.toolResult(.init(callID: "toolu_1", result: "a cat"))])
    }

    @Test("cached tokens count as input, and those of an hour apart")
    func answer() throws {
        let answer = try AnthropicExchanges.message.run().answer
        #expect(answer.id == "msg_1" && answer.model == "claude-sonnet-4-5-20250929")
        #expect(
            answer.messages == [
                Message(
                    role: .assistant,
                    parts: [
                        .reasoning("Hm."), .text("A cat."),
                        .toolCall(.init(id: "toolu_2", name: "look", arguments: #"{"y":2}"#)),
                    ], finishReason: "tool_use")
            ])
        var usage = TokenUsage(
            inputTokens: 140, outputTokens: 7, cacheReadTokens: 100, cacheWriteTokens: 30,
            cacheWrite1hTokens: 20, reasoningTokens: 3, webSearches: 2)
        usage.codeSessions = 3
        #expect(answer.usage == usage)
        #expect(answer.serviceTier == "standard")
    }

    @Test("a stream's usage is cumulative: the last output counts, the first input stays")
    func stream() throws {
        let result = try AnthropicExchanges.stream.run()
        #expect(result.outcome == .answered && result.answer.provider == .anthropic)
        #expect(
            result.answer.messages == [
                Message(
                    role: .assistant,
                    parts: [
                        .reasoning("Hm"), .text("Hello"),
                        .toolCall(.init(id: "toolu_1", name: "f", arguments: #"{"a":1}"#)),
                    ], finishReason: "tool_use")
            ])
        #expect(result.answer.usage == TokenUsage(inputTokens: 30, outputTokens: 15, cacheReadTokens: 5))
    }

    @Test("an error in a stream and one instead of an answer have Anthropic's type")
    func failure() throws {
        let error = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        for (status, body) in [(529, error), (200, "event: error\ndata: \(error)\n\n")] {
            var exchange = AnthropicExchanges.message
            (exchange.status, exchange.response) = (status, Array(body.utf8))
            #expect(try exchange.run().outcome == .failed(type: "overloaded_error", message: "Overloaded"))
        }
    }

    @Test("Claude on Vertex AI is recognised")
    func vertex() throws {
        var exchange = AnthropicExchanges.message
        exchange.url =
            "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-3-5@20240620:streamRawPredict"
        exchange.request =
            #"{"anthropic_version":"vertex-2023-10-16","messages":[{"role":"user","content":"Hi"}],"max_tokens":5}"#
        let request = try exchange.run().request
        #expect(request.provider == .gcpVertexAI && request.model == "claude-3-5@20240620" && request.isStream)
    }
}
