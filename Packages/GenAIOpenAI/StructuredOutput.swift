// SPDX-License-Identifier: MIT

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension OpenAIClient.Chat.Completions {
    /// Requests an answer in the form of a Swift type.
    ///
    /// The schema replaces the request's response format, in strict mode. If you also need the token usage, set the
    /// response format yourself and use ``ChatCompletion/decoded(as:)``.
    ///
    /// - Parameters:
    ///   - schema: The JSON Schema of `type`, as strict mode requires it; see ``JSONValue/Schema/object(_:_:)``.
    ///     Default: derived by ``JSONValue/Schema/init(describing:)``.
    ///   - name: The name of the schema, which the model sees. Default: the name of `type`.
    /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows, and the errors of
    ///   ``ChatCompletion/decoded(as:)``.
    public func create<Value: Decodable>(
        _ request: ChatCompletionRequest, as type: Value.Type, schema: JSONValue.Schema? = nil, name: String? = nil,
        options: CallOptions = CallOptions()
    ) async throws(OpenAIClientError) -> Value {
        var request = request
        request.responseFormat = .jsonSchema(
            try given(schema, for: type), name: name ?? schemaName(of: type))
        return try await create(request, options: options).decoded(as: type)
    }

    /// Requests an answer in the form of a Swift type. The same as ``create(_:as:schema:name:options:)``.
    public func parse<Value: Decodable>(
        _ request: ChatCompletionRequest, as type: Value.Type, schema: JSONValue.Schema? = nil, name: String? = nil,
        options: CallOptions = CallOptions()
    ) async throws(OpenAIClientError) -> Value {
        try await create(request, as: type, schema: schema, name: name, options: options)
    }
}

extension ChatCompletion {
    /// Decodes the JSON text of the first choice as a Swift type.
    ///
    /// - Throws: ``OpenAIClientError`` with code `refused` if the model refused, `truncated` if it reached the token
    ///   limit, `contentFilter` if a filter ended the answer, and `decoding` if the JSON does not fit the type.
    public func decoded<Value: Decodable>(as type: Value.Type) throws(OpenAIClientError) -> Value {
        guard let choice = choices.first else { throw OpenAIClientError(.decoding, "the answer has no choice") }
        if choice.message.refusal?.isEmpty == false {
            throw OpenAIClientError(.refused, "the model declined to answer")
        }
        if choice.finishReason?.isLengthLimit == true {
            throw OpenAIClientError(.truncated, "the answer reached the token limit before it was complete")
        }
        if choice.finishReason?.isFilter == true {
            throw OpenAIClientError(.contentFilter, "a content filter stopped the answer")
        }
        return try decode(type, from: choice.message.content)
    }
}

extension OpenAIClient.Responses {
    /// Requests a response in the form of a Swift type.
    ///
    /// Works like ``OpenAIClient/Chat/Completions/create(_:as:schema:name:options:)``.
    ///
    /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows, and the errors of
    ///   ``ModelResponse/decoded(as:)``.
    public func create<Value: Decodable>(
        _ request: ResponseRequest, as type: Value.Type, schema: JSONValue.Schema? = nil, name: String? = nil,
        options: CallOptions = CallOptions()
    ) async throws(OpenAIClientError) -> Value {
        var request = request
        let format = ResponseRequest.TextOptions.jsonSchema(
            try given(schema, for: type), name: name ?? schemaName(of: type)
        ).format
        request.text = request.text ?? ResponseRequest.TextOptions()
        request.text?.format = format
        return try await create(request, options: options).decoded(as: type)
    }

    /// Requests a response in the form of a Swift type. The same as ``create(_:as:schema:name:options:)``.
    public func parse<Value: Decodable>(
        _ request: ResponseRequest, as type: Value.Type, schema: JSONValue.Schema? = nil, name: String? = nil,
        options: CallOptions = CallOptions()
    ) async throws(OpenAIClientError) -> Value {
        try await create(request, as: type, schema: schema, name: name, options: options)
    }
}

extension ModelResponse {
    /// Decodes the JSON text of the response as a Swift type.
    ///
    /// - Throws: ``OpenAIClientError`` with code `refused` if the model refused, `truncated` if it reached the token
    ///   limit, `contentFilter` if a filter ended the response, `server` if the response failed, and `decoding` if the
    ///   JSON does not fit the type.
    public func decoded<Value: Decodable>(as type: Value.Type) throws(OpenAIClientError) -> Value {
        if refusal != nil { throw OpenAIClientError(.refused, "the model declined to answer") }
        if status == .failed { throw OpenAIClientError(.server, "the response failed on the server") }
        if status == .incomplete {
            throw incompleteDetails?.reason == "content_filter"
                ? OpenAIClientError(.contentFilter, "a content filter stopped the response")
                : OpenAIClientError(.truncated, "the response is incomplete")
        }
        return try decode(type, from: outputText)
    }
}

private func given<Value: Decodable>(
    _ schema: JSONValue.Schema?, for type: Value.Type
) throws(OpenAIClientError) -> JSONValue.Schema {
    if let schema { return schema }
    return try JSONValue.Schema(describing: type)
}

/// Returns the name of a type, limited to what the API allows: letters, digits, underscores and dashes, at most 64.
private func schemaName(of type: Any.Type) -> String {
    let name = String(describing: type).prefix(64).map { character in
        character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
    }
    return String(name)
}

/// Decodes JSON text. The error gives the path and none of the model's text.
func decode<Value: Decodable>(_ type: Value.Type, from text: String?) throws(OpenAIClientError) -> Value {
    do {
        return try JSONDecoder().decode(type, from: Data((text ?? "").utf8))
    } catch {
        var failure = OpenAIClientError(.decoding, "the model's text is not JSON of the expected form")
        if let path = (error as? DecodingError)?.codingPath, !path.isEmpty {
            failure.codingPath = path
            failure.message += " at \(path.joined(separator: "."))"
        }
        throw failure
    }
}

extension DecodingError {
    /// The path to the error, outermost first, including a missing member.
    fileprivate var codingPath: [String] {
        let (context, key): (Context, (any CodingKey)?) =
            switch self {
            case .keyNotFound(let key, let context): (context, key)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context, nil)
            @unknown default: (Context(codingPath: [], debugDescription: ""), nil)
            }
        return (context.codingPath + [key].compactMap(\.self)).map { $0.intValue.map(String.init) ?? $0.stringValue }
    }
}
