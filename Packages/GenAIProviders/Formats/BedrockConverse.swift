// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// Amazon Bedrock's Converse and ConverseStream.
///
/// Source: Amazon Bedrock API reference, "Converse" and "ConverseStream".
struct BedrockConverse: AnswerReader {
    var namesModel: Bool { false }

    static func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        guard let model, case .array(let messages, _) = body["messages"] else { return nil }
        var request = ModelRequest(model: model, provider: .awsBedrock, messages: messages.map(message))
        request.systemInstructions = (body["system"]?.elements ?? []).flatMap(parts)
        request.tools = (body["toolConfig"]?["tools"]?.elements ?? []).compactMap(tool)
        let options = body["inferenceConfig"]
        request.temperature = options?["temperature"]?.double
        request.topP = options?["topP"]?.double
        request.maxTokens = options?["maxTokens"]?.int
        request.stopSequences = options?["stopSequences"]?.strings ?? []
        let further = body["additionalModelRequestFields"]
        request.topK = (further?["top_k"] ?? further?["inferenceConfig"]?["topK"])?.double
        request.serviceTier = body["serviceTier"]?["type"]?.nonEmptyString
        request.attributes[.awsBedrockGuardrailID] = body["guardrailConfig"]?["guardrailIdentifier"]?.nonEmptyString
        return RecognisedRequest(request: request, reader: BedrockConverse())
    }

    mutating func readHead(_ header: (String) -> String?, into draft: inout AnswerDraft) {
        Bedrock.readHead(header, into: &draft)
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        if event.isError { return Bedrock.readFailure(event, into: &draft) }
        let slot = value["contentBlockIndex"]?.position ?? 0
        switch event.name {
        case "": readAnswer(value, into: &draft)
        case "messageStart": draft.setRole(value["role"])
        case "contentBlockStart":
            guard let call = value["start"]?["toolUse"] else { return }
            draft.beginToolCall(id: call["toolUseId"]?.identifier, name: call["name"]?.string ?? "", slot: slot)
        case "contentBlockDelta":
            guard let delta = value["delta"] else { return }
            draft.addText(delta["text"]?.string, slot: slot)
            draft.addReasoning(delta["reasoningContent"]?["text"]?.string, slot: slot)
            draft.addArguments(delta["toolUse"]?["input"]?.string, slot: slot)
        case "messageStop": draft.setFinishReason(value["stopReason"])
        case "metadata":
            readUsage(value["usage"], into: &draft)
            readRoute(value["trace"], into: &draft)
        default: break
        }
    }

    private func readAnswer(_ value: WireValue, into draft: inout AnswerDraft) {
        if value["output"] == nil { Bedrock.readFailure(value, into: &draft) }
        let message = value["output"]?["message"]
        draft.setRole(message?["role"])
        for (slot, block) in (message?["content"]?.elements ?? []).enumerated() {
            for part in Self.parts(block) { draft.addPart(part, slot: slot) }
        }
        draft.setFinishReason(value["stopReason"])
        draft.set(\.serviceTier, value["serviceTier"]?["type"])
        readUsage(value["usage"], into: &draft)
        readRoute(value["trace"], into: &draft)
    }

    /// Reads the model that a prompt router has chosen: `arn:aws:bedrock:REGION::foundation-model/MODEL`.
    private func readRoute(_ trace: WireValue?, into draft: inout AnswerDraft) {
        guard let name = trace?["promptRouter"]?["invokedModelId"]?.nonEmptyString else { return }
        draft.answer.model = name.split(separator: "/").last.map { String($0) }
    }

    private func readUsage(_ usage: WireValue?, into draft: inout AnswerDraft) {
        guard let usage else { return }
        draft.answer.usage = Bedrock.usage(
            input: usage["inputTokens"]?.count, output: usage["outputTokens"]?.count,
            cacheRead: usage["cacheReadInputTokens"]?.count, cacheWrite: usage["cacheWriteInputTokens"]?.count)
        let hourly = (usage["cacheDetails"]?.elements ?? []).filter { $0["ttl"]?.string == "1h" }
        if !hourly.isEmpty {
            draft.answer.usage?.cacheWrite1hTokens = sum(hourly.compactMap { $0["inputTokens"]?.count }) ?? 0
        }
        draft.isRecognised = true
    }
}

extension BedrockConverse {
    private static func message(_ message: WireValue) -> Message {
        Message(
            role: Message.Role(rawValue: message["role"]?.nonEmptyString ?? "user"),
            parts: (message["content"]?.elements ?? []).flatMap(parts))
    }

    private static func parts(_ block: WireValue) -> [Message.Part] {
        if let text = block["text"]?.string { return text.isEmpty ? [] : [.text(text)] }
        if let reasoning = block["reasoningContent"]?["reasoningText"]?["text"]?.nonEmptyString {
            return [.reasoning(reasoning)]
        }
        if let call = block["toolUse"] {
            return [
                .toolCall(
                    Message.ToolCall(
                        id: call["toolUseId"]?.identifier, name: call["name"]?.string ?? "",
                        arguments: call["input"]?.jsonText))
            ]
        }
        if let result = block["toolResult"] {
            let texts = (result["content"]?.elements ?? []).compactMap { $0["text"]?.string ?? $0["json"]?.jsonText }
            return [
                .toolResult(
                    Message.ToolResult(callID: result["toolUseId"]?.identifier, result: texts.joined(separator: "\n")))
            ]
        }
        for modality in ["image", "document", "video", "audio"] {
            if let media = block[modality] { return [part(media, modality: modality)] }
        }
        guard case .object(let members) = block, let name = members.first?.name else { return [] }
        return name == "cachePoint" ? [] : [.other(block, type: name)]
    }

    private static func part(_ media: WireValue, modality: String) -> Message.Part {
        let format = media["format"]?.nonEmptyString
        let type = format.map { modality == "document" ? "application/\($0)" : "\(modality)/\($0)" }
        if let data = media["source"]?["bytes"]?.string {
            return .media(Message.Media(modality: modality, mimeType: type, content: .base64(data)))
        }
        let uri = media["source"]?["s3Location"]?["uri"]?.string ?? ""
        return .media(Message.Media(modality: modality, mimeType: type, content: .uri(uri)))
    }

    private static func tool(_ tool: WireValue) -> ModelRequest.ToolDefinition? {
        guard let specification = tool["toolSpec"], let name = specification["name"]?.nonEmptyString else {
            guard let name = tool["systemTool"]?["name"]?.nonEmptyString else { return nil }
            return ModelRequest.ToolDefinition(builtIn: "systemTool", name: name)
        }
        return ModelRequest.ToolDefinition(
            name: name, description: specification["description"]?.nonEmptyString,
            parameters: specification["inputSchema"]?["json"]?.jsonText)
    }
}

/// The shared parts of the operations of Bedrock's runtime.
enum Bedrock {
    /// Returns the usage in terms of the conventions. Bedrock reports cached tokens separately from the input.
    static func usage(input: Int?, output: Int?, cacheRead: Int?, cacheWrite: Int?) -> TokenUsage {
        .partsBeside(input: input, cacheRead: cacheRead, cacheWrite: cacheWrite, output: output)
    }

    /// Reads the identifier of the exchange, which serves as that of the answer, and the kind of a failure.
    static func readHead(_ header: (String) -> String?, into draft: inout AnswerDraft) {
        draft.answer.id = header("x-amzn-requestid")
        guard let type = header("x-amzn-errortype") else { return }
        draft.failure = ProviderFailure(type: String(type.prefix { $0 != ":" && $0 != "," }), message: nil)
    }

    /// Reads the body of a failure whose kind is already known from a header field.
    static func readFailure(_ value: WireValue, into draft: inout AnswerDraft) {
        guard let message = (value["message"] ?? value["Message"])?.string else { return }
        let type = draft.failure?.type ?? value["__type"]?.nonEmptyString
        draft.failure = ProviderFailure(type: type ?? "_OTHER", message: message)
    }

    /// Reads a failure in the middle of a stream.
    static func readFailure(_ event: BodyEvent, into draft: inout AnswerDraft) {
        draft.failure = ProviderFailure(
            type: event.name.isEmpty ? "_OTHER" : event.name, message: event.value["message"]?.string)
    }
}
