// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing
import GenAITelemetry

/// A span of a report, with its facts.
struct ArchivedSpan {
    var data: SpanData
    var facts: SpanFacts
    /// The cost, if the span counts as a call to a model.
    var cost: CallCost?
}

/// The spans and log records of a report, stored in whole traces. If there are too many, the oldest traces are evicted.
struct Archive {
    /// The limits of the archive.
    struct Limits: Hashable {
        /// The maximum number of conversations. A trace without a conversation counts as one.
        var conversations: Int
        /// The approximate maximum number of bytes of attributes, events and bodies.
        var bytes: Int
    }

    /// The stored part of one trace.
    struct Trace {
        var spans: [ArchivedSpan] = []
        var records: [SpanID: [LogRecordData]] = [:]
        /// The conversations of the trace, in the order in which they arrived.
        var conversations: [String] = []
        fileprivate(set) var byteCount = 0
        fileprivate(set) var lastUse = 0
        /// A number that changes whenever the trace does.
        fileprivate(set) var revision = 0
    }

    private(set) var traces: [TraceID: Trace] = [:]
    /// The number of evicted spans.
    private(set) var forgottenSpans = 0
    private(set) var forgottenTraces = 0
    private(set) var forgottenTotals = ReportTotals()
    private let limits: Limits
    private var byteCount = 0
    private var clock = 0
    private var conversationUses: [String: Int] = [:]
    private var looseTraces = 0

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// Stores a span.
    mutating func add(_ span: ArchivedSpan) {
        let size =
            400 + span.data.attributes.approximateSize
            + span.data.events.reduce(0) { $0 + $1.attributes.approximateSize }
        change(span.facts.traceID, adding: size) { trace in
            trace.spans.append(span)
            if let id = span.facts.conversation, !trace.conversations.contains(id) { trace.conversations.append(id) }
        }
        forgetOldest()
    }

    /// The number of a span's latest records that a new one is compared with; more than a batch usually holds.
    private static let comparedRecords = 512

    /// Stores a log record that belongs to a span.
    ///
    /// - Parameter once: Indicates whether a record that was delivered twice is stored once.
    mutating func add(_ record: LogRecordData, once: Bool = false) {
        guard let context = record.spanContext else { return }
        if once, let known = traces[context.traceID]?.records[context.spanID]?.suffix(Self.comparedRecords),
            known.contains(where: { $0.says(theSameAs: record) })
        {
            return
        }
        let size = 200 + record.attributes.approximateSize + (record.body?.approximateSize ?? 0)
        change(context.traceID, adding: size) { $0.records[context.spanID, default: []].append(record) }
        forgetOldest()
    }

    private mutating func change(_ id: TraceID, adding size: Int, _ body: (inout Trace) -> Void) {
        clock += 1
        var trace = traces.removeValue(forKey: id) ?? Trace()
        let isNew = trace.lastUse == 0
        let before = trace.conversations.count
        body(&trace)
        trace.byteCount += size
        trace.lastUse = clock
        trace.revision += 1
        byteCount += size
        for conversation in trace.conversations[before...] { conversationUses[conversation, default: 0] += 1 }
        if isNew, trace.conversations.isEmpty { looseTraces += 1 }
        if !isNew, before == 0, !trace.conversations.isEmpty { looseTraces -= 1 }
        traces[id] = trace
    }

    private var isOverLimit: Bool {
        byteCount > limits.bytes || conversationUses.count + looseTraces > limits.conversations
    }

    /// Evicts the least recently changed traces. Frees a tenth more than needed, so that evictions are rare.
    private mutating func forgetOldest() {
        guard isOverLimit, traces.count > 1 else { return }
        let order = traces.sorted { $0.value.lastUse < $1.value.lastUse }
        let enough = Limits(conversations: limits.conversations * 9 / 10, bytes: limits.bytes / 10 * 9)
        for (id, trace) in order.dropLast() {
            if byteCount <= enough.bytes, conversationUses.count + looseTraces <= enough.conversations { break }
            forget(id, trace)
        }
    }

    private mutating func forget(_ id: TraceID, _ trace: Trace) {
        traces[id] = nil
        byteCount -= trace.byteCount
        if trace.conversations.isEmpty { looseTraces -= 1 }
        for conversation in trace.conversations {
            let uses = (conversationUses[conversation] ?? 1) - 1
            conversationUses[conversation] = uses > 0 ? uses : nil
        }
        forgottenSpans += trace.spans.count
        if !trace.spans.isEmpty { forgottenTraces += 1 }
        for span in trace.spans {
            if let totals = ReportTotals(span.facts, span.cost) { forgottenTotals += totals }
        }
    }
}

extension LogRecordData {
    /// Indicates whether another record is this one, delivered once more.
    fileprivate func says(theSameAs other: LogRecordData) -> Bool {
        nanoseconds == other.nanoseconds && observedNanoseconds == other.observedNanoseconds
            && eventName == other.eventName && body == other.body && attributes == other.attributes
    }
}

extension Attributes {
    /// The approximate size of the attributes in bytes.
    fileprivate var approximateSize: Int {
        reduce(0) { $0 + 32 + $1.key.utf8.count + $1.value.approximateSize }
    }
}

extension AttributeValue {
    fileprivate var approximateSize: Int { min(jsonSize, 1 << 30) }
}
