// SPDX-License-Identifier: MIT
import GenAIInstrumentation
import Testing

@Suite("A message")
struct MessageTests {
    @Test("joins its text parts and leaves reasoning out")
    func joinsText() {
        let message = Message(role: .assistant, parts: [.reasoning("hm"), .text("a"), .text("b")])
        #expect(message.text == "ab")
    }

    @Test("lists the tools it asks for, in order")
    func listsToolCalls() {
        let calls = [Message.ToolCall(id: "1", name: "a"), Message.ToolCall(id: "2", name: "b", arguments: "{}")]
        let message = Message(role: .assistant, parts: [.text("x")] + calls.map(Message.Part.toolCall))
        #expect(message.toolCalls == calls)
    }
}
