// SPDX-License-Identifier: MIT

/// A tool the model may ask to have called.
public struct ChatTool: Codable, Hashable, Sendable, JSONRecord {
    /// `function`, `custom` or another.
    public var type = "function"
    /// The definition of a `function` tool.
    public var function: Function?
    /// The definition of a `custom` tool.
    public var custom: JSONObject?
    /// Members without a property.
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
    ///   - description: What it does and when to call it, for the model.
    ///   - parameters: The JSON Schema of the arguments; `nil` for none.
    ///   - strict: Whether the arguments must follow the schema exactly.
    public static func function(
        _ name: String, description: String? = nil, parameters: JSONSchema? = nil, strict: Bool? = nil
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
    /// - Parameter format: The grammar of the input, as the API documents it; `nil` for any text.
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
        /// Letters, digits, underscores and dashes, at most 64.
        public var name = ""
        /// Its purpose and when to call it.
        public var description: String?
        /// The JSON Schema of the arguments.
        public var parameters: JSONObject?
        /// Whether the arguments must follow the schema exactly.
        public var strict: Bool?
        /// Members without a property.
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

/// The tools the model may or must call.
public struct ChatToolChoice: Codable, Sendable, JSONConvertible, Hashable {
    /// The value sent.
    public var json: JSONValue

    /// Creates a choice of any kind the server knows.
    public init(json: JSONValue) { self.json = json }

    /// The model decides.
    public static let auto = ChatToolChoice(json: "auto")
    /// No tool.
    public static let none = ChatToolChoice(json: "none")
    /// At least one tool.
    public static let required = ChatToolChoice(json: "required")

    /// That function.
    public static func function(_ name: String) -> ChatToolChoice {
        ChatToolChoice(json: ["type": "function", "function": ["name": .string(name)]])
    }

    /// Only some of the tools of the request.
    ///
    /// - Parameter isRequired: Whether at least one of them must be called.
    public static func allowed(_ tools: [ChatTool], isRequired: Bool = false) -> ChatToolChoice {
        let names = tools.map { tool -> JSONValue in
            let name = tool.function?.name ?? tool.custom?["name"]?.stringValue ?? ""
            return ["type": .string(tool.type), tool.type: ["name": .string(name)]]
        }
        let mode: JSONValue = isRequired ? "required" : "auto"
        return ChatToolChoice(json: ["type": "allowed_tools", "allowed_tools": ["mode": mode, "tools": .array(names)]])
    }

    /// That custom tool.
    public static func custom(_ name: String) -> ChatToolChoice {
        ChatToolChoice(json: ["type": "custom", "custom": ["name": .string(name)]])
    }
}

/// A call the model asks for, whole or, in a stream, a piece of one.
public struct ChatToolCall: Codable, Hashable, Sendable, JSONRecord {
    /// The number of the call a streamed piece belongs to; `nil` in whole messages.
    public var index: Int?
    /// The name of the call, to be given back with its result.
    public var id: String?
    /// `function`, `custom` or another; often missing in streamed pieces.
    public var type: String?
    /// The function to call.
    public var function: Function?
    /// The custom tool to call.
    public var custom: Custom?
    /// Members without a property.
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
    }

    /// A function and what to call it with.
    public struct Function: Codable, Hashable, Sendable, JSONRecord {
        /// The name of the function; missing in later streamed pieces.
        public var name: String?
        /// The arguments as JSON text, as the model wrote it: not necessarily valid.
        public var arguments = ""
        /// Members without a property.
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
    }

    /// A custom tool and its input.
    public struct Custom: Codable, Hashable, Sendable, JSONRecord {
        /// The name of the tool; missing in later streamed pieces.
        public var name: String?
        /// The input, free text.
        public var input = ""
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates an empty call.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("name", &name)
            members("input", &input)
        }
    }
}

/// JSON text inside a JSON string; reads any value, for servers that leave out the string.
struct JSONText: JSONConvertible {
    var text: String

    init(text: String) { self.text = text }
    init(json: JSONValue) { text = json.stringValue ?? json.serializedText }
    var json: JSONValue { .string(text) }
}
