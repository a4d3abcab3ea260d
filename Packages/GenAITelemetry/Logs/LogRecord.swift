// SPDX-License-Identifier: MIT
public import GenAICore

/// One log record or event.
///
/// Source: OpenTelemetry log data model; opentelemetry-proto `LogRecord`.
public struct LogRecord: Sendable {
    /// When the event happened; `nil` when unknown.
    public var nanoseconds: UnixNanoseconds?
    /// When it was seen; filled in on emission.
    public var observedNanoseconds: UnixNanoseconds?
    /// How bad it is; `nil` when unspecified.
    public var severity: LogSeverity?
    /// The original text of the severity.
    public var severityText: String?
    /// The kind of event, for example `gen_ai.choice`; `nil` for a plain log record.
    public var eventName: String? {
        // A message is what its event's name says of it.
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
    /// Further details.
    public var attributes: Attributes
    /// How many attributes were refused at the limit.
    public var droppedAttributesCount = 0
    /// The span the record belongs to; filled in from the current span on emission.
    public var spanContext: SpanContext?
    /// The library that emits the record; filled in on emission.
    public package(set) var scope: InstrumentationScope
    /// What the record was emitted in; filled in on emission.
    public package(set) var resource: Resource
    /// What the body is made of, where it has not been set.
    package private(set) var message: LogMessage?

    private var ownBody: AttributeValue?

    private static let noScope = InstrumentationScope(name: "")
    private static let noResource = Resource()
}

extension LogRecord {
    // In an extension, so that there is the compiler's own initializer as well: what that makes is not copied.
    /// Creates a record.
    public init(
        eventName: String? = nil, body: AttributeValue? = nil, severity: LogSeverity? = nil,
        attributes: Attributes = Attributes(), nanoseconds: UnixNanoseconds? = nil, spanContext: SpanContext? = nil
    ) {
        self.init(
            nanoseconds: nanoseconds, severity: severity, eventName: eventName, attributes: attributes,
            spanContext: spanContext, scope: Self.noScope, resource: Self.noResource, ownBody: body)
    }

    /// Creates a record whose body is made of a message, with everything that is filled in on emission.
    init(
        eventName: String, message: LogMessage, attributes: Attributes, spanContext: SpanContext?,
        scope: InstrumentationScope, resource: Resource
    ) {
        self.init(
            observedNanoseconds: systemUnixNanoseconds(), severity: .info, eventName: eventName,
            attributes: attributes, spanContext: spanContext, scope: scope, resource: resource, message: message)
    }

    /// A cheap estimate of the memory the record holds.
    var approximateByteCount: Int {
        256 + attributes.approximateByteCount + (message?.size ?? ownBody?.approximateByteCount ?? 0)
    }

    /// Refuses attributes at the limit.
    mutating func keepWithin(_ limits: AttributeLimits) {
        droppedAttributesCount += attributes.limit(limits)
    }
}

/// How bad an event is: 1 to 24.
///
/// Source: OpenTelemetry log data model, `SeverityNumber`.
public struct LogSeverity: RawRepresentable, Sendable, Hashable, Comparable {
    /// The number on the wire.
    public let rawValue: UInt8

    /// Creates a severity from its number.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Fine-grained detail.
    public static let trace = LogSeverity(rawValue: 1)
    /// For debugging.
    public static let debug = LogSeverity(rawValue: 5)
    /// Something happened.
    public static let info = LogSeverity(rawValue: 9)
    /// Something is off, but not broken.
    public static let warn = LogSeverity(rawValue: 13)
    /// Something failed.
    public static let error = LogSeverity(rawValue: 17)
    /// The program cannot go on.
    public static let fatal = LogSeverity(rawValue: 21)

    /// Whether one is less bad than the other.
    public static func < (one: LogSeverity, other: LogSeverity) -> Bool { one.rawValue < other.rawValue }
}
