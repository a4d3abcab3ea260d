// SPDX-License-Identifier: MIT

/// One item of a response's input or output: a message, a tool call, its result, a piece of thinking, or another.
///
/// The meaning of its ``type``, and the properties that go with it, are the server's to say. An item of the output can
/// be sent back as input as it is.
public struct ResponseItem: Codable, Hashable, Sendable, JSONRecord {
    /// `message`, `function_call`, `function_call_output`, `reasoning` or another; `nil` means a message.
    public var type: ItemType?
    /// The server's name for the item.
    public var id: String?
    /// `in_progress`, `completed` or `incomplete`.
    public var status: String?
    /// The author of a message.
    public var role: ChatRole?
    /// The content of a message, or the text of a `reasoning` item.
    public var content: ResponseContent?
    /// The call that a call item makes and an output item answers.
    public var callID: String?
    /// The function or tool called.
    public var name: String?
    /// The arguments of a `function_call` as JSON text, as the model wrote it: not necessarily valid.
    public var arguments: String?
    /// The input of a `custom_tool_call`.
    public var input: String?
    /// The result of a tool: text, or a list of parts.
    public var output: JSONValue?
    /// The summary of a `reasoning` item.
    public var summary: [ResponseContentPart]?
    /// The thinking in sealed form, to send back where the server keeps nothing.
    public var encryptedContent: String?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an item without anything.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("type", &type)
        members("id", &id)
        members("status", &status)
        members("role", &role)
        members("content", &content)
        members("call_id", &callID)
        members("name", &name)
        members("arguments", &arguments)
        members("input", &input)
        members("output", &output)
        members("summary", &summary)
        members("encrypted_content", &encryptedContent)
    }
}

extension ResponseItem {
    /// A message of text.
    public static func message(_ role: ChatRole, _ text: String) -> ResponseItem {
        var item = ResponseItem()
        item.role = role
        item.content = .text(text)
        return item
    }

    /// A message of several parts.
    public static func message(_ role: ChatRole, _ parts: [ResponseContentPart]) -> ResponseItem {
        var item = ResponseItem()
        item.role = role
        item.content = .parts(parts)
        return item
    }

    /// The result of the function call of that id.
    public static func functionOutput(_ text: String, callID: String) -> ResponseItem {
        var item = ResponseItem()
        item.type = .functionCallOutput
        item.callID = callID
        item.output = .string(text)
        return item
    }

    /// The type of an item.
    public struct ItemType: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable, JSONStringValue {
        /// The text sent or received.
        public var rawValue: String
        /// Creates a type.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Something said.
        public static let message = ItemType(rawValue: "message")
        /// A function to call.
        public static let functionCall = ItemType(rawValue: "function_call")
        /// The result of a function.
        public static let functionCallOutput = ItemType(rawValue: "function_call_output")
        /// A tool with free-text input to call.
        public static let customToolCall = ItemType(rawValue: "custom_tool_call")
        /// The result of a tool.
        public static let customToolCallOutput = ItemType(rawValue: "custom_tool_call_output")
        /// Thinking.
        public static let reasoning = ItemType(rawValue: "reasoning")
        /// A web search the server made.
        public static let webSearchCall = ItemType(rawValue: "web_search_call")
        /// A search in files the server made.
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

/// A piece of an item.
public struct ResponseContentPart: Codable, Hashable, Sendable, JSONRecord {
    /// `input_text`, `input_image`, `input_file`, `output_text`, `refusal`, `summary_text` or another.
    public var type = "input_text"
    /// The text.
    public var text: String?
    /// The reason the model declined, in a `refusal` part.
    public var refusal: String?
    /// The image of an `input_image` part, `https:` or `data:`.
    public var imageURL: String?
    /// The level of detail to read the image with.
    public var detail: String?
    /// An uploaded image or file.
    public var fileID: String?
    /// The URL of the file of an `input_file` part.
    public var fileURL: String?
    /// The file as a `data:` URL.
    public var fileData: String?
    /// The name of the file.
    public var filename: String?
    /// Sources that an `output_text` part cites.
    public var annotations: [JSONValue]?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an empty text part.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("type", &type)
        members("text", &text)
        members("refusal", &refusal)
        members("image_url", &imageURL)
        members("detail", &detail)
        members("file_id", &fileID)
        members("file_url", &fileURL)
        members("file_data", &fileData)
        members("filename", &filename)
        members("annotations", &annotations)
    }

    /// A piece of text to read.
    public static func text(_ text: String) -> ResponseContentPart {
        var part = ResponseContentPart()
        part.text = text
        return part
    }

    /// An image at a URL, or in a `data:` URL.
    public static func image(url: String, detail: String? = nil) -> ResponseContentPart {
        var part = ResponseContentPart()
        part.type = "input_image"
        part.imageURL = url
        part.detail = detail
        return part
    }

    /// A file uploaded before.
    public static func file(id: String) -> ResponseContentPart {
        var part = ResponseContentPart()
        part.type = "input_file"
        part.fileID = id
        return part
    }

    /// A file sent along.
    public static func file(_ bytes: [UInt8], name: String, mediaType: String) -> ResponseContentPart {
        var part = ResponseContentPart()
        part.type = "input_file"
        part.filename = name
        part.fileData = "data:\(mediaType);base64,\(bytes.base64)"
        return part
    }
}
