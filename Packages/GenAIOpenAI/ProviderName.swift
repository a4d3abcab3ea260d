// SPDX-License-Identifier: MIT
import GenAICore

extension ServerAddress {
    /// The provider at the address, as named in telemetry; `openai`, for the format, if it is unknown.
    var providerName: String {
        if isLoopback || port == 11_434 { return port == 11_434 ? "ollama" : "openai" }
        return ProviderName(host: host)?.rawValue ?? "openai"
    }
}
