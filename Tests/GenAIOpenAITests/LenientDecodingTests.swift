// SPDX-License-Identifier: MIT

import GenAICore
import GenAIOpenAI
import Testing

@Suite("Reading what servers send in other forms")
struct LenientDecodingTests {
    private func completion(_ message: String = #"{"content":"A"}"#, more: String = "") throws -> ChatCompletion {
        try ChatCompletion(json: JSONValue(parsing: #"{"choices":[{"message":\#(message)}]\#(more)}"#))
    }

    static let times: [(text: String, time: Int?)] = [
        ("1746709563", 1_746_709_563), ("1746709563.9", 1_746_709_563), (#""1746709563""#, 1_746_709_563),
        (#""1746709563.5""#, 1_746_709_563), ("null", nil), (#""2025-05-08T13:06:03Z""#, nil), ("[]", nil),
        ("1e400", nil), ("{}", nil),
    ]

    @Test("a time is the second it falls in, and one in no known form loses no answer", arguments: times)
    func created(text: String, time: Int?) throws {
        let answer = try completion(more: #","created":\#(text)"#)
        #expect(answer.created == time)
        #expect(answer.choices[0].message.content == "A")
    }

    static let unfit = [
        #""id":{"a":1}"#, #""model":[]"#, #""service_tier":{}"#, #""usage":"none""#, #""system_fingerprint":true"#,
        #""usage":[[]]"#,
    ]

    @Test("a member that does not fit loses no answer and goes back as it came", arguments: unfit)
    func unfitMember(member: String) throws {
        let answer = try completion(more: ",\(member)")
        #expect(answer.choices[0].message.content == "A")
        let expected = try #require(JSONValue(parsing: "{\(member)}").objectValue?.first)
        #expect(answer.json[expected.key] == expected.value)
    }

    @Test("a count that does not fit is unknown and goes back as it came")
    func unfitCount() throws {
        let answer = try completion(more: #","usage":{"prompt_tokens":"many","completion_tokens":3}"#)
        #expect(answer.usage?.tokenUsage == TokenUsage(outputTokens: 3))
        #expect(answer.json["usage"]?["prompt_tokens"] == "many")
    }

    @Test("identifiers may be numbers, lists may be one value, and null is no element")
    func otherForms() throws {
        let message = try completion(
            #"{"content":5,"tool_calls":{"id":7,"index":"1","type":"function","function":{"name":"f","arguments":{"x":[1]}}},"annotations":[null,1]}"#
        ).choices[0].message
        #expect(message.content == "5")
        #expect(message.toolCalls.map(\.id) == ["7"])
        #expect(message.toolCalls[0].index == 1)
        #expect(message.toolCalls[0].function?.arguments == #"{"x":[1]}"#)
        #expect(message.annotations == [1])
        #expect(
            try completion(#"{"content":"A","tool_calls":null,"annotations":null}"#).choices[0].message.toolCalls == [])
    }

    @Test("an index with a fraction is none, a count with a fraction is rounded")
    func fractions() throws {
        let answer = try completion(
            more: #","usage":{"prompt_tokens":10.0,"completion_tokens":"37.25","total_tokens":47.25}"#)
        #expect(answer.usage?.promptTokens == 10)
        #expect(answer.usage?.completionTokens == 37)
        #expect(answer.usage?.totalTokens == 47)
        let choice = try ChatChoice(json: JSONValue(parsing: #"{"index":0.5,"message":{}}"#))
        #expect(choice.index == 0)
        #expect(choice.additional["index"] == 0.5)
    }

    @Test("an empty role, type or reason is none", arguments: ["finish_reason", "service_tier"])
    func emptyName(member: String) throws {
        let choice = try ChatChoice(json: JSONValue(parsing: #"{"message":{"role":""},"finish_reason":""}"#))
        #expect(choice.finishReason == nil)
        #expect(choice.message.role == .assistant)
        #expect(choice.json == ["index": 0, "message": ["role": "assistant"]])
    }

    @Test("a filtered answer may have no message, and content may be one part or a list of texts")
    func messages() throws {
        for text in [#"{"finish_reason":"content_filter"}"#, #"{"message":null,"finish_reason":"content_filter"}"#] {
            let choice = try ChatChoice(json: JSONValue(parsing: text))
            #expect(choice.message.content == nil)
            #expect(choice.finishReason == .contentFilter)
        }
        #expect(try completion(#"{"content":{"type":"text","text":"A"}}"#).choices[0].message.content == "A")
        #expect(try completion(#"{"content":["A",{"type":"text","text":"B"}]}"#).choices[0].message.content == "AB")
        #expect(try completion(#"{"content":{"secret":1}}"#).choices[0].message.additional["content"] == ["secret": 1])
    }

    @Test("a probability that is not known is not certainty", arguments: ["null", #""-inf""#, #""NaN""#, "{}"])
    func logprob(text: String) throws {
        let token = try TokenLogprob(json: JSONValue(parsing: #"{"token":"a","logprob":\#(text)}"#))
        #expect(token.logprob == nil)
        #expect(try TokenLogprob(json: JSONValue(parsing: #"{"token":"a","logprob":-0.5}"#)).logprob == -0.5)
    }

    @Test("objects with very many members are read and merged in linear time", .timeLimit(.minutes(1)))
    func manyMembers() throws {
        let members = (0..<60_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        let chunk = try ChatCompletionChunk(
            json: JSONValue(parsing: #"{"choices":[{"delta":{\#(members)}}],\#(members)}"#))
        var accumulator = ChatAccumulator()
        for _ in 0..<3 { accumulator.add(chunk) }
        let completion = accumulator.completion
        #expect(completion.additional.count == 60_000)
        #expect(completion.additional["m59999"] == 59_999)
        #expect(completion.choices[0].message.additional.count == 60_000)
    }
}
