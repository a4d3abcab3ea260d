// SPDX-License-Identifier: MIT
public import Last9GenAI
import LoopbackServer

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
    /// - Parameter script: Returns the reply to the last message of a conversation.
    public init(_ script: @escaping @Sendable (String) -> Line = { .text("You said: \($0)") }) throws {
        server = try LoopbackServer { request in
            guard let body = try? JSONValue(parsing: request.body) else { return .json(400, "{}") }
            return Self.reply(body, script)
        }
        client = OpenAIClient(configuration: OpenAIClient.Configuration(baseURL: server.url + "/v1"))
    }

    private static func reply(
        _ body: JSONValue, _ script: @Sendable (String) -> Line
    ) -> LoopbackServer.Reply {
        let messages = body["messages"]?.arrayValue ?? []
        let question = messages.last?["content"]?.stringValue ?? ""
        let words = messages.reduce(0) { $0 + ($1["content"]?.stringValue ?? "").split(separator: " ").count }
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
            "usage": [
                "prompt_tokens": .integer(Int64(words)), "completion_tokens": .integer(Int64(answered)),
                "total_tokens": .integer(Int64(words + answered)),
            ],
        ]
        return .json(200, answer.serializedText)
    }
}

extension ChatCompletion {
    /// The model's reply.
    public var text: String { choices.first?.message.content ?? "" }
}
