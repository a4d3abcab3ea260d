// SPDX-License-Identifier: MIT
public import GenAICore

/// A span as processors and exporters see it: a plain value.
///
/// Source: OpenTelemetry trace SDK; opentelemetry-proto `Span`.
public struct SpanData: Sendable {
    /// The span's name, low in cardinality, for example `chat gpt-4o`.
    public var name: String
    /// The span's identity.
    public let context: SpanContext
    /// The parent's identity; `nil` for the root of a trace.
    public let parent: SpanContext?
    /// The role of the span in a remote call.
    public let kind: SpanKind
    /// When the operation began.
    public let startNanoseconds: UnixNanoseconds
    /// When the operation ended; zero until then.
    public var endNanoseconds: UnixNanoseconds
    /// What is known about the operation.
    public var attributes: Attributes
    /// How many attributes were refused at the limit.
    public var droppedAttributesCount: Int
    /// What happened at points in time.
    public var events: [SpanEvent]
    /// How many events were refused at the limit.
    public var droppedEventsCount: Int
    /// Spans of other traces that are related.
    public var links: [SpanLink]
    /// How many links were refused at the limit.
    public var droppedLinksCount: Int
    /// How the operation ended.
    public var status: SpanStatus
    /// What an LLM call used up, down to the parts that are billed apart; for processors, not exported.
    public var usage: TokenUsage? {
        get { call?.usage }
        set { call = newValue.map(UsageOfCall.init) }
    }
    /// The library that made the span.
    public var scope: InstrumentationScope { origin.scope }
    /// What the span was recorded in.
    public var resource: Resource { origin.resource }

    // One object for both: threads that count references to the same objects wait for each other's cores.
    let origin: SpanOrigin

    /// The call that the span stands for, as its instrumentation knows it. An object, since most spans have none and a
    /// usage is as large as the rest of the span.
    package var call: (any SpanCall)?
    /// The identity that the span was stamped with at its start.
    package internal(set) var identity: GenAIIdentity?
    /// Set by the processor that has counted the span as a call to a model.
    package var isCountedCall = false
    /// Whether a call inside the span has been counted.
    package internal(set) var containsCountedCall = false
    /// The span that was current at the start. Let go of when the span ends, so that a long chain of spans does not
    /// keep its beginning alive.
    var enclosing: RecordingSpan?
}

extension SpanData {
    // In an extension, so that there is the compiler's own initializer as well: what that makes is not copied.
    /// Creates a span; for tests and for programs that import spans from elsewhere.
    public init(
        name: String, context: SpanContext, parent: SpanContext? = nil, kind: SpanKind = .internal,
        startNanoseconds: UnixNanoseconds, endNanoseconds: UnixNanoseconds = 0, attributes: Attributes = [:],
        events: [SpanEvent] = [], links: [SpanLink] = [], status: SpanStatus = .unset,
        scope: InstrumentationScope, resource: Resource = Resource()
    ) {
        self.init(
            name: name, context: context, parent: parent, kind: kind, startNanoseconds: startNanoseconds,
            endNanoseconds: endNanoseconds, attributes: attributes, droppedAttributesCount: 0, events: events,
            droppedEventsCount: 0, links: links, droppedLinksCount: 0, status: status,
            origin: SpanOrigin(scope: scope, resource: resource))
    }
}

/// A call to a model that a span stands for: processors need not read it back out of attributes.
package protocol SpanCall: AnyObject, Sendable {
    /// The tokens and other units that the call used.
    var usage: TokenUsage? { get }
}

/// A call of which nothing but the usage is known.
private final class UsageOfCall: SpanCall {
    let usage: TokenUsage?

    init(_ usage: TokenUsage) { self.usage = usage }
}

extension SpanData {
    /// A cheap estimate of the memory the span holds.
    var approximateByteCount: Int {
        var count = 512 + name.utf8.count + attributes.approximateByteCount
        for event in events { count += 64 + event.attributes.approximateByteCount }
        for link in links { count += 96 + link.attributes.approximateByteCount }
        return count
    }
}

/// Where spans of one tracer come from.
final class SpanOrigin: Sendable {
    let scope: InstrumentationScope
    let resource: Resource

    init(scope: InstrumentationScope, resource: Resource) {
        self.scope = scope
        self.resource = resource
    }
}

/// The role of a span in a remote call. The raw values are those of opentelemetry-proto.
public enum SpanKind: UInt8, Sendable, Hashable {
    /// An operation inside the process.
    case `internal` = 1
    /// Handling a request from another process.
    case server = 2
    /// A request to another process, which answers.
    case client = 3
    /// Handing work to another process that does not answer.
    case producer = 4
    /// Taking work that another process handed over.
    case consumer = 5
}

/// How an operation ended.
public enum SpanStatus: Sendable, Hashable {
    /// Nothing was said; the operation is taken as having gone well.
    case unset
    /// The operation went well; said by the application, never by an instrumentation. Final.
    case ok
    /// The operation failed.
    case error(description: String = "")
}

/// Something that happened at a point in time within a span.
public struct SpanEvent: Sendable, Hashable {
    /// What happened.
    public var name: String
    /// When.
    public var nanoseconds: UnixNanoseconds
    /// Details.
    public var attributes: Attributes
    /// How many attributes were refused at the limit.
    public var droppedAttributesCount: Int

    /// Creates an event.
    public init(
        name: String, nanoseconds: UnixNanoseconds, attributes: Attributes = [:], droppedAttributesCount: Int = 0
    ) {
        self.name = name
        self.nanoseconds = nanoseconds
        self.attributes = attributes
        self.droppedAttributesCount = droppedAttributesCount
    }
}

/// A relation to a span of this or another trace that is not its parent.
public struct SpanLink: Sendable, Hashable {
    /// The other span.
    public var context: SpanContext
    /// What kind of relation it is.
    public var attributes: Attributes
    /// How many attributes were refused at the limit.
    public var droppedAttributesCount: Int

    /// Creates a link.
    public init(context: SpanContext, attributes: Attributes = [:], droppedAttributesCount: Int = 0) {
        self.context = context
        self.attributes = attributes
        self.droppedAttributesCount = droppedAttributesCount
    }
}
