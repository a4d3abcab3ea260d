// SPDX-License-Identifier: MIT
import Last9GenAI
import LoopbackServer

/// The model: a real one if a key is set, otherwise a scripted one in this process, over real HTTP.
struct ScriptedModel {
    let configuration: OpenAIClient.Configuration
    let description: String
    private let server: LoopbackServer?

    static func unlessConfigured(_ environment: TelemetryEnvironment) throws -> ScriptedModel {
        if environment.string("OPENAI_API_KEY") != nil {
            let configuration = OpenAIClient.Configuration(environment: environment)
            return ScriptedModel(configuration: configuration, description: configuration.baseURL, server: nil)
        }
        let server = try LoopbackServer { request in reply(to: request) }
        let configuration = OpenAIClient.Configuration(baseURL: server.url + "/v1")
        return ScriptedModel(
            configuration: configuration, description: "a scripted model on \(server.url)", server: server)
    }

    /// The model's answer to a question, with its usage.
    struct Line {
        var text: String
        var promptTokens: Int
        var completionTokens: Int
        var cachedTokens = 0
    }

    private static func reply(to request: LoopbackServer.Request) -> LoopbackServer.Reply {
        guard let body = try? JSONValue(parsing: request.body), let model = body["model"]?.stringValue else {
            return .json(400, #"{"error": {"message": "the body is no JSON object with a model"}}"#)
        }
        switch request.path {
        case "/v1/chat/completions": return chat(model, body)
        case "/v1/embeddings": return embeddings(model, body["input"]?.arrayValue ?? [])
        default: return .json(404, #"{"error": {"message": "there is no such path"}}"#)
        }
    }

    private static func chat(_ model: String, _ body: JSONValue) -> LoopbackServer.Reply {
        let messages = body["messages"]?.arrayValue ?? []
        let last = messages.last?["content"]?.stringValue ?? ""
        if body["tools"] != nil, messages.last?["role"] == "user" { return toolCall(model) }
        let line = line(for: last, model)
        return body["stream"]?.boolValue == true ? stream(line, model) : completion(line, model)
    }

    /// The script.
    private static func line(for question: String, _ model: String) -> Line {
        switch (model, question) {
        case ("gpt-4o-mini", let text) where text.hasPrefix("Hello"):
            Line(text: "Close the steam valve firmly. Does it still drip?", promptTokens: 14, completionTokens: 11)
        case ("gpt-4o-mini", _):
            Line(
                text: "Mix 100 ml of descaler with a litre of water, run half, wait ten minutes, run the rest.",
                promptTokens: 58, completionTokens: 24)
        case ("gpt-4.1-nano", _):
            Line(text: Manual.passages[0], promptTokens: 73, completionTokens: 26)
        case ("gpt-4o", _):
            Line(text: "Your order 1007 has shipped and arrives on Tuesday.", promptTokens: 112, completionTokens: 13)
        case (_, let text) where text.hasPrefix("Why"):
            Line(text: "The second charge is a reservation; it goes away.", promptTokens: 1_216, completionTokens: 12)
        default:
            Line(
                text: "The refund is on its way.", promptTokens: 1_243, completionTokens: 8, cachedTokens: 1_024)
        }
    }

    private static func completion(_ line: Line, _ model: String) -> LoopbackServer.Reply {
        let choice: JSONValue = [
            "index": 0, "finish_reason": "stop", "message": ["role": "assistant", "content": .string(line.text)],
        ]
        return .json(200, text(answer(model, choice: choice, usage(of: line))))
    }

    private static func toolCall(_ model: String) -> LoopbackServer.Reply {
        let call: JSONValue = [
            "id": "call_1", "type": "function",
            "function": ["name": "find_order", "arguments": #"{"number": 1007}"#],
        ]
        let choice: JSONValue = [
            "index": 0, "finish_reason": "tool_calls",
            "message": ["role": "assistant", "content": .null, "tool_calls": [call]],
        ]
        return .json(200, text(answer(model, choice: choice, usage(of: toolCallUsage))))
    }

    /// The usage of the request for the tool.
    static let toolCallUsage = Line(text: "", promptTokens: 71, completionTokens: 16)
    /// The usage of embedding the question and the manual.
    static let embeddingTokens = 92

    private static func stream(_ line: Line, _ model: String) -> LoopbackServer.Reply {
        let words = line.text.split(separator: " ").map { "\($0) " }
        var steps = words.map { word in
            event(model, ["index": 0, "delta": ["content": .string(word)]])
        }
        steps.append(event(model, ["index": 0, "delta": [:], "finish_reason": "stop"]))
        var last = answer(model, choice: nil, usage(of: line))
        last["choices"] = []
        steps.append(.event(text(last)))
        steps.append(.event("[DONE]"))
        return .events(steps)
    }

    private static func event(_ model: String, _ choice: JSONValue) -> LoopbackServer.Reply.Step {
        .event(text(answer(model, choice: choice, nil)))
    }

    private static func embeddings(_ model: String, _ inputs: [JSONValue]) -> LoopbackServer.Reply {
        let data = inputs.enumerated().map { index, input -> JSONValue in
            ["index": .integer(Int64(index)), "embedding": .array(vector(of: input.stringValue ?? ""))]
        }
        let tokens = JSONValue.integer(Int64(embeddingTokens))
        let answer: JSONValue = [
            "object": "list", "model": .string(model), "data": .array(data),
            "usage": ["prompt_tokens": tokens, "total_tokens": tokens],
        ]
        return .json(200, text(answer.objectValue ?? [:]))
    }

    /// Counts of letters: texts with the same words have similar vectors.
    private static func vector(of text: String) -> [JSONValue] {
        var counts = [Double](repeating: 0, count: 26)
        for letter in text.lowercased().utf8 where (97...122).contains(letter) { counts[Int(letter) - 97] += 1 }
        return counts.map(JSONValue.double)
    }

    private static func answer(_ model: String, choice: JSONValue?, _ usage: JSONValue?) -> JSONObject {
        var answer: JSONObject = [
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": .string(model),
        ]
        answer["choices"] = choice.map { [$0] } ?? []
        answer["usage"] = usage
        return answer
    }

    private static func usage(of line: Line) -> JSONValue {
        [
            "prompt_tokens": .integer(Int64(line.promptTokens)),
            "completion_tokens": .integer(Int64(line.completionTokens)),
            "total_tokens": .integer(Int64(line.promptTokens + line.completionTokens)),
            "prompt_tokens_details": ["cached_tokens": .integer(Int64(line.cachedTokens))],
        ]
    }

    private static func text(_ object: JSONObject) -> String { JSONValue.object(object).serializedText }
}
