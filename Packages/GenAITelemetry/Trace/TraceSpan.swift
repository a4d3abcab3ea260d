// SPDX-License-Identifier: MIT
public import GenAICore

/// A span in progress: OpenTelemetry's Span, with a name that does not hide Swift's own `Span`.
///
/// A small value that refers to the span; copies write to the same one. All methods can be called from any thread. They
/// do nothing once the span has ended or if it is not recorded.
///
/// Source: OpenTelemetry trace API, Span.
public struct TraceSpan: Sendable {
    /// The span's identity, which is valid even if nothing is recorded.
    public let context: SpanContext
    @usableFromInline let recording: RecordingSpan?

    /// Indicates whether the span records data. False once it has ended.
    public var isRecording: Bool { recording?.isRecording ?? false }

    /// The current span of the running task; `nil` if there is none.
    public static var current: TraceSpan? { GenAIContext.current.span }

    /// Sets an attribute. ``GenAICore/AttributeValue/null`` and empty names are ignored.
    public func setAttribute(_ name: String, _ value: AttributeValue) {
        recording?.setAttribute(Attribute(key: name, value: value), value.plainByteCount)
    }

    // Inlinable, so that the conversion is specialised for the value's type in the caller's module. Without it, setting
    // by typed key takes several times as long.
    /// Sets an attribute by its typed key; `nil` does nothing.
    @inlinable
    public func setAttribute<Value>(_ key: consuming AttributeKey<Value>, _ value: Value?) {
        // For a span that is not recorded, nothing is converted or allocated.
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

    /// Changes the attributes in place, so that instrumentations need not collect them first.
    ///
    /// - Parameter change: Changes the attributes. It must not use the span, which is locked meanwhile.
    package func updateAttributes(_ change: (inout Attributes) -> Void) {
        recording?.updateAttributes(change)
    }

    /// Sets the usage of an LLM call, including the parts that are billed separately.
    ///
    /// For processors, such as one that computes the cost; not exported. Set the totals as the attributes
    /// `gen_ai.usage.input_tokens` and `gen_ai.usage.output_tokens` as well.
    public func setUsage(_ usage: TokenUsage) {
        recording?.setUsage(usage)
    }

    /// Sets the call to a model that the span describes, as recorded by its instrumentation.
    package func setCall(_ call: any SpanCall) {
        recording?.setCall(call)
    }

    /// Adds an event.
    ///
    /// - Parameter nanoseconds: The time of the event; now by default.
    public func addEvent(_ name: String, attributes: Attributes = [:], at nanoseconds: UnixNanoseconds? = nil) {
        recording?.addEvent(name, attributes: attributes, at: nanoseconds ?? systemUnixNanoseconds())
    }

    /// Adds a link to another span. The sampler sees links given at the start, but not later ones.
    public func addLink(to context: SpanContext, attributes: Attributes = [:]) {
        recording?.addLink(TraceSpan.Link(context: context, attributes: attributes))
    }

    /// Sets the status.
    ///
    /// `ok` is final, `unset` changes nothing. Instrumentations leave a success unset.
    public func setStatus(_ status: TraceSpan.Status) {
        recording?.setStatus(status)
    }

    /// Changes the name of the span.
    public func updateName(_ name: String) {
        recording?.updateName(name)
    }

    /// Records a failure of the operation: the status, `error.type` and one `exception` event.
    ///
    /// If content must not be recorded, an ``ErrorTypeProviding`` error is described without it.
    ///
    /// - Parameter type: A name of low cardinality; by default the error's ``ErrorTypeProviding/errorType`` or its
    ///   type.
    public func recordError(_ error: any Error, type: String? = nil) {
        guard let recording, recording.isRecording else { return }
        let safe = contentCapture == .nowhere ? (error as? any ErrorTypeProviding)?.contentFreeDescription : nil
        recording.recordError(type: type ?? errorType(of: error), message: safe ?? String(describing: error))
    }

    /// Ends the span and passes it to the processors. Later calls do nothing.
    ///
    /// - Parameter nanoseconds: The end of the operation; now by default.
    public func end(at nanoseconds: UnixNanoseconds? = nil) {
        recording?.end(at: nanoseconds)
    }

    /// The places where content of the current operation may be recorded: the setting of the span's provider, narrowed
    /// by the enclosing scopes.
    public var contentCapture: ContentCapture {
        recording?.instrumentation.narrowed(by: .current).contentCapture ?? .nowhere
    }

    /// The generation of the conventions that the span's provider uses.
    package var conventions: GenAIConventions { recording?.instrumentation.conventions ?? .v1_36 }
    /// Indicates whether a call to a model inside the span has been counted. Counting the span too would count it
    /// twice.
    package var containsCountedCall: Bool { recording?.containsCountedCall ?? false }

    /// The current value of an attribute.
    public subscript(name: String) -> AttributeValue? {
        recording?.attribute(name)
    }
}

extension GenAIContext {
    /// The current span; `nil` if there is none.
    public var span: TraceSpan? {
        activeSpan.map { TraceSpan(context: $0.context, recording: $0 as? RecordingSpan) }
    }

    /// Returns the context with another current span, which becomes the parent of new spans.
    public func settingSpan(_ span: TraceSpan) -> GenAIContext {
        var context = self
        context.activeSpan = span.recording ?? PassiveSpan(span.context)
        return context
    }
}

/// An error that provides its value of `error.type`.
///
/// Source: OpenTelemetry semantic conventions, `error.type`.
public protocol ErrorTypeProviding: Error {
    /// A name of low cardinality, for example `rate_limit_exceeded`.
    var errorType: String { get }
    /// A description without any content of prompts or answers. Default: the whole description.
    var contentFreeDescription: String { get }
}

extension ErrorTypeProviding {
    /// The whole description.
    public var contentFreeDescription: String { String(describing: self) }
}

/// Returns the value of `error.type` for an error.
package func errorType(of error: any Error) -> String {
    (error as? any ErrorTypeProviding)?.errorType ?? typeName(of: error)
}

/// Returns the name of an error's type, without the addresses in the names of private and local types.
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
