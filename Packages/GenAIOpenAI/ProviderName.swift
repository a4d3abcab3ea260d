// SPDX-License-Identifier: MIT

extension ServerAddress {
    /// The provider behind the address, as telemetry names it; `openai`, the format spoken, where nobody can tell.
    ///
    /// Source: the well-known values of `gen_ai.provider.name`, semantic conventions v1.41.1 and
    /// semantic-conventions-genai (`moonshot_ai`). Providers without such a value go by their own name.
    var providerName: String {
        if isLoopback || port == 11_434 { return port == 11_434 ? "ollama" : "openai" }
        let match = Self.providersByDomain.first { host == $0.domain || host.hasSuffix("." + $0.domain) }
        return match?.name ?? "openai"
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
        ("generativelanguage.googleapis.com", "gcp.gemini"),
        ("groq.com", "groq"),
        ("ml.cloud.ibm.com", "ibm.watsonx.ai"),
        ("mistral.ai", "mistral_ai"),
        ("moonshot.ai", "moonshot_ai"),
        ("moonshot.cn", "moonshot_ai"),
        ("perplexity.ai", "perplexity"),
        ("x.ai", "x_ai"),
        ("cerebras.ai", "cerebras"),
        ("fireworks.ai", "fireworks"),
        ("openrouter.ai", "openrouter"),
        ("together.ai", "together"),
        ("together.xyz", "together"),
    ]
}
