// SPDX-License-Identifier: MIT

import GenAIOpenAI
import Testing

@Suite("Structured output")
struct StructuredOutputTests {
    struct Person: Codable, Equatable {
        var name: String
        var pets: [Pet]

        struct Pet: Codable, Equatable {
            var kind: String
            var age: Int?
        }
    }

    static let schema = JSONValue.Schema.object([
        "name": .string(),
        "pets": .array(of: .object(["kind": .string(oneOf: ["cat", "dog"]), "age": .integer().orNull])),
    ])

    @Test("comes back as the Swift type, asked for in strict mode")
    func chat() async throws {
        let transport = StubTransport(answer(#"{"name":"Ann","pets":[{"kind":"cat","age":null}]}"#))
        let person = try await OpenAIClient(transport).chat.completions
            .create(.init(model: "m", messages: []), as: Person.self, schema: Self.schema)
        #expect(person == Person(name: "Ann", pets: [.init(kind: "cat", age: nil)]))
        #expect(
            try transport.requests.first?.json["response_format"] == [
                "type": "json_schema",
                "json_schema": ["name": "Person", "schema": Self.schema.json, "strict": true],
            ])
    }

    @Test("comes back from the Responses API as well")
    func responses() async throws {
        let body = ResponsesTests.answer.replacing(#""text":"In a ","#, with: #""text":"[1,","#)
            .replacing(#""text":"hole""#, with: #""text":"2]""#)
        let transport = StubTransport(.json(body))
        let numbers = try await OpenAIClient(transport).responses
            .parse(.init(model: "m", input: "Count"), as: [Int].self, schema: .array(of: .integer()))
        #expect(numbers == [1, 2])
        let format = try transport.requests.first?.json["text"]?["format"]
        #expect(format?["name"] == "Array_Int_")
        #expect(format?["strict"] == true)
    }

    struct Unfit: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var content: String?
        var refusal: String?
        var finishReason = "stop"
        var code: OpenAIClientError.Code
        var path: [String] = []
    }

    static let unfit = [
        Unfit(testDescription: "a refusal", refusal: "secret no", code: .refused),
        Unfit(
            testDescription: "the token limit", content: #"{"name":"secret"#, finishReason: "length", code: .truncated),
        Unfit(testDescription: "a filter", content: "secret", finishReason: "content_filter", code: .contentFilter),
        Unfit(
            testDescription: "the token limit in Anthropic's words", content: #"{"name":"secret"#,
            finishReason: "max_tokens", code: .truncated),
        Unfit(
            testDescription: "the token limit in Google's words", content: #"{"name":"secret"#,
            finishReason: "MAX_TOKENS", code: .truncated),
        Unfit(
            testDescription: "a filter in Google's words", content: "secret", finishReason: "SAFETY",
            code: .contentFilter),
        Unfit(
            testDescription: "a filter in Z.ai's words", content: "secret", finishReason: "sensitive",
            code: .contentFilter),
        Unfit(testDescription: "text that is no JSON", content: "secret", code: .decoding),
        Unfit(testDescription: "no text", code: .decoding),
        Unfit(testDescription: "a missing member", content: #"{"name":"secret"}"#, code: .decoding, path: ["pets"]),
        Unfit(
            testDescription: "a member of another type", content: #"{"name":"secret","pets":[{"kind":5}]}"#,
            code: .decoding, path: ["pets", "0", "kind"]),
    ]

    @Test("that does not come says why, and shows nothing of the text", arguments: unfit)
    func fails(test: Unfit) async throws {
        let transport = StubTransport(answer(test.content, refusal: test.refusal, finishReason: test.finishReason))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport).chat.completions
                .create(.init(model: "m", messages: []), as: Person.self, schema: Self.schema)
        }
        #expect(error.code == test.code)
        #expect(error.codingPath == test.path)
        #expect(!String(reflecting: error).contains("secret"))
    }

    private func answer(
        _ content: String?, refusal: String? = nil, finishReason: String = "stop"
    ) -> StubTransport.Answer {
        var choice = ChatChoice()
        choice.message.content = content
        choice.message.refusal = refusal
        choice.finishReason = ChatFinishReason(rawValue: finishReason)
        var completion = ChatCompletion()
        completion.choices = [choice]
        return .json(completion.json.serializedText)
    }
}
