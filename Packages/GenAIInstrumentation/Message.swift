// SPDX-License-Identifier: MIT

/// One message to or from a model: the vocabulary that recorder, log records, bridge and report share.
///
/// Source: semantic conventions v1.41.1, the JSON schemas of `gen_ai.input.messages` and `gen_ai.output.messages`.
public struct Message: Sendable, Hashable {
    /// Who speaks.
    public var role: Role
    /// What is said, in order.
    public var parts: [Part]
    /// Tells participants of the same role apart.
    public var name: String?
    /// The reason the model stopped, in the provider's words; only of answers.
    public var finishReason: String?

    /// Creates a message of parts.
    public init(role: Role, parts: [Part], name: String? = nil, finishReason: String? = nil) {
        self.role = role
        self.parts = parts
        self.name = name
        self.finishReason = finishReason
    }

    /// Instructions of the program.
    public static func system(_ text: String) -> Message { Message(role: .system, parts: [.text(text)]) }

    /// A message of the user.
    public static func user(_ text: String) -> Message { Message(role: .user, parts: [.text(text)]) }

    /// A message of the model.
    public static func assistant(_ text: String) -> Message { Message(role: .assistant, parts: [.text(text)]) }

    /// The result of a tool.
    public static func tool(_ result: String, callID: String? = nil) -> Message {
        Message(role: .tool, parts: [.toolResult(ToolResult(callID: callID, result: result))])
    }

    /// The text parts, joined; reasoning is left out.
    public var text: String {
        parts.lazy.compactMap { part in if case .text(let text) = part { text } else { nil } }.joined()
    }

    /// The tools that the message asks for.
    public var toolCalls: [ToolCall] {
        parts.compactMap { part in if case .toolCall(let call) = part { call } else { nil } }
    }
}

extension Message {
    /// The author of a message.
    public struct Role: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        /// The role as the conventions spell it.
        public var rawValue: String

        /// Creates a role; providers may have further ones.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Creates a role from a literal.
        public init(stringLiteral value: String) { rawValue = value }

        /// Instructions of the program.
        public static let system = Role(rawValue: "system")
        /// Instructions of the program, as newer models of OpenAI call them.
        public static let developer = Role(rawValue: "developer")
        /// The person, or the program on a person's behalf.
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
        /// The model's thinking, as far as the provider shows it.
        case reasoning(String)
        /// A tool that the model wants called.
        case toolCall(ToolCall)
        /// The result of a tool.
        case toolResult(ToolResult)
        /// An image, audio, video or document.
        case media(Media)
        /// A part of any other kind, under the provider's type, as JSON text of an object.
        case other(type: String, json: String)
    }

    /// A tool that a model wants called.
    public struct ToolCall: Sendable, Hashable {
        /// Identifies the call; its result refers to it.
        public var id: String?
        /// The tool's name.
        public var name: String
        /// The arguments as the model wrote them, usually the JSON text of an object.
        public var arguments: String?
        /// `function` or `custom` for tools of the program, else the provider's type of a tool that it runs itself.
        public var type = "function"

        /// Creates a call of a function of the program.
        public init(id: String? = nil, name: String, arguments: String? = nil) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    /// The result of a tool.
    public struct ToolResult: Sendable, Hashable {
        /// The call that is answered.
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
            /// The address of the data; not a `data:` URL.
            case uri(String)
            /// The data itself, in base64.
            case base64(String)
            /// The provider's identifier of a file uploaded before.
            case file(id: String)
        }

        /// `image`, `audio`, `video` or `document`.
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
