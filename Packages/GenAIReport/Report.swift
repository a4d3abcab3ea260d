// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAIPricing
public import GenAITelemetry

/// Messages, costs and traces of model calls, collected from spans and log records and written as a page, JSON or text.
///
/// Sums are exact, and memory is limited: to 100,000 groups in each grouping, and to the conversations that ``Options``
/// allow. Accepts telemetry of this package and of others: the GenAI conventions of any generation, OpenInference and
/// Traceloop. A call without a cost is priced with ``Options/prices``.
public struct Report {
    /// The filters, limits and prices of a report.
    public struct Options: Sendable {
        /// Groupings in addition to ``ReportGrouping/standard``.
        public var groupings: [ReportGrouping] = []
        /// Spans that began earlier are left out. Default: no limit.
        public var since: UnixNanoseconds?
        /// Spans that began at this time or later are left out. Default: no limit.
        public var until: UnixNanoseconds?
        /// Prices for calls whose spans state no cost. Default: the bundled ones.
        public var prices: PriceBook = .bundled
        /// Indicates whether spans and messages are stored. Pages and conversations need them; sums do not. Default:
        /// true.
        public var keepsConversations = true
        /// The maximum number of conversations. The least recent ones are evicted. Default: 1,000.
        public var maxConversations = 1_000
        /// The approximate maximum number of bytes of spans and messages. Default: 64 MiB.
        public var maxBytes = 64 << 20
        /// The identifier of the only conversation to include, or of a trace without one. Default: all.
        public var conversation: String?

        /// Creates options with the defaults.
        public init() {}
    }

    /// The counts of what was read from files.
    public struct Input: Sendable, Hashable {
        /// The number of files, each counted once.
        public var files = 0
        /// The number of uncompressed bytes.
        public var bytes = 0
        /// The number of lines with telemetry.
        public var lines = 0
        /// The number of skipped lines, which are not OTLP JSON.
        public var brokenLines = 0
        /// The number of spans, those left out by their time included.
        public var spans = 0
    }

    /// The counts of what was read from files so far.
    public private(set) var input = Input()
    /// The totals of everything that was added, evicted conversations included.
    public var totals: ReportTotals { tally.total }

    private(set) var tally: Tally
    private(set) var archive: Archive
    let options: Options
    let groupings: [ReportGrouping]
    private let finder: GroupFinder
    private var reader: OTLPReader

    /// Creates an empty report.
    public init(_ options: Options = Options()) {
        self.options = options
        groupings = ReportGrouping.standard + options.groupings.filter { !ReportGrouping.standard.contains($0) }
        finder = GroupFinder(groupings)
        tally = Tally(finder, options.prices)
        archive = Archive(.init(conversations: options.maxConversations, bytes: options.maxBytes))
        reader = OTLPReader(finder.index, wantsAll: options.keepsConversations)
    }

    /// Adds a finished span.
    public mutating func add(_ span: SpanData) {
        take(SpanFacts(span, finder.index), span.resource, span)
    }

    /// Adds a log record, which may hold messages of the span it belongs to.
    public mutating func add(_ record: LogRecordData) {
        if options.keepsConversations { archive.add(record) }
    }

    /// Adds the content of a file of OTLP JSON lines, as SDKs and collectors write them. It is decompressed if its name
    /// ends with `.gz`; `-` is standard input. Broken lines are counted and skipped.
    ///
    /// - Throws: ``ReportError`` if the file cannot be read. What was read before stays in the report.
    public mutating func read(path: String) throws(ReportError) {
        var lines = try LineReader(path: path)
        input.files += 1
        defer {
            input.bytes += lines.byteCount
            input.brokenLines += lines.overlongCount
        }
        var found = true
        while found {
            found = try lines.next { (line: UnsafeBufferPointer<UInt8>) in read(line) }
        }
    }

    private mutating func read(_ line: UnsafeBufferPointer<UInt8>) {
        guard line.contains(where: { $0 > 0x20 }) else { return }
        do throws(JSONSyntaxError) {
            try reader.read(line)
        } catch {
            input.brokenLines += 1
            return
        }
        guard reader.isRequest else {
            input.brokenLines += 1
            return
        }
        input.lines += 1
        input.spans += reader.spans.count
        for span in reader.spans { take(span.facts, span.resource, span.data) }
        for record in reader.records { archive.add(record) }
    }

    private mutating func take(_ facts: SpanFacts, _ resource: Resource, _ data: SpanData?) {
        guard isWanted(facts) else { return }
        let cost = tally.add(facts, resource: resource.attributes)
        if options.keepsConversations, let data { archive.add(ArchivedSpan(data: data, facts: facts, cost: cost)) }
    }

    private func isWanted(_ facts: SpanFacts) -> Bool {
        if let since = options.since, facts.startNanoseconds < since { return false }
        if let until = options.until, facts.startNanoseconds >= until { return false }
        guard let wanted = options.conversation else { return true }
        return facts.conversation == wanted || "\(facts.traceID)" == wanted
    }
}
