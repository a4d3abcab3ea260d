// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// OpenAI's Responses API.
///
/// Source: OpenAI API reference, "Responses" and "Streaming events".
struct OpenAIResponses: AnswerReader {
    /// Indicates whether the output contains calls to the program's own tools.
    private var callsTools = false
    /// The finished items by position, because servers may omit them in the last event.
    private var serverCalls: [Int: ServerToolCall] = [:]

    static func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        // A stored prompt may specify the model.
        let model = body["model"]?.nonEmptyString ?? model ?? (body["prompt"]?["id"] == nil ? nil : "")
        guard let model, body["input"] != nil || body["prompt"] != nil || body["previous_response_id"] != nil else {
            return nil
        }
        var request = ModelRequest(model: model, provider: .openAI, messages: messages(body["input"]))
        OpenAIRequest.fillIn(&request, from: body)
        request.apiType = .responses
        request.systemInstructions = body["instructions"]?.nonEmptyString.map { [.text($0)] } ?? []
        request.previousResponseID = body["previous_response_id"]?.nonEmptyString
        request.conversationID = body["conversation"]?.nonEmptyString ?? body["conversation"]?["id"]?.nonEmptyString
        return RecognisedRequest(request: request, reader: OpenAIResponses())
    }

    private static func messages(_ input: WireValue?) -> [Message] {
        guard let input else { return [] }
        if let text = input.string { return [.user(text)] }
        return input.elements.map { item in
            switch item["type"]?.string {
            case "function_call_output", "custom_tool_call_output":
                return .tool(OpenAIRequest.resultText(item["output"]), callID: item["call_id"]?.identifier)
            case "message", nil:
                let parts = (item["content"]?.elements ?? []).flatMap(OpenAIRequest.contentParts)
                return Message(role: Message.Role(rawValue: item["role"]?.nonEmptyString ?? "user"), parts: parts)
            default: return Message(role: .assistant, parts: parts(of: item))
            }
        }
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        let isResponse = value["object"]?.string == "response"
        guard let type = value["type"]?.string, !isResponse, type.hasPrefix("response.") else {
            let isAnswer = isResponse || value["output"] != nil
            if let error = ReportedError(in: value, isAnswer: isAnswer, isItsOwn: isResponse) {
                draft.failure = OpenAIFailure.failure(error)
            }
            return readResponse(value, into: &draft)
        }
        let slot = value["output_index"]?.position ?? 0
        switch type {
        case "response.output_text.delta", "response.refusal.delta":
            draft.addText(value["delta"]?.string, slot: slot)
        case "response.reasoning_summary_text.delta", "response.reasoning_text.delta":
            draft.addReasoning(value["delta"]?.string, slot: slot)
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
            draft.addArguments(value["delta"]?.string, slot: slot)
        case "response.output_item.added": readItem(value["item"], slot: slot, isDone: false, into: &draft)
        case "response.output_item.done": readItem(value["item"], slot: slot, isDone: true, into: &draft)
        default: if let response = value["response"] { readResponse(response, into: &draft) }
        }
    }

    private mutating func readItem(_ item: WireValue?, slot: Int, isDone: Bool, into draft: inout AnswerDraft) {
        guard let item else { return }
        if Self.isCall(item) { callsTools = true }
        if isDone, serverCalls.count < 1_024 { serverCalls[slot] = Self.serverCall(item) }
        if isDone || Self.isCall(item) { draft.replace(slot: slot, with: Self.parts(of: item)) }
    }

    private mutating func readResponse(_ response: WireValue, into draft: inout AnswerDraft) {
        draft.set(\.id, response["id"])
        draft.set(\.model, response["model"])
        draft.set(\.serviceTier, response["service_tier"])
        let output = response["output"]?.elements ?? []
        if !output.isEmpty {
            callsTools = output.contains(where: Self.isCall)
            draft.removeParts()
            for (slot, item) in output.enumerated() { draft.replace(slot: slot, with: Self.parts(of: item)) }
        }
        readUsage(of: response, output, into: &draft)
        switch response["status"]?.string {
        case "completed": draft.setFinishReason(.string(callsTools ? "tool_calls" : "stop"))
        case "incomplete":
            let reason = response["incomplete_details"]?["reason"]?.string
            draft.setFinishReason(.string(reason == "content_filter" ? "content_filter" : "length"))
        case "failed", "cancelled":
            let error = response["error"]
            let status = response["status"]?.string ?? "failed"
            draft.failure = ProviderFailure(
                type: error?["code"]?.nonEmptyString ?? status, message: error?["message"]?.string)
        default: break
        }
    }

    private func readUsage(of response: WireValue, _ output: [WireValue], into draft: inout AnswerDraft) {
        var usage = response["usage"].flatMap(OpenAIUsage.read) ?? TokenUsage()
        if let images = response["tool_usage"]?["image_gen"].flatMap(OpenAIUsage.read) { usage += images }
        usage.countServerTools(output.isEmpty ? Array(serverCalls.values) : output.map(Self.serverCall))
        guard !usage.isEmpty else { return }
        draft.answer.usage = usage
        draft.isRecognised = true
    }

    private static func serverCall(_ item: WireValue) -> ServerToolCall {
        ServerToolCall(
            type: item["type"]?.string, status: item["status"]?.string, action: item["action"]?["type"]?.string,
            container: (item["container_id"] ?? item["environment"]?["container_id"])?.string)
    }

    private static func isCall(_ item: WireValue) -> Bool {
        ["function_call", "custom_tool_call"].contains(item["type"]?.string)
    }

    private static func parts(of item: WireValue) -> [Message.Part] {
        switch item["type"]?.string {
        case "message", nil: return (item["content"]?.elements ?? []).flatMap(OpenAIRequest.contentParts)
        case "reasoning":
            let texts = (item["summary"]?.elements ?? []) + (item["content"]?.elements ?? [])
            let text = texts.compactMap { $0["text"]?.string }.joined(separator: "\n")
            return text.isEmpty ? [] : [.reasoning(text)]
        case "function_call", "custom_tool_call":
            return [
                .toolCall(
                    Message.ToolCall(
                        id: item["call_id"]?.identifier ?? item["id"]?.identifier, name: item["name"]?.string ?? "",
                        arguments: (item["arguments"] ?? item["input"])?.plainText))
            ]
        default: return [.other(item)]
        }
    }
}
