// SPDX-License-Identifier: MIT

/// One message to or from a model, in the form that recording, log records, bridge and report share.
///
/// Source: semantic conventions v1.41.1, the JSON schemas of `gen_ai.input.messages` and `gen_ai.output.messages`.
public struct Message: Sendable, Hashable {
    /// The author.
    public var role: Role
    /// The content, in order.
    public var parts: [Part]
    /// A name that distinguishes participants with the same role.
    public var name: String?
    /// The finish reason in the provider's words; only of answers.
    public var finishReason: String?

    /// Creates a message from parts.
    public init(role: Role, parts: [Part], name: String? = nil, finishReason: String? = nil) {
        self.role = role
        self.parts = parts
        self.name = name
        self.finishReason = finishReason
    }

    /// Creates a system message.
    public static func system(_ text: String) -> Message { Message(role: .system, parts: [.text(text)]) }

    /// Creates a user message.
    public static func user(_ text: String) -> Message { Message(role: .user, parts: [.text(text)]) }

    /// Creates a message of the model.
    public static func assistant(_ text: String) -> Message { Message(role: .assistant, parts: [.text(text)]) }

    /// Creates a message with a tool's result.
    public static func tool(_ result: String, callID: String? = nil) -> Message {
        Message(role: .tool, parts: [.toolResult(ToolResult(callID: callID, result: result))])
    }

    /// The joined text parts, without reasoning.
    public var text: String {
        parts.lazy.compactMap { part in if case .text(let text) = part { text } else { nil } }.joined()
    }

    /// The tool calls in the message.
    public var toolCalls: [ToolCall] {
        parts.compactMap { part in if case .toolCall(let call) = part { call } else { nil } }
    }
}

extension Message {
    /// The author of a message.
    public struct Role: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        /// The name of the role in the conventions.
        public var rawValue: String

        /// Creates a role. Providers may have others than the constants.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Creates a role from a literal.
        public init(stringLiteral value: String) { rawValue = value }

        /// The role of system instructions.
        public static let system = Role(rawValue: "system")
        /// The role of system instructions for newer models of OpenAI.
        public static let developer = Role(rawValue: "developer")
        /// The role of the user, or of the program on the user's behalf.
        public static let user = Role(rawValue: "user")
        /// The model.
        public static let assistant = Role(rawValue: "assistant")
        /// A tool that answers a call.
        public static let tool = Role(rawValue: "tool")
    }

    /// A part of a message.
    public enum Part: Sendable, Hashable {
        /// Text.
        case text(String)
        /// The model's reasoning, as far as the provider shows it.
        case reasoning(String)
        /// A tool call that the model requests.
        case toolCall(ToolCall)
        /// The result of a tool.
        case toolResult(ToolResult)
        /// An image, audio, video or document.
        case media(Media)
        /// A part of any other kind, with the provider's type and the JSON text of an object.
        case other(type: String, json: String)
    }

    /// A tool call that a model requests.
    public struct ToolCall: Sendable, Hashable {
        /// The identifier of the call, which its result refers to.
        public var id: String?
        /// The tool's name.
        public var name: String
        /// The arguments as the model wrote them, usually the JSON text of an object.
        public var arguments: String?
        /// `function` or `custom` for the program's own tools, otherwise the provider's type for a tool that it runs
        /// itself.
        public var type = "function"

        /// Creates a call of one of the program's functions.
        public init(id: String? = nil, name: String, arguments: String? = nil) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    /// The result of a tool.
    public struct ToolResult: Sendable, Hashable {
        /// The identifier of the call.
        public var callID: String?
        /// The result: plain or JSON text.
        public var result: String

        /// Creates a result.
        public init(callID: String? = nil, result: String) {
            self.callID = callID
            self.result = result
        }
    }

    /// An image, audio, video or document.
    public struct Media: Sendable, Hashable {
        /// The form in which the data is given.
        public enum Content: Sendable, Hashable {
            /// The URL of the data; not a `data:` URL.
            case uri(String)
            /// The data in Base64.
            case base64(String)
            /// The provider's identifier of an uploaded file.
            case file(id: String)
        }

        /// The modality: `image`, `audio`, `video` or `document`.
        public var modality: String
        /// The media type, for example `image/png`.
        public var mimeType: String?
        /// The data, or a reference to it.
        public var content: Content

        /// Creates a media part.
        public init(modality: String, mimeType: String? = nil, content: Content) {
            self.modality = modality
            self.mimeType = mimeType
            self.content = content
        }
    }
}
