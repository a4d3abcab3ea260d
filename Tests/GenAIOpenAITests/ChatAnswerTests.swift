// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIOpenAI
import Testing

@Suite("Chat answers")
struct ChatAnswerTests {
    static let rich = #"""
        {"id":"c","object":"chat.completion","created":1741569952,"model":"gpt-4o","choices":[
        {"index":0,"message":{"role":"assistant","content":"A","refusal":null,
        "annotations":[{"type":"url_citation","url_citation":{"url":"https://x"}}]},
        "logprobs":{"content":[{"token":"A","logprob":-0.31725305,"bytes":[65],
        "top_logprobs":[{"token":"A","logprob":-0.31725305,"bytes":[65]}]}],"refusal":null},"finish_reason":"stop",
        "content_filter_results":{"hate":{"filtered":false}}},
        {"index":1,"message":{"role":"assistant","content":null,"refusal":"No."},"finish_reason":"new_reason"},
        {"index":2,"message":{"role":"assistant","content":null,"tool_calls":[
        {"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}},
        {"id":"call_2","type":"custom","custom":{"name":"g","input":"x"}},
        {"id":"call_3","type":"hologram","hologram":{"deep":[1]}}]},"finish_reason":"tool_calls"},
        {"index":3,"message":{"role":"assistant","content":null,
        "audio":{"id":"audio_1","expires_at":1729018505,"data":"AAAA","transcript":"Hey"}},"finish_reason":null}],
        "usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
        "prompt_tokens_details":{"cached_tokens":16,"cache_write_tokens":2,"text_tokens":10,"image_tokens":8,"audio_tokens":1,"new_tokens":3},
        "completion_tokens_details":{"reasoning_tokens":2,"audio_tokens":3,"accepted_prediction_tokens":4,
        "rejected_prediction_tokens":5},"cost":0.00012},
        "service_tier":"priority","system_fingerprint":"fp","provider_says":{"big":12345678901234567890,"x":[null,1.5]}}
        """#

    @Test("are read in every part")
    func everyPart() throws {
        let answer = try ChatCompletion(json: JSONValue(parsing: Self.rich))
        #expect(answer.choices.map(\.finishReason) == [.stop, "new_reason", .toolCalls, nil])
        #expect(answer.choices[0].logprobs?.content?.first?.topLogprobs.first?.bytes == [65])
        #expect(answer.choices[0].message.annotations.count == 1)
        #expect(answer.choices[1].message.refusal == "No.")
        let calls = answer.choices[2].message.toolCalls
        #expect(calls.map(\.type) == ["function", "custom", "hologram"])
        #expect(calls[0].function?.name == "f")
        #expect(calls[1].custom?.input == "x")
        #expect(calls[2].additional["hologram"] == ["deep": [1]])
        #expect(answer.choices[3].message.audio?.transcript == "Hey")
        #expect(answer.usage?.promptTokensDetails?.cachedTokens == 16)
        #expect(answer.usage?.promptTokensDetails?.audioTokens == 1)
        #expect(answer.usage?.promptTokensDetails?.cacheWriteTokens == 2)
        #expect(answer.usage?.promptTokensDetails?.textTokens == 10)
        #expect(answer.usage?.promptTokensDetails?.imageTokens == 8)
        #expect(answer.usage?.promptTokensDetails?.additional["new_tokens"] == 3)
        #expect(answer.usage?.completionTokensDetails?.reasoningTokens == 2)
        #expect(answer.usage?.completionTokensDetails?.audioTokens == 3)
        #expect(answer.usage?.completionTokensDetails?.acceptedPredictionTokens == 4)
        #expect(answer.usage?.completionTokensDetails?.rejectedPredictionTokens == 5)
        #expect(answer.usage?.additional["cost"] == 0.00012)
        #expect(answer.serviceTier == .priority)
        #expect(answer.additional["provider_says"]?["big"] == .number("12345678901234567890"))
    }

    @Test("keep what they do not know, all the way back")
    func roundTrip() throws {
        let json = try JSONValue(parsing: Self.rich)
        let written = try ChatCompletion(json: json).json
        #expect(written == json.withoutNulls)
    }

    static let sparse = [
        #"{"choices":[{"message":{"content":"A"}}]}"#,
        #"{"id":null,"model":null,"created":1.0,"usage":null,"choices":[{"index":0,"message":{"role":"assistant","content":"A","tool_calls":null}}]}"#,
        #"{"choices":[{"message":{"content":[{"type":"text","text":"A"},{"type":"hologram","x":1}]}}],"usage":{"prompt_tokens":1}}"#,
    ]

    @Test("of sparing servers are read too", arguments: sparse)
    func sparseServers(text: String) throws {
        let answer = try ChatCompletion(json: JSONValue(parsing: text))
        #expect(answer.choices[0].message.content == "A")
        #expect(answer.choices[0].message.role == .assistant)
        #expect(answer.choices[0].message.toolCalls.isEmpty)
    }

    static let malformed: [(text: String, path: [String])] = [
        ("{}", ["choices"]), (#"{"choices":null}"#, ["choices"]), ("[]", []), ("<html>", []), ("", []),
        (#"{"choices":[{}]}"#, ["choices", "0", "message"]),
        (#"{"choices":[{"message":null}]}"#, ["choices", "0", "message"]),
        (#"{"choices":[{"message":"x"}]}"#, ["choices", "0", "message"]),
        (#"{"choices":[{"message":{}},7]}"#, ["choices", "1"]), (#"{"choices":true}"#, ["choices"]),
        (#"{"choices":[{"message":7,"finish_reason":"stop"}]}"#, ["choices", "0", "message"]),
    ]

    @Test("that are not as documented say where", arguments: malformed)
    func saysWhere(text: String, path: [String]) async throws {
        let transport = StubTransport(.json(text, headers: ["x-request-id": "r"]))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport).chat.completions.create(.init(model: "m", messages: []))
        }
        #expect(error.code == .decoding)
        #expect(error.codingPath == path)
        #expect(error.requestID == "r")
        #expect(transport.requests.count == 1)
    }

    @Test("larger than the limit are not read")
    func tooLarge() async throws {
        let transport = StubTransport(.json(ChatCompletionTests.hello))
        let client = OpenAIClient(transport) { $0.maximumResponseBytes = 100 }
        let error = try await failure { () throws(OpenAIClientError) in
            try await client.chat.completions.create(.init(model: "m", messages: []))
        }
        #expect(error.code == .responseTooLarge)
    }
}

extension JSONValue {
    /// The value without members that are `null` or an empty list: for known members they mean the same as none.
    var withoutNulls: JSONValue {
        switch self {
        case .object(let object):
            .object(
                JSONObject(object.compactMap { $0.value == .null ? nil : ($0.key, $0.value.withoutNulls) }))
        case .array(let elements): .array(elements.map { $0 == .null ? $0 : $0.withoutNulls })
        default: self
        }
    }
}
