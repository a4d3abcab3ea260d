// SPDX-License-Identifier: MIT
public import Last9GenAI
public import LoopbackServer

/// A model that follows a script, in this process and over real HTTP, so that the examples need no key and no network.
///
/// It answers with the script's text for the last message. If the script names a tool and its result is missing, it
/// requests the tool. A word counts as one token.
public struct ScriptedModel: Sendable {
    /// A reply of the model.
    public enum Line: Sendable {
        /// An answer.
        case text(String)
        /// A tool call, with its arguments as JSON text.
        case tool(String, arguments: String)
    }

    /// A client for the model, with the global providers.
    public let client: OpenAIClient
    private let server: LoopbackServer

    /// Starts the model.
    ///
    /// - Parameters:
    ///   - gate: The gate that the last word of every stream waits for.
    ///   - script: Returns the reply to the last message of a conversation.
    public init(
        holdingBack gate: LoopbackServer.Gate? = nil,
        _ script: @escaping @Sendable (String) -> Line = { .text("You said: \($0)") }
    ) throws {
        server = try LoopbackServer { request in
            guard let body = try? JSONValue(parsing: request.body) else { return .json(400, "{}") }
            return body["stream"]?.boolValue == true ? Self.stream(body, script, gate) : Self.reply(body, script)
        }
        client = OpenAIClient(configuration: OpenAIClient.Configuration(baseURL: server.url + "/v1"))
    }

    /// An answer word by word.
    private static func stream(
        _ body: JSONValue, _ script: @Sendable (String) -> Line, _ gate: LoopbackServer.Gate?
    ) -> LoopbackServer.Reply {
        let (question, asked) = question(of: body)
        guard case .text(let text) = script(question) else { return .json(400, "{}") }
        let words = text.split(separator: " ")
        var steps = words.enumerated().map { index, word in
            let delta: JSONValue = ["role": "assistant", "content": .string(index == 0 ? "\(word)" : " \(word)")]
            return event(body, choice: ["index": 0, "delta": delta])
        }
        if let gate { steps.insert(.wait(gate), at: max(0, steps.count - 1)) }
        steps.append(event(body, choice: ["index": 0, "delta": [:], "finish_reason": "stop"]))
        return .events(steps + [event(body, usage: usage(asked, words.count)), .event("[DONE]")])
    }

    private static func event(
        _ body: JSONValue, choice: JSONValue? = nil, usage: JSONValue? = nil
    ) -> LoopbackServer.Reply.Step {
        var chunk: JSONObject = ["id": "chatcmpl-1", "model": body["model"] ?? "gpt-4o-mini"]
        chunk["choices"] = .array(choice.map { [$0] } ?? [])
        chunk["usage"] = usage
        return .event(JSONValue.object(chunk).serializedText)
    }

    /// The last message, and how many words all of them have.
    private static func question(of body: JSONValue) -> (text: String, wordCount: Int) {
        let messages = (body["messages"]?.arrayValue ?? []).map { $0["content"]?.stringValue ?? "" }
        return (messages.last ?? "", messages.reduce(0) { $0 + $1.split(separator: " ").count })
    }

    private static func usage(_ input: Int, _ output: Int) -> JSONValue {
        [
            "prompt_tokens": .integer(Int64(input)), "completion_tokens": .integer(Int64(output)),
            "total_tokens": .integer(Int64(input + output)),
        ]
    }

    private static func reply(
        _ body: JSONValue, _ script: @Sendable (String) -> Line
    ) -> LoopbackServer.Reply {
        let (question, asked) = question(of: body)
        var message: JSONObject = ["role": "assistant"]
        var reason = "stop"
        var answered = 4
        switch script(question) {
        case .text(let text):
            message["content"] = .string(text)
            answered = text.split(separator: " ").count
        case .tool(let name, let arguments):
            reason = "tool_calls"
            message["tool_calls"] = [
                [
                    "id": "call_1", "type": "function",
                    "function": ["name": .string(name), "arguments": .string(arguments)],
                ]
            ]
        }
        let answer: JSONValue = [
            "id": "chatcmpl-1", "object": "chat.completion", "model": body["model"] ?? "gpt-4o-mini",
            "choices": [["index": 0, "message": .object(message), "finish_reason": .string(reason)]],
            "usage": usage(asked, answered),
        ]
        return .json(200, answer.serializedText)
    }
}

extension ChatCompletion {
    /// The model's reply.
    public var text: String { choices.first?.message.content ?? "" }
}
