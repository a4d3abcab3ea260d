// SPDX-License-Identifier: MIT

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension OpenAIClient.Chat.Completions {
    /// Asks for an answer in the form of a Swift type.
    ///
    /// The request's response format is replaced by the schema, in strict mode. For the token usage beside the
    /// value, set the response format yourself and use ``ChatCompletion/decoded(as:)``.
    ///
    /// - Parameters:
    ///   - schema: The JSON Schema of `type`, as strict mode wants it; see ``JSONSchema/object(_:_:)``. Default: the
    ///     one ``JSONSchema/init(describing:)`` derives.
    ///   - name: What the model sees as the name of the form. Default: the name of `type`.
    /// - Throws: ``OpenAIError``, after the attempts the configuration allows, and as ``ChatCompletion/decoded(as:)``.
    public func create<Value: Decodable>(
        _ request: ChatCompletionRequest, as type: Value.Type, schema: JSONSchema? = nil, name: String? = nil,
        options: CallOptions = CallOptions()
    ) async throws(OpenAIError) -> Value {
        var request = request
        request.responseFormat = .jsonSchema(
            try given(schema, for: type), name: name ?? schemaName(of: type))
        return try await create(request, options: options).decoded(as: type)
    }

    /// Asks for an answer in the form of a Swift type: another name of ``create(_:as:schema:name:options:)``.
    public func parse<Value: Decodable>(
        _ request: ChatCompletionRequest, as type: Value.Type, schema: JSONSchema? = nil, name: String? = nil,
        options: CallOptions = CallOptions()
    ) async throws(OpenAIError) -> Value {
        try await create(request, as: type, schema: schema, name: name, options: options)
    }
}

extension ChatCompletion {
    /// Reads the text of the first answer as JSON of a Swift type.
    ///
    /// - Throws: ``OpenAIError``, code `refused` where the model declined, `truncated` at the token limit,
    ///   `contentFilter` where a filter cut it, `decoding` where it is no such JSON.
    public func decoded<Value: Decodable>(as type: Value.Type) throws(OpenAIError) -> Value {
        guard let choice = choices.first else { throw OpenAIError(.decoding, "the answer has no choice") }
        if choice.message.refusal?.isEmpty == false { throw OpenAIError(.refused, "the model declined to answer") }
        if choice.finishReason == .length {
            throw OpenAIError(.truncated, "the answer reached the token limit before it was complete")
        }
        if choice.finishReason == .contentFilter {
            throw OpenAIError(.contentFilter, "a content filter cut the answer")
        }
        return try decode(type, from: choice.message.content)
    }
}

extension OpenAIClient.Responses {
    /// Asks for a response in the form of a Swift type.
    ///
    /// As ``OpenAIClient/Chat/Completions/create(_:as:schema:name:options:)`` for chat.
    ///
    /// - Throws: ``OpenAIError``, after the attempts the configuration allows, and as ``ModelResponse/decoded(as:)``.
    public func create<Value: Decodable>(
        _ request: ResponseRequest, as type: Value.Type, schema: JSONSchema? = nil, name: String? = nil,
        options: CallOptions = CallOptions()
    ) async throws(OpenAIError) -> Value {
        var request = request
        let format = ResponseRequest.TextOptions.jsonSchema(
            try given(schema, for: type), name: name ?? schemaName(of: type)
        ).format
        request.text = request.text ?? ResponseRequest.TextOptions()
        request.text?.format = format
        return try await create(request, options: options).decoded(as: type)
    }

    /// Asks for a response in the form of a Swift type: another name of ``create(_:as:schema:name:options:)``.
    public func parse<Value: Decodable>(
        _ request: ResponseRequest, as type: Value.Type, schema: JSONSchema? = nil, name: String? = nil,
        options: CallOptions = CallOptions()
    ) async throws(OpenAIError) -> Value {
        try await create(request, as: type, schema: schema, name: name, options: options)
    }
}

extension ModelResponse {
    /// Reads the text of the response as JSON of a Swift type.
    ///
    /// - Throws: ``OpenAIError``, code `refused` where the model declined, `truncated` at the token limit,
    ///   `contentFilter` where a filter cut it, `server` where it failed, `decoding` where it is no such JSON.
    public func decoded<Value: Decodable>(as type: Value.Type) throws(OpenAIError) -> Value {
        if refusal != nil { throw OpenAIError(.refused, "the model declined to answer") }
        if status == .failed { throw OpenAIError(.server, "the response failed on the server") }
        if status == .incomplete {
            throw incompleteDetails?.reason == "content_filter"
                ? OpenAIError(.contentFilter, "a content filter cut the response")
                : OpenAIError(.truncated, "the response is incomplete")
        }
        return try decode(type, from: outputText)
    }
}

private func given<Value: Decodable>(
    _ schema: JSONSchema?, for type: Value.Type
) throws(OpenAIError) -> JSONSchema {
    if let schema { return schema }
    return try JSONSchema(describing: type)
}

/// The name of a type as far as the API allows: letters, digits, underscores and dashes, at most 64.
private func schemaName(of type: Any.Type) -> String {
    let name = String(describing: type).prefix(64).map { character in
        character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
    }
    return String(name)
}

/// Reads JSON text; the error says where it went wrong and nothing of what the model wrote.
func decode<Value: Decodable>(_ type: Value.Type, from text: String?) throws(OpenAIError) -> Value {
    do {
        return try JSONDecoder().decode(type, from: Data((text ?? "").utf8))
    } catch {
        var failure = OpenAIError(.decoding, "the model's text is not JSON of the expected form")
        if let path = (error as? DecodingError)?.codingPath, !path.isEmpty {
            failure.codingPath = path
            failure.message += " at \(path.joined(separator: "."))"
        }
        throw failure
    }
}

extension DecodingError {
    /// The path to the fault, outermost first, a missing member included.
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
