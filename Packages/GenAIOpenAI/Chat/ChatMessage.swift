// SPDX-License-Identifier: MIT

/// One message of a conversation, sent or received.
public struct ChatMessage: Codable, Hashable, Sendable, JSONRecord {
    /// The author.
    public var role: ChatRole = .assistant
    /// The content: text, or a list of parts.
    public var body: ChatContent?
    /// A name that distinguishes participants with the same role.
    public var name: String?
    /// The model's refusal; `nil` if it did not refuse.
    public var refusal: String?
    /// The tool calls that the model requests.
    public var toolCalls: [ChatMessage.ToolCall] = []
    /// The identifier of the call that a message with role `tool` answers.
    public var toolCallID: String?
    /// The spoken answer, or a reference to an earlier one.
    public var audio: ChatAudio?
    /// The sources that the answer cites.
    public var annotations: [JSONValue] = []
    /// The model's reasoning, as DeepSeek, vLLM and others send it (`reasoning_content`).
    public var reasoningContent: String?
    /// The model's reasoning, as OpenRouter, Ollama, Groq and newer vLLM send it (`reasoning`).
    public var reasoning: String?
    /// The model's reasoning in OpenRouter's structured form, encrypted parts included. Send it back unchanged.
    public var reasoningDetails: [JSONValue] = []
    /// The function call that the model requests, in the older form.
    public var functionCall: ChatMessage.ToolCall.Function?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates an empty assistant message.
    public init() {}

    /// Creates a message.
    public init(role: ChatRole, content: ChatContent) {
        self.role = role
        body = content
    }

    init(role: ChatRole) {
        self.role = role
    }

    package mutating func map(_ members: inout JSONMapper) {
        members("role", &role)
        members("content", &body)
        members("name", &name)
        members.text("refusal", &refusal)
        members.calls(&toolCalls, &functionCall)
        members("tool_call_id", &toolCallID)
        members("audio", &audio)
        members.list("annotations", &annotations)
        members("reasoning_content", &reasoningContent)
        members("reasoning", &reasoning)
        members.list("reasoning_details", &reasoningDetails)
    }
}

extension ChatMessage {
    /// The text of the message, or its joined text parts; `nil` if there is none.
    public var content: String? {
        get { body?.text }
        set { body = newValue.map(ChatContent.text) }
    }

    /// A system message, for models before o1.
    public static func system(_ text: String) -> ChatMessage { .init(role: .system, content: .text(text)) }

    /// A developer message, for o1 and later.
    public static func developer(_ text: String) -> ChatMessage { .init(role: .developer, content: .text(text)) }

    /// A user message.
    public static func user(_ text: String) -> ChatMessage { .init(role: .user, content: .text(text)) }

    /// A user message with text and other parts.
    public static func user(_ parts: [ChatContentPart]) -> ChatMessage { .init(role: .user, content: .parts(parts)) }

    /// An earlier assistant message.
    public static func assistant(_ text: String) -> ChatMessage { .init(role: .assistant, content: .text(text)) }

    /// A tool's result.
    public static func tool(_ text: String, callID: String) -> ChatMessage {
        var message = ChatMessage(role: .tool, content: .text(text))
        message.toolCallID = callID
        return message
    }
}

/// The author of a message.
public struct ChatRole: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable, JSONStringValue {
    /// The text that is sent.
    public var rawValue: String
    /// Creates a role.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The role of system instructions, for models before o1.
    public static let system = ChatRole(rawValue: "system")
    /// The role of developer instructions, for o1 and later.
    public static let developer = ChatRole(rawValue: "developer")
    /// The user.
    public static let user = ChatRole(rawValue: "user")
    /// The model.
    public static let assistant = ChatRole(rawValue: "assistant")
    /// A tool.
    public static let tool = ChatRole(rawValue: "tool")
}

/// The content of a message.
public enum ChatContent: Codable, Sendable, JSONConvertible, Hashable, ExpressibleByStringInterpolation {
    /// Plain text.
    case text(String)
    /// Text, images, audio and files in order.
    case parts([ChatContentPart])

    /// Creates plain text.
    public init(stringLiteral value: String) { self = .text(value) }

    /// Reads text or a list of parts.
    package init(json: JSONValue) throws(JSONError) {
        if case .string(let text) = json {
            self = .text(text)
        } else {
            self = .parts(try [ChatContentPart](json: json))
        }
    }

    /// Reads text, a list of parts, or one part outside a list.
    package init(lenient json: JSONValue) throws(JSONError) {
        if let text = try? String(lenient: json) {
            self = .text(text)
        } else if json.objectValue != nil, !json.isContentPart {
            throw JSONError(expected: "text or parts")
        } else {
            self = .parts(try [ChatContentPart](lenient: json))
        }
    }

    /// Text as a string, parts as a list.
    package var json: JSONValue {
        switch self {
        case .text(let text): text.json
        case .parts(let parts): parts.json
        }
    }

    /// The parts; text as one part.
    public var parts: [ChatContentPart] {
        switch self {
        case .text(let text): [.text(text)]
        case .parts(let parts): parts
        }
    }

    /// The joined text; `nil` if no part is text.
    public var text: String? {
        switch self {
        case .text(let text): return text
        case .parts(let parts):
            let texts = parts.compactMap(\.text)
            return texts.isEmpty ? nil : texts.joined()
        }
    }
}

extension JSONValue {
    /// Indicates whether the object is a content part, and not content of an unknown form.
    var isContentPart: Bool { self["type"]?.stringValue != nil || self["text"]?.stringValue != nil }
}

/// A part of a message. The server defines the meaning of its ``type`` and the properties that belong to it.
public struct ChatContentPart: Codable, Hashable, Sendable, JSONRecord {
    /// `text`, `image_url`, `input_audio`, `file`, `refusal` or another.
    public var type = "text"
    /// The text of a `text` part.
    public var text: String?
    /// The image of an `image_url` part.
    public var imageURL: ImageURL?
    /// The audio of an `input_audio` part.
    public var inputAudio: InputAudio?
    /// The file of a `file` part.
    public var file: File?
    /// The refusal text of a `refusal` part.
    public var refusal: String?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates an empty text part.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("type", &type)
        members("text", &text)
        members("image_url", &imageURL)
        members("input_audio", &inputAudio)
        members("file", &file)
        members("refusal", &refusal)
    }

    /// Reads a part. Plain text is read as a text part.
    package init(lenient json: JSONValue) throws(JSONError) {
        if let text = json.stringValue { self = .text(text) } else { try self.init(json: json) }
    }

    /// A text part.
    public static func text(_ text: String) -> ChatContentPart {
        var part = ChatContentPart()
        part.text = text
        return part
    }

    /// An image part with a URL, which can be a `data:` URL.
    ///
    /// - Parameter detail: `low`, `high` or `auto`; `nil` for the server's default.
    public static func image(url: String, detail: String? = nil) -> ChatContentPart {
        var part = ChatContentPart()
        part.type = "image_url"
        part.imageURL = ImageURL()
        part.imageURL?.url = url
        part.imageURL?.detail = detail
        return part
    }

    /// An image part with its content.
    ///
    /// - Parameter mediaType: The media type, such as `image/png`.
    public static func image(_ bytes: [UInt8], mediaType: String, detail: String? = nil) -> ChatContentPart {
        image(url: "data:\(mediaType);base64,\(bytes.base64)", detail: detail)
    }

    /// An audio part with its content.
    ///
    /// - Parameter format: The format, `wav` or `mp3`.
    public static func audio(_ bytes: [UInt8], format: String) -> ChatContentPart {
        var part = ChatContentPart()
        part.type = "input_audio"
        part.inputAudio = InputAudio()
        part.inputAudio?.data = bytes.base64
        part.inputAudio?.format = format
        return part
    }

    /// A file part that references an uploaded file.
    public static func file(id: String) -> ChatContentPart {
        var part = ChatContentPart()
        part.type = "file"
        part.file = File()
        part.file?.fileID = id
        return part
    }

    /// A file part with its content.
    ///
    /// - Parameter mediaType: The media type, such as `application/pdf`.
    public static func file(_ bytes: [UInt8], name: String, mediaType: String) -> ChatContentPart {
        var part = ChatContentPart()
        part.type = "file"
        part.file = File()
        part.file?.filename = name
        part.file?.fileData = "data:\(mediaType);base64,\(bytes.base64)"
        return part
    }
}

extension ChatContentPart {
    /// The model's reasoning in a `thinking` part, as Mistral and others send it; `nil` in any other part.
    public var thinking: String? {
        switch additional["thinking"] {
        case .string(let text): text
        case .array(let parts): parts.compactMap { $0["text"]?.stringValue }.joined()
        default: nil
        }
    }

    /// The address of an image.
    public struct ImageURL: Codable, Hashable, Sendable, JSONRecord {
        /// The URL, with the scheme `https` or `data`.
        public var url = ""
        /// The level of detail: `low`, `high` or `auto`.
        public var detail: String?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates an empty reference.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("url", &url)
            members("detail", &detail)
        }
    }

    /// Audio content.
    public struct InputAudio: Codable, Hashable, Sendable, JSONRecord {
        /// The audio in Base64.
        public var data = ""
        /// The format: `wav` or `mp3`.
        public var format = ""
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates empty audio.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("data", &data)
            members("format", &format)
        }
    }

    /// A file, by reference or with its content.
    public struct File: Codable, Hashable, Sendable, JSONRecord {
        /// The identifier of an uploaded file.
        public var fileID: String?
        /// The content as a `data:` URL.
        public var fileData: String?
        /// The file name that the model sees.
        public var filename: String?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates an empty reference.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("file_id", &fileID)
            members("file_data", &fileData)
            members("filename", &filename)
        }
    }
}
