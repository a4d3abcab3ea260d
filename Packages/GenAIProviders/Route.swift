// SPDX-License-Identifier: MIT
import GenAICore

/// The API of a request, as its method and path tell.
///
/// Only the end of the path matters, so that gateways with a path prefix are recognised too.
enum Route: Sendable, Hashable {
    case openAIChat, openAICompletions, openAIResponses, openAIEmbeddings
    case anthropicMessages
    case gemini(GeminiMethod)
    case geminiInteractions
    case bedrock(BedrockMethod)
    case ollamaChat, ollamaGenerate, ollamaEmbed
    case cohereChat, cohereEmbed, cohereRerank

    /// The methods of Gemini's models, on its own API and on Vertex AI.
    enum GeminiMethod: String, Sendable {
        case generateContent, streamGenerateContent, embedContent, batchEmbedContents, predict
    }

    /// The operations of Bedrock's runtime.
    enum BedrockMethod: String, Sendable {
        case converse, invoke
        case converseStream = "converse-stream"
        case invokeStream = "invoke-with-response-stream"
    }

    /// Returns whether a request may be a model call, by the last segment of the path.
    static func mayLead(method: String, url: String) -> Bool {
        guard method == "POST" || method == "post" else { return false }
        var bytes = url.utf8[...]
        if let end = bytes.firstIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) {
            bytes = bytes[..<end]
        }
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return false }
        let last = Substring(bytes[bytes.index(after: slash)...])
        return lastSegments.contains(last) || Self.action(of: last) != nil
    }

    private static let lastSegments: Set<Substring> = [
        "completions", "responses", "embeddings", "messages", "converse", "converse-stream", "invoke",
        "invoke-with-response-stream", "chat", "generate", "embed", "rerank", "interactions",
    ]

    /// Finds the API of a URL; `nil` if it is unknown.
    init?(_ url: CallURL) {
        let segments = url.segments
        guard let last = segments.last else { return nil }
        let before = segments.dropLast().last ?? ""
        if let route = Self.ofAction(Self.action(of: last)) {
            self = route
            return
        }
        switch (before, last) {
        case ("chat", "completions"), ("fim", "completions"), ("agents", "completions"): self = .openAIChat
        case (_, "completions"): self = .openAICompletions
        case (_, "responses"): self = .openAIResponses
        case ("api", "embeddings"), ("api", "embed"): self = .ollamaEmbed
        case (_, "embeddings"): self = .openAIEmbeddings
        case ("v1", "messages"): self = .anthropicMessages
        case (_, "interactions"): self = .geminiInteractions
        case ("api", "chat"): self = .ollamaChat
        case ("api", "generate"): self = .ollamaGenerate
        case ("v2", "chat"): self = .cohereChat
        case ("v2", "embed"), ("v1", "embed"): self = .cohereEmbed
        case ("v2", "rerank"), ("v1", "rerank"): self = .cohereRerank
        default:
            guard let method = BedrockMethod(rawValue: String(last)), segments.dropLast(2).last == "model" else {
                return nil
            }
            self = .bedrock(method)
        }
    }

    /// Returns the verb after the colon of a segment such as `gemini-2.5-flash:generateContent`.
    private static func action(of segment: Substring) -> Substring? {
        guard let colon = segment.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        return segment[segment.utf8.index(after: colon)...]
    }

    private static func ofAction(_ action: Substring?) -> Route? {
        switch action {
        case nil: nil
        case "rawPredict", "streamRawPredict": .anthropicMessages
        case let action?: GeminiMethod(rawValue: String(action)).map(Route.gemini)
        }
    }
}

extension Route {
    /// Returns the model in the path; `nil` if the body names it.
    func model(in url: CallURL) -> String? {
        let segments = url.segments
        guard let last = segments.last else { return nil }
        switch self {
        case .gemini, .anthropicMessages:
            guard let colon = last.lastIndex(of: ":") else { return nil }
            return ASCII.lenientlyPercentDecoded(last[..<colon])
        case .bedrock: return segments.dropLast().last.map { ASCII.lenientlyPercentDecoded($0) }
        case .openAIChat, .openAICompletions, .openAIEmbeddings, .openAIResponses:
            // Azure: the deployment stands for the model.
            guard let index = segments.firstIndex(of: "deployments"), index + 1 < segments.count - 1 else { return nil }
            return ASCII.lenientlyPercentDecoded(segments[index + 1])
        default: return nil
        }
    }

    /// Returns whether the path alone says that the answer is streamed.
    func isStream(in url: CallURL) -> Bool {
        switch self {
        case .gemini(.streamGenerateContent), .bedrock(.converseStream), .bedrock(.invokeStream): true
        case .anthropicMessages: url.path.hasSuffix(":streamRawPredict")
        default: false
        }
    }

    /// Returns the provider that the address belongs to; `nil` if only the API is known.
    func knownProvider(of url: CallURL) -> ProviderName? {
        if url.port == 11_434 { return ProviderName(rawValue: "ollama") }
        if let provider = ProviderName(host: url.host) { return provider }
        if url.path.contains("/openai/deployments/") { return .azureAIOpenAI }
        return nil
    }

    /// Returns the provider whose API this is.
    func usualProvider(of url: CallURL) -> ProviderName {
        switch self {
        case .openAIChat, .openAICompletions, .openAIResponses, .openAIEmbeddings: .openAI
        case .anthropicMessages: url.path.hasSuffix("awPredict") ? .gcpVertexAI : .anthropic
        case .gemini: url.path.contains("/publishers/") ? .gcpVertexAI : .gcpGemini
        case .geminiInteractions: .gcpGemini
        case .bedrock: .awsBedrock
        case .ollamaChat, .ollamaGenerate, .ollamaEmbed: ProviderName(rawValue: "ollama")
        case .cohereChat, .cohereEmbed, .cohereRerank: .cohere
        }
    }
}
