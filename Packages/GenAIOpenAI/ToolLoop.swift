// SPDX-License-Identifier: MIT

public import GenAIInstrumentation

/// A function of the program that the model may call.
///
/// ```swift
/// struct Query: Codable { var order: Int }
/// let tool = LocalTool("find_order", description: "Finds an order") { (query: Query) in try await find(query.order) }
/// ```
public struct LocalTool: Sendable {
    /// The definition that the model sees.
    public var definition: ChatTool.Function
    let run: @Sendable (_ arguments: String) async throws -> String
    /// The error that prevents the tool from being offered; `nil` if there is none.
    private(set) var failure: OpenAIClientError?

    /// Creates a tool whose arguments can be any JSON.
    ///
    /// - Parameters:
    ///   - description: The purpose of the tool and when to call it, for the model.
    ///   - parameters: The JSON Schema of the arguments; `nil` for none.
    ///   - strict: Whether the arguments must conform to the schema exactly.
    ///   - run: Performs the call and returns the text for the model. Calls of one message run concurrently.
    public init(
        _ name: String, description: String? = nil, parameters: JSONValue.Schema? = nil, strict: Bool? = nil,
        run: @escaping @Sendable (JSONValue) async throws -> String
    ) {
        self.init(name, description, parameters, strict) { arguments in
            try await run(arguments.isEmpty ? [:] : JSONValue(parsing: arguments))
        }
    }

    /// Creates a tool whose arguments are decoded as a Swift type.
    ///
    /// - Parameters:
    ///   - description: The purpose of the tool and when to call it, for the model.
    ///   - parameters: The JSON Schema of the arguments. Default: derived from their type by
    ///     ``JSONValue/Schema/init(describing:)``. If that fails,
    ///     ``OpenAIClient/Chat/Completions/runTools(_:tools:options:)`` throws.
    ///   - strict: Whether the arguments must conform to the schema exactly.
    ///   - run: Performs the call and returns the text for the model. Calls of one message run concurrently.
    public init<Arguments: Decodable & SendableMetatype>(
        _ name: String, description: String? = nil, parameters: JSONValue.Schema? = nil, strict: Bool? = nil,
        run: @escaping @Sendable (Arguments) async throws -> String
    ) {
        var schema = parameters
        var failure: OpenAIClientError?
        do throws(OpenAIClientError) {
            if schema == nil { schema = try JSONValue.Schema(describing: Arguments.self) }
        } catch {
            failure = error
        }
        self.init(name, description, schema, strict) { arguments in
            try await run(decode(Arguments.self, from: arguments.isEmpty ? "{}" : arguments))
        }
        self.failure = failure
    }

    private init(
        _ name: String, _ description: String?, _ parameters: JSONValue.Schema?, _ strict: Bool?,
        run: @escaping @Sendable (String) async throws -> String
    ) {
        definition = ChatTool.Function()
        definition.name = name
        definition.description = description
        definition.parameters = parameters?.keywords
        definition.strict = strict
        self.run = run
    }
}

/// The settings of a tool loop.
public struct ToolLoopOptions: Sendable {
    /// The maximum number of calls to the model. Default: 10.
    public var maxRounds = 10
    /// Indicates whether a tool that throws ends the loop. Default: `false`.
    ///
    /// Otherwise the model receives the description of the error, so that it can try another way.
    public var stopsAtToolFailure = false
    /// A closure that decides whether a tool may run, for example by asking a person; `nil` allows all. Default: `nil`.
    ///
    /// The decision is recorded on the tool's span. The model receives a refusal and its reason.
    public var approveTool: (@Sendable (ChatMessage.ToolCall) async -> ToolApproval)?
    /// The options for each call of the API.
    public var call = CallOptions()

    /// Creates the default options.
    public init() {}
}

/// The result of a tool loop.
public struct ToolLoopResult: Sendable {
    /// The last answer, which requests no tool.
    public var completion: ChatCompletion
    /// The whole conversation, the last answer included, for further requests.
    public var messages: [ChatMessage]
    /// The total tokens of all calls, as far as the server reported them.
    public var usage: CompletionUsage
    /// The number of calls to the model.
    public var rounds: Int
}

extension OpenAIClient.Chat.Completions {
    /// Runs a tool loop: calls the model, runs the tools that it requests and sends it the results, until it requests
    /// no more.
    ///
    /// The loop is one `invoke_agent` span, and one turn of a conversation, unless an enclosing operation is that
    /// already. The tools of one answer run concurrently as child tasks, which cancellation stops too.
    /// ``OpenAIClient/Configuration/beforeCall`` is called before each call of the API.
    ///
    /// - Parameter tools: The tools to offer to the model in addition to those of the request.
    /// - Throws: ``OpenAIClientError`` of a call, or with code `configuration` for a tool whose schema cannot be
    ///   derived, `tooManyRounds` if the model still requests tools at the limit, and `toolFailed` if the options stop
    ///   the loop at a failure.
    public func runTools(
        _ request: ChatCompletionRequest, tools: [LocalTool], options: ToolLoopOptions = ToolLoopOptions()
    ) async throws(OpenAIClientError) -> ToolLoopResult {
        try await sender.recordedLoop(request.model, options: options.call) { () async throws(OpenAIClientError) in
            try await loop(request, tools, options)
        }
    }

    private func loop(
        _ request: ChatCompletionRequest, _ tools: [LocalTool], _ options: ToolLoopOptions
    ) async throws(OpenAIClientError) -> ToolLoopResult {
        if let failure = tools.lazy.compactMap(\.failure).first { throw failure }
        var request = request
        request.tools += tools.map { tool in
            var offered = ChatTool()
            offered.function = tool.definition
            return offered
        }
        var usage = CompletionUsage()
        for round in 1...max(options.maxRounds, 1) {
            let completion = try await create(request, options: options.call)
            if let new = completion.usage { usage.add(new) }
            guard var message = completion.choices.first?.message else {
                throw OpenAIClientError(.decoding, "the answer has no choice")
            }
            message.nameToolCalls(round: round)
            request.messages.append(message)
            guard !message.toolCalls.isEmpty else {
                return ToolLoopResult(completion: completion, messages: request.messages, usage: usage, rounds: round)
            }
            request.messages += try await results(of: message.toolCalls, tools, options)
        }
        throw OpenAIClientError(.tooManyRounds, "the model still requested tools after \(options.maxRounds) rounds")
    }

    /// Runs the calls concurrently. The messages are in the order of the calls.
    private func results(
        of calls: [ChatMessage.ToolCall], _ tools: [LocalTool], _ options: ToolLoopOptions
    ) async throws(OpenAIClientError) -> [ChatMessage] {
        let outcomes = await withTaskGroup(of: (Int, Result<String, OpenAIClientError>).self) { group in
            for (index, call) in calls.enumerated() {
                group.addTask { (index, await outcome(of: call, tools, options)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        if Task.isCancelled { throw OpenAIClientError(.cancelled, "cancelled while tools were running") }
        var messages: [ChatMessage] = []
        for (index, call) in calls.enumerated() {
            let text: String
            switch outcomes[index] {
            case .success(let result): text = result
            case .failure(let error) where options.stopsAtToolFailure: throw error
            case .failure(let error): text = "Error: \(error.underlying.map { "\($0)" } ?? error.message)"
            case nil: continue
            }
            messages.append(.tool(text, callID: call.id ?? ""))
        }
        return messages
    }

    private func outcome(
        of call: ChatMessage.ToolCall, _ tools: [LocalTool], _ options: ToolLoopOptions
    ) async -> Result<String, OpenAIClientError> {
        let name = call.function?.name ?? call.custom?.name ?? ""
        guard let tool = tools.first(where: { $0.definition.name == name }) else {
            return .failure(OpenAIClientError(.toolFailed, "there is no tool with that name"))
        }
        let arguments = call.function?.arguments ?? call.custom?.input ?? ""
        do {
            let result = try await sender.recordedTool(call, tool, approving: options.approveTool) {
                try await tool.run(arguments)
            }
            return .success(result)
        } catch {
            var failure = OpenAIClientError(.toolFailed, "the tool \(tool.definition.name) failed")
            failure.underlying = error
            return .failure(failure)
        }
    }
}

extension ChatMessage {
    /// Gives an identifier to calls without one, so that their results can refer to it.
    fileprivate mutating func nameToolCalls(round: Int) {
        for index in toolCalls.indices where toolCalls[index].id.nonEmpty == nil {
            toolCalls[index].id = "call_\(round)_\(index)"
        }
    }
}

extension CompletionUsage {
    /// Adds the tokens of another call.
    mutating func add(_ other: CompletionUsage) {
        promptTokens = promptTokens.addingClamped(other.promptTokens)
        completionTokens = completionTokens.addingClamped(other.completionTokens)
        totalTokens = totalTokens.addingClamped(other.totalTokens)
        if let new = other.promptTokensDetails {
            var sum = promptTokensDetails ?? PromptDetails()
            sum.cachedTokens.add(new.cachedTokens)
            sum.cacheWriteTokens.add(new.cacheWriteTokens)
            sum.textTokens.add(new.textTokens)
            sum.imageTokens.add(new.imageTokens)
            sum.audioTokens.add(new.audioTokens)
            promptTokensDetails = sum
        }
        if let new = other.completionTokensDetails {
            var sum = completionTokensDetails ?? CompletionDetails()
            sum.reasoningTokens.add(new.reasoningTokens)
            sum.textTokens.add(new.textTokens)
            sum.audioTokens.add(new.audioTokens)
            sum.acceptedPredictionTokens.add(new.acceptedPredictionTokens)
            sum.rejectedPredictionTokens.add(new.rejectedPredictionTokens)
            completionTokensDetails = sum
        }
    }
}

extension Int? {
    fileprivate mutating func add(_ other: Int?) {
        guard let other else { return }
        self = (self ?? 0).addingClamped(other)
    }
}

extension Int {
    /// Returns the sum, or the end of the range, because servers can report any number.
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
