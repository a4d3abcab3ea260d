// SPDX-License-Identifier: MIT

extension ProviderName {
    /// The value for an unknown provider. Source: semantic conventions 1.36.0, `gen_ai.system`.
    package static var other: ProviderName { ProviderName(rawValue: "_OTHER") }

    /// Creates the provider of a host; `nil` if the host's name does not imply one.
    ///
    /// Source: the well-known values of `gen_ai.provider.name`, semantic conventions v1.41.1 and
    /// semantic-conventions-genai (`moonshot_ai`). Providers without such a value have their own name.
    ///
    /// - Parameter host: The host's name in lower case, without a port.
    package init?(host: String) {
        let match = Self.providersByDomain.first { domain, _ in
            guard host.hasSuffix(domain) else { return false }
            let rest = host.utf8.dropLast(domain.utf8.count)
            guard let last = rest.last else { return true }
            // Locations of Vertex AI precede the domain, separated by a hyphen.
            return last == UInt8(ascii: ".") || last == UInt8(ascii: "-") && domain == "aiplatform.googleapis.com"
        }
        guard let match else { return nil }
        self.init(rawValue: match.name)
    }

    private static let providersByDomain: [(domain: String, name: String)] = [
        ("openai.com", "openai"),
        ("openai.azure.com", "azure.ai.openai"),
        ("cognitiveservices.azure.com", "azure.ai.openai"),
        ("services.ai.azure.com", "azure.ai.inference"),
        ("models.ai.azure.com", "azure.ai.inference"),
        ("inference.ai.azure.com", "azure.ai.inference"),
        ("anthropic.com", "anthropic"),
        ("amazonaws.com", "aws.bedrock"),
        ("cohere.ai", "cohere"),
        ("cohere.com", "cohere"),
        ("deepseek.com", "deepseek"),
        ("aiplatform.googleapis.com", "gcp.vertex_ai"),
        ("firebasevertexai.googleapis.com", "gcp.vertex_ai"),
        ("generativelanguage.googleapis.com", "gcp.gemini"),
        ("groq.com", "groq"),
        ("ml.cloud.ibm.com", "ibm.watsonx.ai"),
        ("mistral.ai", "mistral_ai"),
        ("moonshot.ai", "moonshot_ai"),
        ("moonshot.cn", "moonshot_ai"),
        ("ollama.com", "ollama"),
        ("perplexity.ai", "perplexity"),
        ("x.ai", "x_ai"),
        ("cerebras.ai", "cerebras"),
        ("fireworks.ai", "fireworks"),
        ("openrouter.ai", "openrouter"),
        ("together.ai", "together"),
        ("together.xyz", "together"),
    ]
}
