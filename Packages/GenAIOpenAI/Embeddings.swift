// SPDX-License-Identifier: MIT

extension OpenAIClient {
    /// `POST /embeddings`.
    public var embeddings: Embeddings { Embeddings(sender: sender) }
}

extension OpenAIClient {
    /// `POST /embeddings`.
    public struct Embeddings: Sendable {
        let sender: Sender

        /// Requests the vectors of texts.
        ///
        /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows.
        public func create(
            _ request: EmbeddingRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIClientError) -> EmbeddingResponse {
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
    /// The requested model.
    public var model = ""
    /// The texts, or their tokens.
    public var input = EmbeddingInput.texts([])
    /// The number of dimensions; `nil` for the model's default.
    public var dimensions: Int?
    /// The encoding in the response: `float`, or `base64`, which is shorter.
    ///
    /// Both are decoded to ``EmbeddingResponse/Embedding/vector``.
    public var encodingFormat: String?
    /// An identifier of the end user.
    public var user: String?
    /// The JSON members without a property of their own. When sent, they take precedence over the properties.
    public var additional: JSONObject = [:]

    /// Creates an empty request. Set at least ``model`` and ``input``.
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
    /// Texts, with one vector each.
    case texts([String])
    /// Lists of token identifiers, with one vector each.
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

    /// The value as a list.
    package var json: JSONValue {
        switch self {
        case .texts(let texts): texts.json
        case .tokens(let tokens): tokens.json
        }
    }

    /// The number of requested vectors.
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
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates an empty answer.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("model", &model)
        members.required("data", &data)
        members("usage", &usage)
    }

    /// Reads an answer, or only its vectors, which are sorted in the order of the input.
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
        /// The elements of the vector.
        public var vector: [Float] = []
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates an empty vector.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("index", &index)
            var numbers = Numbers(vector: vector)
            members.required("embedding", &numbers)
            vector = numbers.vector
        }

        /// Reads a vector, or only its elements.
        package init(lenient json: JSONValue) throws(JSONError) {
            try self.init(json: json.arrayValue == nil ? json : ["embedding": json])
        }

        /// A list of numbers, or little-endian 32-bit floats in Base64.
        private struct Numbers: JSONConvertible {
            var vector: [Float]

            init(vector: [Float]) { self.vector = vector }

            init(json: JSONValue) throws(JSONError) {
                switch json {
                case .array(let elements) where elements.count == 1 && elements[0].arrayValue != nil:
                    // llama.cpp's server puts the vector of a whole text into a list.
                    self = try Self(json: elements[0])
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
