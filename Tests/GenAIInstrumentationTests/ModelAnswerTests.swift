// SPDX-License-Identifier: MIT
import GenAICore
import Testing

@testable import GenAIInstrumentation

@Suite("An answer in pieces")
struct ModelAnswerTests {
    @Test("has text, thinking and tool calls in the order in which they began")
    func order() {
        var answer = ModelAnswer()
        answer.appendReasoning("h", block: 0)
        answer.appendReasoning("m", block: 0)
        answer.appendText("Sun", block: 1)
        answer.appendToolCall(index: 2, id: "c", name: "f", arguments: "{")
        answer.appendToolCall(index: 2, arguments: "}")
        answer.appendText("ny", block: 1)
        answer.finish("stop")
        let expected = Message(
            role: .assistant,
            parts: [.reasoning("hm"), .text("Sunny"), .toolCall(.init(id: "c", name: "f", arguments: "{}"))],
            finishReason: "stop")
        #expect(answer.messages == [expected])
    }

    @Test("has its choices in the order of their numbers, whichever comes first")
    func choices() {
        var answer = ModelAnswer()
        answer.appendText("B", choice: 1)
        answer.appendText("A", choice: 0)
        answer.appendText("b", choice: 1)
        #expect(answer.messages.map(\.text) == ["A", "Bb"])
    }

    @Test("tells tool calls apart by number, by identifier, or by name")
    func toolCalls() {
        var answer = ModelAnswer()
        answer.appendToolCall(id: "a", name: "f", arguments: "1")
        answer.appendToolCall(id: "b", name: "g")
        answer.appendToolCall(id: "a", arguments: "2")
        answer.appendToolCall(name: "h", arguments: "3")
        answer.appendToolCall(arguments: "4")
        #expect(answer.messages[0].toolCalls.map(\.name) == ["f", "g", "h"])
        #expect(answer.messages[0].toolCalls.map(\.arguments) == ["12", nil, "34"])
    }

    @Test("keeps nothing that was said where content is off, but how many answers there are and why they ended")
    func withoutContent() {
        var answer = ModelAnswer()
        answer.pieces.keepsContent = false
        answer.appendText("secret")
        answer.appendReasoning("secret")
        answer.appendToolCall(index: 0, id: "c", name: "f", arguments: "secret")
        answer.finish("stop")
        #expect(!"\(answer)".contains("secret"))
        #expect(answer.messages[0].finishReason == "stop")
        #expect(answer.messages[0].toolCalls == [.init(id: "c", name: "f")])
    }

    @Test("keeps a bounded number of bytes, choices and parts, and says that it was cut")
    func bounds() {
        var answer = ModelAnswer()
        answer.pieces.limit = 100
        for _ in 0..<1_000 { answer.appendText("0123456789") }
        #expect(answer.messages[0].text == String(repeating: "0123456789", count: 10) + "...[truncated]")
        #expect(answer.pieces.isCut)
        for choice in 0..<10_000 { answer.begin(choice: choice) }
        #expect(answer.messages.count == AnswerPieces.mostChoices)
        for index in 0..<10_000 { answer.appendToolCall(index: index, id: "\(index)", name: "f") }
        #expect(answer.messages[0].parts.count <= AnswerPieces.mostParts)
    }

    @Test("never loses the input of a first report with the output of the last one")
    func usage() {
        var answer = ModelAnswer()
        answer.updateUsage(withCumulative: TokenUsage(inputTokens: 7, outputTokens: 1))
        answer.updateUsage(withCumulative: TokenUsage(outputTokens: 9))
        #expect(answer.usage == TokenUsage(inputTokens: 7, outputTokens: 9))
        answer.addUsage(TokenUsage(outputTokens: 2))
        #expect(answer.usage == TokenUsage(inputTokens: 7, outputTokens: 11))
    }
}
