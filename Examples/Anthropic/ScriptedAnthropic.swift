// SPDX-License-Identifier: MIT
import GenAIHTTP
import Last9GenAI
import LoopbackServer

/// A small client of Anthropic's Messages API, and a scripted server for it, over real HTTP.
struct ScriptedAnthropic: Sendable {
    /// The answer of `POST /v1/messages`.
    struct Reply {
        var id: String
        var model: String
        var text: String
        var stopReason: String
        var usage: Usage
    }

    /// An event of the streamed answer. Most events have only a few of these members.
    struct Event: Sendable {
        var id: String?
        var model: String?
        var index: Int?
        var text: String?
        var stopReason: String?
        var usage: Usage?
    }

    /// The token counts as the API reports them.
    struct Usage: Sendable {
        var input: Int?
        var cacheRead: Int?
        var cacheWrite: Int?
        var output: Int?

        init?(_ json: JSONValue?) {
            guard let json else { return nil }
            input = json["input_tokens"]?.intValue
            cacheRead = json["cache_read_input_tokens"]?.intValue
            cacheWrite = json["cache_creation_input_tokens"]?.intValue
            output = json["output_tokens"]?.intValue
        }
    }

    private let server: LoopbackServer
    private let transport = makeDefaultTransport()

    init() throws {
        server = try LoopbackServer { request in
            let body = try? JSONValue(parsing: request.body)
            return body?["stream"]?.boolValue == true ? .events(Self.events.map { .event($0) }) : .json(200, Self.reply)
        }
    }

    /// Requests a complete answer.
    func messages(_ question: String) async throws -> Reply {
        let response = try await transport.send(request(question, isStream: false))
        let json = try JSONValue(parsing: try await response.body.collect(upTo: 1 << 20))
        let usage = Usage(json["usage"])
        guard let id = json["id"]?.stringValue, let model = json["model"]?.stringValue, let usage else {
            throw AnthropicError(description: "the answer has no id, model or usage")
        }
        return Reply(
            id: id, model: model, text: json["content"]?.arrayValue?.first?["text"]?.stringValue ?? "",
            stopReason: json["stop_reason"]?.stringValue ?? "", usage: usage)
    }

    /// Requests a streamed answer.
    func stream(_ question: String) async throws -> AsyncThrowingStream<Event, any Error> {
        let response = try await transport.send(request(question, isStream: true))
        return AsyncThrowingStream { events in
            let reading = Task {
                do {
                    // The script's events are short; a real client would read them as they arrive.
                    let bytes = try await response.body.collect(upTo: 1 << 20)
                    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                    where line.hasPrefix("data:") {
                        events.yield(Event(try JSONValue(parsing: Array(line.dropFirst(5).utf8))))
                    }
                    events.finish()
                } catch {
                    events.finish(throwing: error)
                }
            }
            events.onTermination = { _ in reading.cancel() }
        }
    }

    private func request(_ question: String, isStream: Bool) -> HTTPRequest {
        let body: JSONValue = [
            "model": "claude-sonnet-4-5", "max_tokens": 500, "system": "Be brief.", "stream": .bool(isStream),
            "messages": [["role": "user", "content": .string(question)]],
        ]
        return HTTPRequest(
            method: "POST", url: server.url + "/v1/messages",
            headers: ["Content-Type": "application/json", "anthropic-version": "2023-06-01"],
            body: Array(body.serializedText.utf8))
    }

    private static let reply = """
        {"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929",
         "content":[{"type":"text","text":"Mix 100 ml of descaler with a litre of water."}],"stop_reason":"end_turn",
         "usage":{"input_tokens":21,"cache_read_input_tokens":1024,"cache_creation_input_tokens":0,"output_tokens":14}}
        """

    private static let events = [
        #"{"type":"message_start","message":{"id":"msg_2","model":"claude-sonnet-4-5-20250929","usage":{"input_tokens":25,"cache_read_input_tokens":1024,"cache_creation_input_tokens":0,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Every "}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"three months."}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":6}}"#,
        #"{"type":"message_stop"}"#,
    ]
}

extension ScriptedAnthropic.Event {
    init(_ json: JSONValue) {
        let message = json["message"]
        id = message?["id"]?.stringValue
        model = message?["model"]?.stringValue
        index = json["index"]?.intValue
        text = json["delta"]?["text"]?.stringValue
        stopReason = json["delta"]?["stop_reason"]?.stringValue
        usage = ScriptedAnthropic.Usage(message?["usage"] ?? json["usage"])
    }
}

/// The error for an answer that does not have the documented form.
struct AnthropicError: Error, CustomStringConvertible {
    let description: String
}
