// SPDX-License-Identifier: MIT
import GenAIInstrumentation
import Testing

@testable import GenAIProviders

@Suite("Answers that never end, and answers that are made to be expensive")
struct HostileAnswerTests {
    private static let chunk = #"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#

    /// Answers that do not end: their start, and the piece that is repeated.
    static let endless: [(name: String, exchange: Exchange, start: String, piece: @Sendable (Int) -> String)] = [
        ("members of the root", OpenAIExchanges.chat, "{", { #""m\#($0)":{"a":[1,2,3]},"# }),
        ("members of an inner object", OpenAIExchanges.chat, #"{"usage":{"#, { #""m\#($0)":1,"# }),
        ("elements", OpenAIExchanges.chat, #"{"choices":["#, { _ in #"{"index":0},"# }),
        ("numbers", OpenAIExchanges.embeddings, #"{"data":[{"embedding":["#, { "\($0).5," }),
        ("a text", OpenAIExchanges.chat, #"{"id":""#, { "\($0)\\u00e9" }),
        ("a name", OpenAIExchanges.chat, #"{""#, { "\($0)" }),
        ("depth", OpenAIExchanges.chat, "", { _ in #"[{"a":"# }),
        ("data of one event", OpenAIExchanges.chatStream, "", { _ in "data: \(chunk)\n" }),
        ("a field's name", OpenAIExchanges.chatStream, "", { "d\($0)" }),
        ("names of events", OpenAIExchanges.chatStream, "", { "event: \($0)" }),
        (
            "calls of tools", OpenAIExchanges.chatStream, "",
            {
                events(
                    #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":\#($0),"id":"c\#($0)","function":{"name":"f","arguments":"{}"}}]}}]}"#
                )
            }
        ),
        (
            "choices", OpenAIExchanges.chatStream, "",
            {
                events(#"{"choices":[{"index":\#($0),"delta":{"content":"x"},"finish_reason":"stop"}]}"#)
            }
        ),
        (
            "content blocks", AnthropicExchanges.stream, "",
            {
                events(
                    #"{"type":"content_block_start","index":\#($0),"content_block":{"type":"tool_use","id":"t","name":"f"}}"#
                )
            }
        ),
        ("lines", OtherExchanges.ollama, "", { #"{"model":"m\#($0)","message":{"content":"x"},"done":false}"# + "\n" }),
        (
            "output items", OpenAIExchanges.responsesStream, "",
            {
                events(
                    #"{"type":"response.output_item.added","output_index":\#($0),"item":{"type":"function_call","name":"f"}}"#
                )
            }
        ),
    ]

    @Test("keep no more of the recogniser, however long they are", arguments: endless.map(\.name))
    func bounded(name: String) throws {
        let answer = try #require(Self.endless.first { $0.name == name })
        func size(_ count: Int) throws -> Int {
            var limits = ModelCallRecogniser.Limits()
            (limits.contentBytes, limits.valueBytes) = (20_000, 20_000)
            var recogniser = try answer.exchange.recogniser(limits: limits)
            recogniser.receive(status: 200) { _ in nil }
            recogniser.receive(Array(answer.start.utf8))
            for index in 0..<count { recogniser.receive(Array(answer.piece(index).utf8)) }
            return Self.size(of: recogniser)
        }
        let (less, more) = (try size(2_000), try size(20_000))
        #expect(more < less + 60_000)
    }

    @Test("cost time in proportion to their length", arguments: endless.map(\.name))
    func linear(name: String) throws {
        let answer = try #require(Self.endless.first { $0.name == name })
        func time(_ count: Int) throws -> Duration {
            let bytes = Array((answer.start + (0..<count).map(answer.piece).joined()).utf8)
            let start = try answer.exchange.recogniser()
            var best = Duration.seconds(100)
            for _ in 0..<2 {
                var recogniser = start
                recogniser.receive(status: 200) { _ in nil }
                best = min(best, ContinuousClock().measure { recogniser.receive(bytes) })
            }
            return best
        }
        // Behind what is kept at most. Four times as much may take twelve times as long: other tests run meanwhile.
        #expect(try time(6_000) < time(1_500) * 12 + .milliseconds(100))
    }

    /// About the bytes that a value refers to.
    private static func size(of value: Any) -> Int {
        if let text = value as? String { return text.utf8.count }
        if let bytes = value as? [UInt8] { return bytes.count }
        return Mirror(reflecting: value).children.reduce(16) { $0 + size(of: $1.value) }
    }
}
