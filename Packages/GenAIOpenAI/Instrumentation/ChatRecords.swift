// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

extension ChatCompletionRequest: RecordedRequest {
    func modelRequest(_ need: ContentNeed) -> ModelRequest {
        var request = ModelRequest(.chat, model)
        request.temperature = temperature
        request.topP = topP
        request.maxTokens = maxCompletionTokens ?? maxTokens
        request.frequencyPenalty = frequencyPenalty
        request.presencePenalty = presencePenalty
        request.seed = seed
        request.choiceCount = choiceCount
        request.stopSequences = stop
        request.outputType = outputType
        request.serviceTier = serviceTier == .auto ? nil : serviceTier?.rawValue
        request.reasoningLevel = reasoningEffort?.rawValue
        request.apiType = .chatCompletions
        guard need != .none else { return request }
        request.messages = messages.map { $0.message(need) }
        request.tools = tools.map(\.toolDefinition)
        return request
    }

    private var outputType: OutputType? {
        // A format is expensive to copy, and most requests have none.
        if case nil = responseFormat { return nil }
        return responseFormat?.type == "text" ? .text : .json
    }
}

extension ChatCompletion: RecordedAnswer {
    func modelAnswer(_ need: ContentNeed) -> ModelAnswer {
        var answer = ModelAnswer(
            id: id.unlessEmpty, model: model.unlessEmpty, usage: usage?.tokenUsage, serviceTier: serviceTier?.rawValue)
        answer.systemFingerprint = systemFingerprint.nonEmpty
        if need == .none {
            answer.finishReasons = choices.map(\.finishReasonText)
        } else {
            answer.messages = choices.map { choice in
                var message = choice.message.message(need)
                message.finishReason = choice.finishReasonText
                return message
            }
        }
        return answer
    }
}

extension ChatCompletionChunk: RecordedChunk {
    func add(to answer: inout ModelAnswer) {
        if let id = id.unlessEmpty { answer.id = answer.id ?? id }
        if let model = model.unlessEmpty { answer.model = answer.model ?? model }
        if let tier = serviceTier { answer.serviceTier = tier.rawValue }
        if let systemFingerprint = systemFingerprint.nonEmpty { answer.systemFingerprint = systemFingerprint }
        if let usage { answer.updateUsage(withCumulative: usage.tokenUsage) }
        for choice in choices { choice.add(to: &answer) }
    }
}

extension ChatCompletionChunk.Choice {
    fileprivate func add(to answer: inout ModelAnswer) {
        answer.begin(choice: index, role: delta.role.map { Message.Role(rawValue: $0.rawValue) })
        if let text = delta.reasoningContent.nonEmpty ?? delta.reasoning {
            answer.appendReasoning(text, choice: index)
        }
        for part in delta.body?.parts ?? [] {
            if let text = part.thinking { answer.appendReasoning(text, choice: index) }
        }
        if let text = delta.content { answer.appendText(text, choice: index) }
        if let text = delta.refusal { answer.appendText(text, choice: index) }
        if let text = delta.audio?.transcript { answer.appendText(text, choice: index) }
        answer.appendToolCalls(delta.toolCalls.map(\.piece), choice: index)
        if let reason = finishReason { answer.finish(reason.rawValue, choice: index) }
    }
}

extension ChatChoice {
    /// The finish reason; `error` if the answer was interrupted.
    var finishReasonText: String { finishReason?.rawValue ?? "error" }
}

// MARK: - Messages

extension ChatMessage {
    /// Returns the message in terms that all clients share.
    func message(_ need: ContentNeed) -> Message {
        let role = Message.Role(rawValue: role.rawValue)
        guard self.role != .tool else {
            let result = Message.ToolResult(callID: toolCallID, result: need == .full ? content ?? "" : "")
            return Message(role: role, parts: [.toolResult(result)], name: name)
        }
        var parts: [Message.Part] = []
        if need == .full {
            if let text = reasoningContent.nonEmpty ?? reasoning { parts.append(.reasoning(text)) }
            switch body {
            case .text(let text): parts.append(.text(text))
            case .parts(let contents): parts += contents.map(\.part)
            case nil: break
            }
            if let refusal { parts.append(.text(refusal)) }
            if let audio { parts.append(audio.part) }
        }
        for call in toolCalls { parts.append(.toolCall(call.toolCall(need))) }
        if let functionCall, toolCalls.isEmpty {
            var call = ChatMessage.ToolCall()
            call.function = functionCall
            parts.append(.toolCall(call.toolCall(need)))
        }
        return Message(role: role, parts: parts, name: name)
    }
}

extension ChatMessage.ToolCall {
    fileprivate func toolCall(_ need: ContentNeed) -> Message.ToolCall {
        var call = Message.ToolCall(id: id, name: name, arguments: need == .full ? arguments : nil)
        if let type { call.type = type }
        return call
    }
}

extension ChatTool {
    /// The name of the tool.
    var name: String { function?.name ?? custom?["name"]?.stringValue ?? type }

    var toolDefinition: ModelRequest.ToolDefinition {
        ModelRequest.ToolDefinition(type: type, name: name, description: function?.description)
    }
}

extension ChatAudio {
    fileprivate var part: Message.Part {
        if let transcript { return .text(transcript) }
        return .media(.init(modality: "audio", content: .base64(data ?? "")))
    }
}

extension ChatContentPart {
    /// The part in terms that all clients share.
    var part: Message.Part {
        if let imageURL { return .media(imageURL.media) }
        if let audio = inputAudio {
            return .media(.init(modality: "audio", mimeType: "audio/\(audio.format)", content: .base64(audio.data)))
        }
        if let file { return .media(file.media) }
        if let thinking { return .reasoning(thinking) }
        if let text = text ?? refusal { return .text(text) }
        return .other(type: type, json: json.serializedText)
    }
}

extension ChatContentPart.ImageURL {
    fileprivate var media: Message.Media {
        guard let data = DataURL(url) else { return .init(modality: "image", content: .uri(url)) }
        return .init(modality: "image", mimeType: data.mediaType, content: .base64(data.base64))
    }
}

extension ChatContentPart.File {
    fileprivate var media: Message.Media {
        if let id = fileID { return .init(modality: "document", content: .file(id: id)) }
        let data = fileData.flatMap(DataURL.init)
        return .init(
            modality: "document", mimeType: data?.mediaType, content: .base64(data?.base64 ?? fileData ?? ""))
    }
}

/// A `data:` URL in Base64.
private struct DataURL {
    let mediaType: String
    let base64: String

    init?(_ url: String) {
        guard url.hasPrefix("data:"), let comma = url.firstIndex(of: ",") else { return nil }
        let head = url[..<comma].dropFirst("data:".count)
        guard head.hasSuffix(";base64") else { return nil }
        mediaType = String(head.dropLast(";base64".count))
        base64 = String(url[url.index(after: comma)...])
    }
}
