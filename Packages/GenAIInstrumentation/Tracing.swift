// SPDX-License-Identifier: MIT
package import GenAICore
package import GenAITelemetry

extension AttributeValue {
    /// The value in the form of content on spans: structures as JSON text, which every backend supports.
    package var spanContent: AttributeValue {
        switch self {
        case .array, .map: .string(jsonText)
        default: self
        }
    }

    /// Text unchanged, any other value as JSON.
    package var contentText: String {
        if case .string(let text) = self { return text }
        return jsonText
    }
}

extension TracerProvider.Tracer {
    /// Indicates whether spans that start here and now may contain content.
    package var capturesContent: Bool {
        instrumentation.narrowed(by: .current).contentCapture.contains(.spans)
    }

    /// The attributes of the configured generation.
    package var conventions: Conventions { Conventions(instrumentation.conventions) }

    /// The tracer of the global provider, or one that records nothing.
    package static var ofGlobalProvider: TracerProvider.Tracer {
        let provider = TracerProvider.global ?? disabledProvider
        let latest = provider.tracer(scope: .genAIInstrumentation(writing: .latest))
        guard latest.isEnabled, latest.instrumentation.conventions < .latest else { return latest }
        return provider.tracer(scope: .genAIInstrumentation(writing: .v1_36))
    }

    private static let disabledProvider: TracerProvider = {
        var configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.isDisabled = true
        return TracerProvider(configuration)
    }()
}
