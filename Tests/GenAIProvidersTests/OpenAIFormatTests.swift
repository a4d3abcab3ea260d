// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import Testing

@testable import GenAIProviders

// Shapes: OpenAI API reference, "Chat Completions", "Responses", "Embeddings", "Completions".
enum OpenAIExchanges {
    static let chat = Exchange(
        "chat", url: "https://api.openai.com/v1/chat/completions",
        request: #"""
            {"model":"gpt-4o","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[
            {"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"look",
            "arguments":"{\"x\":1}"}}]},{"role":"tool","tool_call_id":"call_1","content":"a cat"}],
            "tools":[{"type":"function","function":{"name":"look","description":"Looks.","parameters":{"type":"object"}}}],
            "temperature":0.5,"top_p":0.9,"max_completion_tokens":50,"stop":"END","seed":7,"n":2,"frequency_penalty":0.1,
            "presence_penalty":0.2,"service_tier":"flex","response_format":{"type":"json_object"}}
            """#,
        headers: ["openai-processing-ms": "12"],
        response: #"""
            {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-2024-08-06","choices":[{"index":0,
            "message":{"role":"assistant","content":"A cat.","refusal":null},"logprobs":null,"finish_reason":"stop"},
            {"index":1,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_2","type":"function",
            "function":{"name":"look","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":100,
            "completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":64,"audio_tokens":0},
            "completion_tokens_details":{"reasoning_tokens":5,"audio_tokens":0}},"service_tier":"flex",
            "system_fingerprint":"fp_1"}
            """#)

    static let chatStream = Exchange(
        "chat, streamed", url: "http://127.0.0.1:8080/litellm/v1/chat/completions",
        request: #"{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#,
        response: events(
            #"{"id":"c1","model":"gpt-4o-x","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
            #"{"id":"c1","model":"","choices":[{"index":0,"delta":{"reasoning_content":"Hm."}}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{"content":"Hel"}}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{"content":"lo"}}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}]}}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
            #"{"id":"c1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}"#, "[DONE]"))

    static let responses = Exchange(
        "responses", url: "https://api.openai.com/v1/responses",
        request: #"""
            {"model":"gpt-5","instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text",
            "text":"Hi"},{"type":"input_image","image_url":"https://x.test/a.png"}]},{"type":"function_call",
            "call_id":"c1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"ok"}],
            "reasoning":{"effort":"low"},"max_output_tokens":99,"previous_response_id":"resp_0",
            "text":{"format":{"type":"json_schema"}},"tools":[{"type":"function","name":"f","parameters":{}},
            {"type":"web_search"}]}
            """#,
        response: #"""
            {"id":"resp_1","object":"response","status":"completed","error":null,"model":"gpt-5-2025","output":[
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Thinking."}]},{"type":"message",
            "id":"m_1","role":"assistant","content":[{"type":"output_text","text":"Hello.","annotations":[]}]},
            {"type":"function_call","call_id":"c2","name":"f","arguments":"{\"y\":2}"}],"usage":{"input_tokens":30,
            "input_tokens_details":{"cached_tokens":10},"output_tokens":8,"output_tokens_details":{"reasoning_tokens":6},
            "total_tokens":38},"service_tier":"default"}
            """#)

    static let responsesStream = Exchange(
        "responses, streamed", url: "https://api.openai.com/v1/responses",
        request: #"{"model":"gpt-5","input":"Hi","stream":true}"#,
        response: [
            #"{"type":"response.created","response":{"id":"resp_1","object":"response","status":"in_progress","model":"gpt-5","output":[]}}"#,
            #"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","role":"assistant","content":[]}}"#,
            #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hel"}"#,
            #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"lo"}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello"}]}}"#,
            #"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"c","name":"f","arguments":""}}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{}"}"#,
            #"{"type":"response.completed","response":{"id":"resp_1","object":"response","status":"completed","model":"gpt-5-x","output":[],"usage":{"input_tokens":3,"output_tokens":2}}}"#,
        ].map { "event: x\ndata: \($0)\n\n" }.joined())

    static let embeddings = Exchange(
        "embeddings", url: "https://api.openai.com/v1/embeddings",
        request: #"{"model":"text-embedding-3-small","input":["a","b"],"encoding_format":"float"}"#,
        response:
            #"{"object":"list","data":[{"index":0,"embedding":[0.1,-0.2,0.3]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":2,"total_tokens":2}}"#
    )

    static let completion = Exchange(
        "completion", url: "http://localhost:8000/v1/completions",
        request: #"{"model":"llama","prompt":"Once","max_tokens":5}"#,
        response:
            #"{"id":"cmpl-1","model":"llama","choices":[{"text":" upon","index":0,"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#
    )

    static let azure = Exchange(
        "Azure",
        url: "https://x.openai.azure.com/openai/deployments/my%2Ddep/chat/completions?api-version=1&key=secret",
        request: #"{"messages":[{"role":"user","content":"Hi"}]}"#,
        response:
            #"{"id":"c","model":"gpt-4o","choices":[{"index":0,"message":{"content":"Hey"},"finish_reason":"stop"}]}"#)

    static let all = [chat, chatStream, responses, responsesStream, embeddings, completion, azure]
}

@Suite("OpenAI's formats")
struct OpenAIFormatTests {
    @Test("a chat request is read whole")
    func chatRequest() throws {
        let request = try OpenAIExchanges.chat.run().request
        #expect(request.operation == .chat && request.model == "gpt-4o" && request.provider == .openAI)
        #expect(request.serverAddress == "api.openai.com" && request.serverPort == 443)
        #expect(request.temperature == 0.5 && request.topP == 0.9 && request.maxTokens == 50 && request.seed == 7)
        #expect(request.choiceCount == 2 && request.stopSequences == ["END"] && request.serviceTier == "flex")
        #expect(request.frequencyPenalty == 0.1 && request.presencePenalty == 0.2 && request.outputType == .json)
        #expect(request.tools.map(\.name) == ["look"] && request.tools[0].parameters == #"{"type":"object"}"#)
        #expect(request.messages.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(
            request.messages[1].parts == [
                .text("What is this?"),
                .media(.init(modality: "image", mimeType: "image/png", content: .base64("AAAA"))),
            ])
        #expect(request.messages[2].toolCalls == [.init(id: "call_1", name: "look", arguments: #"{"x":1}"#)])
        #expect(request.messages[3].parts == [.toolResult(.init(callID: "call_1", result: "a cat"))])
    }

    @Test("a chat answer is read whole")
    func chatAnswer() throws {
        let result = try OpenAIExchanges.chat.run()
        let answer = result.answer
        #expect(result.outcome == .answered && !result.isCut)
        #expect(answer.id == "chatcmpl-1" && answer.model == "gpt-4o-2024-08-06")
        #expect(answer.serviceTier == "flex" && answer.systemFingerprint == "fp_1")
        #expect(answer.messages.map(\.text) == ["A cat.", ""])
        #expect(answer.messages.map(\.finishReason) == ["stop", "tool_calls"])
        #expect(answer.messages[1].toolCalls == [.init(id: "call_2", name: "look", arguments: "{}")])
        #expect(answer.usage?.inputTokens == 100 && answer.usage?.outputTokens == 20)
        #expect(answer.usage?.cacheReadTokens == 64 && answer.usage?.reasoningTokens == 5)
    }

    @Test("a streamed answer is put together; another identifier under the same index is another call")
    func chatStream() throws {
        let result = try OpenAIExchanges.chatStream.run()
        #expect(result.request.isStream && result.request.serverAddress == "127.0.0.1")
        #expect(result.answer.model == "gpt-4o-x" && result.outcome == .answered)
        #expect(
            result.answer.messages == [
                Message(
                    role: .assistant,
                    parts: [
                        .reasoning("Hm."), .text("Hello"), .toolCall(.init(id: "a", name: "f", arguments: #"{"x":1}"#)),
                        .toolCall(.init(id: "b", name: "g", arguments: "{}")),
                    ], finishReason: "tool_calls")
            ])
        #expect(result.answer.usage == TokenUsage(inputTokens: 9, outputTokens: 4))
    }

    @Test("a request and an answer of the Responses API are read whole")
    func responses() throws {
        let result = try OpenAIExchanges.responses.run()
        let request = result.request
        #expect(request.systemInstructions == [.text("Be brief.")] && request.reasoningLevel == "low")
        #expect(request.maxTokens == 99 && request.previousResponseID == "resp_0" && request.outputType == .json)
        #expect(request.messages.map(\.role) == [.user, .assistant, .tool])
        #expect(request.tools.map(\.name) == ["f", "web_search"])
        #expect(
            result.answer.messages == [
                Message(
                    role: .assistant,
                    parts: [
                        .reasoning("Thinking."), .text("Hello."),
                        .toolCall(.init(id: "c2", name: "f", arguments: #"{"y":2}"#)),
                    ], finishReason: "tool_calls")
            ])
        #expect(
            result.answer.usage
                == TokenUsage(inputTokens: 30, outputTokens: 8, cacheReadTokens: 10, reasoningTokens: 6))
    }

    @Test("a stream of the Responses API whose last event lacks the output still has its items")
    func responsesStream() throws {
        let result = try OpenAIExchanges.responsesStream.run()
        #expect(
            result.answer.messages == [
                Message(
                    role: .assistant,
                    parts: [.text("Hello"), .toolCall(.init(id: "c", name: "f", arguments: "{}"))],
                    finishReason: "tool_calls")
            ])
        #expect(result.answer.model == "gpt-5-x" && result.answer.usage?.outputTokens == 2)
    }

    @Test("embeddings have a size and no output")
    func embeddings() throws {
        let result = try OpenAIExchanges.embeddings.run()
        #expect(result.request.operation == .embeddings && result.request.encodingFormats == ["float"])
        #expect(result.answer.embeddingDimensions == 3 && result.answer.usage == TokenUsage(inputTokens: 2))
        #expect(result.outcome == .answered)
    }

    @Test("a deployment of Azure stands for the model")
    func azure() throws {
        let result = try OpenAIExchanges.azure.run()
        #expect(result.request.model == "my-dep" && result.request.provider == .azureAIOpenAI)
        #expect(result.answer.model == "gpt-4o")
    }

    @Test(
        "usage is found under the names in use",
        arguments: [
            (#"{"prompt_tokens":10,"completion_tokens":2,"prompt_cache_hit_tokens":4}"#, 10, 2, 4),
            (#"{"input_tokens":10,"output_tokens":2,"cached_tokens":4}"#, 10, 2, 4),
            (#"{"prompt_tokens":10.0,"completion_tokens":2,"total_tokens":15,"reasoning_tokens":3}"#, 10, 5, nil),
        ])
    func usage(json: String, input: Int, output: Int, cached: Int?) throws {
        var exchange = OpenAIExchanges.azure
        for body in [
            #"{"choices":[],"usage":\#(json)}"#, #"{"choices":[],"x_groq":{"usage":\#(json)}}"#,
            #"{"choices":[{"index":0,"usage":\#(json)}]}"#,
        ] {
            exchange.response = Array(body.utf8)
            let usage = try exchange.run().answer.usage
            #expect(usage?.inputTokens == input && usage?.outputTokens == output)
            #expect(usage?.cacheReadTokens == cached)
        }
    }

    @Test(
        "a failure has the server's name for it, else the status",
        arguments: [
            (
                401, #"{"error":{"message":"no","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                "invalid_api_key"
            ),
            (429, #"{"error":{"message":"no","type":"insufficient_quota","code":null}}"#, "insufficient_quota"),
            (500, "<html>oops</html>", "500"), (404, #"{"error":"model not found"}"#, "404"), (503, "", "503"),
            (200, #"{"error":{"message":"overloaded","code":502}}"#, "502"),
            (
                200,
                "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: {\"error\":{\"type\":\"server_error\"}}\n\n",
                "server_error"
            ),
        ])
    func failures(status: Int, body: String, type: String) throws {
        var exchange = OpenAIExchanges.chat
        (exchange.status, exchange.response) = (status, Array(body.utf8))
        guard case .failed(let found, _) = try exchange.run().outcome else {
            Issue.record("no failure")
            return
        }
        #expect(found == type)
    }
}
