// SPDX-License-Identifier: MIT
public import GenAICore

/// A span in progress: OpenTelemetry's Span, under a name that does not hide Swift's own `Span`.
public struct TraceSpan: Sendable {
    /// The span's identity.
    public let context: SpanContext
}
