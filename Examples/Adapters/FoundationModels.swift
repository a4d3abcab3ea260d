// SPDX-License-Identifier: MIT
// Packages: none; a framework of macOS 26 and iOS 26. Compiled against its declarations only, not run in this repository.
//
// Records answers of FoundationModels' sessions like those of OpenAIClient, without a cost, because they run on the
// device. Copy this file into your program, then:
//
//     let session = ObservedLanguageModelSession(LanguageModelSession(instructions: "Be brief."))
//     let answer = try await session.respond(to: "Why is the sky blue?")
import FoundationModels
import GenAICore
import GenAIInstrumentation

/// A session whose calls are recorded. Use ``session`` for everything else.
@available(macOS 26.0, iOS 26.0, visionOS 26.0, *)
struct ObservedLanguageModelSession: Sendable {
    /// The session itself.
    let session: LanguageModelSession
    /// The name of the model in telemetry.
    let model: String

    init(_ session: LanguageModelSession, model: String = "apple-on-device") {
        self.session = session
        self.model = model
    }

    /// Requests a text. The tools of the session run in the context of the call if the system keeps its task.
    func respond(
        to prompt: String, options: GenerationOptions = GenerationOptions()
    ) async throws -> LanguageModelSession.Response<String> {
        try await withModelCall(request(prompt, options)) { call in
            let response = try await session.respond(to: prompt, options: options)
            call.answer = ModelAnswer(
                model: model, messages: [.assistant(response.content)], finishReasons: ["stop"])
            return response
        }
    }

    /// Requests a text as a stream of snapshots, each of which repeats the previous text.
    func streamResponse(
        to prompt: String, options: GenerationOptions = GenerationOptions()
    ) async throws -> ModelCallStream<LanguageModelSession.ResponseStream<String>> {
        try await withModelCall(
            request(prompt, options), stream: { _ in session.streamResponse(to: prompt, options: options) },
            adding: { snapshot, answer in
                answer.messages = [.assistant(snapshot.content)]
                answer.finishReasons = ["stop"]
            })
    }

    private func request(_ prompt: String, _ options: GenerationOptions) -> ModelRequest {
        ModelRequest(
            model: model, provider: "apple", messages: [.user(prompt)], temperature: options.temperature,
            maxTokens: options.maximumResponseTokens)
    }
}
