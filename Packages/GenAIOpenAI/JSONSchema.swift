// SPDX-License-Identifier: MIT

extension JSONValue {
    /// A JSON Schema, for tool arguments and structured output.
    ///
    /// Created with the static members, or from any ``JSONObject`` that is a schema.
    public struct Schema: Codable, Sendable, JSONConvertible, Hashable, ExpressibleByDictionaryLiteral {
        /// The keywords of the schema, in order.
        public var keywords: JSONObject

        /// Creates a schema from any keywords.
        public init(_ keywords: JSONObject) { self.keywords = keywords }

        /// Creates a schema from any keywords.
        public init(dictionaryLiteral elements: (String, JSONValue)...) { keywords = JSONObject(elements) }

        /// Reads a schema object.
        package init(json: JSONValue) throws(JSONError) { keywords = try JSONObject(json: json) }

        /// The schema as a value.
        package var json: JSONValue { .object(keywords) }
    }
}

extension JSONValue.Schema {
    /// A string.
    public static func string(_ description: String? = nil) -> JSONValue.Schema { typed("string", description) }

    /// A string that is one of the given values.
    public static func string(_ description: String? = nil, oneOf values: [String]) -> JSONValue.Schema {
        var schema = typed("string", description)
        schema.keywords["enum"] = values.json
        return schema
    }

    /// An integer.
    public static func integer(_ description: String? = nil) -> JSONValue.Schema { typed("integer", description) }

    /// A number.
    public static func number(_ description: String? = nil) -> JSONValue.Schema { typed("number", description) }

    /// A Boolean.
    public static func boolean(_ description: String? = nil) -> JSONValue.Schema { typed("boolean", description) }

    /// A list whose elements all conform to `items`.
    public static func array(of items: JSONValue.Schema, _ description: String? = nil) -> JSONValue.Schema {
        var schema = typed("array", description)
        schema.keywords["items"] = items.json
        return schema
    }

    /// An object with exactly these members, as strict mode requires: all of them required, and no others allowed.
    ///
    /// For an optional member, use a schema that allows `null`: see ``orNull``.
    public static func object(
        _ properties: KeyValuePairs<String, JSONValue.Schema>, _ description: String? = nil
    ) -> JSONValue.Schema {
        var schema = typed("object", description)
        schema.keywords["properties"] = .object(JSONObject(properties.map { ($0.key, $0.value.json) }))
        schema.keywords["required"] = properties.map(\.key).json
        schema.keywords["additionalProperties"] = false
        return schema
    }

    /// A value that conforms to any of the schemas.
    public static func any(of schemas: [JSONValue.Schema]) -> JSONValue.Schema { ["anyOf": schemas.json] }

    /// A schema that allows `null` too.
    public var orNull: JSONValue.Schema {
        guard let type = keywords["type"]?.stringValue, keywords["enum"] == nil else {
            return .any(of: [self, ["type": "null"]])
        }
        var schema = self
        schema.keywords["type"] = [.string(type), "null"]
        return schema
    }

    private static func typed(_ type: String, _ description: String?) -> JSONValue.Schema {
        var schema: JSONValue.Schema = ["type": .string(type)]
        schema.keywords["description"] = description?.json
        return schema
    }
}
