// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

// Functions for spans that an application creates itself. They can be called from any thread, and do nothing once the
// span has ended. Content is recorded only if the span's provider and the enclosing scopes allow it.
extension TraceSpan {
    /// Sets the kind of operation that the span describes: attribute `gen_ai.l9.span.kind`.
    public func setKind(_ kind: Last9SpanKind) {
        setAttribute(.genAIL9SpanKind, kind)
    }

    /// Sets the request to a model: operation, model, provider and parameters.
    ///
    /// - Parameters:
    ///   - operation: Attribute `gen_ai.operation.name`.
    ///   - provider: The provider of the model, under the generation's attribute. `nil` infers it from the model's
    ///     name.
    public func setRequest(
        model: String, operation: OperationName = .chat, provider: ProviderName? = nil, maxTokens: Int? = nil,
        temperature: Double? = nil, topP: Double? = nil, frequencyPenalty: Double? = nil,
        presencePenalty: Double? = nil
    ) {
        var attributes = Conventions(conventions).identity(of: provider ?? ProviderName(ofModel: model) ?? .other)
        attributes[.genAIOperationName] = operation
        attributes[.genAIRequestModel] = model
        attributes[.genAIRequestMaxTokens] = maxTokens
        attributes[.genAIRequestTemperature] = temperature
        attributes[.genAIRequestTopP] = topP
        attributes[.genAIRequestFrequencyPenalty] = frequencyPenalty
        attributes[.genAIRequestPresencePenalty] = presencePenalty
        setAttributes(attributes)
    }

    /// Sets the answer of a model: model, identifier, finish reasons, usage and tool calls.
    ///
    /// Zero counts are recorded; unreported counts are not. The text is not recorded: see
    /// ``addContent(prompt:completion:maximumLength:)``.
    public func setResponse(_ report: UsageReport) {
        var attributes = report.provider.map(Conventions(conventions).identity) ?? [:]
        attributes[.genAIResponseModel] = report.model
        attributes[.genAIResponseID] = report.responseID
        attributes[.genAIResponseFinishReasons] = report.finishReasons.isEmpty ? nil : report.finishReasons
        if let usage = report.usage {
            Conventions(conventions).add(usage, to: &attributes)
            setUsage(usage)
        }
        if !report.toolCalls.isEmpty { attributes[.genAIToolCallsCount] = report.toolCalls.count }
        setAttributes(attributes)
        for (index, call) in report.toolCalls.enumerated() { addEvent(for: call, at: index) }
    }

    /// Sets the workflow that the span belongs to, if it is not in a scope.
    ///
    /// - Parameters:
    ///   - userID: Attribute `workflow.user_id`.
    ///   - sessionID: Attribute `workflow.session_id`.
    public func setWorkflow(_ workflow: Workflow, userID: String? = nil, sessionID: String? = nil) {
        setAttribute(.workflowID, workflow.id)
        setAttribute(.workflowType, workflow.type)
        setAttribute(.workflowName, workflow.name)
        setAttribute(.workflowUserID, userID)
        setAttribute(.workflowSessionID, sessionID)
    }

    /// Sets the conversation that the span belongs to, if it is not in a scope.
    ///
    /// - Parameters:
    ///   - userID: Attribute `user.id`.
    ///   - sessionID: Attribute `session.id`.
    ///   - turn: Attributes `gen_ai.conversation.turn` and `gen_ai.conversation.turn_number`.
    public func setConversation(_ id: String, userID: String? = nil, sessionID: String? = nil, turn: Int? = nil) {
        setAttribute(.genAIConversationID, id)
        setAttribute(.userID, userID)
        setAttribute(.sessionID, sessionID)
        setAttribute(.genAIConversationTurn, turn)
        setAttribute(.genAIConversationTurnNumber, turn)
    }

    /// Describes a tool call that has ended; `executeTool` runs and describes one.
    ///
    /// - Parameters:
    ///   - arguments: The arguments, under the names of the conventions and of the dashboards.
    ///   - result: The result, under the names of the conventions and of the dashboards.
    ///   - duration: Attribute `gen_ai.function.call.duration_ms`.
    public func setToolCall(
        _ name: String, id: String? = nil, type: ToolType? = nil, description: String? = nil,
        arguments: AttributeValue? = nil, result: AttributeValue? = nil, duration: Duration? = nil
    ) {
        var attributes: Attributes = [:]
        attributes[.genAIOperationName] = .executeTool
        attributes[.genAIL9SpanKind] = .tool
        attributes[.genAIToolName] = name
        attributes[.genAIToolCallID] = id
        attributes[.genAIToolType] = type
        attributes[.genAIToolDescription] = description
        attributes[.genAIFunctionCallName] = name
        attributes[.genAIFunctionCallDurationMS] = duration?.milliseconds
        if contentCapture.contains(.spans) {
            attributes[.genAIToolCallArguments] = arguments?.spanContent
            attributes[.genAIFunctionCallArguments] = arguments?.contentText
            attributes[.genAIToolCallResult] = result?.spanContent
            attributes[.genAIFunctionCallResult] = result?.contentText
        }
        setAttributes(attributes)
    }

    /// Sets the duration, sizes and quality of an answer.
    ///
    /// - Parameters:
    ///   - responseTime: Attribute `gen_ai.response.time_ms`.
    ///   - requestBytes: Attribute `gen_ai.request.size_bytes`.
    ///   - responseBytes: Attribute `gen_ai.response.size_bytes`.
    ///   - qualityScore: Attribute `gen_ai.quality.score`, usually from 0 to 1.
    public func setPerformance(
        responseTime: Duration? = nil, requestBytes: Int? = nil, responseBytes: Int? = nil,
        qualityScore: Double? = nil
    ) {
        setAttribute(.genAIResponseTimeMS, responseTime?.milliseconds)
        setAttribute(.genAIRequestSizeBytes, requestBytes)
        setAttribute(.genAIResponseSizeBytes, responseBytes)
        setAttribute(.genAIQualityScore, qualityScore)
    }

    /// Adds prompt and completion as events `gen_ai.content.prompt` and `gen_ai.content.completion`.
    ///
    /// - Parameter maximumLength: The maximum number of Unicode scalars. Longer text is cut, and the event says so.
    public func addContent(prompt: String? = nil, completion: String? = nil, maximumLength: Int = 1_000) {
        guard contentCapture.contains(.spans) else { return }
        if let prompt { addContentEvent(CapturedContent(prompt, limit: maximumLength), isInput: true) }
        if let completion { addContentEvent(CapturedContent(completion, limit: maximumLength), isInput: false) }
    }

    /// Adds a tool call, and its result if it is known, as events `gen_ai.tool.call` and `gen_ai.tool.result`.
    public func addToolCall(_ name: String, arguments: AttributeValue? = nil, result: AttributeValue? = nil) {
        let captures = contentCapture.contains(.spans)
        var call: Attributes = ["gen_ai.tool.name": .string(name)]
        if captures { call[.genAIFunctionCallArguments] = arguments?.contentText }
        addEvent(EventName.genAIToolCall.rawValue, attributes: call)
        guard let result else { return }
        var outcome: Attributes = ["gen_ai.tool.name": .string(name)]
        if captures { outcome[.genAIFunctionCallResult] = result.contentText }
        addEvent(EventName.genAIToolResult.rawValue, attributes: outcome)
    }

    func addContentEvent(_ content: CapturedContent, isInput: Bool) {
        var attributes: Attributes = [:]
        attributes[isInput ? .genAIPrompt : .genAICompletion] = content.text
        attributes[isInput ? .genAIPromptLength : .genAICompletionLength] = content.length
        attributes[isInput ? .genAIPromptTruncated : .genAICompletionTruncated] = content.isTruncated
        let name: EventName = isInput ? .genAIContentPrompt : .genAIContentCompletion
        addEvent(name.rawValue, attributes: attributes)
    }

    private func addEvent(for call: UsageReport.ToolCall, at index: Int) {
        var attributes: Attributes = [:]
        attributes[.toolCallIndex] = index
        attributes[.toolCallID] = call.id
        attributes[.toolCallType] = "function"
        attributes[.toolCallFunctionName] = call.name
        if contentCapture.contains(.spans) { attributes[.toolCallFunctionArguments] = call.arguments }
        addEvent(EventName.genAIToolCall.rawValue, attributes: attributes)
    }
}

extension Duration {
    fileprivate var milliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }
}
