// SPDX-License-Identifier: MIT
package import GenAICore

extension GenAIConventions {
    /// Names a provider in this generation: `gen_ai.system` or `gen_ai.provider.name`.
    package func identity(of provider: ProviderName) -> Attributes {
        self == .latest
            ? ["gen_ai.provider.name": .string(provider.rawValue)]
            : ["gen_ai.system": .string(provider.legacyName)]
    }
}

extension ProviderName {
    // Three providers were spelled otherwise before version 1.37.0.
    fileprivate var legacyName: String {
        switch self {
        case .azureAIOpenAI: ProviderName.legacyAzureAIOpenAI.rawValue
        case .azureAIInference: ProviderName.legacyAzureAIInference.rawValue
        case .xAI: ProviderName.legacyXAI.rawValue
        default: rawValue
        }
    }
}

extension AttributeValue {
    /// The value as a span attribute holds content: structures as JSON text, which every receiver understands.
    package var spanContent: AttributeValue {
        switch self {
        case .array, .map: .string(jsonText)
        default: self
        }
    }
}

extension Tracer {
    /// Whether the spans that start here and now may hold content.
    package var capturesContent: Bool {
        instrumentation.narrowed(by: .current).contentCapture.contains(.spans)
    }

    /// The tracer of the global provider, or one that records nothing.
    package static var ofGlobalProvider: Tracer {
        (TracerProvider.global ?? disabledProvider).tracer(scope: conventionScope)
    }

    private static let conventionScope = InstrumentationScope(name: "GenAITelemetry", version: packageVersion)

    private static let disabledProvider: TracerProvider = {
        var configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.isDisabled = true
        return TracerProvider(configuration)
    }()
}
