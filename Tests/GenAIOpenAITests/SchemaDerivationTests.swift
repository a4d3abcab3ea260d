// SPDX-License-Identifier: MIT

import Foundation
import GenAIOpenAI
import Testing

@Suite("A schema derived from a type")
struct SchemaDerivationTests {
    enum Unit: String, Codable, CaseIterable { case celsius = "C", kelvin = "K" }
    enum Level: Int, Codable, CaseIterable { case low = 1, high = 9 }

    struct Report: Codable, Equatable {
        var city: String
        var degrees: Double
        var isDry: Bool
        var days: [Day]
        var unit: Unit
        var level: Level?
        var source: URL?
        var id: UUID
        var at: Date
        var photo: Data
        var grid: [[UInt8]]
        var notes: [String?]

        enum CodingKeys: String, CodingKey {
            case city = "city_name"
            case degrees, isDry, days, unit, level, source, id, at, photo, grid, notes
        }

        struct Day: Codable, Equatable {
            var number: Int
        }
    }

    static let report: JSONValue = [
        "type": "object",
        "properties": [
            "city_name": ["type": "string"], "degrees": ["type": "number"], "isDry": ["type": "boolean"],
            "days": [
                "type": "array",
                "items": [
                    "type": "object", "properties": ["number": ["type": "integer"]], "required": ["number"],
                    "additionalProperties": false,
                ],
            ],
            "unit": ["type": "string", "enum": ["C", "K"]],
            "level": ["anyOf": [["type": "integer", "enum": [1, 9]], ["type": "null"]]],
            "source": ["type": ["string", "null"]], "id": ["type": "string"], "at": ["type": "number"],
            "photo": ["type": "string"],
            "grid": ["type": "array", "items": ["type": "array", "items": ["type": "integer"]]],
            "notes": ["type": "array", "items": ["type": ["string", "null"]]],
        ],
        "required": [
            "city_name", "degrees", "isDry", "days", "unit", "level", "source", "id", "at", "photo", "grid", "notes",
        ],
        "additionalProperties": false,
    ]

    @Test("has every member in order, with what JSONDecoder reads for it")
    func members() throws {
        let schema = try JSONValue.Schema(describing: Report.self)
        #expect(schema.json == Self.report)
        #expect(schema.keywords["properties"]?.objectValue?.map(\.key) == schema.keywords["required"]?.texts)
        #expect(try JSONValue.Schema(describing: [Report.Day].self).keywords["type"] == "array")
    }

    @Test("fits what JSONEncoder writes")
    func fits() throws {
        let report = Report(
            city: "Rome", degrees: 1, isDry: true, days: [.init(number: 1)], unit: .kelvin, level: nil, source: nil,
            id: UUID(), at: Date(timeIntervalSinceReferenceDate: 0), photo: Data([1]), grid: [[1]], notes: [nil])
        let written = try JSONValue(parsing: Array(JSONEncoder().encode(report)))
        for (name, value) in try #require(written.objectValue) {
            let type = Self.report["properties"]?[name]?["type"]
            let kind: JSONValue =
                switch value {
                case .string: "string"
                case .bool: "boolean"
                case .array: "array"
                case .object: "object"
                default: type == "integer" ? "integer" : "number"
                }
            #expect(type == kind, "\(name)")
        }
    }

    struct Empty: Codable {}
    struct Table: Codable { var cells: [String: Int] }
    struct Tree: Codable { var children: [Tree] }
    enum Payload: Codable { case number(Int) }
    enum Bare: String, Codable { case one }
    struct Picky: Decodable {
        init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            guard text == "right" else { throw CancellationError() }
        }
    }

    static let underivable: [any (Decodable & Sendable).Type] = [
        Empty.self, Table.self, Tree.self, Payload.self, Bare.self, Picky.self, [String: Int].self,
    ]

    @Test("is refused where it would be wrong", arguments: underivable.indices)
    func refused(index: Int) {
        let type = Self.underivable[index]
        let error = #expect(throws: OpenAIClientError.self) { try JSONValue.Schema(describing: type) }
        #expect(error?.code == .configuration)
    }

    @Test("has null beside the type of optional strings, numbers and Booleans")
    func optionals() throws {
        struct Note: Decodable {
            var text: String?
            var count: Int?
            var share: Double?
            var isRead: Bool?
            var tags: [String]?
        }
        #expect(
            try JSONValue.Schema(describing: Note.self)
                == .object([
                    "text": .string().orNull, "count": .integer().orNull, "share": .number().orNull,
                    "isRead": .boolean().orNull, "tags": .array(of: .string()).orNull,
                ]))
    }

    @Test("is asked for where none is given")
    func asked() async throws {
        var choice = ChatChoice()
        choice.message.content = #"{"number":7}"#
        var completion = ChatCompletion()
        completion.choices = [choice]
        let transport = StubTransport(.json(completion.json.serializedText))
        let day = try await OpenAIClient(transport).chat.completions
            .create(.init(model: "m", messages: []), as: Report.Day.self)
        #expect(day == Report.Day(number: 7))
        let format = try transport.requests.first?.json["response_format"]?["json_schema"]
        #expect(format?["schema"] == Self.report["properties"]?["days"]?["items"])
        #expect(format?["name"] == "Day")
    }
}

extension JSONValue {
    fileprivate var texts: [String]? { arrayValue?.compactMap(\.stringValue) }
}
