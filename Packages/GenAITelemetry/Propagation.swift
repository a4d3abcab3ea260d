// SPDX-License-Identifier: MIT
public import GenAICore

extension TelemetryEnvironment {
    /// Returns the formats that `OTEL_PROPAGATORS` names: `tracecontext`, `baggage`, `none` or a list of them.
    ///
    /// Unsupported formats (B3, Jaeger, X-Ray, OT) are reported and left out, and so is `none` beside others. `nil` if
    /// the variable is unset or names no supported format.
    public func propagator() -> W3CPropagator? {
        let formats: [String: Format] = ["tracecontext": .traceContext, "baggage": .baggage, "none": .none]
        let others: Set = ["b3", "b3multi", "jaeger", "xray", "ottrace"]
        let named = choices("OTEL_PROPAGATORS", of: formats) { word in
            others.contains(word) ? "is not supported by this package; use tracecontext, baggage" : nil
        }
        return named.map {
            W3CPropagator(
                includesTraceContext: $0.contains(.traceContext), includesBaggage: $0.contains(.baggage))
        }
    }

    private enum Format { case traceContext, baggage, none }
}
