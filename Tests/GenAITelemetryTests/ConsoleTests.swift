// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetryTesting
import Synchronization
import Testing

@testable import GenAITelemetry

/// Spans of a made-up trace; times are in milliseconds.
private func span(
    _ name: String, _ id: UInt64, below parent: UInt64? = nil, from start: UInt64 = 0, to end: UInt64 = 1,
    kind: TraceSpan.Kind = .internal, status: TraceSpan.Status = .unset, trace: UInt64 = 1, isRemote: Bool = false,
    events: [TraceSpan.Event] = [], _ attributes: Attributes = [:]
) -> SpanData {
    func context(_ id: UInt64, isRemote: Bool = false) -> SpanContext {
        SpanContext(
            traceID: TraceID(high: 0, low: trace), spanID: SpanID(rawValue: id), flags: .sampled, isRemote: isRemote)
    }
    return SpanData(
        name: name, context: context(id), parent: parent.map { context($0, isRemote: isRemote) }, kind: kind,
        startNanoseconds: start * 1_000_000, endNanoseconds: end * 1_000_000, attributes: attributes, events: events,
        status: status, scope: InstrumentationScope(name: "test"), resource: Resource(["service.name": "shop"]))
}

/// Exports batches and returns what was written.
private func output(of batches: [[SpanData]], width: Int = 92, flushing: Bool = true) async throws -> [String] {
    let written = Mutex<[String]>([])
    let exporter = ConsoleSpanExporter(width: width) { text in written.withLock { $0.append(text) } }
    for batch in batches { try await exporter.export(batch) }
    if flushing { try await exporter.forceFlush() }
    return written.withLock { $0 }
}

@Suite("Console span exporter")
struct ConsoleSpanTests {
    static let conversation: Attributes = [
        "gen_ai.conversation.id": "conv-42", "gen_ai.conversation.turn": 1, "user.id": "u-7",
        "workflow.id": "wf-1", "gen_ai.workflow.name": "support",
    ]

    static let chat: Attributes = conversation.merging([
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.usage.input_tokens": 1_024,
        "gen_ai.usage.output_tokens": 256, "gen_ai.usage.cost_usd": 0.00512,
        "gen_ai.response.finish_reasons": ["stop"], "gen_ai.request.temperature": 0.2,
        "gen_ai.prompt": "What is the weather\nin Paris?", "gen_ai.completion": "Sunny, 21 °C.",
    ])

    @Test("shows a trace as a tree, with each fact once and durations on the right")
    func tree() async throws {
        let spans = [
            span("chat gpt-4o", 2, below: 1, from: 10, to: 822, kind: .client, Self.chat),
            span("lookup", 4, below: 3, from: 831, to: 840, Self.conversation),
            span("execute_tool weather", 3, below: 1, from: 830, to: 925, Self.conversation),
            span(
                "chat gpt-4o", 5, below: 1, from: 930, to: 2_300, kind: .client,
                status: .error(description: "Too many requests"),
                Self.conversation.merging(["gen_ai.request.model": "gpt-4o", "error.type": "rate_limit_exceeded"])),
            span("answer question", 1, from: 0, to: 2_310, Self.conversation),
        ]
        let text = try await output(of: [spans]).joined()
        #expect(
            text == """
                trace 00000000000000000000000000000001 · shop · 5 spans · 1,280 tokens · $0.00512 · 1 error
                answer question                                                                       2.31 s
                │  conversation conv-42 · turn 1 · user u-7 · workflow support (wf-1)
                ├─ chat gpt-4o  client                                                                812 ms
                │     gpt-4o-2024-08-06 · 1,024 → 256 tokens · $0.00512 · stop · temperature 0.2
                │     in: What is the weather in Paris?
                │     out: Sunny, 21 °C.
                ├─ execute_tool weather                                                              95.0 ms
                │  └─ lookup                                                                         9.00 ms
                └─ ✗ chat gpt-4o  client                                                              1.37 s
                      error: rate_limit_exceeded: Too many requests


                """)
    }

    @Test("keeps every line within the width, whatever the names, values and depth", arguments: [40, 72, 100])
    func width(width: Int) async throws {
        let long = String(repeating: "日本語 text 👩‍👩‍👧 ", count: 400)
        var spans = (2...40).map { id in
            span(
                long, id, below: id - 1, status: .error(description: long),
                events: [TraceSpan.Event(name: long, nanoseconds: 1, attributes: ["a": .string(long)])],
                ["gen_ai.prompt": .string(long), "gen_ai.conversation.id": .string(long + "\(id)"), "x": .string(long)])
        }
        spans.append(span(long, 1))
        let lines = try await output(of: [spans], width: width).joined().split(separator: "\n")
        #expect(lines.count > 100)
        #expect(lines.allSatisfy { ConsoleText.columns($0) <= width })
    }

    @Test("writes nothing that a terminal would obey")
    func controlCharacters() async throws {
        let evil = "a\u{1B}[2J\u{07}\u{202E}b\r\nc\u{9B}31m"
        let text = try await output(of: [[span(evil, 1, ["gen_ai.prompt": .string(evil), "k": .string(evil)])]])
            .joined()
        let controls = text.unicodeScalars.filter {
            $0 != "\n" && [.control, .format].contains($0.properties.generalCategory)
        }
        #expect(controls.isEmpty)
        #expect(text.contains("in: a[2Jb c31m"))
    }

    @Test("waits for the root over several batches, then shows the trace at once")
    func batches() async throws {
        let batches = [[span("leaf", 3, below: 2)], [span("middle", 2, below: 1)], [span("root", 1)]]
        let written = try await output(of: batches, flushing: false)
        #expect(written.count == 1)
        #expect(written[0].contains("└─ middle"))
        #expect(written[0].contains("   └─ leaf"))
    }

    @Test("shows a span whose parent is in another process as a root, apart from its siblings")
    func remoteParents() async throws {
        let first = span("first", 2, below: 1, isRemote: true)
        let batch = [span("below second", 4, below: 3), span("below first", 5, below: 2), first]
        #expect(try await output(of: [batch], flushing: false).isEmpty, "it waits for the caller's span")
        let written = try await output(of: [batch])
        #expect(written.count == 2)
        #expect(written[0].contains("below first") && !written[0].contains("incomplete"))
        #expect(written[1].contains("below second") && written[1].contains("incomplete"))
    }

    @Test("shows work handed over by headers within the tree of a caller in the same process")
    func handOff() async throws {
        let work = [span("inner", 3, below: 2), span("service", 2, below: 1, isRemote: true)]
        let written = try await output(of: [work, [span("caller", 1)]], flushing: false)
        #expect(written.count == 1)
        #expect(written[0].contains("\n└─ service"))
        #expect(written[0].contains("\n   └─ inner"))
    }

    @Test("shows a span with a remote parent without a flush when its time has come")
    func patience() {
        var buffer = TraceBuffer(capacity: 10)
        let start = ContinuousClock.now
        #expect(buffer.add([span("service", 2, below: 1, isRemote: true)], at: start).isEmpty)
        #expect(buffer.hasRemoteParents)
        #expect(buffer.takeRemote(since: start - .milliseconds(1)).isEmpty)
        let groups = buffer.takeRemote(since: start)
        #expect(groups.map(\.isComplete) == [true] && groups.first?.spans.map(\.name) == ["service"])
        #expect(!buffer.hasRemoteParents)
    }

    @Test("shows each message once, whatever forms of it the span has, and the session only where it is another")
    func messagesOnce() async throws {
        let question = #"[{"role":"user","parts":[{"type":"text","content":"Why?"}]}]"#
        let answer = #"[{"role":"assistant","parts":[{"type":"text","content":"Because."}],"finish_reason":"stop"}]"#
        let root: Attributes = [
            "gen_ai.input.messages": .string(question), "gen_ai.output.messages": .string(answer),
            "gen_ai.conversation.id": "c-1", "session.id": "c-1",
        ]
        let call = root.merging([
            "gen_ai.prompt": "[]", "gen_ai.prompt.0.content": "Why?", "gen_ai.completion": "[]",
            "gen_ai.completion.0.content": "Because.", "session.id": "s-2",
        ])
        let text = try await output(of: [[span("chat", 2, below: 1, call), span("answer", 1, root)]]).joined()
        let lines = text.split(separator: "\n").map { $0.drop { " │".contains($0) } }
        #expect(lines.filter { $0 == "in: Why?" }.count == 2)
        #expect(lines.filter { $0 == "out: Because." }.count == 2)
        #expect(lines.count { $0.contains("Why?") } == 2)
        #expect(lines.filter { $0.contains("session") } == ["session s-2"])
    }

    @Test("shows a straggler when it comes, and an orphan at the flush")
    func late() async throws {
        let batches = [[span("root", 1)], [span("straggler", 2, below: 1)], [span("orphan", 4, below: 3)]]
        let written = try await output(of: batches, flushing: false)
        #expect(written.count == 2)
        #expect(written[1].contains("incomplete\nstraggler"))
        let flushed = try await output(of: batches)
        #expect(flushed.count == 3)
        #expect(flushed[2].contains("incomplete\norphan"))
    }

    @Test("counts usage once when a parent repeats its children's")
    func repeatedUsage() async throws {
        let usage: Attributes = ["gen_ai.usage.input_tokens": 100, "gen_ai.usage.cost_usd": 0.5]
        let spans = [span("chat", 3, below: 2, usage), span("step", 2, below: 1), span("agent", 1, usage)]
        let text = try await output(of: [spans]).joined()
        #expect(text.hasPrefix("trace 00000000000000000000000000000001 · shop · 3 spans · 100 tokens · $0.5\n"))
    }

    @Test("survives spans that are their own ancestors")
    func cycle() async throws {
        let written = try await output(of: [[span("a", 1, below: 2), span("b", 2, below: 1), span("c", 3, below: 3)]])
        #expect(written.joined().contains("3 spans"))
    }
}

@Suite("Console trace buffer")
struct ConsoleTraceBufferTests {
    @Test("holds a bounded number of spans and gives up the oldest trace first")
    func bound() {
        var buffer = TraceBuffer(capacity: 10)
        var groups: [TraceBuffer.Group] = []
        for trace in 1...30 as ClosedRange<UInt64> {
            groups += buffer.add([span("orphan", trace * 2, below: 1_000, trace: trace)])
        }
        #expect(groups.map { $0.spans[0].context.traceID.low } == Array(1...20))
        #expect(groups.allSatisfy { !$0.isComplete })
        #expect(buffer.drain().count == 10)
        #expect(buffer.drain().isEmpty)
    }

    @Test("gives back every span exactly once, in whatever order they come")
    func conservation() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var buffer = TraceBuffer(capacity: 50)
            let ids = Array(1...100 as ClosedRange<UInt64>).shuffled(using: &random)
            var shown: [UInt64] = []
            for id in ids {
                let parent: UInt64? = id.isMultiple(of: 10) ? nil : id / 10 * 10 + id % 10 - 1
                let groups = buffer.add([span("s", id, below: parent == 0 ? nil : parent, trace: id / 10 + 1)])
                shown += groups.flatMap(\.spans).map(\.context.spanID.rawValue)
            }
            shown += buffer.drain().flatMap(\.spans).map(\.context.spanID.rawValue)
            #expect(shown.sorted() == Array(1...100))
        }
    }
}

@Suite("Console text")
struct ConsoleTextTests {
    static let durations: [(UInt64, String)] = [
        (0, "0 ns"), (999, "999 ns"), (1_000, "1.00 µs"), (999_499, "999 µs"), (999_500, "1.00 ms"),
        (12_345_678, "12.3 ms"), (999_499_999, "999 ms"), (999_500_000, "1.00 s"), (59_940_000_000, "59.9 s"),
        (65_000_000_000, "1 min 05 s"), (7_200_000_000_000, "120 min 00 s"),
    ]

    @Test("gives durations three digits", arguments: durations)
    func duration(nanoseconds: UInt64, text: String) {
        #expect(ConsoleText.duration(nanoseconds: nanoseconds) == text)
    }

    static let amounts: [(Double, String)] = [
        (0, "$0.00"), (1.5, "$1.50"), (0.0125, "$0.0125"), (0.5, "$0.5"), (0.000_15, "$0.00015"),
        (0.000_000_1, "<$0.000001"), (.nan, "$?"),
    ]

    @Test("gives amounts as many decimals as matter", arguments: amounts)
    func dollars(amount: Double, text: String) {
        #expect(ConsoleText.dollars(amount) == text)
    }

    static let widths: [(String, Int)] = [
        ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("👩‍👩‍👧", 2), ("한글", 4), ("ｱ", 1), ("🇫🇷", 2), ("\u{200B}", 0),
    ]

    @Test("counts the columns a terminal gives a text", arguments: widths)
    func columns(text: String, columns: Int) {
        #expect(ConsoleText.columns(text) == columns)
    }

    static let lines: [(String, Int, String)] = [
        ("short", 5, "short"), ("longer", 5, "long…"), ("a  b\n\tc", 10, "a b c"), ("  edge  ", 10, "edge"),
        ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("x", 0, ""), ("", 5, ""),
    ]

    @Test("shortens to the limit with an ellipsis", arguments: lines)
    func line(text: String, limit: Int, expected: String) {
        #expect(ConsoleText.line(text, limit: limit) == expected)
    }

    @Test("says how many parts found no room")
    func wrapping() {
        let parts = (1...20).map { "part \($0)" }
        let lines = ConsoleText.wrapped(parts, width: 30, maxLines: 2)
        #expect(lines == ["part 1 · part 2 · part 3", "part 4 · part 5 · p… · 14 more"])
    }

    @Test("groups digits", arguments: [(0, "0"), (-1_234, "-1,234"), (1_000_000, "1,000,000"), (999, "999")])
    func grouping(number: Int, text: String) {
        #expect(ConsoleText.grouped(number) == text)
    }
}

@Suite("Console log exporter")
struct ConsoleLogTests {
    @Test("shows a record in one line with its span on the right")
    func record() async throws {
        let written = Mutex<[String]>([])
        let exporter = ConsoleLogRecordExporter(width: 80) { text in written.withLock { $0.append(text) } }
        let context = SpanContext(traceID: TraceID(high: 0, low: 1), spanID: SpanID(rawValue: 0xAB), flags: .sampled)
        try await exporter.export([
            LogRecordData(
                eventName: "gen_ai.choice", body: ["message": ["content": "line one\nline two"]], severity: .info,
                attributes: ["index": 0], nanoseconds: 45_296_789_000_000, spanContext: context),
            LogRecordData(body: "plain"),
        ])
        #expect(
            written.withLock { $0 } == [
                """
                12:34:56.789 INFO gen_ai.choice {"message":{"content":"line o…  00000000000000ab
                --:--:--.--- - plain

                """
            ])
    }
}

@Suite("Fan-out exporter")
struct ConsoleAndOthersTests {
    @Test("hands the batch to all, also when one fails, and says how many failed")
    func failure() async {
        let first = InMemorySpanExporter()
        let last = InMemorySpanExporter()
        let fanOut = FanOutSpanExporter([first, FailingExporter(), last])
        await #expect {
            try await fanOut.export([makeSpan(1)])
        } throws: { error in
            (error as? ExportError)?.code == .unreachable
                && "\(error)" == "1 of 3 exporters failed, the first: connection refused"
        }
        #expect(first.spans.count == 1)
        #expect(last.spans.count == 1)
        await fanOut.shutdown()
        #expect(first.isShutDown && last.isShutDown)
    }

    @Test("succeeds when all do, for log records too")
    func success() async throws {
        let exporters = [InMemoryLogRecordExporter(), InMemoryLogRecordExporter()]
        try await FanOutLogRecordExporter(exporters).export([LogRecordData(body: "x")])
        #expect(exporters.map(\.records.count) == [1, 1])
    }
}
