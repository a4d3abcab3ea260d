// SPDX-License-Identifier: MIT
public import GenAICore

/// One log record or event.
///
/// Source: OpenTelemetry log data model; opentelemetry-proto `LogRecord`.
public struct LogRecordData: Sendable {
    /// The time of the event; `nil` if unknown.
    public var nanoseconds: UnixNanoseconds?
    /// The time at which the event was observed; set on emission.
    public var observedNanoseconds: UnixNanoseconds?
    /// The severity; `nil` if unspecified.
    public var severity: LogSeverity?
    /// The original text of the severity.
    public var severityText: String?
    /// The kind of event, for example `gen_ai.choice`; `nil` for a plain log record.
    public var eventName: String? {
        // The event's name is part of a message's meaning.
        didSet { if message != nil { body = message?.body } }
    }
    /// The content: text or structure. Limits do not apply to it.
    public var body: AttributeValue? {
        get { message == nil ? ownBody : message?.body }
        set {
            ownBody = newValue
            message = nil
        }
    }
    /// Additional details.
    public var attributes: Attributes
    /// The number of attributes dropped because of the limit.
    public var droppedAttributesCount = 0
    /// The span that the record belongs to; set from the current span on emission.
    public var spanContext: SpanContext?
    /// The library that emits the record; set on emission.
    public package(set) var scope: InstrumentationScope
    /// The resource that emits the record; set on emission.
    public package(set) var resource: Resource
    /// The message from which the body is created, unless the body has been set.
    package private(set) var message: LogMessage?
    /// Indicates whether the messages in the attributes are also those of the recorded call on the span.
    package var repeatsCall = false

    private var ownBody: AttributeValue?

    private static let noScope = InstrumentationScope(name: "")
    private static let noResource = Resource()
}

extension LogRecordData {
    // In an extension, so that the compiler's own initializer exists as well, which creates a record without copying.
    /// Creates a record.
    public init(
        eventName: String? = nil, body: AttributeValue? = nil, severity: LogSeverity? = nil,
        attributes: Attributes = Attributes(), nanoseconds: UnixNanoseconds? = nil, spanContext: SpanContext? = nil
    ) {
        self.init(
            nanoseconds: nanoseconds, severity: severity, eventName: eventName, attributes: attributes,
            spanContext: spanContext, scope: Self.noScope, resource: Self.noResource, ownBody: body)
    }

    /// Creates a record whose body is created from a message, with everything that is set on emission.
    init(
        eventName: String, message: LogMessage, attributes: Attributes, spanContext: SpanContext?,
        scope: InstrumentationScope, resource: Resource
    ) {
        self.init(
            observedNanoseconds: systemUnixNanoseconds(), severity: .info, eventName: eventName,
            attributes: attributes, spanContext: spanContext, scope: scope, resource: resource, message: message)
    }

    /// The approximate size of the record in memory, in bytes.
    var approximateByteCount: Int {
        256 + attributes.approximateByteCount + (message?.size ?? ownBody?.approximateByteCount ?? 0)
    }

    /// Drops attributes beyond the limit.
    mutating func keepWithin(_ limits: AttributeLimits) {
        droppedAttributesCount += attributes.limit(limits)
    }
}

/// The severity of an event: 1 to 24.
///
/// Source: OpenTelemetry log data model, `SeverityNumber`.
public struct LogSeverity: RawRepresentable, Sendable, Hashable, Comparable {
    /// The number in OTLP.
    public let rawValue: UInt8

    /// Creates a severity from its number.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Fine-grained detail.
    public static let trace = LogSeverity(rawValue: 1)
    /// For debugging.
    public static let debug = LogSeverity(rawValue: 5)
    /// Normal operation.
    public static let info = LogSeverity(rawValue: 9)
    /// A problem that is not an error.
    public static let warn = LogSeverity(rawValue: 13)
    /// A failure.
    public static let error = LogSeverity(rawValue: 17)
    /// A failure that the program cannot recover from.
    public static let fatal = LogSeverity(rawValue: 21)

    /// Returns whether one severity is lower than the other.
    public static func < (one: LogSeverity, other: LogSeverity) -> Bool { one.rawValue < other.rawValue }
}
