// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAIPricing
public import GenAITelemetry

/// What programs said to models and what it cost: collected from spans and log records, shown as a page, JSON or text.
///
/// Sums are exact, and memory is bounded: groups by the hundred thousand, and of the conversations themselves as many
/// as ``Options`` allow. Takes telemetry of this package and of others: the GenAI conventions of any generation,
/// OpenInference and Traceloop. A call without a cost is priced with ``Options/prices``.
public struct Report {
    /// What a report takes in and keeps.
    public struct Options: Sendable {
        /// Groupings beside ``ReportGrouping/standard``.
        public var groupings: [ReportGrouping] = []
        /// Spans that began earlier are left out. Default none.
        public var since: UnixNanoseconds?
        /// Spans that began then or later are left out. Default none.
        public var until: UnixNanoseconds?
        /// Prices for calls whose spans state no cost. Default the bundled ones.
        public var prices: PriceBook = .bundled
        /// Whether spans and messages are kept, as pages and conversations need them; sums do not. Default true.
        public var keepsConversations = true
        /// How many conversations are kept; the least recent ones go. Default 1,000.
        public var maxConversations = 1_000
        /// About how many bytes of spans and messages are kept. Default 64 MiB.
        public var maxBytes = 64 << 20
        /// Only this conversation, by its id or that of a trace. Default all.
        public var conversation: String?

        /// Creates options with the defaults.
        public init() {}
    }

    /// What was read from files.
    public struct Input: Sendable, Hashable {
        /// Files, each counted once.
        public var files = 0
        /// Bytes, uncompressed.
        public var bytes = 0
        /// Lines that held telemetry.
        public var lines = 0
        /// Lines that are no OTLP JSON, which were skipped.
        public var brokenLines = 0
        /// Spans, also those left out by their time.
        public var spans = 0
    }

    /// What was read from files so far.
    public private(set) var input = Input()
    /// What everything taken in adds up to, also what is no longer kept.
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
    public mutating func add(_ record: LogRecord) {
        if options.keepsConversations { archive.add(record) }
    }

    /// Adds what a file holds: OTLP JSON lines as SDKs and collectors write them, also compressed with gzip where the
    /// name ends with `.gz`; `-` is standard input. Broken lines are counted and skipped.
    ///
    /// - Throws: ``ReportError`` when the file cannot be read; what was read before stays.
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
