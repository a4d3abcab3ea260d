// SPDX-License-Identifier: MIT

/// A tool that the model may request to call.
public struct ChatTool: Codable, Hashable, Sendable, JSONRecord {
    /// `function`, `custom` or another.
    public var type = "function"
    /// The definition of a `function` tool.
    public var function: Function?
    /// The definition of a `custom` tool.
    public var custom: JSONObject?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates an empty function tool.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("type", &type)
        members("function", &function)
        members("custom", &custom)
    }

    /// A function with JSON arguments.
    ///
    /// - Parameters:
    ///   - description: The purpose of the function and when to call it, for the model.
    ///   - parameters: The JSON Schema of the arguments; `nil` for none.
    ///   - strict: Whether the arguments must conform to the schema exactly.
    public static func function(
        _ name: String, description: String? = nil, parameters: JSONValue.Schema? = nil, strict: Bool? = nil
    ) -> ChatTool {
        var function = Function()
        function.name = name
        function.description = description
        function.parameters = parameters?.json.objectValue
        function.strict = strict
        var tool = ChatTool()
        tool.function = function
        return tool
    }

    /// A tool whose input is free text.
    ///
    /// - Parameter format: The grammar of the input, in the form that the API documents; `nil` for any text.
    public static func custom(_ name: String, description: String? = nil, format: JSONObject? = nil) -> ChatTool {
        var tool = ChatTool()
        tool.type = "custom"
        tool.custom = ["name": .string(name)]
        tool.custom?["description"] = description?.json
        tool.custom?["format"] = format?.json
        return tool
    }

    /// A function as the model sees it.
    public struct Function: Codable, Hashable, Sendable, JSONRecord {
        /// The name: letters, digits, underscores and dashes, at most 64.
        public var name = ""
        /// The purpose of the function and when to call it.
        public var description: String?
        /// The JSON Schema of the arguments.
        public var parameters: JSONObject?
        /// Indicates whether the arguments must conform to the schema exactly.
        public var strict: Bool?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates a function without a name.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("name", &name)
            members("description", &description)
            members("parameters", &parameters)
            members("strict", &strict)
        }
    }
}

/// The tools that the model may or must call.
public struct ChatToolChoice: Codable, Sendable, JSONConvertible, Hashable {
    /// The JSON value that is sent.
    public var json: JSONValue

    /// Creates a choice from any value that the server supports.
    public init(json: JSONValue) { self.json = json }

    /// The model decides whether to call tools.
    public static let auto = ChatToolChoice(json: "auto")
    /// The model must not call tools.
    public static let none = ChatToolChoice(json: "none")
    /// The model must call at least one tool.
    public static let required = ChatToolChoice(json: "required")

    /// The model must call the named function.
    public static func function(_ name: String) -> ChatToolChoice {
        ChatToolChoice(json: ["type": "function", "function": ["name": .string(name)]])
    }

    /// The model may call only some of the tools of the request.
    ///
    /// - Parameter isRequired: Whether the model must call at least one of them.
    public static func allowed(_ tools: [ChatTool], isRequired: Bool = false) -> ChatToolChoice {
        let names = tools.map { tool -> JSONValue in
            let name = tool.function?.name ?? tool.custom?["name"]?.stringValue ?? ""
            return ["type": .string(tool.type), tool.type: ["name": .string(name)]]
        }
        let mode: JSONValue = isRequired ? "required" : "auto"
        return ChatToolChoice(json: ["type": "allowed_tools", "allowed_tools": ["mode": mode, "tools": .array(names)]])
    }

    /// The model must call the named custom tool.
    public static func custom(_ name: String) -> ChatToolChoice {
        ChatToolChoice(json: ["type": "custom", "custom": ["name": .string(name)]])
    }
}

extension ChatMessage {
    /// A tool call that the model requests; in a stream, a piece of one.
    public struct ToolCall: Codable, Hashable, Sendable, JSONRecord {
        /// The index of the call that a streamed piece belongs to; `nil` in complete messages.
        public var index: Int?
        /// The identifier of the call, which its result must refer to.
        public var id: String?
        /// `function`, `custom` or another; often missing in streamed pieces.
        public var type: String?
        /// The function to call.
        public var function: Function?
        /// The custom tool to call.
        public var custom: Custom?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates an empty call.
        public init() {}

        /// Creates a call of a function.
        public init(id: String, name: String, arguments: String) {
            self.id = id
            type = "function"
            function = Function()
            function?.name = name
            function?.arguments = arguments
        }

        package mutating func map(_ members: inout JSONMapper) {
            members("index", &index)
            members("id", &id)
            members("type", &type)
            members("function", &function)
            members("custom", &custom)
            // Some servers omit the object around name and arguments.
            guard members.isReading, function == nil, custom == nil, members.left("name")?.stringValue != nil
            else { return }
            var function = Function()
            function.map(&members)
            self.function = function
        }

        /// Indicates whether this is the empty call that some servers send with every message.
        fileprivate var isEmpty: Bool {
            guard id.nonEmpty == nil, custom == nil, additional.isEmpty else { return false }
            return function.map(\.isEmpty) ?? true
        }

        /// A function and its arguments.
        public struct Function: Codable, Hashable, Sendable, JSONRecord {
            /// The name of the function; missing in later streamed pieces.
            public var name: String?
            /// The arguments as JSON text, as the model wrote it: not necessarily valid.
            public var arguments = ""
            /// The JSON members without a property of their own.
            public var additional: JSONObject = [:]

            /// Creates an empty call.
            public init() {}

            /// Names the members. Some servers send the arguments as an object instead of text.
            package mutating func map(_ members: inout JSONMapper) {
                members("name", &name)
                var text = JSONText(text: arguments)
                members("arguments", &text)
                arguments = text.text
            }

            fileprivate var isEmpty: Bool { name.nonEmpty == nil && arguments.isEmpty && additional.isEmpty }
        }

        /// A custom tool and its input.
        public struct Custom: Codable, Hashable, Sendable, JSONRecord {
            /// The name of the tool; missing in later streamed pieces.
            public var name: String?
            /// The input as free text.
            public var input = ""
            /// The JSON members without a property of their own.
            public var additional: JSONObject = [:]

            /// Creates an empty call.
            public init() {}

            package mutating func map(_ members: inout JSONMapper) {
                members("name", &name)
                members("input", &input)
            }
        }
    }
}

extension JSONMapper {
    /// Maps the tool calls of a message, and the function call of the older form, without empty ones.
    mutating func calls(_ calls: inout [ChatMessage.ToolCall], _ function: inout ChatMessage.ToolCall.Function?) {
        list("tool_calls", &calls)
        self("function_call", &function)
        guard isReading else { return }
        calls.removeAll(where: \.isEmpty)
        if function?.isEmpty == true { function = nil }
    }
}

/// JSON text inside a JSON string. Reads any value, because some servers omit the string.
struct JSONText: JSONConvertible {
    var text: String

    init(text: String) { self.text = text }
    init(json: JSONValue) { text = json.stringValue ?? json.serializedText }
    var json: JSONValue { .string(text) }
}
