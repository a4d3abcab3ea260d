// SPDX-License-Identifier: MIT
public import GenAICore

// MARK: - Responses

extension ResponseRequest: RecordedRequest {
    /// The request as telemetry sees it.
    var facts: RequestFacts {
        var facts = RequestFacts(operation: .chat, model: model ?? "")
        facts.apiType = .responses
        facts.reasoningLevel = reasoning?.effort?.rawValue
        facts.previousResponseID = previousResponseID
        facts.conversationID = conversation?.stringValue ?? conversation?["id"]?.stringValue
        facts.serviceTier = serviceTier == .auto ? nil : serviceTier?.rawValue
        return facts
    }

    /// What the model is told.
    var recordedContent: RequestContent {
        RequestContent(messages: messages, instructions: instructions, tools: tools.map(\.chatTool))
    }

    /// Adds what all generations of the conventions name alike.
    func addAttributes(to attributes: inout Attributes, _ names: ConventionNames) {
        attributes.set(names.temperature, temperature)
        attributes.set(names.topP, topP)
        attributes.set(names.maxTokens, maxOutputTokens)
        if let type = text?.format?["type"]?.stringValue {
            attributes.set(names.outputType, type == "text" ? OutputType.text : .json)
        }
    }

    private var messages: [ChatMessage] {
        switch input {
        case .text(let text): [.user(text)]
        case .items(let items): items.map(\.chatMessage)
        case nil: []
        }
    }
}

extension ResponseTool {
    /// The tool in the form of the chat API.
    var chatTool: ChatTool {
        var tool = ChatTool()
        tool.type = json["type"]?.stringValue ?? "function"
        if let name = json["name"]?.stringValue {
            tool.function = ChatTool.Function()
            tool.function?.name = name
        }
        return tool
    }
}

extension ModelResponse: RecordedAnswer {
    /// The answer as telemetry sees it: one choice, with everything the model put out.
    var facts: AnswerFacts {
        var choice = ChatChoice()
        choice.message = ChatMessage(role: .assistant, items: output)
        choice.finishReason = finishReason
        let isOver = status != .queued && status != .inProgress
        return AnswerFacts(
            id: id, model: model, choices: isOver || !output.isEmpty ? [choice] : [], usage: usage?.tokenUsage,
            serviceTier: serviceTier?.rawValue, failure: failure)
    }

    private var finishReason: ChatFinishReason? {
        switch status {
        case .completed:
            let isCalling = output.contains { $0.type == .functionCall || $0.type == .customToolCall }
            return isCalling ? .toolCalls : .stop
        case .incomplete: return incompleteDetails?.reason == "content_filter" ? .contentFilter : .length
        default: return nil
        }
    }

    private var failure: CallFailure? {
        guard status == .failed || status == .cancelled else { return nil }
        return CallFailure(type: error?.code ?? status?.rawValue ?? "_OTHER", message: error?.message ?? "")
    }
}

extension ResponseUsage {
    /// The usage in the terms of the conventions: totals include their parts.
    public var tokenUsage: TokenUsage {
        TokenUsage(
            inputTokens: inputTokens, outputTokens: outputTokens,
            cacheReadTokens: inputTokensDetails?.cachedTokens,
            cacheWriteTokens: inputTokensDetails?.cacheWriteTokens,
            reasoningTokens: outputTokensDetails?.reasoningTokens)
    }
}

extension ResponseItem {
    /// The item of a request as a message of the chat API.
    fileprivate var chatMessage: ChatMessage {
        switch type {
        case .functionCallOutput, .customToolCallOutput:
            return .tool(output?.stringValue ?? output?.serializedText ?? "", callID: callID ?? "")
        case .message, nil:
            var message = ChatMessage(role: role ?? .user)
            message.body = content?.chatContent
            return message
        default: return ChatMessage(role: .assistant, items: [self])
        }
    }

    /// The call of a tool: of the program's as the chat API has it, of the server's with its own type.
    fileprivate var toolCall: ChatToolCall {
        let isFunction = type == .functionCall || type == .customToolCall
        let kind = type?.rawValue ?? ""
        let usualName = kind.hasSuffix("_call") ? String(kind.dropLast("_call".count)) : kind
        var call = ChatToolCall(
            id: callID ?? id ?? "", name: name ?? usualName, arguments: arguments ?? input ?? "")
        if !isFunction { call.type = kind }
        return call
    }
}

extension ChatMessage {
    /// The items of an answer as one message.
    fileprivate init(role: ChatRole, items: [ResponseItem]) {
        self.init(role: role)
        for item in items {
            switch item.type {
            case .reasoning:
                let text = (item.summary ?? []).compactMap(\.text) + (item.content?.parts ?? []).compactMap(\.text)
                if !text.isEmpty { reasoningContent = (reasoningContent ?? "") + text.joined(separator: "\n") }
            case .message, nil:
                let parts = item.content?.parts ?? []
                let text = parts.compactMap(\.text).joined()
                if !text.isEmpty { content = (content ?? "") + text }
                refusal = parts.compactMap(\.refusal).first ?? refusal
            default: toolCalls.append(item.toolCall)
            }
        }
    }
}

extension ResponseContent {
    fileprivate var chatContent: ChatContent {
        switch self {
        case .text(let text): .text(text)
        case .parts(let parts): .parts(parts.map(\.chatPart))
        }
    }
}

extension ResponseContentPart {
    fileprivate var chatPart: ChatContentPart {
        if let imageURL { return .image(url: imageURL, detail: detail) }
        if let fileID { return .file(id: fileID) }
        if let text = text ?? refusal { return .text(text) }
        var part = ChatContentPart()
        if let fileData {
            part.type = "file"
            part.file = ChatContentPart.File()
            part.file?.fileData = fileData
            part.file?.filename = filename
        } else if let fileURL {
            part.type = "uri"
            part.additional = ["modality": "document", "uri": .string(fileURL)]
        } else {
            part.type = type
            part.additional = additional
        }
        return part
    }
}

// MARK: - Legacy completions

extension CompletionRequest: RecordedRequest {
    /// The request as telemetry sees it.
    var facts: RequestFacts {
        RequestFacts(operation: .textCompletion, model: model)
    }

    /// What the model is told.
    var recordedContent: RequestContent { RequestContent(messages: prompt.map { .user($0) }) }

    /// Adds what all generations of the conventions name alike.
    func addAttributes(to attributes: inout Attributes, _ names: ConventionNames) {
        attributes.set(names.temperature, temperature)
        attributes.set(names.topP, topP)
        attributes.set(names.maxTokens, maxTokens)
        attributes.set(names.frequencyPenalty, frequencyPenalty)
        attributes.set(names.presencePenalty, presencePenalty)
        attributes.set(names.seed, seed)
        attributes.set(names.choiceCount, choiceCount == 1 ? nil : choiceCount)
        attributes.set(names.stopSequences, stop.isEmpty ? nil : stop)
    }
}

extension TextCompletion: RecordedAnswer {
    /// The answer as telemetry sees it.
    var facts: AnswerFacts {
        AnswerFacts(
            id: id, model: model,
            choices: choices.map { choice in
                var chat = ChatChoice()
                chat.index = choice.index
                chat.message = .assistant(choice.text)
                chat.finishReason = choice.finishReason
                return chat
            },
            usage: usage?.tokenUsage, systemFingerprint: systemFingerprint)
    }
}

// MARK: - Embeddings

extension EmbeddingRequest: RecordedRequest {
    /// The request as telemetry sees it.
    var facts: RequestFacts {
        RequestFacts(operation: .embeddings, model: model)
    }

    /// Nothing: texts are only counted.
    var recordedContent: RequestContent { RequestContent() }

    /// Adds what all generations of the conventions name alike.
    func addAttributes(to attributes: inout Attributes, _ names: ConventionNames) {
        attributes.set(names.encodingFormats, encodingFormat.map { [$0] })
    }
}

extension EmbeddingResponse: RecordedAnswer {
    /// The answer as telemetry sees it: no output tokens, which embeddings do not have.
    var facts: AnswerFacts {
        var facts = AnswerFacts(model: model, dimensions: data.first?.vector.count)
        facts.usage = usage.map { TokenUsage(inputTokens: $0.promptTokens) }
        return facts
    }
}
