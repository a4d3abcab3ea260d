// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAIPricing
public import GenAITelemetry

/// Messages, costs and traces of model calls, collected from spans and log records and written as a page, JSON or text.
///
/// Sums are exact, and memory is limited: to 100,000 groups in each grouping, and to the conversations that ``Options``
/// allow. Accepts telemetry of this package and of others: the GenAI conventions of any generation, OpenInference and
/// Traceloop. A call without a cost is priced with ``Options/prices``. A span that files hold twice, as in a batch that
/// was sent again, counts once if fewer than a million others lie in between.
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
        /// The number of lines, and of requests in protobuf, with telemetry.
        public var lines = 0
        /// The number of skipped lines, which are not OTLP JSON, and of skipped requests, which are not OTLP.
        public var brokenLines = 0
        /// The number of spans, those left out by their time included.
        public var spans = 0
        /// The number of spans that had been read before and were left out.
        public var repeatedSpans = 0
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
    private var seen = SeenSpans()

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

    /// Adds the content of a file of OTLP JSON lines, as SDKs and collectors write them, or of one request in protobuf if
    /// its name ends with `.pb`. It is decompressed if its name ends with `.gz`; `-` is standard input. Broken lines are
    /// counted and skipped.
    ///
    /// If the path is a directory, such as that of a `DiskSpool`, all files in it and in its subdirectories that end
    /// with `.jsonl`, `.json` or `.pb`, or with one of these and `.gz`, are added. Files that are removed meanwhile are
    /// skipped.
    ///
    /// - Throws: ``ReportError`` if the file cannot be read. What was read before stays in the report.
    public mutating func read(path: String) throws(ReportError) {
        guard let names = FileSource.names(in: path) else { return try readFile(path) }
        for name in names {
            let inside = "\(path)/\(name)"
            if let files = FileSource.names(in: inside) {
                for file in files where Self.isTelemetry(file) { try readFile("\(inside)/\(file)", mayBeGone: true) }
            } else if Self.isTelemetry(name) {
                try readFile(inside, mayBeGone: true)
            }
        }
    }

    /// Indicates whether a file of a directory is read, by its name.
    private static func isTelemetry(_ name: String) -> Bool {
        [".jsonl", ".json", ".pb"].contains { name.hasSuffix($0) || name.hasSuffix($0 + ".gz") }
    }

    private mutating func readFile(_ path: String, mayBeGone: Bool = false) throws(ReportError) {
        do throws(ReportError) {
            if path.hasSuffix(".pb") || path.hasSuffix(".pb.gz") {
                try readRequest(path)
            } else {
                try readLines(path)
            }
        } catch {
            guard mayBeGone, error.isMissing else { throw error }
        }
    }

    private mutating func readRequest(_ path: String) throws(ReportError) {
        let source = try FileSource(path: path)
        input.files += 1
        guard let body = try source.readAll(limit: LineReader.longestLine),
            let request = try? OTLPBinaryReader(body)
        else { return input.brokenLines += 1 }
        input.bytes += body.count
        input.lines += 1
        input.spans += request.spans.count
        for span in request.spans {
            let facts = SpanFacts(span, finder.index)
            if isNew(facts) { take(facts, span.resource, span) }
        }
        if options.keepsConversations { for record in request.records { archive.add(record, once: true) } }
    }

    private mutating func readLines(_ path: String) throws(ReportError) {
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
        for span in reader.spans where isNew(span.facts) { take(span.facts, span.resource, span.data) }
        for record in reader.records { archive.add(record, once: true) }
    }

    /// Returns whether a span is read for the first time, and counts it if not.
    private mutating func isNew(_ facts: SpanFacts) -> Bool {
        let isNew = seen.insert(facts.traceID, facts.spanID)
        if !isNew { input.repeatedSpans += 1 }
        return isNew
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
