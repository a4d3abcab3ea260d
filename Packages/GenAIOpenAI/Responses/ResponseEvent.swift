// SPDX-License-Identifier: MIT

extension ModelResponse {
    /// One event of a streamed response. Its ``type`` determines which properties are set.
    public struct Event: Codable, Hashable, Sendable, JSONRecord {
        /// The kind of event.
        public var type = EventType(rawValue: "")
        /// The position in the stream.
        public var sequenceNumber: Int?
        /// The response so far, in events about the whole response; complete in the last event.
        public var response: ModelResponse?
        /// The item that begins or ends.
        public var item: ResponseItem?
        /// The part that begins or ends.
        public var part: ResponseContentPart?
        /// The identifier of the item that the event is about.
        public var itemID: String?
        /// The position of the item in the output.
        public var outputIndex: Int?
        /// The position of the part in the item.
        public var contentIndex: Int?
        /// A piece of text, arguments, refusal or reasoning.
        public var delta: String?
        /// The complete text, in events that end one.
        public var text: String?
        /// The complete arguments, in events that end them.
        public var arguments: String?
        /// The complete refusal, in events that end one.
        public var refusal: String?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates an event without a type.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("type", &type)
            members("sequence_number", &sequenceNumber)
            members("response", &response)
            members("item", &item)
            members("part", &part)
            members("item_id", &itemID)
            members("output_index", &outputIndex)
            members("content_index", &contentIndex)
            members("delta", &delta)
            members("text", &text)
            var text = arguments.map(JSONText.init)
            members("arguments", &text)
            arguments = text?.text
            members("refusal", &refusal)
        }
    }
}

extension ModelResponse.Event {
    /// The kind of event.
    public struct EventType: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable, JSONStringValue
    {
        /// The text from the server.
        public var rawValue: String
        /// Creates a type.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The response has been created.
        public static let created = EventType(rawValue: "response.created")
        /// The response waits for processing.
        public static let queued = EventType(rawValue: "response.queued")
        /// The response is being generated.
        public static let inProgress = EventType(rawValue: "response.in_progress")
        /// The response is complete. The last event.
        public static let completed = EventType(rawValue: "response.completed")
        /// The response ended early. The last event.
        public static let incomplete = EventType(rawValue: "response.incomplete")
        /// The response failed. The last event.
        public static let failed = EventType(rawValue: "response.failed")
        /// An item begins.
        public static let outputItemAdded = EventType(rawValue: "response.output_item.added")
        /// An item is complete.
        public static let outputItemDone = EventType(rawValue: "response.output_item.done")
        /// A part begins.
        public static let contentPartAdded = EventType(rawValue: "response.content_part.added")
        /// A part is complete.
        public static let contentPartDone = EventType(rawValue: "response.content_part.done")
        /// Additional text.
        public static let outputTextDelta = EventType(rawValue: "response.output_text.delta")
        /// A text is complete.
        public static let outputTextDone = EventType(rawValue: "response.output_text.done")
        /// Additional text of a refusal.
        public static let refusalDelta = EventType(rawValue: "response.refusal.delta")
        /// A refusal is complete.
        public static let refusalDone = EventType(rawValue: "response.refusal.done")
        /// Additional arguments of a function call.
        public static let functionCallArgumentsDelta = EventType(rawValue: "response.function_call_arguments.delta")
        /// The arguments of a function call are complete.
        public static let functionCallArgumentsDone = EventType(rawValue: "response.function_call_arguments.done")
        /// Additional input of a custom tool call.
        public static let customToolCallInputDelta = EventType(rawValue: "response.custom_tool_call_input.delta")
        /// Additional text of a reasoning summary.
        public static let reasoningSummaryTextDelta = EventType(rawValue: "response.reasoning_summary_text.delta")
        /// Additional reasoning text.
        public static let reasoningTextDelta = EventType(rawValue: "response.reasoning_text.delta")
    }

    /// Indicates whether this is the last event.
    public var isLast: Bool {
        [.completed, .incomplete, .failed, EventType(rawValue: "response.cancelled")].contains(type)
            || response?.status?.isFinal == true
    }
}
