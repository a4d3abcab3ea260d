// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// Reads the answers of one API.
protocol AnswerReader: Sendable {
    /// Reads an event of a stream, or the whole of a plain body.
    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft)
    /// Reads the header fields of the response.
    mutating func readHead(_ header: (String) -> String?, into draft: inout AnswerDraft)
    /// Indicates whether the answers of this API name the model. If not, the requested model is the one that answered.
    var namesModel: Bool { get }
}

extension AnswerReader {
    var namesModel: Bool { true }

    mutating func readHead(_ header: (String) -> String?, into draft: inout AnswerDraft) {}
}

/// A recognised request, with the reader of its answer.
struct RecognisedRequest: Sendable {
    var request: ModelRequest
    var reader: any AnswerReader
}

extension Route {
    /// Reads the body of a request; `nil` if it is not valid for this API.
    func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        switch self {
        case .openAIChat: OpenAIChat.recognise(body, model: model)
        case .openAICompletions: OpenAICompletions.recognise(body, model: model)
        case .openAIResponses: OpenAIResponses.recognise(body, model: model)
        case .openAIEmbeddings: OpenAIEmbeddings.recognise(body, model: model)
        case .anthropicMessages: AnthropicMessages.recognise(body, model: model)
        case .gemini(.generateContent), .gemini(.streamGenerateContent): Gemini.recognise(body, model: model)
        case .gemini: GeminiEmbeddings.recognise(body, model: model)
        case .geminiInteractions: GeminiInteractions.recognise(body)
        case .bedrock(.converse), .bedrock(.converseStream): BedrockConverse.recognise(body, model: model)
        case .bedrock: BedrockInvoke.recognise(body, model: model)
        case .ollamaChat, .ollamaGenerate: Ollama.recognise(body, isChat: self == .ollamaChat)
        case .ollamaEmbed: OllamaEmbeddings.recognise(body)
        case .cohereChat: CohereChat.recognise(body)
        case .cohereEmbed: CohereEmbeddings.recognise(body)
        case .cohereRerank: CohereRerank.recognise(body)
        }
    }
}

extension Message.Media {
    /// Creates a part from a URL as providers send it: an address, or a Base64 `data:` URL.
    init(modality: String, url: String) {
        guard url.hasPrefix("data:"), let comma = url.firstIndex(of: ","), url[..<comma].hasSuffix(";base64") else {
            self.init(modality: modality, content: .uri(url))
            return
        }
        let type = url[..<comma].dropFirst("data:".count).dropLast(";base64".count)
        self.init(
            modality: modality, mimeType: type.isEmpty ? nil : String(type),
            content: .base64(String(url[url.index(after: comma)...])))
    }

    /// Returns the modality of a media type.
    static func modality(ofType mimeType: String?) -> String {
        switch mimeType?.prefix(while: { $0 != "/" }) {
        case "image": "image"
        case "audio": "audio"
        case "video": "video"
        default: "document"
        }
    }
}

extension Message.Part {
    /// Returns a part of a type without a case of its own, under the provider's name for it.
    static func other(_ value: WireValue, type: String? = nil) -> Message.Part {
        .other(type: type ?? value["type"]?.nonEmptyString ?? "unknown", json: value.jsonText)
    }
}

extension ModelRequest.ToolDefinition {
    /// Creates the definition of a tool that the provider itself runs.
    init(builtIn type: String, name: String? = nil) { self.init(type: type, name: name ?? type) }
}

/// Returns the sum of the reported counts; `nil` if there are none.
func sum(_ counts: Int?...) -> Int? { sum(counts.compactMap(\.self)) }

/// The sum of counts, however large; `nil` if there is none.
func sum(_ counts: [Int]) -> Int? {
    counts.isEmpty ? nil : counts.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
}
