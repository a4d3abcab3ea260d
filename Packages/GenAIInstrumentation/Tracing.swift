// SPDX-License-Identifier: MIT
package import GenAICore
package import GenAITelemetry

extension AttributeValue {
    /// The value as a span attribute holds content: structures as JSON text, which every receiver understands.
    package var spanContent: AttributeValue {
        switch self {
        case .array, .map: .string(jsonText)
        default: self
        }
    }

    /// Text as it is, everything else as JSON.
    package var contentText: String {
        if case .string(let text) = self { return text }
        return jsonText
    }
}

extension Tracer {
    /// Whether the spans that start here and now may hold content.
    package var capturesContent: Bool {
        instrumentation.narrowed(by: .current).contentCapture.contains(.spans)
    }

    /// The table of the generation that is written.
    package var conventions: Conventions { Conventions(instrumentation.conventions) }

    /// The tracer of the global provider, or one that records nothing.
    package static var ofGlobalProvider: Tracer {
        (TracerProvider.global ?? disabledProvider).tracer(scope: .genAIInstrumentation)
    }

    private static let disabledProvider: TracerProvider = {
        var configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.isDisabled = true
        return TracerProvider(configuration)
    }()
}
