// SPDX-License-Identifier: MIT

/// One item of a response's input or output: a message, a tool call, a tool's result, reasoning, or another.
///
/// The server defines the meaning of its ``type`` and the properties that belong to it. An item of the output can be
/// sent back as input unchanged.
public struct ResponseItem: Codable, Hashable, Sendable, JSONRecord {
    /// `message`, `function_call`, `function_call_output`, `reasoning` or another; `nil` means a message.
    public var type: ItemType?
    /// The server's identifier of the item.
    public var id: String?
    /// `in_progress`, `completed` or `incomplete`.
    public var status: String?
    /// The author of a message.
    public var role: ChatRole?
    /// The content of a message, or the text of a `reasoning` item.
    public var content: ResponseContent?
    /// The identifier of the call that a call item makes or an output item answers.
    public var callID: String?
    /// The name of the called function or tool.
    public var name: String?
    /// The arguments of a `function_call` as JSON text, as the model wrote it: not necessarily valid.
    public var arguments: String?
    /// The input of a `custom_tool_call`.
    public var input: String?
    /// The result of a tool: text, or a list of parts.
    public var output: JSONValue?
    /// The summary of a `reasoning` item.
    public var summary: [ResponseContentPart]?
    /// The encrypted reasoning, to be sent back if the server stores nothing.
    public var encryptedContent: String?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates an empty item.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("type", &type)
        members("id", &id)
        members("status", &status)
        members("role", &role)
        members("content", &content)
        members("call_id", &callID)
        members("name", &name)
        var text = arguments.map(JSONText.init)
        members("arguments", &text)
        arguments = text?.text
        members("input", &input)
        members("output", &output)
        members("summary", &summary)
        members("encrypted_content", &encryptedContent)
    }
}

extension ResponseItem {
    /// A message with text.
    public static func message(_ role: ChatRole, _ text: String) -> ResponseItem {
        var item = ResponseItem()
        item.role = role
        item.content = .text(text)
        return item
    }

    /// A message with several parts.
    public static func message(_ role: ChatRole, _ parts: [ResponseContentPart]) -> ResponseItem {
        var item = ResponseItem()
        item.role = role
        item.content = .parts(parts)
        return item
    }

    /// The result of the function call with that identifier.
    public static func functionOutput(_ text: String, callID: String) -> ResponseItem {
        var item = ResponseItem()
        item.type = .functionCallOutput
        item.callID = callID
        item.output = .string(text)
        return item
    }

    /// The type of an item.
    public struct ItemType: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable, JSONStringValue {
        /// The text that is sent or received.
        public var rawValue: String
        /// Creates a type.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A message.
        public static let message = ItemType(rawValue: "message")
        /// A function call.
        public static let functionCall = ItemType(rawValue: "function_call")
        /// The result of a function.
        public static let functionCallOutput = ItemType(rawValue: "function_call_output")
        /// A call of a tool with free-text input.
        public static let customToolCall = ItemType(rawValue: "custom_tool_call")
        /// A tool's result.
        public static let customToolCallOutput = ItemType(rawValue: "custom_tool_call_output")
        /// Reasoning.
        public static let reasoning = ItemType(rawValue: "reasoning")
        /// A web search that the server made.
        public static let webSearchCall = ItemType(rawValue: "web_search_call")
        /// A file search that the server made.
        public static let fileSearchCall = ItemType(rawValue: "file_search_call")
    }
}

/// The content of an item.
public enum ResponseContent: Codable, Sendable, JSONConvertible, Hashable {
    /// Plain text; only in input.
    case text(String)
    /// Parts in order.
    case parts([ResponseContentPart])

    /// Reads text or a list of parts.
    package init(json: JSONValue) throws(JSONError) {
        if case .string(let text) = json {
            self = .text(text)
        } else {
            self = .parts(try [ResponseContentPart](json: json))
        }
    }

    /// Reads text, a list of parts, or one part outside a list.
    package init(lenient json: JSONValue) throws(JSONError) {
        if let text = try? String(lenient: json) {
            self = .text(text)
        } else if json.objectValue != nil, !json.isContentPart {
            throw JSONError(expected: "text or parts")
        } else {
            self = .parts(try [ResponseContentPart](lenient: json))
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
    public var parts: [ResponseContentPart] {
        switch self {
        case .text(let text): [.text(text)]
        case .parts(let parts): parts
        }
    }
}

/// A part of an item.
public struct ResponseContentPart: Codable, Hashable, Sendable, JSONRecord {
    /// `input_text`, `input_image`, `input_file`, `output_text`, `refusal`, `summary_text` or another.
    public var type = "input_text"
    /// The text.
    public var text: String?
    /// The refusal text of a `refusal` part.
    public var refusal: String?
    /// The URL of an `input_image` part, with the scheme `https` or `data`.
    public var imageURL: String?
    /// The level of detail for the image.
    public var detail: String?
    /// The identifier of an uploaded image or file.
    public var fileID: String?
    /// The URL of the file of an `input_file` part.
    public var fileURL: String?
    /// The file as a `data:` URL.
    public var fileData: String?
    /// The name of the file.
    public var filename: String?
    /// The sources that an `output_text` part cites.
    public var annotations: [JSONValue]?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates an empty text part.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("type", &type)
        members("text", &text)
        members.text("refusal", &refusal)
        members("image_url", &imageURL)
        members("detail", &detail)
        members("file_id", &fileID)
        members("file_url", &fileURL)
        members("file_data", &fileData)
        members("filename", &filename)
        members("annotations", &annotations)
    }

    /// Reads a part. Plain text is read as a text part.
    package init(lenient json: JSONValue) throws(JSONError) {
        if let text = json.stringValue { self = .text(text) } else { try self.init(json: json) }
    }

    /// Indicates whether the part is text of the model: `output_text`, or another server's name for it.
    var isOutputText: Bool { ["output_text", "text", "input_text"].contains(type) }

    /// An input text part.
    public static func text(_ text: String) -> ResponseContentPart {
        var part = ResponseContentPart()
        part.text = text
        return part
    }

    /// An image part with a URL, which can be a `data:` URL.
    public static func image(url: String, detail: String? = nil) -> ResponseContentPart {
        var part = ResponseContentPart()
        part.type = "input_image"
        part.imageURL = url
        part.detail = detail
        return part
    }

    /// A file part that references an uploaded file.
    public static func file(id: String) -> ResponseContentPart {
        var part = ResponseContentPart()
        part.type = "input_file"
        part.fileID = id
        return part
    }

    /// A file part with its content.
    public static func file(_ bytes: [UInt8], name: String, mediaType: String) -> ResponseContentPart {
        var part = ResponseContentPart()
        part.type = "input_file"
        part.filename = name
        part.fileData = "data:\(mediaType);base64,\(bytes.base64)"
        return part
    }
}
