// SPDX-License-Identifier: MIT
#if canImport(FoundationModels)
    public import FoundationModels
    public import GenAICore
    public import GenAIInstrumentation
    import Synchronization

    /// A session of Apple's FoundationModels whose calls to the model are recorded.
    ///
    /// The calls run on the device, so their cost is zero. The tools run in the context of the call that uses them,
    /// each in a span of its own. All other members are those of ``session``.
    ///
    /// ```swift
    /// let session = ObservedLanguageModelSession(tools: [WeatherTool()], instructions: "Be brief.")
    /// let answer = try await session.respond(to: "Do I need an umbrella?")
    /// ```
    ///
    /// The tokens are recorded if the response tells them, by conforming to ``GenAICore/UsageReporting``:
    ///
    /// ```swift
    /// extension LanguageModelSession.Response: @retroactive UsageReporting { … }
    /// ```
    ///
    /// - Note: This type is compiled against the declarations of the framework, but no test runs it.
    @available(macOS 26.0, iOS 26.0, visionOS 26.0, *)
    @available(tvOS, unavailable)
    @available(watchOS, unavailable)
    @dynamicMemberLookup
    public final class ObservedLanguageModelSession: Sendable {
        /// The session that makes the calls.
        public let session: LanguageModelSession
        /// The model's name. Attribute `gen_ai.request.model`.
        public let modelName: String
        private let instructions: String?
        private let telemetry: CallTelemetry
        private let surroundings: CallSurroundings

        /// Creates a session whose tools run in the context of the call that uses them.
        ///
        /// - Parameters:
        ///   - model: The model to use.
        ///   - tools: The tools that the model may call.
        ///   - instructions: The instructions for the model. Content.
        ///   - modelName: The model's name in telemetry.
        ///   - telemetry: The providers to record with.
        public init(
            model: SystemLanguageModel = .default, tools: [any Tool] = [], instructions: String? = nil,
            modelName: String = "apple-foundation-model", telemetry: CallTelemetry = .global
        ) {
            let surroundings = CallSurroundings()
            session = LanguageModelSession(
                model: model, tools: tools.map { surroundings.observed($0) }, instructions: instructions)
            (self.modelName, self.instructions) = (modelName, instructions)
            (self.telemetry, self.surroundings) = (telemetry, surroundings)
        }

        /// Creates an observed session from an existing one, whose tools run in whatever context the system gives them.
        ///
        /// - Parameters:
        ///   - session: The session that makes the calls.
        ///   - modelName: The model's name in telemetry.
        ///   - telemetry: The providers to record with.
        public init(
            _ session: LanguageModelSession, modelName: String = "apple-foundation-model",
            telemetry: CallTelemetry = .global
        ) {
            (self.session, self.modelName, self.telemetry) = (session, modelName, telemetry)
            (instructions, surroundings) = (nil, CallSurroundings())
        }

        /// A property of the session.
        public subscript<Value>(dynamicMember member: KeyPath<LanguageModelSession, Value>) -> Value {
            session[keyPath: member]
        }
    }

    @available(macOS 26.0, iOS 26.0, visionOS 26.0, *)
    @available(tvOS, unavailable)
    @available(watchOS, unavailable)
    extension ObservedLanguageModelSession {
        /// Responds to a prompt with text.
        ///
        /// - Parameters:
        ///   - prompt: The prompt. Content.
        ///   - options: The options of the generation.
        /// - Throws: The error of the session, or that of a surrounding budget which refuses the call.
        public func respond(
            to prompt: String, options: GenerationOptions = GenerationOptions()
        ) async throws -> LanguageModelSession.Response<String> {
            try await record(prompt, options) {
                try await self.session.respond(to: prompt, options: options)
            } text: {
                $0.content
            }
        }

        /// Responds to a prompt with a value of a type that the model can generate.
        ///
        /// - Parameters:
        ///   - prompt: The prompt. Content.
        ///   - type: The type to generate.
        ///   - includeSchemaInPrompt: Whether the type's schema is added to the prompt.
        ///   - options: The options of the generation.
        /// - Throws: The error of the session, or that of a surrounding budget which refuses the call.
        public func respond<Content: Generable>(
            to prompt: String, generating type: Content.Type, includeSchemaInPrompt: Bool = true,
            options: GenerationOptions = GenerationOptions()
        ) async throws -> LanguageModelSession.Response<Content> {
            try await record(prompt, options, outputType: .json) {
                try await self.session.respond(
                    to: prompt, generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
            } text: {
                $0.rawContent.jsonString
            }
        }

        /// Responds to a prompt with text that grows from one snapshot to the next. Iterate the result once.
        ///
        /// - Parameters:
        ///   - prompt: The prompt. Content.
        ///   - options: The options of the generation.
        /// - Throws: The error of a surrounding budget which refuses the call.
        public func streamResponse(
            to prompt: String, options: GenerationOptions = GenerationOptions()
        ) async throws -> ModelCallStream<LanguageModelSession.ResponseStream<String>> {
            try await withModelCall(request(prompt, options), telemetry: telemetry) { call in
                self.surroundings.enter(call.context)
                return self.session.streamResponse(to: prompt, options: options)
            } adding: { snapshot, answer in
                // Each snapshot repeats what came before.
                answer = Self.answer(snapshot, text: snapshot.content)
            }
        }

        private func record<Content>(
            _ prompt: String, _ options: GenerationOptions, outputType: OutputType? = nil,
            _ respond: () async throws -> LanguageModelSession.Response<Content>,
            text: (LanguageModelSession.Response<Content>) -> String
        ) async throws -> LanguageModelSession.Response<Content> {
            var request = request(prompt, options)
            request.outputType = outputType
            return try await withModelCall(request, telemetry: telemetry) { call in
                surroundings.enter(call.context)
                let response = try await respond()
                call.answer = Self.answer(response, text: text(response))
                return response
            }
        }

        private func request(_ prompt: String, _ options: GenerationOptions) -> ModelRequest {
            ModelRequest(
                model: modelName, provider: "apple", messages: [.user(prompt)],
                systemInstructions: instructions.map { [.text($0)] } ?? [], temperature: options.temperature,
                maxTokens: options.maximumResponseTokens)
        }

        private static func answer(_ response: Any, text: String) -> ModelAnswer {
            let report = (response as? any UsageReporting)?.usageReport
            var usage = report?.usage ?? TokenUsage()
            // What runs on the device costs nothing.
            usage.statedCost = usage.statedCost ?? .zero
            return ModelAnswer(messages: [.assistant(text)], finishReasons: ["stop"], usage: usage)
        }
    }

    /// The context of the call that a session is making; a session makes one call at a time.
    @available(macOS 26.0, iOS 26.0, visionOS 26.0, *)
    @available(tvOS, unavailable)
    @available(watchOS, unavailable)
    private final class CallSurroundings: Sendable {
        private let current = Mutex(GenAIContext())

        var context: GenAIContext { current.withLock { $0 } }

        func enter(_ context: GenAIContext) { current.withLock { $0 = context } }

        func observed(_ tool: some Tool) -> any Tool { ObservedTool(base: tool, surroundings: self) }
    }

    /// A tool that runs in the context of the call that uses it. The system may run tools in tasks of its own, which do
    /// not inherit the context.
    @available(macOS 26.0, iOS 26.0, visionOS 26.0, *)
    @available(tvOS, unavailable)
    @available(watchOS, unavailable)
    private struct ObservedTool<Base: Tool>: Tool {
        let base: Base
        let surroundings: CallSurroundings

        var name: String { base.name }
        var description: String { base.description }
        var parameters: GenerationSchema { base.parameters }
        var includesSchemaInInstructions: Bool { base.includesSchemaInInstructions }

        func call(arguments: Base.Arguments) async throws -> Base.Output {
            try await surroundings.context.run {
                try await executeTool(base.name, description: base.description) {
                    try await base.call(arguments: arguments)
                }
            }
        }
    }
#endif
