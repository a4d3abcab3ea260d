// SPDX-License-Identifier: MIT
package import GenAICore

extension ProviderName {
    /// The provider that a model's name gives away; `nil` where several serve it or none is known.
    ///
    /// Compares whole words at the start of the name, behind any `provider/` or `ft:` before it: a name that merely
    /// contains `o1` or `gpt` somewhere is not taken for OpenAI's.
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
