// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// Amazon Bedrock's InvokeModel and InvokeModelWithResponseStream, whose bodies have the formats of the models'
/// vendors.
///
/// Usage is read from the body if the vendor's format has it, otherwise from header fields or from the metrics of the
/// last event. Source: Amazon Bedrock user guide, "Inference request parameters and response fields for foundation
/// models".
struct BedrockInvoke: AnswerReader {
    private var vendor: any AnswerReader

    var namesModel: Bool { vendor.namesModel }

    static func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        guard let model, var recognised = vendorRequest(body, model: model) else { return nil }
        recognised.request.provider = .awsBedrock
        recognised.request.model = model
        recognised.request.apiType = nil
        recognised.reader = BedrockInvoke(vendor: recognised.reader)
        return recognised
    }

    private static func vendorRequest(_ body: WireValue, model: String) -> RecognisedRequest? {
        if body["anthropic_version"] != nil { return AnthropicMessages.recognise(body, model: model) }
        if body["inferenceConfig"] != nil
            || body["messages"]?.elements.first?["content"]?.elements.first?["text"] != nil,
            body["messages"]?.elements.first?["content"]?.elements.first?["type"] == nil,
            let recognised = BedrockConverse.recognise(body, model: model)
        {
            return recognised
        }
        if let recognised = OpenAIChat.recognise(body, model: model) { return recognised }
        return BedrockText.recognise(body, model: model)
    }

    mutating func readHead(_ header: (String) -> String?, into draft: inout AnswerDraft) {
        Bedrock.readHead(header, into: &draft)
        func count(_ name: String) -> Int? { header("x-amzn-bedrock-" + name).flatMap(Int.init) }
        let usage = Bedrock.usage(
            input: count("input-token-count"), output: count("output-token-count"),
            cacheRead: count("cache-read-input-token-count"), cacheWrite: count("cache-write-input-token-count"))
        guard !usage.isEmpty else { return }
        draft.answer.usage = usage
        draft.isRecognised = true
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        if event.isError { return Bedrock.readFailure(event, into: &draft) }
        guard event.name == "chunk" else {
            if event.value["type"] == nil { Bedrock.readFailure(event.value, into: &draft) }
            return vendor.read(event, into: &draft)
        }
        guard let bytes = event.value["bytes"]?.string.flatMap(Base64.decode) else { return }
        var json = JSONAssembler()
        for value in bytes.withUnsafeBufferPointer({ json.receive($0) }) { readChunk(value, into: &draft) }
    }

    private mutating func readChunk(_ value: WireValue, into draft: inout AnswerDraft) {
        vendor.read(BodyEvent(name: Self.eventName(of: value), value: Self.event(of: value)), into: &draft)
        guard let metrics = value["amazon-bedrock-invocationMetrics"], draft.answer.usage == nil else { return }
        draft.answer.usage = Bedrock.usage(
            input: metrics["inputTokenCount"]?.count, output: metrics["outputTokenCount"]?.count,
            cacheRead: metrics["cacheReadInputTokenCount"]?.count,
            cacheWrite: metrics["cacheWriteInputTokenCount"]?.count)
        draft.isRecognised = true
    }

    // Amazon's own models name their events by the only member: {"contentBlockDelta": {…}}.
    private static func eventName(of value: WireValue) -> String {
        ownEvents.first { value[$0] != nil } ?? ""
    }

    private static func event(of value: WireValue) -> WireValue {
        ownEvents.lazy.compactMap { value[$0] }.first ?? value
    }

    private static let ownEvents = [
        "messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata",
    ]
}

/// The text models and embeddings of Bedrock with formats of their own: Llama, Titan, Mistral and Cohere's older ones.
struct BedrockText: AnswerReader {
    var namesModel: Bool { false }

    static func recognise(_ body: WireValue, model: String) -> RecognisedRequest? {
        let texts = body["texts"] ?? body["inputText"] ?? body["prompt"] ?? body["message"]
        guard let texts else { return nil }
        let isEmbedding = body["texts"] != nil || model.contains("embed")
        var request = ModelRequest(
            operation: isEmbedding ? .embeddings : .textCompletion, model: model, provider: .awsBedrock)
        if !isEmbedding { request.messages = texts.strings.map { .user($0) } }
        let options = body["textGenerationConfig"] ?? body
        request.temperature = options["temperature"]?.double
        request.topP = (options["top_p"] ?? options["topP"] ?? options["p"])?.double
        request.topK = (options["top_k"] ?? options["k"])?.double
        request.maxTokens = (options["max_gen_len"] ?? options["maxTokenCount"] ?? options["max_tokens"])?.int
        request.stopSequences =
            (options["stop"] ?? options["stopSequences"] ?? options["stop_sequences"])?.strings ?? []
        return RecognisedRequest(request: request, reader: BedrockText())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        let results =
            value["results"]?.elements ?? value["outputs"]?.elements ?? value["generations"]?.elements ?? [value]
        for (choice, result) in results.enumerated() {
            let text = result["generation"] ?? result["outputText"] ?? result["text"]
            draft.addText(text?.string, choice: choice)
            draft.setFinishReason(
                result["stop_reason"] ?? result["completionReason"] ?? result["finish_reason"], choice: choice)
        }
        let vector = value["embedding"] ?? value["embeddings"]?.elements.first
        if let dimensions = vector?.elementCount {
            draft.answer.embeddingDimensions = dimensions
            draft.isRecognised = true
        }
        let input = (value["prompt_token_count"] ?? value["inputTextTokenCount"])?.count
        let output = value["generation_token_count"]?.count ?? sum(results.first?["tokenCount"]?.count)
        guard input != nil || output != nil else { return }
        var usage = draft.answer.usage ?? TokenUsage()
        usage.inputTokens = input ?? usage.inputTokens
        usage.outputTokens = output ?? usage.outputTokens
        draft.answer.usage = usage
        draft.isRecognised = true
    }
}

/// Decodes Base64 text.
enum Base64 {
    /// Returns the bytes; `nil` if the text is not Base64.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var bits: UInt32 = 0
        var bitCount = 0
        for character in text.utf8 where character != UInt8(ascii: "=") {
            guard let value = value(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
        }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
