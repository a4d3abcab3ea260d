// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

extension ResponseRequest: RecordedRequest {
    func modelRequest(_ need: ContentNeed) -> ModelRequest {
        var request = ModelRequest(.chat, model ?? "")
        request.temperature = temperature
        request.topP = topP
        request.maxTokens = maxOutputTokens
        if let type = text?.format?["type"]?.stringValue { request.outputType = type == "text" ? .text : .json }
        request.serviceTier = serviceTier == .auto ? nil : serviceTier?.rawValue
        request.apiType = .responses
        request.reasoningLevel = reasoning?.effort?.rawValue
        request.previousResponseID = previousResponseID
        request.conversationID = conversation?.stringValue ?? conversation?["id"]?.stringValue
        guard need != .none else { return request }
        request.messages = messages(need)
        if let instructions { request.systemInstructions = need == .full ? [.text(instructions)] : [.text("")] }
        request.tools = tools.map(\.toolDefinition)
        return request
    }

    private func messages(_ need: ContentNeed) -> [Message] {
        switch input {
        case .text(let text): [need == .full ? .user(text) : Message(role: .user, parts: [])]
        case .items(let items): items.map { $0.message(need) }
        case nil: []
        }
    }
}

extension ResponseTool {
    fileprivate var toolDefinition: ModelRequest.ToolDefinition {
        let type = json["type"]?.stringValue ?? "function"
        return ModelRequest.ToolDefinition(type: type, name: json["name"]?.stringValue ?? type)
    }
}

extension ModelResponse: RecordedAnswer {
    /// Returns one choice with the whole output of the model.
    func modelAnswer(_ need: ContentNeed) -> ModelAnswer {
        var answer = ModelAnswer(
            id: id.unlessEmpty, model: model.unlessEmpty, usage: tokenUsage, serviceTier: serviceTier?.rawValue)
        guard isOver || !output.isEmpty else { return answer }
        answer.finishReasons = [finishReason?.rawValue ?? "error"]
        if need != .none { answer.messages = [Message(items: output, need)] }
        return answer
    }

    var failure: CallFailure? {
        guard status == .failed || status == .cancelled else { return nil }
        return CallFailure(type: error?.code ?? status?.rawValue ?? "_OTHER", message: error?.message ?? "")
    }

    /// Indicates whether the response is complete. Servers without a status send it with its output.
    fileprivate var isOver: Bool { status?.isFinal ?? (!output.isEmpty || !outputText.isEmpty) }

    fileprivate var finishReason: ChatFinishReason? {
        switch status {
        case .completed, nil:
            let isCalling = output.contains { $0.type == .functionCall || $0.type == .customToolCall }
            return isCalling ? .toolCalls : .stop
        case .incomplete: return incompleteDetails?.reason == "content_filter" ? .contentFilter : .length
        default: return nil
        }
    }
}

extension ModelResponse.Event: RecordedChunk {
    /// Adds the content of the event. Only the last event has the whole output. Until then, the output is assembled
    /// from finished items and from the pieces of unfinished ones.
    func add(to answer: inout ModelAnswer) {
        if let response { response.add(to: &answer) }
        let block = outputIndex
        switch type {
        case .outputItemAdded where item?.toolCall != nil: begin(item?.toolCall, block, in: &answer)
        case .outputItemDone:
            // The last event may omit the items; if it has them, its count replaces this one.
            if let item { answer.countServerTool(item.serverToolCall) }
            // An item with received pieces is known already.
            guard let item, block.map({ !answer.hasBlock($0) }) ?? true else { return }
            item.add(block, to: &answer)
        case .outputTextDelta, .refusalDelta: answer.appendText(delta ?? "", block: block)
        case .reasoningTextDelta, .reasoningSummaryTextDelta: answer.appendReasoning(delta ?? "", block: block)
        case .functionCallArgumentsDelta, .customToolCallInputDelta:
            answer.appendToolCall(index: block, arguments: delta)
        default: break
        }
    }

    var failure: CallFailure? { isLast ? response?.failure : nil }

    private func begin(_ call: Message.ToolCall?, _ block: Int?, in answer: inout ModelAnswer) {
        guard let call else { return }
        answer.appendToolCall(
            index: block, id: call.id, name: call.name, arguments: call.arguments, type: call.type)
    }
}

extension ModelResponse {
    /// Adds an event about the whole response.
    fileprivate func add(to answer: inout ModelAnswer) {
        answer.id = id.unlessEmpty ?? answer.id
        answer.model = model.unlessEmpty ?? answer.model
        answer.serviceTier = serviceTier?.rawValue ?? answer.serviceTier
        if let tokenUsage { answer.updateUsage(withCumulative: tokenUsage) }
        guard isOver else { return }
        if !output.isEmpty {
            answer.removeContent()
            for (index, item) in output.enumerated() { item.add(index, to: &answer) }
        }
        answer.begin()
        answer.finish(finishReason?.rawValue ?? "error")
    }
}

// MARK: - Items

extension ResponseItem {
    /// Returns the item of a request as a message.
    fileprivate func message(_ need: ContentNeed) -> Message {
        switch type {
        case .functionCallOutput, .customToolCallOutput:
            let result = need == .full ? output?.stringValue ?? output?.serializedText ?? "" : ""
            return Message(role: .tool, parts: [.toolResult(.init(callID: callID, result: result))])
        case .message, nil:
            let role = Message.Role(rawValue: role?.rawValue ?? "user")
            return Message(role: role, parts: need == .full ? contentParts : [])
        default: return Message(items: [self], need)
        }
    }

    private var contentParts: [Message.Part] {
        switch content {
        case .text(let text): [.text(text)]
        case .parts(let parts): parts.map(\.part)
        case nil: []
        }
    }

    /// The call of one of the program's tools, or of a tool that the server runs.
    fileprivate var toolCall: Message.ToolCall? {
        switch type {
        case nil, .message, .reasoning, .functionCallOutput, .customToolCallOutput: return nil
        default: break
        }
        let kind = type?.rawValue ?? ""
        let usualName = kind.hasSuffix("_call") ? String(kind.dropLast("_call".count)) : kind
        var call = Message.ToolCall(
            id: callID ?? id ?? "", name: name ?? usualName, arguments: arguments ?? input ?? "")
        if type != .functionCall, type != .customToolCall { call.type = kind }
        return call
    }

    fileprivate var thinking: [String] {
        type == .reasoning ? (summary ?? []).compactMap(\.text) + (content?.parts ?? []).compactMap(\.text) : []
    }

    /// Adds a finished item to an answer.
    fileprivate func add(_ block: Int?, to answer: inout ModelAnswer) {
        if let call = toolCall {
            answer.appendToolCall(
                index: block, id: call.id, name: call.name, arguments: call.arguments, type: call.type)
        } else if type == .reasoning {
            let text = thinking.joined(separator: "\n")
            if !text.isEmpty { answer.appendReasoning(text, block: block) }
        } else {
            for part in content?.parts ?? [] {
                if let text = part.text ?? part.refusal { answer.appendText(text, block: block) }
            }
        }
    }
}

extension Message {
    /// Creates one message from the items of an answer.
    fileprivate init(items: [ResponseItem], _ need: ContentNeed) {
        self.init(role: .assistant, parts: [])
        var thinking: [String] = []
        var texts: [String] = []
        var refusal: String?
        var calls: [ToolCall] = []
        for item in items {
            if var call = item.toolCall {
                if need != .full { call.arguments = nil }
                calls.append(call)
            } else if need == .full, item.type == .reasoning {
                thinking += item.thinking.isEmpty ? [] : [item.thinking.joined(separator: "\n")]
            } else if need == .full {
                let content = item.content?.parts ?? []
                texts += content.compactMap(\.text)
                refusal = content.compactMap(\.refusal).first ?? refusal
            }
        }
        if !thinking.isEmpty { parts.append(.reasoning(thinking.joined())) }
        let text = texts.joined()
        if !text.isEmpty { parts.append(.text(text)) }
        if let refusal { parts.append(.text(refusal)) }
        parts += calls.map(Part.toolCall)
    }
}

extension ResponseContentPart {
    fileprivate var part: Message.Part {
        if let imageURL { return ChatContentPart.image(url: imageURL, detail: detail).part }
        if let fileID { return .media(.init(modality: "document", content: .file(id: fileID))) }
        if let text = text ?? refusal { return .text(text) }
        if let fileData {
            var part = ChatContentPart()
            part.file = ChatContentPart.File()
            part.file?.fileData = fileData
            return part.part
        }
        if let fileURL { return .media(.init(modality: "document", content: .uri(fileURL))) }
        return .other(type: type, json: json.serializedText)
    }
}
