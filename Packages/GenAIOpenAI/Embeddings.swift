// SPDX-License-Identifier: MIT

extension OpenAIClient {
    /// `POST /embeddings`.
    public var embeddings: Embeddings { Embeddings(sender: sender) }
}

extension OpenAIClient {
    /// `POST /embeddings`.
    public struct Embeddings: Sendable {
        let sender: Sender

        /// Turns texts into vectors.
        ///
        /// - Throws: ``OpenAIError``, after the attempts the configuration allows.
        public func create(
            _ request: EmbeddingRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIError) -> EmbeddingResponse {
            let count = request.input.count
            var call = APICall(path: "embeddings", model: request.model, body: request.json, options: options)
            call.members = ["data"]
            call.check = { (json) throws(JSONError) in
                let data = json["data"] ?? json
                guard data.arrayValue.map({ $0.count >= count }) ?? true else {
                    throw JSONError(expected: count == 1 ? "a vector" : "\(count) vectors", path: ["data"])
                }
            }
            return try await sender.recorded(request, call)
        }
    }
}

/// The body of `POST /embeddings`.
public struct EmbeddingRequest: Codable, Hashable, Sendable, JSONRecord {
    /// The model to ask.
    public var model = ""
    /// The texts, or their tokens.
    public var input = EmbeddingInput.texts([])
    /// The number of dimensions; `nil` for as many as the model has.
    public var dimensions: Int?
    /// The encoding on the wire: `float` or `base64`, which is shorter.
    ///
    /// Both end as ``EmbeddingResponse/Embedding/vector``.
    public var encodingFormat: String?
    /// Your identifier of the user this is for.
    public var user: String?
    /// Members without a property; these win over the properties.
    public var additional: JSONObject = [:]

    /// Creates an empty request; set at least ``model`` and ``input``.
    public init() {}

    /// Creates a request for several vectors.
    public init(model: String, input: [String], dimensions: Int? = nil) {
        self.model = model
        self.input = .texts(input)
        self.dimensions = dimensions
    }

    /// Creates a request for one vector.
    public init(model: String, input: String, dimensions: Int? = nil) {
        self.init(model: model, input: [input], dimensions: dimensions)
    }

    package mutating func map(_ members: inout JSONMapper) {
        members("model", &model)
        members("input", &input)
        members("dimensions", &dimensions)
        members("encoding_format", &encodingFormat)
        members("user", &user)
    }
}

/// The input to embed.
public enum EmbeddingInput: Codable, Sendable, JSONConvertible, Hashable {
    /// One vector per text.
    case texts([String])
    /// One vector per list of token numbers.
    case tokens([[Int]])

    /// Reads a text, or a list of texts or of lists of tokens.
    package init(json: JSONValue) throws(JSONError) {
        if let text = json.stringValue {
            self = .texts([text])
        } else if json.arrayValue?.first?.arrayValue != nil {
            self = .tokens(try [[Int]](json: json))
        } else {
            self = .texts(try [String](json: json))
        }
    }

    /// The list.
    package var json: JSONValue {
        switch self {
        case .texts(let texts): texts.json
        case .tokens(let tokens): tokens.json
        }
    }

    /// The number of vectors this asks for.
    public var count: Int {
        switch self {
        case .texts(let texts): texts.count
        case .tokens(let tokens): tokens.count
        }
    }
}

/// The answer of `POST /embeddings`.
public struct EmbeddingResponse: Codable, Hashable, Sendable, JSONRecord {
    /// The model that answered.
    public var model = ""
    /// The vectors, in the order of the input.
    public var data: [Embedding] = []
    /// The tokens used.
    public var usage: CompletionUsage?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an empty answer.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("model", &model)
        members.required("data", &data)
        members("usage", &usage)
    }

    /// Reads an answer, or its vectors alone; they are put in the order of the input.
    package init(lenient json: JSONValue) throws(JSONError) {
        try self.init(json: json.arrayValue == nil ? json : ["data": json])
        let isNumbered = Set(data.map(\.index)) == Set(data.indices)
        if isNumbered {
            data.sort { $0.index < $1.index }
        } else {
            for position in data.indices { data[position].index = position }
        }
    }
}

extension EmbeddingResponse {
    /// One vector.
    public struct Embedding: Codable, Hashable, Sendable, JSONRecord {
        /// The position in the input.
        public var index = 0
        /// The numbers, with the precision models work with.
        public var vector: [Float] = []
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates an empty vector.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("index", &index)
            var numbers = Numbers(vector: vector)
            members.required("embedding", &numbers)
            vector = numbers.vector
        }

        /// Reads a vector, or its numbers alone.
        package init(lenient json: JSONValue) throws(JSONError) {
            try self.init(json: json.arrayValue == nil ? json : ["embedding": json])
        }

        /// A list of numbers, or base64 of little-endian 32-bit floats.
        private struct Numbers: JSONConvertible {
            var vector: [Float]

            init(vector: [Float]) { self.vector = vector }

            init(json: JSONValue) throws(JSONError) {
                switch json {
                case .array(let elements):
                    vector = []
                    vector.reserveCapacity(elements.count)
                    for element in elements {
                        guard let number = element.doubleValue else { throw JSONError(expected: "numbers") }
                        vector.append(Float(number))
                    }
                case .string(let text):
                    guard let bytes = [UInt8](base64: text), bytes.count.isMultiple(of: 4) else {
                        throw JSONError(expected: "numbers in base64")
                    }
                    vector = stride(from: 0, to: bytes.count, by: 4).map { start in
                        let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
                        return Float(bitPattern: bits)
                    }
                default: throw JSONError(expected: "a list of numbers")
                }
            }

            var json: JSONValue { .array(vector.map { Double($0.description)?.json ?? .null }) }
        }
    }
}
