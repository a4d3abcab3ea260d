// SPDX-License-Identifier: MIT
import GenAICore
public import GenAIInstrumentation

/// Recognises a call to a model in the HTTP exchange of any client, and reads the request and the answer.
///
/// A pure value: it sends nothing, changes nothing and uses no clock. It never throws, and the body may come in chunks
/// of any size. Its memory is limited by its ``Limits``: content beyond them is left out, and ``isCut`` says so. It
/// asks only for the header fields it knows; keys and the URL's query are never read.
///
/// It recognises OpenAI's chat completions, responses, completions and embeddings and compatible APIs, Anthropic's
/// messages, Gemini's content and embeddings, Bedrock's Converse and InvokeModel, Ollama's own API, and Cohere's chat,
/// embeddings and reranking: by the end of the path and the structure of the body, on any host.
public struct ModelCallRecogniser: Sendable {
    /// The limits on the content of an exchange.
    public struct Limits: Sendable, Hashable {
        /// The maximum size of a request's body in bytes; a larger one is not read. 64 MiB by default.
        public var requestBytes = 67_108_864
        /// The maximum number of bytes of text, reasoning and tool arguments in an answer. 1 MiB by default.
        public var contentBytes = 1_048_576
        /// About the maximum number of bytes of one JSON value of a response.
        package var valueBytes = 2_097_152

        /// Creates the default limits.
        public init() {}
    }

    /// The end of an exchange.
    public enum Outcome: Sendable, Hashable {
        /// The model answered.
        case answered
        /// There is no complete answer. The type is the provider's name for the failure or the status; the message is
        /// the provider's and can quote content.
        case failed(type: String, message: String?)
        /// The response is not a model's answer.
        case unrecognised
    }

    /// The request.
    public private(set) var request: ModelRequest

    private static let sliceLength = 65_536

    private let provider: ProviderName?
    private var reader: any AnswerReader
    private var body: BodyReader
    private var draft: AnswerDraft
    private var status: Int?
    private var isRequestCut: Bool
    /// The identifier that a gateway or server gave the exchange.
    private var exchangeID: String?

    /// Recognises a request; `nil` if it does not call a model.
    ///
    /// - Parameters:
    ///   - method: The HTTP method.
    ///   - url: The absolute URL.
    ///   - body: The whole body; a compressed one is not recognised.
    ///   - limits: The limits on the content of the exchange.
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
        self.body = BodyReader(
            limits: JSONAssembler.Limits(stringBytes: min(262_144, limits.valueBytes), valueBytes: limits.valueBytes))
        isRequestCut = assembler.isCut
    }

    /// Returns whether a request may call a model, by method and URL alone. Cheap: it allocates nothing.
    public static func mayRecognise(method: String, url: String) -> Bool {
        Route.mayLead(method: method, url: url)
    }

    /// Reads the head of the response.
    ///
    /// - Parameter header: Returns the value of a header field by its lower-case name.
    public mutating func receive(status: Int, header: (String) -> String?) {
        // What the body tells goes before what the head tells, however often that comes.
        guard !body.hasBegun else { return }
        self.status = status
        if provider == nil { draft.answer.provider = Self.provider(of: header) }
        if !request.isStream { draft.headUsage.takeStatedCost(header) }
        exchangeID = header("x-request-id")
        reader.readHead(header, into: &draft)
    }

    /// Reads the next bytes of the response's body.
    ///
    /// - Returns: The number of pieces of content in them: texts, reasoning, tool calls.
    @discardableResult
    public mutating func receive(_ bytes: some Collection<UInt8>) -> Int {
        let before = draft.pieceCount
        withBuffer(of: bytes) { bytes in
            // In slices, so that the values of a large answer that comes at once are never in memory together.
            for start in stride(from: 0, to: bytes.count, by: Self.sliceLength) {
                let slice = bytes[start..<min(start + Self.sliceLength, bytes.count)]
                for event in body.receive(UnsafeBufferPointer(rebasing: slice)) { reader.read(event, into: &draft) }
            }
        }
        return draft.pieceCount - before
    }

    /// Reads the end of the response.
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
        let isCutShort = isBroken || request.isStream && draft.lacksEnd && !body.isDone
        guard !isCutShort else {
            return .failed(type: "truncated", message: "the answer ended before it was complete")
        }
        nameAnswer()
        return .answered
    }

    /// Names what the API leaves out of its answers: an identifier, and the model.
    private mutating func nameAnswer() {
        if draft.answer.id == nil, request.operation.isInference { draft.answer.id = exchangeID }
        // An ARN names a deployment or a router, not a model.
        guard draft.answer.model == nil, !reader.namesModel, !request.model.hasPrefix("arn:") else { return }
        draft.answer.model = request.model
    }

    /// The answer as received so far, also if the exchange failed or was cancelled.
    public var answer: ModelAnswer { draft.modelAnswer }

    /// Indicates whether content was too long to be kept.
    public var isCut: Bool { !cutSides.isEmpty }

    /// The sides of the call with content left out: `input`, `output`.
    package var cutSides: [String] {
        (isRequestCut ? ["input"] : []) + (draft.isCut || body.isCut ? ["output"] : [])
    }

    /// Stops keeping content of the answer.
    package mutating func dropContent() { draft.keepsContent = false }

    /// Returns the provider that the response names. Gateways and servers on loopback forward these fields.
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
    /// Reads a complete text; `nil` if it is not exactly one value.
    fileprivate mutating func receiveWhole(_ bytes: some Collection<UInt8>) -> WireValue? {
        let values = withBuffer(of: bytes) { receive($0) }
        return values.count == 1 && !hasFailed && !isWithinValue ? values[0] : nil
    }
}

/// Calls `body` with the bytes of a collection, which are copied only if they are not contiguous.
private func withBuffer<Result>(
    of bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    bytes.withContiguousStorageIfAvailable(body) ?? Array(bytes).withUnsafeBufferPointer(body)
}
