// SPDX-License-Identifier: MIT

import GenAICore
import GenAIHTTP
import GenAIOpenAI
import GenAITelemetry
import Synchronization
import Testing

@Suite("Forms of streams")
struct StreamFormTests {
    static let piece: String = #"{"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}"#
    static let end: String = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#

    static let wholeForms: [String] = [
        "data: \(piece)\n\ndata: \(end)\n\ndata: [DONE]\n\n", "data: \(piece)\n\ndata: \(end)\n\ndata: [DONE]",
        "data: \(piece)\n\ndata: \(end)\n", "data: \(piece)\n\ndata: \(end)",
        "data:\(piece)\r\n\r\ndata:\(end)\r\n\r\n",
        "data: \(piece)\r\rdata: \(end)\r\r", "\u{FEFF}data: \(piece)\n\ndata: \(end)\n\n",
        ": PROCESSING\n\n:\n\nid: 1\nretry: 5\ndata: \(piece)\n\nevent: message\ndata: \(end)\n\n",
        "\n\n  \ndata: \(piece)\n\ndata: \(end)\n\n", "data: \(piece)\n\ndata: \(end)\n\ndata: [DONE] \n\n",
        "data: {\"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"Hi\"}}]}\n\ndata: \(end)\n\n",
        "data: \(piece)\n\ndata: \(end)\n\ndata: {\"choices\":[],\"usa",
        #" {"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}"#,
        "\u{FEFF}{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n",
        #"{"choices":[{"message":{"content":[{"type":"text","text":"H"},{"type":"text","text":"i"}]},"finish_reason":"stop"}]}"#,
        "data: {\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
    ]

    @Test("are read as the answer they are, whatever their content type says", arguments: wholeForms)
    func whole(text: String) async throws {
        for type in ["text/event-stream", "application/json", "text/plain; charset=utf-8", ""] {
            for size in [1, 5, text.utf8.count] {
                let answer = try await collect(text, type: type, size: size)
                #expect(answer.choices.map(\.message.content) == ["Hi"], "\(type), \(size)")
                #expect(answer.choices.map(\.finishReason) == [.stop], "\(type), \(size)")
                #expect(answer.choices.map(\.message.role) == [.assistant], "\(type), \(size)")
            }
        }
    }

    static let cutForms: [String] = [
        "", "\n", "data: \(piece)\n\n", "data: \(piece)\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish",
        "data: \(piece.replacing("\"Hi\"}", with: "\"Hi\"},\"finish_reason\":\"\""))\n\n",
        "data: \(piece)\n\ndata: [DON",
    ]

    @Test("that are cut are never whole", arguments: cutForms)
    func cut(text: String) async throws {
        let error = try await failure { () throws(OpenAIClientError) in
            try await self.collect(text, type: "text/event-stream", size: 3)
        }
        #expect(error.code == .truncated)
    }

    @Test(
        "that are no JSON at all are an error of the call", arguments: ["<html>", "{\"choices\":[{\"mess", "{}", "[]"])
    func noJSON(text: String) async throws {
        let transport = StubTransport(.response(status: 200, headers: [:], pieces: [Array(text.utf8)]))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport).chat.completions.stream(.init(model: "m", messages: [])).collect()
        }
        #expect(error.code == .decoding)
        #expect(transport.requests.count == 1)
    }

    @Test(
        "may hold a JSON error as a line of its own, and an error in plain text",
        arguments: [
            "data: \(piece)\n\n{\"error\":{\"message\":\"boom\",\"code\":500}}\n",
            "data: \(piece)\n\nevent: error\ndata: boom\n\n",
        ])
    func looseError(text: String) async throws {
        let error = try await failure { () throws(OpenAIClientError) in
            try await self.collect(text, type: "text/event-stream", size: 1 << 20)
        }
        #expect(error.code == .server)
        #expect(error.message == "boom")
    }

    @Test("put legacy completions together by the same rules")
    func completions() async throws {
        let text = [
            #"{"id":"c","model":"m","choices":[{"index":0,"text":"a","finish_reason":""}]}"#,
            #"{"id":"c","model":"m","choices":[{"index":1,"text":"x"},{"index":0,"text":"b"}]}"#,
            #"{"choices":[{"index":0,"text":"","finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":4}}]}"#,
        ].map { "data: \($0)\n\n" }.joined()
        let whole = try await completionStream(text).collect()
        #expect(whole.choices.map(\.text) == ["ab", "x"])
        #expect(whole.choices.map(\.finishReason) == [.stop, nil])
        #expect(whole.usage?.tokenUsage.outputTokens == 4)
        let cut = String(text.prefix(140))
        let error = try await failure { () throws(OpenAIClientError) in try await completionStream(cut).collect() }
        #expect(error.code == .truncated)
        let plain = #"{"choices":[{"text":"ab","index":0}]}"#
        #expect(try await completionStream(plain).collect().choices.map(\.text) == ["ab"])
    }

    @Test("join thinking under each of its names, and send it back as it came")
    func thinking() async throws {
        let text =
            [
                #"{"reasoning_content":"a","reasoning":"x","reasoning_details":[{"type":"reasoning.text","text":"p","format":"f","index":0,"signature":null}]}"#,
                #"{"reasoning_content":"b","reasoning":"y","reasoning_details":[{"type":"reasoning.text","text":"q","format":"f","index":0}]}"#,
                #"{"reasoning_details":[{"type":"reasoning.text","signature":"S","format":"f","index":0}]}"#,
                #"{"reasoning_details":[{"type":"reasoning.text","text":"r","format":"f","index":1},{"type":"reasoning.encrypted","data":"D","index":2}]}"#,
                #"{"reasoning_details":[{"type":"reasoning.encrypted","data":"E","index":2}],"thinking_blocks":[{"type":"thinking","thinking":"t"}]}"#,
                #"{"thinking_blocks":[{"type":"thinking","thinking":"u","signature":"V"}],"content":"z"}"#,
            ].map { #"data: {"choices":[{"index":0,"delta":\#($0)}]}"# + "\n\n" }.joined() + "data: \(Self.end)\n\n"
        let message = try await collect(text, type: "", size: 50).choices[0].message
        #expect(message.reasoningContent == "ab")
        #expect(message.reasoning == "xy")
        let expected: JSONValue = [
            ["type": "reasoning.text", "text": "pq", "format": "f", "index": 0, "signature": "S"],
            ["type": "reasoning.text", "text": "r", "format": "f", "index": 1],
            ["type": "reasoning.encrypted", "data": "D", "index": 2],
            ["type": "reasoning.encrypted", "data": "E", "index": 2],
        ]
        #expect(message.json["reasoning_details"] == expected)
        #expect(message.json["thinking_blocks"] == [["type": "thinking", "thinking": "tu", "signature": "V"]])
        #expect(message.json["reasoning_content"] == "ab")
    }

    @Test("join content in parts, and text after it")
    func parts() async throws {
        let text =
            [
                #"{"content":""}"#, #"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"H"}]}]}"#,
                #"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"m"}]}]}"#,
                #"{"content":[{"type":"text","text":"The "}]}"#, #"{"content":"ans"}"#,
                #"{"content":{"type":"text","text":"wer"}}"#,
            ].map { #"data: {"choices":[{"index":0,"delta":\#($0)}]}"# + "\n\n" }.joined() + "data: \(Self.end)\n\n"
        let message = try await collect(text, type: "", size: 50).choices[0].message
        #expect(message.content == "The answer")
        #expect(message.body?.parts.map(\.type) == ["thinking", "text"])
        #expect(message.body?.parts.first?.thinking == "Hm")
        #expect(
            message.json["content"] == [
                ["type": "thinking", "thinking": [["type": "text", "text": "Hm"]]],
                ["type": "text", "text": "The answer"],
            ])
    }

    @Test("without their usage are asked for once where a server refuses the question, and that is said")
    func refusedOptions() async throws {
        let refusal = StubTransport.Answer.json(#"{"detail":"Extra inputs are not permitted"}"#, status: 422)
        let stream = StubTransport.Answer.events("data: \(Self.piece)\n\ndata: \(Self.end)\n\n")
        let transport = StubTransport(refusal, stream, stream, stream)
        let client = OpenAIClient(transport) {
            $0.baseURL = "https://refuses.example/v1"
            $0.maxRetries = 0
        }
        let request = ChatCompletionRequest(model: "m", messages: [])
        #expect(try await client.chat.completions.stream(request).collect().choices.count == 1)
        #expect(try await client.chat.completions.stream(request).collect().choices.count == 1)
        _ = try await client.completions.stream(.init(model: "m", prompt: "a"))
        let asked = try transport.requests.map { try $0.json["stream_options"] }
        #expect(asked == [["include_usage": true], nil, nil, nil])
    }

    @Test(
        "whose request is bad for another reason fail with that",
        arguments: [
            #"{"error":{"message":"bad","param":"temperature"}}"#, #"{"error":{"message":"bad"}}"#,
        ])
    func badRequest(body: String) async throws {
        let bad = StubTransport.Answer.json(body, status: 400)
        let transport = StubTransport(bad, bad, bad)
        let host = body.contains("param") ? "a" : "b"
        let client = OpenAIClient(transport) { $0.baseURL = "https://bad-\(host).example/v1" }
        let error = try await failure { () throws(OpenAIClientError) in
            try await client.chat.completions.stream(.init(model: "m", messages: []))
        }
        #expect(error.code == .badRequest)
        #expect(transport.requests.count == 1)
    }

    private func collect(_ text: String, type: String, size: Int) async throws(OpenAIClientError) -> ChatCompletion {
        try await OpenAIClient(transport(text, type, size)).chat.completions.stream(.init(model: "m", messages: []))
            .collect()
    }

    private func completionStream(_ text: String) async throws(OpenAIClientError) -> OpenAIStream<TextCompletion> {
        try await OpenAIClient(transport(text, "text/event-stream", 9)).completions.stream(
            .init(model: "m", prompt: "a"))
    }

    private func transport(_ text: String, _ type: String, _ size: Int) -> StubTransport {
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: max(size, 1)).map {
            Array(bytes[$0..<min($0 + size, bytes.count)])
        }
        return StubTransport(
            .response(status: 200, headers: type.isEmpty ? [:] : ["Content-Type": type], pieces: pieces))
    }
}
