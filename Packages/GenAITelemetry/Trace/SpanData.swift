// SPDX-License-Identifier: MIT
public import GenAICore

/// A span as a plain value, in the form that processors and exporters receive.
///
/// Source: OpenTelemetry trace SDK; opentelemetry-proto `Span`.
public struct SpanData: Sendable {
    /// The span's name, with low cardinality, for example `chat gpt-4o`.
    public var name: String
    /// The span's identity.
    public let context: SpanContext
    /// The parent's identity; `nil` for the root of a trace.
    public let parent: SpanContext?
    /// The role of the span in a remote call.
    public let kind: TraceSpan.Kind
    /// The start of the operation.
    public let startNanoseconds: UnixNanoseconds
    /// The end of the operation; zero until then.
    public var endNanoseconds: UnixNanoseconds
    /// The attributes of the operation.
    public var attributes: Attributes
    /// The number of attributes dropped because of the limit.
    public var droppedAttributesCount: Int
    /// The events of the span.
    public var events: [TraceSpan.Event]
    /// The number of events dropped because of the limit.
    public var droppedEventsCount: Int
    /// The links to related spans.
    public var links: [TraceSpan.Link]
    /// The number of links dropped because of the limit.
    public var droppedLinksCount: Int
    /// The status of the operation.
    public var status: TraceSpan.Status
    /// The usage of an LLM call, including the parts that are billed separately. For processors; not exported.
    public var usage: TokenUsage? {
        get { call?.usage }
        set { call = newValue.map(UsageOfCall.init) }
    }
    /// The library that created the span.
    public var scope: InstrumentationScope { origin.scope }
    /// The resource that recorded the span.
    public var resource: Resource { origin.resource }

    // One object for both: threads that retain and release the same objects contend for their reference counts.
    let origin: SpanOrigin

    /// The call that the span describes, as recorded by its instrumentation. A class, since most spans have none and a
    /// usage is as large as the rest of the span.
    package var call: (any SpanCall)?
    /// The identity stamped on the span at its start.
    package internal(set) var identity: GenAIIdentity?
    /// Set by the processor that has counted the span as a call to a model.
    package var isCountedCall = false
    /// Indicates whether a call inside the span has been counted.
    package internal(set) var containsCountedCall = false
    /// The span that was current at the start. Released when the span ends, so that a long chain of spans does not keep
    /// its beginning alive.
    var enclosing: RecordingSpan?
}

extension SpanData {
    // In an extension, so that the compiler's own initializer exists as well, which creates a span without copying.
    /// Creates a span, for tests and for programs that import spans from elsewhere.
    public init(
        name: String, context: SpanContext, parent: SpanContext? = nil, kind: TraceSpan.Kind = .internal,
        startNanoseconds: UnixNanoseconds, endNanoseconds: UnixNanoseconds = 0, attributes: Attributes = [:],
        events: [TraceSpan.Event] = [], links: [TraceSpan.Link] = [], status: TraceSpan.Status = .unset,
        scope: InstrumentationScope, resource: Resource = Resource()
    ) {
        self.init(
            name: name, context: context, parent: parent, kind: kind, startNanoseconds: startNanoseconds,
            endNanoseconds: endNanoseconds, attributes: attributes, droppedAttributesCount: 0, events: events,
            droppedEventsCount: 0, links: links, droppedLinksCount: 0, status: status,
            origin: SpanOrigin(scope: scope, resource: resource))
    }
}

/// A call to a model that a span describes, so that processors need not read it from attributes.
package protocol SpanCall: AnyObject, Sendable {
    /// The tokens and other units used by the call.
    var usage: TokenUsage? { get }
}

/// A call of which only the usage is known.
private final class UsageOfCall: SpanCall {
    let usage: TokenUsage?

    init(_ usage: TokenUsage) { self.usage = usage }
}

extension SpanData {
    /// The approximate size of the span in memory, in bytes.
    var approximateByteCount: Int {
        var count = 512 + name.utf8.count + attributes.approximateByteCount
        for event in events { count += 64 + event.attributes.approximateByteCount }
        for link in links { count += 96 + link.attributes.approximateByteCount }
        return count
    }
}

/// The scope and resource of the spans of one tracer.
final class SpanOrigin: Sendable {
    let scope: InstrumentationScope
    let resource: Resource

    init(scope: InstrumentationScope, resource: Resource) {
        self.scope = scope
        self.resource = resource
    }
}

extension TraceSpan {
    /// The role of a span in a remote call. The raw values are those of opentelemetry-proto.
    public enum Kind: UInt8, Sendable, Hashable {
        /// An operation inside the process.
        case `internal` = 1
        /// Handling a request from another process.
        case server = 2
        /// A request to another process, which answers.
        case client = 3
        /// Sending work to another process that does not answer.
        case producer = 4
        /// Receiving work from another process.
        case consumer = 5
    }

    /// The status of an operation.
    public enum Status: Sendable, Hashable {
        /// No status was set; the operation counts as successful.
        case unset
        /// The operation succeeded. Set by the application, never by an instrumentation. Final.
        case ok
        /// The operation failed.
        case error(description: String = "")
    }

    /// An event at a point in time within a span.
    public struct Event: Sendable, Hashable {
        /// The name of the event.
        public var name: String
        /// The time of the event.
        public var nanoseconds: UnixNanoseconds
        /// The attributes of the event.
        public var attributes: Attributes
        /// The number of attributes dropped because of the limit.
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

    /// A relation to a span, of this or another trace, that is not the parent.
    public struct Link: Sendable, Hashable {
        /// The other span.
        public var context: SpanContext
        /// The attributes of the relation.
        public var attributes: Attributes
        /// The number of attributes dropped because of the limit.
        public var droppedAttributesCount: Int

        /// Creates a link.
        public init(context: SpanContext, attributes: Attributes = [:], droppedAttributesCount: Int = 0) {
            self.context = context
            self.attributes = attributes
            self.droppedAttributesCount = droppedAttributesCount
        }
    }
}
