// SPDX-License-Identifier: MIT
import GenAICore

extension ServerAddress {
    /// The provider behind the address, as telemetry names it; `openai`, the format spoken, where nobody can tell.
    var providerName: String {
        if isLoopback || port == 11_434 { return port == 11_434 ? "ollama" : "openai" }
        return ProviderName(host: host)?.rawValue ?? "openai"
    }
}
