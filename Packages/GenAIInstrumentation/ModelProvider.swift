// SPDX-License-Identifier: MIT
package import GenAICore

extension ProviderName {
    /// Creates the provider that a model's name implies; `nil` if several serve the model or none is known.
    ///
    /// Compares whole words at the start of the name, after a prefix such as `provider/` or `ft:`. A name that merely
    /// contains `o1` or `gpt` does not imply OpenAI.
    package init?(ofModel name: String) {
        var name = Substring(name.lowercased())
        if name.hasPrefix("ft:") { name = name.dropFirst(3) }
        if let slash = name.lastIndex(of: "/") { name = name[name.index(after: slash)...] }
        let word = name.prefix { $0 != "-" && $0 != "." && $0 != ":" && $0 != "_" }
        guard let provider = Self.byFirstWord[String(word)] else { return nil }
        self = provider
    }

    private static let byFirstWord: [String: ProviderName] = [
        "gpt": .openAI, "chatgpt": .openAI, "o1": .openAI, "o3": .openAI, "o4": .openAI, "davinci": .openAI,
        "babbage": .openAI, "whisper": .openAI, "tts": .openAI, "dall": .openAI, "codex": .openAI, "text": .openAI,
        "omni": .openAI, "sora": .openAI, "claude": .anthropic, "gemini": .gcpGemini, "gemma": .gcpGemini,
        "command": .cohere, "embed": .cohere, "rerank": .cohere, "aya": .cohere, "c4ai": .cohere,
        "mistral": .mistralAI, "mixtral": .mistralAI, "codestral": .mistralAI, "ministral": .mistralAI,
        "pixtral": .mistralAI, "magistral": .mistralAI, "devstral": .mistralAI, "deepseek": .deepseek, "grok": .xAI,
        "sonar": .perplexity, "kimi": .moonshotAI, "moonshot": .moonshotAI, "granite": .ibmWatsonxAI,
    ]
}
