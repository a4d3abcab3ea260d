// SPDX-License-Identifier: MIT
import GenAICore
public import GenAIInstrumentation

/// Recognises a call to a model in an HTTP exchange, whoever makes it, and reads what was asked and answered.
///
/// A pure value: it sends nothing, changes nothing and knows no clock. It never throws, and how the bytes of the answer
/// are cut does not matter. Its memory is bounded by its ``Limits``: what is beyond is left out, and ``isCut`` says so.
/// Of the header fields it asks only for those it knows; keys and the URL's query are never read.
///
/// Recognised are OpenAI's chat completions, responses, completions and embeddings with everything compatible,
/// Anthropic's messages, Gemini's content and embeddings, Bedrock's Converse and InvokeModel, Ollama's own API, and
/// Cohere's chat, embeddings and reranking: by the end of the path and the shape of the body, on any host.
public struct ModelCallRecogniser: Sendable {
    /// What is kept of an exchange.
    public struct Limits: Sendable, Hashable {
        /// The most bytes of a request's body; a larger one is not looked at. 64 MiB by default.
        public var requestBytes = 67_108_864
        /// The most bytes of text, reasoning and tool arguments of an answer. 1 MiB by default.
        public var contentBytes = 1_048_576

        /// Creates the default limits.
        public init() {}
    }

    /// How an exchange ended.
    public enum Outcome: Sendable, Hashable {
        /// The model answered.
        case answered
        /// No answer, or not all of it: the provider's name for the failure, or the status, and what the provider says
        /// about it. The message can quote content.
        case failed(type: String, message: String?)
        /// The exchange was none with a model after all: nothing in the answer is a model's.
        case unrecognised
    }

    /// The request.
    public private(set) var request: ModelRequest

    private let provider: ProviderName?
    private var reader: any AnswerReader
    private var body = BodyReader()
    private var draft: AnswerDraft
    private var status: Int?
    private var isRequestCut: Bool

    /// Recognises a request, or returns `nil` for one that is no call to a model.
    ///
    /// - Parameters:
    ///   - method: The verb.
    ///   - url: The absolute URL.
    ///   - body: The whole body; a compressed one is not recognised.
    ///   - limits: What is kept of the exchange.
    public init?(method: String, url: String, body: some Collection<UInt8>, limits: Limits = Limits()) {
        guard Self.mayRecognise(method: method, url: url), !body.isEmpty, body.count <= limits.requestBytes,
            let parsed = CallURL(url), let route = Route(parsed)
        else { return nil }
        var assembler = JSONAssembler()
        guard let value = assembler.receiveWhole(body), value.isObject,
            var recognised = route.recognise(value, model: route.model(in: parsed))
        else { return nil }
        provider = route.knownProvider(of: parsed)
        recognised.request.provider = provider ?? route.usualProvider(of: parsed)
        recognised.request.isStream = recognised.request.isStream || route.isStream(in: parsed)
        recognised.request.serverAddress = parsed.host
        recognised.request.serverPort = parsed.port
        request = recognised.request
        reader = recognised.reader
        draft = AnswerDraft(contentLimit: limits.contentBytes)
        isRequestCut = assembler.isCut
    }

    /// Whether a request may be a call to a model, by method and URL alone. Cheap: it allocates nothing.
    public static func mayRecognise(method: String, url: String) -> Bool {
        Route.mayLead(method: method, url: url)
    }

    /// Takes the head of the response.
    ///
    /// - Parameter header: Gives the value of a header field by its name in lower case.
    public mutating func receive(status: Int, header: (String) -> String?) {
        self.status = status
        if provider == nil { draft.answer.provider = Self.provider(of: header) }
        reader.readHead(header, into: &draft)
    }

    /// Takes the next bytes of the response's body.
    ///
    /// - Returns: How many pieces of content came with them: texts, reasoning, tool calls.
    @discardableResult
    public mutating func receive(_ bytes: some Collection<UInt8>) -> Int {
        let before = draft.pieceCount
        let events = withBuffer(of: bytes) { body.receive($0) }
        for event in events { reader.read(event, into: &draft) }
        return draft.pieceCount - before
    }

    /// Takes the end of the response.
    public mutating func finish() -> Outcome {
        let isBroken = body.isBroken
        for event in body.finish() { reader.read(event, into: &draft) }
        let status = status ?? 200
        if status >= 400 || draft.failure != nil {
            let type = draft.failure.map(\.type).flatMap { $0 == "_OTHER" ? nil : $0 }
            return .failed(
                type: type ?? (status >= 400 ? String(status) : "_OTHER"), message: draft.failure?.message)
        }
        guard (200..<300).contains(status), draft.isRecognised else { return .unrecognised }
        let isCutShort = isBroken || request.isStream && draft.lacksEnd
        return isCutShort ? .failed(type: "truncated", message: "the answer ended before it was complete") : .answered
    }

    /// The answer as far as it came, also of an exchange that failed or was cancelled.
    public var answer: ModelAnswer { draft.modelAnswer }

    /// Whether content was too long to be kept.
    public var isCut: Bool { !cutSides.isEmpty }

    /// The sides of the call of which content was left out: `input`, `output`.
    package var cutSides: [String] {
        (isRequestCut ? ["input"] : []) + (draft.isCut || body.isCut ? ["output"] : [])
    }

    /// Keeps nothing from now on of what the model says.
    package mutating func dropContent() { draft.keepsContent = false }

    /// The provider that the response names. Gateways and servers on loopback pass these fields on.
    private static func provider(of header: (String) -> String?) -> ProviderName? {
        if header("anthropic-organization-id") != nil || header("anthropic-ratelimit-requests-limit") != nil {
            return .anthropic
        }
        if header("openai-organization") != nil || header("openai-processing-ms") != nil { return .openAI }
        if header("x-amzn-bedrock-input-token-count") != nil { return .awsBedrock }
        return header("x-gemini-service-tier") == nil ? nil : .gcpGemini
    }
}

extension JSONAssembler {
    /// Reads a text that is all there; `nil` where it is not one value.
    fileprivate mutating func receiveWhole(_ bytes: some Collection<UInt8>) -> WireValue? {
        let values = withBuffer(of: bytes) { receive($0) }
        return values.count == 1 && !hasFailed && !isWithinValue ? values[0] : nil
    }
}

/// Lends the bytes of a collection, copied only where they do not lie together.
private func withBuffer<Result>(
    of bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    bytes.withContiguousStorageIfAvailable(body) ?? Array(bytes).withUnsafeBufferPointer(body)
}
