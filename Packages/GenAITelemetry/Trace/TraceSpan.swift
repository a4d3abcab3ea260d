// SPDX-License-Identifier: MIT
public import GenAICore

/// A span in progress: OpenTelemetry's Span, under a name that does not hide Swift's own `Span`.
///
/// A small value that refers to the span; copies write to the same one. All methods may be called from any thread
/// and do nothing once the span has ended or when it is not recorded.
///
/// Source: OpenTelemetry trace API, Span.
public struct TraceSpan: Sendable {
    /// The span's identity; valid also when nothing is recorded.
    public let context: SpanContext
    @usableFromInline let recording: RecordingSpan?

    /// Whether what is written is kept. False once the span has ended.
    public var isRecording: Bool { recording?.isRecording ?? false }

    /// The span that is current in the running task, or `nil`.
    public static var current: TraceSpan? { GenAIContext.current.span }

    /// Sets an attribute; ``GenAICore/AttributeValue/null`` and empty names are ignored.
    public func setAttribute(_ name: String, _ value: AttributeValue) {
        recording?.setAttribute(Attribute(key: name, value: value), value.plainByteCount)
    }

    // Inlinable so that the conversion is specialised for the value's type in the caller's module: without it, setting
    // by typed key takes several times as long.
    /// Sets an attribute by its typed key; `nil` does nothing.
    @inlinable
    public func setAttribute<Value>(_ key: consuming AttributeKey<Value>, _ value: Value?) {
        // Nothing is converted, and nothing allocated, for a span that is not recorded.
        guard recording != nil, let value = value?.attributeValue else { return }
        take(key.prepared, value, value.plainByteCount)
    }

    @usableFromInline
    func take(_ name: consuming AttributeName, _ value: consuming AttributeValue, _ byteCount: Int?) {
        recording?.setAttribute(Attribute(name, value), byteCount)
    }

    /// Sets several attributes at once.
    public func setAttributes(_ attributes: consuming Attributes) {
        recording?.setAttributes(attributes)
    }

    /// Changes the attributes where they lie, which saves instrumentations to collect them first.
    ///
    /// - Parameter change: Must not use the span, which is locked meanwhile.
    package func updateAttributes(_ change: (inout Attributes) -> Void) {
        recording?.updateAttributes(change)
    }

    /// Tells what an LLM call used up, down to the parts that are billed apart.
    ///
    /// For processors, such as one that works out the cost; not exported. The totals belong into the attributes
    /// `gen_ai.usage.input_tokens` and `gen_ai.usage.output_tokens` as well.
    public func setUsage(_ usage: TokenUsage) {
        recording?.setUsage(usage)
    }

    /// Tells which call to a model the span stands for, as its instrumentation knows it.
    package func setCall(_ call: any SpanCall) {
        recording?.setCall(call)
    }

    /// Adds an event.
    ///
    /// - Parameter nanoseconds: When it happened; now by default.
    public func addEvent(_ name: String, attributes: Attributes = [:], at nanoseconds: UnixNanoseconds? = nil) {
        recording?.addEvent(name, attributes: attributes, at: nanoseconds ?? systemUnixNanoseconds())
    }

    /// Adds a link to another span. Links given at the start are seen by the sampler, later ones are not.
    public func addLink(to context: SpanContext, attributes: Attributes = [:]) {
        recording?.addLink(SpanLink(context: context, attributes: attributes))
    }

    /// Sets the status.
    ///
    /// `ok` is final, `unset` changes nothing. Instrumentations leave a success unset.
    public func setStatus(_ status: SpanStatus) {
        recording?.setStatus(status)
    }

    /// Gives the span another name.
    public func updateName(_ name: String) {
        recording?.updateName(name)
    }

    /// Records that the operation failed: the status, `error.type` and one `exception` event.
    ///
    /// Where content must not be recorded, an ``ErrorTypeProviding`` error is described without it.
    ///
    /// - Parameter type: A low-cardinality name; by default the error's ``ErrorTypeProviding/errorType`` or its type.
    public func recordError(_ error: any Error, type: String? = nil) {
        guard let recording, recording.isRecording else { return }
        let safe = contentCapture == .nowhere ? (error as? any ErrorTypeProviding)?.contentFreeDescription : nil
        recording.recordError(type: type ?? errorType(of: error), message: safe ?? String(describing: error))
    }

    /// Ends the span and hands it to the processors. Later calls do nothing.
    ///
    /// - Parameter nanoseconds: When the operation ended; now by default.
    public func end(at nanoseconds: UnixNanoseconds? = nil) {
        recording?.end(at: nanoseconds)
    }

    /// Where content may be recorded of what runs now: as the span's provider is set, narrowed by the scopes around.
    public var contentCapture: ContentCapture {
        recording?.instrumentation.narrowed(by: .current).contentCapture ?? .nowhere
    }

    /// The generation of the conventions that the span's provider is set to.
    package var conventions: GenAIConventions { recording?.instrumentation.conventions ?? .v1_36 }
    /// Whether a call to a model inside the span has been counted; counting the span too would count it twice.
    package var containsCountedCall: Bool { recording?.containsCountedCall ?? false }

    /// The current attribute of that name.
    public subscript(name: String) -> AttributeValue? {
        recording?.attribute(name)
    }
}

extension GenAIContext {
    /// The current span, or `nil`.
    public var span: TraceSpan? {
        activeSpan.map { TraceSpan(context: $0.context, recording: $0 as? RecordingSpan) }
    }

    /// The context with another current span, which new spans become children of.
    public func settingSpan(_ span: TraceSpan) -> GenAIContext {
        var context = self
        context.activeSpan = span.recording ?? PassiveSpan(span.context)
        return context
    }
}

/// An error that names its own kind for `error.type`.
///
/// Source: OpenTelemetry semantic conventions, `error.type`.
public protocol ErrorTypeProviding: Error {
    /// A name of low cardinality, for example `rate_limit_exceeded`.
    var errorType: String { get }
    /// What happened, without anything that a prompt or an answer may have said. Default: the whole description.
    var contentFreeDescription: String { get }
}

extension ErrorTypeProviding {
    /// The whole description.
    public var contentFreeDescription: String { String(describing: self) }
}

/// The value of `error.type` for an error.
package func errorType(of error: any Error) -> String {
    (error as? any ErrorTypeProviding)?.errorType ?? typeName(of: error)
}

/// The name of an error's type, without the addresses that private and local types have in it.
private func typeName(of error: any Error) -> String {
    let name = String(reflecting: type(of: error))
    guard name.contains("(unknown context at ") else { return name }
    var kept = ""
    var rest = name[...]
    while let start = rest.firstRange(of: "(unknown context at ") {
        kept += rest[..<start.lowerBound]
        rest = rest[start.upperBound...]
        guard let end = rest.firstIndex(of: ")") else { return kept }
        rest = rest[rest.index(after: end)...]
        if rest.first == "." { rest = rest.dropFirst() }
    }
    return kept + rest
}
