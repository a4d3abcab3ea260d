// SPDX-License-Identifier: MIT

/// One event of a streamed response. Which properties are set depends on its ``type``.
public struct ResponseEvent: Codable, Hashable, Sendable, JSONRecord {
    /// The kind of event.
    public var type = EventType(rawValue: "")
    /// The position in the stream.
    public var sequenceNumber: Int?
    /// The response so far, in events about all of it; the whole of it in the last.
    public var response: ModelResponse?
    /// The item begun or finished.
    public var item: ResponseItem?
    /// The part begun or finished.
    public var part: ResponseContentPart?
    /// The item the event is about.
    public var itemID: String?
    /// The position of the item in the output.
    public var outputIndex: Int?
    /// The position of the part in the item.
    public var contentIndex: Int?
    /// A piece of text, arguments, refusal or reasoning.
    public var delta: String?
    /// The whole text, in events that finish one.
    public var text: String?
    /// The whole arguments, in events that finish them.
    public var arguments: String?
    /// The whole refusal, in events that finish one.
    public var refusal: String?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an event of no type.
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
        members("arguments", &arguments)
        members("refusal", &refusal)
    }
}

extension ResponseEvent {
    /// The kind of event.
    public struct EventType: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable, JSONStringValue
    {
        /// The text received.
        public var rawValue: String
        /// Creates a type.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The response exists.
        public static let created = EventType(rawValue: "response.created")
        /// The response waits.
        public static let queued = EventType(rawValue: "response.queued")
        /// The response is being written.
        public static let inProgress = EventType(rawValue: "response.in_progress")
        /// The response is done. The last event.
        public static let completed = EventType(rawValue: "response.completed")
        /// The response is cut short. The last event.
        public static let incomplete = EventType(rawValue: "response.incomplete")
        /// The response failed. The last event.
        public static let failed = EventType(rawValue: "response.failed")
        /// An item begins.
        public static let outputItemAdded = EventType(rawValue: "response.output_item.added")
        /// An item is done.
        public static let outputItemDone = EventType(rawValue: "response.output_item.done")
        /// A part begins.
        public static let contentPartAdded = EventType(rawValue: "response.content_part.added")
        /// A part is done.
        public static let contentPartDone = EventType(rawValue: "response.content_part.done")
        /// More text.
        public static let outputTextDelta = EventType(rawValue: "response.output_text.delta")
        /// A text is done.
        public static let outputTextDone = EventType(rawValue: "response.output_text.done")
        /// More of a refusal.
        public static let refusalDelta = EventType(rawValue: "response.refusal.delta")
        /// A refusal is done.
        public static let refusalDone = EventType(rawValue: "response.refusal.done")
        /// More arguments of a function call.
        public static let functionCallArgumentsDelta = EventType(rawValue: "response.function_call_arguments.delta")
        /// The arguments of a function call are done.
        public static let functionCallArgumentsDone = EventType(rawValue: "response.function_call_arguments.done")
        /// More input of a custom tool call.
        public static let customToolCallInputDelta = EventType(rawValue: "response.custom_tool_call_input.delta")
        /// More of the summary of the thinking.
        public static let reasoningSummaryTextDelta = EventType(rawValue: "response.reasoning_summary_text.delta")
        /// More of the thinking.
        public static let reasoningTextDelta = EventType(rawValue: "response.reasoning_text.delta")
    }

    /// Whether no event comes after this one.
    public var isLast: Bool {
        [.completed, .incomplete, .failed, EventType(rawValue: "response.cancelled")].contains(type)
    }
}
