// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import Testing

@testable import GenAIProviders

// Shapes: Gemini API reference; Amazon Bedrock API reference; Ollama API documentation; Cohere API reference (v2).
enum OtherExchanges {
    private static let geminiBase = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:"
    private static let geminiRequest = #"""
        {"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"What?"},
        {"inlineData":{"mimeType":"audio/wav","data":"CCCC"}}]},{"role":"model","parts":[{"functionCall":{"name":"f",
        "args":{"x":1}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"ok":true}}}]}],
        "tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT"}}]},{"googleSearch":{}}],
        "generationConfig":{"temperature":0.1,"topP":0.9,"topK":40,"maxOutputTokens":64,"candidateCount":1,
        "stopSequences":["X"],"seed":3,"responseMimeType":"application/json","thinkingConfig":{"thinkingLevel":"LOW"}}}
        """#
    private static let geminiUsage =
        #"{"promptTokenCount":50,"cachedContentTokenCount":20,"candidatesTokenCount":8,"thoughtsTokenCount":12,"toolUsePromptTokenCount":5,"totalTokenCount":75,"promptTokensDetails":[{"modality":"TEXT","tokenCount":30},{"modality":"AUDIO","tokenCount":20}]}"#
    private static let geminiPieces = [
        #"{"candidates":[{"content":{"role":"model","parts":[{"text":"Hm.","thought":true}]},"index":0}],"usageMetadata":{"promptTokenCount":50},"modelVersion":"gemini-2.5-flash-001","responseId":"r1"}"#,
        #"{"candidates":[{"content":{"role":"model","parts":[{"text":"Hel"}]},"index":0}]}"#,
        #"{"candidates":[{"content":{"role":"model","parts":[{"text":"lo"},{"functionCall":{"name":"f","args":{"y":2}}}]},"finishReason":"STOP","index":0}],"usageMetadata":\#(geminiUsage)}"#,
    ]

    static let gemini = Exchange(
        "Gemini", url: geminiBase + "generateContent?key=secret", request: geminiRequest,
        response:
            #"{"candidates":[{"content":{"role":"model","parts":[{"text":"Hm.","thought":true},{"text":"Hello"},{"functionCall":{"name":"f","args":{"y":2}}}]},"finishReason":"STOP","index":0}],"usageMetadata":\#(geminiUsage),"modelVersion":"gemini-2.5-flash-001","responseId":"r1"}"#
    )
    static let geminiEvents = Exchange(
        "Gemini, events", url: geminiBase + "streamGenerateContent?alt=sse", request: geminiRequest,
        response: geminiPieces.map { "data: \($0)\r\n\r\n" }.joined())
    static let geminiList = Exchange(
        "Gemini, list", url: geminiBase + "streamGenerateContent", request: geminiRequest,
        response: "[" + geminiPieces.joined(separator: "\n,\r\n") + "\n]\n")
    static let geminiEmbedding = Exchange(
        "Gemini, embedding",
        url: "https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:embedContent",
        request: #"{"content":{"parts":[{"text":"a"}]}}"#, response: #"{"embedding":{"values":[0.1,0.2,0.3,0.4]}}"#)
    static let vertexEmbedding = Exchange(
        "Vertex AI, embedding",
        url:
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google/models/text-embedding-005:predict",
        request: #"{"instances":[{"content":"a"},{"content":"b"}]}"#,
        response:
            #"{"predictions":[{"embeddings":{"values":[1,2],"statistics":{"token_count":3,"truncated":false}}},{"embeddings":{"values":[1,2],"statistics":{"token_count":4}}}]}"#
    )

    private static let bedrock = "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-3-5-v2%3A0/"
    private static let converseRequest = #"""
        {"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"What?"},{"image":{"format":"png",
        "source":{"bytes":"DDDD"}}}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"f","input":
        {"x":1}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"json":{"ok":true}}]}}]}],
        "inferenceConfig":{"maxTokens":64,"temperature":0.3,"topP":0.7,"stopSequences":["S"]},"toolConfig":{"tools":[
        {"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}]}}
        """#
    private static let converseUsage =
        #"{"inputTokens":10,"outputTokens":7,"totalTokens":47,"cacheReadInputTokens":20,"cacheWriteInputTokens":10}"#
    static let converse = Exchange(
        "Converse", url: bedrock + "converse", request: converseRequest, headers: ["x-amzn-requestid": "q1"],
        response:
            #"{"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"s"}}},{"text":"Hello"},{"toolUse":{"toolUseId":"t2","name":"f","input":{"y":2}}}]}},"stopReason":"tool_use","usage":\#(converseUsage),"metrics":{"latencyMs":5}}"#
    )
    static let converseStream = Exchange(
        "ConverseStream", url: bedrock + "converse-stream", request: converseRequest,
        headers: ["x-amzn-requestid": "q1"],
        bytes: converseEvent("messageStart", #"{"role":"assistant"}"#)
            + converseEvent(
                "contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Hm."}}}"#)
            + converseEvent("contentBlockStop", #"{"contentBlockIndex":0}"#)
            + converseEvent("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"Hel"}}"#)
            + converseEvent("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"lo"}}"#)
            + converseEvent(
                "contentBlockStart", #"{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t2","name":"f"}}}"#)
            + converseEvent("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"y\":2}"}}}"#)
            + converseEvent("messageStop", #"{"stopReason":"tool_use"}"#)
            + converseEvent("metadata", #"{"usage":\#(converseUsage),"metrics":{"latencyMs":5}}"#))

    private static let claudeRequest =
        #"{"anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}"#
    static let invoke = Exchange(
        "InvokeModel", url: bedrock + "invoke", request: claudeRequest,
        headers: ["x-amzn-requestid": "q2", "x-amzn-bedrock-input-token-count": "9"],
        response:
            #"{"id":"msg_b","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Hey"}],"stop_reason":"end_turn","usage":{"input_tokens":9,"cache_read_input_tokens":4,"output_tokens":2}}"#
    )
    static let llama = Exchange(
        "InvokeModel, Llama",
        url: "https://bedrock-runtime.us-east-1.amazonaws.com/model/meta.llama3-8b-instruct-v1:0/invoke",
        request: #"{"prompt":"Hi","max_gen_len":9,"temperature":0.5}"#,
        headers: ["x-amzn-bedrock-input-token-count": "3", "x-amzn-bedrock-output-token-count": "2"],
        response: #"{"generation":"Hey","prompt_token_count":3,"generation_token_count":2,"stop_reason":"stop"}"#)
    static let invokeStream = Exchange(
        "InvokeModelWithResponseStream", url: bedrock + "invoke-with-response-stream", request: claudeRequest,
        bytes: [
            #"{"type":"message_start","message":{"id":"msg_b","type":"message","role":"assistant","model":"claude","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hey"}}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#,
            #"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":9,"outputTokenCount":2}}"#,
        ].flatMap { converseEvent("chunk", #"{"bytes":"\#(base64($0))","p":"abc"}"#) })

    static let ollama = Exchange(
        "Ollama", url: "http://localhost:11434/api/chat",
        request: #"""
            {"model":"llama3.2","messages":[{"role":"user","content":"Hi","images":["EEEE"]},{"role":"tool",
            "content":"11 C","tool_name":"f"}],"options":{"temperature":0.4,"num_predict":8,"top_k":3},"format":"json"}
            """#,
        response: [
            #"{"model":"llama3.2","created_at":"t","message":{"role":"assistant","content":"","thinking":"Hm."},"done":false}"#,
            #"{"model":"llama3.2","created_at":"t","message":{"role":"assistant","content":"Hel"},"done":false}"#,
            #"{"model":"llama3.2","created_at":"t","message":{"role":"assistant","content":"lo"},"done":false}"#,
            #"{"model":"llama3.2","created_at":"t","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"city":"X"}}}]},"done":false}"#,
            #"{"model":"llama3.2","created_at":"t","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","eval_count":5,"total_duration":1}"#,
        ].joined(separator: "\n") + "\n")
    static let ollamaGenerate = Exchange(
        "Ollama, generate", url: "http://ollama.internal/api/generate",
        request: #"{"model":"llama3.2","prompt":"Hi","system":"Be brief.","stream":false}"#,
        response:
            #"{"model":"llama3.2","response":"Hey","done":true,"done_reason":"length","prompt_eval_count":4,"eval_count":2}"#
    )
    static let ollamaEmbed = Exchange(
        "Ollama, embeddings", url: "http://localhost:11434/api/embed",
        request: #"{"model":"all-minilm","input":["a"]}"#,
        response: #"{"model":"all-minilm","embeddings":[[0.1,0.2]],"prompt_eval_count":3}"#)

    static let cohere = Exchange(
        "Cohere", url: "https://api.cohere.com/v2/chat",
        request:
            #"{"model":"command-a","messages":[{"role":"user","content":"Hi"}],"p":0.7,"k":4,"stop_sequences":["S"]}"#,
        response: #"""
            {"id":"co1","finish_reason":"TOOL_CALL","message":{"role":"assistant","tool_plan":"I look.","tool_calls":[
            {"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]},"usage":{"billed_units":
            {"input_tokens":5.0,"output_tokens":4.0},"tokens":{"input_tokens":71,"output_tokens":9}}}
            """#)
    static let cohereStream = Exchange(
        "Cohere, streamed", url: "https://api.cohere.com/v2/chat",
        request: #"{"model":"command-a","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#,
        response: [
            #"{"id":"co1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":""}}}"#,
            #"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I look."}}}"#,
            #"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"t1","type":"function","function":{"name":"f","arguments":""}}}}}"#,
            #"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{}"}}}}}"#,
            #"{"type":"tool-call-end","index":0}"#,
            #"{"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"billed_units":{"input_tokens":5,"output_tokens":4},"tokens":{"input_tokens":71,"output_tokens":9}}}}"#,
        ].map { "event: x\ndata: \($0)\n\n" }.joined())
    static let cohereEmbed = Exchange(
        "Cohere, embeddings", url: "https://api.cohere.com/v2/embed",
        request: #"{"model":"embed-v4.0","texts":["a"],"input_type":"search_query","embedding_types":["float"]}"#,
        response:
            #"{"id":"e1","embeddings":{"float":[[0.1,0.2,0.3]]},"texts":["a"],"meta":{"billed_units":{"input_tokens":2}}}"#
    )
    static let cohereRerank = Exchange(
        "Cohere, rerank", url: "https://api.cohere.com/v2/rerank",
        request: #"{"model":"rerank-v3.5","query":"q","documents":["a","b"]}"#,
        response:
            #"{"id":"k1","results":[{"index":1,"relevance_score":0.9}],"meta":{"billed_units":{"search_units":1}}}"#)

    static let all = [
        gemini, geminiEvents, geminiList, geminiEmbedding, vertexEmbedding, converse, converseStream, invoke, llama,
        invokeStream, ollama, ollamaGenerate, ollamaEmbed, cohere, cohereStream, cohereEmbed, cohereRerank,
    ]

    private static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var result = ""
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << ((3 - group.count) * 8)
            for index in 0..<4 {
                result.append(index <= group.count ? alphabet[bits >> (18 - index * 6) & 63] : "=")
            }
        }
        return result
    }
}

@Suite("Gemini's format")
struct GeminiFormatTests {
    @Test(
        "thoughts belong to the output and the tools' prompt to the input, in every framing",
        arguments: [OtherExchanges.gemini, OtherExchanges.geminiEvents, OtherExchanges.geminiList])
    func answers(exchange: Exchange) throws {
        let result = try exchange.run()
        #expect(result.outcome == .answered)
        #expect(
            result.answer.messages == [
                Message(
                    role: .assistant,
                    parts: [
                        .reasoning("Hm."), .text("Hello"), .toolCall(.init(name: "f", arguments: #"{"y":2}"#)),
                    ], finishReason: "STOP")
            ])
        var usage = TokenUsage(
            inputTokens: 55, outputTokens: 20, cacheReadTokens: 20, reasoningTokens: 12, inputAudioTokens: 20)
        usage.inputAudioTokens = 20
        #expect(result.answer.usage == usage)
        #expect(result.answer.model == "gemini-2.5-flash-001" && result.answer.id == "r1")
    }

    @Test("a request is read whole, and its key is nowhere")
    func request() throws {
        let request = try OtherExchanges.gemini.run().request
        #expect(request.operation == .generateContent && request.model == "gemini-2.5-flash")
        #expect(request.provider == .gcpGemini && request.systemInstructions == [.text("Be brief.")])
        #expect(request.topK == 40 && request.maxTokens == 64 && request.seed == 3 && request.outputType == .json)
        #expect(request.tools.map(\.name) == ["f", "googleSearch"] && request.reasoningLevel == "low")
        #expect(request.messages.map(\.role) == [.user, .assistant, .user])
        #expect(
            request.messages[0].parts[1]
                == .media(.init(modality: "audio", mimeType: "audio/wav", content: .base64("CCCC"))))
        #expect(!String(describing: request).contains("secret"))
        #expect(try OtherExchanges.geminiList.run().request.isStream)
    }

    @Test("embeddings of both hosts have a size, and tokens where they are told")
    func embeddings() throws {
        #expect(try OtherExchanges.geminiEmbedding.run().answer.embeddingDimensions == 4)
        let vertex = try OtherExchanges.vertexEmbedding.run()
        #expect(vertex.request.provider == .gcpVertexAI && vertex.answer.embeddingDimensions == 2)
        #expect(vertex.answer.usage == TokenUsage(inputTokens: 7))
    }

    @Test("a failure has Google's status, also in a list")
    func failure() throws {
        let error = #"{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}"#
        for body in [error, "[\(error)]"] {
            var exchange = OtherExchanges.geminiList
            (exchange.status, exchange.response) = (429, Array(body.utf8))
            #expect(try exchange.run().outcome == .failed(type: "RESOURCE_EXHAUSTED", message: "slow"))
        }
    }
}

@Suite("Bedrock's formats")
struct BedrockFormatTests {
    @Test(
        "Converse, plain and streamed, counts cached tokens as input",
        arguments: [OtherExchanges.converse, OtherExchanges.converseStream])
    func converse(exchange: Exchange) throws {
        let result = try exchange.run()
        #expect(result.request.model == "us.anthropic.claude-3-5-v2:0" && result.request.provider == .awsBedrock)
        #expect(result.request.maxTokens == 64 && result.request.tools.map(\.name) == ["f"])
        #expect(result.request.messages[2].parts == [.toolResult(.init(callID: "t1", result: #"{"ok":true}"#))])
        #expect(
            result.answer.messages == [
                Message(
                    role: .assistant,
                    parts: [
                        .reasoning("Hm."), .text("Hello"),
                        .toolCall(.init(id: "t2", name: "f", arguments: #"{"y":2}"#)),
                    ], finishReason: "tool_use")
            ])
        #expect(
            result.answer.usage
                == TokenUsage(inputTokens: 40, outputTokens: 7, cacheReadTokens: 20, cacheWriteTokens: 10))
        #expect(result.answer.id == "q1")
    }

    @Test("InvokeModel has its vendor's body, plain and streamed")
    func invoke() throws {
        for exchange in [OtherExchanges.invoke, OtherExchanges.invokeStream] {
            let result = try exchange.run()
            #expect(result.request.provider == .awsBedrock && result.answer.messages.map(\.text) == ["Hey"])
            #expect(result.answer.usage?.outputTokens == 2 && result.answer.id == "msg_b")
        }
        #expect(try OtherExchanges.invoke.run().answer.usage?.inputTokens == 13)
        let llama = try OtherExchanges.llama.run()
        #expect(llama.request.operation == .textCompletion && llama.request.model == "meta.llama3-8b-instruct-v1:0")
        #expect(llama.answer.usage == TokenUsage(inputTokens: 3, outputTokens: 2))
    }

    @Test("a failure has the type of the header, or of the exception in a stream")
    func failure() throws {
        var exchange = OtherExchanges.converse
        (exchange.status, exchange.response) = (429, Array(#"{"message":"slow"}"#.utf8))
        exchange.headers = ["x-amzn-errortype": "ThrottlingException:http://x/"]
        guard case .failed(let type, _) = try exchange.run().outcome else {
            Issue.record("no failure")
            return
        }
        #expect(type == "ThrottlingException")
        exchange = OtherExchanges.converseStream
        exchange.response = amazonMessage(
            [":message-type": "exception", ":exception-type": "modelStreamErrorException"], #"{"message":"oops"}"#)
        #expect(try exchange.run().outcome == .failed(type: "modelStreamErrorException", message: "oops"))
    }
}

@Suite("Ollama's and Cohere's formats")
struct OllamaAndCohereFormatTests {
    @Test("Ollama's lines are put together; an absent count is unknown")
    func ollama() throws {
        let result = try OtherExchanges.ollama.run()
        #expect(result.request.isStream && result.request.provider.rawValue == "ollama")
        #expect(result.request.maxTokens == 8 && result.request.outputType == .json)
        #expect(
            result.answer.messages == [
                Message(
                    role: .assistant,
                    parts: [
                        .reasoning("Hm."), .text("Hello"), .toolCall(.init(name: "f", arguments: #"{"city":"X"}"#)),
                    ], finishReason: "stop")
            ])
        #expect(result.answer.usage == TokenUsage(outputTokens: 5))
        let generated = try OtherExchanges.ollamaGenerate.run()
        #expect(generated.request.operation == .textCompletion && !generated.request.isStream)
        #expect(generated.answer.messages.map(\.text) == ["Hey"])
        #expect(generated.answer.usage == TokenUsage(inputTokens: 4, outputTokens: 2))
        #expect(try OtherExchanges.ollamaEmbed.run().answer.embeddingDimensions == 2)
    }

    @Test("Cohere's billed units are the usage", arguments: [OtherExchanges.cohere, OtherExchanges.cohereStream])
    func cohere(exchange: Exchange) throws {
        let result = try exchange.run()
        #expect(result.request.provider == .cohere && result.answer.id == "co1")
        #expect(
            result.answer.messages == [
                Message(
                    role: .assistant,
                    parts: [.reasoning("I look."), .toolCall(.init(id: "t1", name: "f", arguments: "{}"))],
                    finishReason: "TOOL_CALL")
            ])
        #expect(result.answer.usage == TokenUsage(inputTokens: 5, outputTokens: 4))
    }

    @Test("Cohere's embeddings and reranking are recognised")
    func others() throws {
        let embeddings = try OtherExchanges.cohereEmbed.run()
        #expect(embeddings.answer.embeddingDimensions == 3 && embeddings.answer.usage?.inputTokens == 2)
        let ranking = try OtherExchanges.cohereRerank.run()
        #expect(ranking.request.operation == .retrieval && ranking.outcome == .answered)
    }
}
