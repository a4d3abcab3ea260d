// SPDX-License-Identifier: MIT

/// A JSON Schema, for tool arguments and structured output.
///
/// Built from the static members, or from any ``JSONObject`` a schema can be written as.
public struct JSONSchema: Codable, Sendable, JSONConvertible, Hashable, ExpressibleByDictionaryLiteral {
    /// The keywords of the schema, in order.
    public var keywords: JSONObject

    /// Creates a schema of any keywords.
    public init(_ keywords: JSONObject) { self.keywords = keywords }

    /// Creates a schema of any keywords.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { keywords = JSONObject(elements) }

    /// Reads a schema object.
    package init(json: JSONValue) throws(JSONError) { keywords = try JSONObject(json: json) }

    /// The schema as a value.
    package var json: JSONValue { .object(keywords) }
}

extension JSONSchema {
    /// Text.
    public static func string(_ description: String? = nil) -> JSONSchema { typed("string", description) }

    /// One of the given texts.
    public static func string(_ description: String? = nil, oneOf values: [String]) -> JSONSchema {
        var schema = typed("string", description)
        schema.keywords["enum"] = values.json
        return schema
    }

    /// A whole number.
    public static func integer(_ description: String? = nil) -> JSONSchema { typed("integer", description) }

    /// A number.
    public static func number(_ description: String? = nil) -> JSONSchema { typed("number", description) }

    /// True or false.
    public static func boolean(_ description: String? = nil) -> JSONSchema { typed("boolean", description) }

    /// A list of values that all follow `items`.
    public static func array(of items: JSONSchema, _ description: String? = nil) -> JSONSchema {
        var schema = typed("array", description)
        schema.keywords["items"] = items.json
        return schema
    }

    /// An object with exactly these members, as strict mode wants it: all required, no others.
    ///
    /// A member that may be missing is one that may be `null`: see ``orNull``.
    public static func object(
        _ properties: KeyValuePairs<String, JSONSchema>, _ description: String? = nil
    ) -> JSONSchema {
        var schema = typed("object", description)
        schema.keywords["properties"] = .object(JSONObject(properties.map { ($0.key, $0.value.json) }))
        schema.keywords["required"] = properties.map(\.key).json
        schema.keywords["additionalProperties"] = false
        return schema
    }

    /// A value that follows any of the schemas.
    public static func any(of schemas: [JSONSchema]) -> JSONSchema { ["anyOf": schemas.json] }

    /// The same, or `null`.
    public var orNull: JSONSchema {
        guard let type = keywords["type"]?.stringValue, keywords["enum"] == nil else {
            return .any(of: [self, ["type": "null"]])
        }
        var schema = self
        schema.keywords["type"] = [.string(type), "null"]
        return schema
    }

    private static func typed(_ type: String, _ description: String?) -> JSONSchema {
        var schema: JSONSchema = ["type": .string(type)]
        schema.keywords["description"] = description?.json
        return schema
    }
}
