// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetryTesting
import Synchronization
import Testing

@testable import GenAITelemetry

@Suite("Redaction rules")
struct RedactionRuleTests {
    static let removed: [(String, String)] = [
        ("mail ada@example.org now", "mail [email] now"),
        ("<a.b+c%d@sub.example.co.uk>.", "<[email]>."),
        ("a@b.de,c@d.de", "[email],[email]"),
        ("ünï@exämple.org", "[email]"),
        ("card 4111 1111 1111 1111!", "card [card]!"),
        ("4111-1111-1111-1111 5500000000000004", "[card] [card]"),
        ("amex 378282246310005", "amex [card]"),
        ("on 2025-11-20 4111111111111111", "on 2025-11-20 [card]"),
        ("call +49 171 2345678", "call [phone]"),
        ("(555) 123-4567 or 555.123.4567", "[phone] or [phone]"),
        ("1-800-555-0199", "[phone]"),
        ("Tel. 030/1234567", "Tel. [phone]"),
        ("key=sk-proj-abcdefghij0123456789", "key=[api_key]"),
        ("AKIAIOSFODNN7EXAMPLE", "[api_key]"),
        ("Authorization: Bearer abcdefghijklmnop0123+/=", "Authorization: Bearer [api_key]"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789.", "[api_key]."),
    ]

    @Test("removes what it names", arguments: removed)
    func removes(text: String, expected: String) {
        #expect(Redactor().redact(text) == expected)
        #expect(Redactor().redact(expected) == expected)
    }

    static let kept = [
        "", "no data", "a @ b", "user@localhost", "@swift", "4111 1111 1111 1112", "1700000000000",
        "192.168.100.200", "2025-11-20 10:30:00", "order 5551234567", "sk-short", "bearer of news", "3.14159265358979",
        "0.000123456789", "f4111111111111111a", "12345678901234567890123456789", "Bearer token",
    ]

    @Test("leaves everything else alone", arguments: kept)
    func keeps(text: String) {
        #expect(Redactor().redact(text) == text)
    }

    static let json: [(String, String)] = [
        (#"{"mail":"ada@example.org","n":1}"#, #"{"mail":"[email]","n":1}"#),
        (#"[{"content":"say \"hi\" to a@b.de"}]"#, #"[{"content":"say \"hi\" to [email]"}]"#),
        (#"{"card": 4111111111111111 , "x": null}"#, #"{"card": "[card]" , "x": null}"#),
        (#"{"a":"{\"b\":\"a@b.de\"}"}"#, #"{"a":"{\"b\":\"[email]\"}"}"#),
        (#"{"a":"\u0061@b.de"}"#, #"{"a":"[email]"}"#),
        (#"[hello] mail a@b.de"#, #"[hello] mail [email]"#),
        (#"[4111 1111 1111 1111]"#, #"[[card]]"#),
        (#"{"unfinished":"a@b.de"#, #"{"unfinished":"[email]"#),
        (#"{"emoji":"\ud83d\ude00 a@b.de"}"#, #"{"emoji":"😀 [email]"}"#),
    ]

    @Test("keeps JSON valid and redacts inside its values; what only looks like JSON is text", arguments: json)
    func redactsJSON(text: String, expected: String) {
        #expect(Redactor().redact(text) == expected)
    }

    @Test("random texts never trap, and redacting twice changes nothing more")
    func fuzz() {
        var generator = SeededRandom(seed: 42)
        let alphabet = Array("0123456789 -.()+/@ab\"\\{}[],:u\u{e9}\u{1F600}skAKIA_".unicodeScalars)
        for _ in 0..<20_000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...60, using: &generator) {
                scalars.append(alphabet.randomElement(using: &generator) ?? " ")
            }
            let once = Redactor().redact(String(scalars))
            #expect(Redactor().redact(once) == once, "\(String(scalars))")
        }
    }

    @Test(
        "work grows no faster than the text, also for hostile ones",
        arguments: ["@", "a@", "0", "0 ", "+1-", "sk-", "(", "[\"", "{\"a\":", "\\", "4111 1111 1111 "])
    func linear(unit: String) {
        let text = String(repeating: unit, count: 200_000 / unit.utf8.count)
        // A quadratic scanner would need hours for each of them.
        #expect(Redactor().redact(text).utf8.count > 0)
    }
}

@Suite("Redaction of signals")
struct SignalRedactionTests {
    final class Sink: SpanProcessor, LogRecordProcessor {
        let spans = Mutex<[SpanData]>([])
        let records = Mutex<[LogRecordData]>([])
        func onEnd(_ span: SpanData) { spans.withLock { $0.append(span) } }
        func onEmit(_ record: inout LogRecordData, context: GenAIContext) {
            let seen = record
            records.withLock { $0.append(seen) }
        }
        func forceFlush(timeout: Duration) async -> Bool { true }
        func shutdown(timeout: Duration) async -> Bool { true }
    }

    struct Adding: SpanProcessor, LogRecordProcessor {
        func onEnding(_ span: inout SpanData) { span.attributes["late"] = "a@b.de" }
        func onEmit(_ record: inout LogRecordData, context: GenAIContext) { record.attributes["late"] = "a@b.de" }
        func forceFlush(timeout: Duration) async -> Bool { true }
        func shutdown(timeout: Duration) async -> Bool { true }
    }

    @Test("every text of a span passes, whatever a processor added, and exporters added later see it redacted")
    func span() throws {
        let sink = Sink()
        var configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.redactor = Redactor()
        let provider = TracerProvider(configuration)
        provider.addProcessor(sink)
        provider.addProcessor(Adding())
        let span = provider.tracer(named: "t").startSpan("to a@b.de", attributes: ["plain": "a@b.de", "n": 7])
        span.setAttribute("nested", .array([.map(["x": "a@b.de", "y": 1])]))
        span.setAttribute("card", 4_111_111_111_111_111)
        span.setAttribute(.genAIResponseID, "a@b.de")
        span.addEvent("e", attributes: ["x": "a@b.de"])
        span.addLink(to: span.context, attributes: ["x": "a@b.de"])
        span.setStatus(.error(description: "no a@b.de"))
        span.end()
        let seen = try #require(sink.spans.withLock { $0.first })
        #expect(seen.name == "to [email]")
        #expect(seen.attributes["plain"] == "[email]")
        #expect(seen.attributes["late"] == "[email]")
        #expect(seen.attributes["n"] == 7)
        #expect(seen.attributes["nested"] == .array([.map(["x": "[email]", "y": 1])]))
        #expect(seen.attributes["card"] == "[card]")
        #expect(seen.attributes[.genAIResponseID] == "a@b.de")
        #expect(seen.events[0].attributes["x"] == "[email]")
        #expect(seen.links[0].attributes["x"] == "[email]")
        #expect(seen.status == .error(description: "no [email]"))
    }

    @Test("every text of a log record passes, also what a processor added on the way to an exporter")
    func logRecord() async throws {
        let sink = Sink()
        let exporter = InMemoryLogRecordExporter()
        var configuration = LoggerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.redactor = Redactor()
        configuration.processors = [sink, Adding(), SimpleLogRecordProcessor(exporter: exporter)]
        let provider = LoggerProvider(configuration)
        provider.emitter(named: "t").emit(LogRecordData(body: .map(["content": "a@b.de"]), attributes: ["x": "a@b.de"]))
        await provider.forceFlush()
        #expect(sink.records.withLock { $0.first?.body } == .map(["content": "[email]"]))
        let record = try #require(exporter.records.first)
        #expect(record.attributes == ["x": "[email]", "late": "[email]"])
    }

    @Test("the user's closure sees each text, within JSON as well, and the rest stays JSON")
    func custom() {
        let redactor = Redactor(rules: []) { $0.contains("secret") ? "\"hidden\"" : $0 }
        #expect(redactor.redact("a secret") == "\"hidden\"")
        #expect(redactor.redact(#"{"a":"secret","b":"c"}"#) == #"{"a":"\"hidden\"","b":"c"}"#)
    }
}

@Suite("What redaction sees")
struct RedactionReachTests {
    static let foreign: [(String, String)] = [
        ("４１１１ １１１１ １１１１ １１１１", "[card]"),
        ("4111\u{A0}1111\u{2007}1111\u{202F}1111", "[card]"),
        ("4111–1111—1111‑1111", "[card]"),
        ("4111\u{2212}1111\u{FE63}1111\u{FF0D}1111", "[card]"),
        ("41\u{200B}11 1111\u{AD} 1111 11\u{2060}11", "[card]"),
        ("Karte ４１１１１１１１１１１１１１１１, bitte", "Karte [card], bitte"),
        ("٤١١١ ١١١١ ١١١١ ١١١١", "[card]"),
        ("＋４９　１７１　２３４５６７８", "[phone]"),
        ("(555)\u{A0}123‐4567", "[phone]"),
        ("ada＠example．org", "[email]"),
        ("s\u{200B}k-proj-abcdefghij0123456789", "[api_key]"),
        ("日本語 4111-1111-1111-1111 です", "日本語 [card] です"),
    ]

    @Test("digits, blanks and dashes of other scripts, and what is not seen between them", arguments: foreign)
    func otherScripts(text: String, expected: String) {
        #expect(Redactor().redact(text) == expected)
        #expect(Redactor().redact(expected) == expected)
    }

    @Test("text of other scripts without anything to remove stays byte for byte")
    func keptScripts() {
        let text = "ünï – 日本語　２０２５年 \u{200B}e\u{301} 👩‍👩‍👧 ４１１１"
        #expect(Redactor().redact(text).utf8.elementsEqual(text.utf8))
    }

    @Test("names of members in JSON, in maps and of attributes; two of them do not become one")
    func names() {
        var span = makeSpan(attributes: [
            "a@b.de": 1, "c@d.de": 2, "json": #"{"a@b.de":{"4111111111111111":1}}"#,
            "map": .map(["a@b.de": "x", "c@d.de": ["4111111111111111": "y"]]),
        ])
        span.events = [TraceSpan.Event(name: "to a@b.de", nanoseconds: 1, attributes: ["a@b.de": true])]
        Redactor().redact(&span)
        #expect(span.attributes["[email]"] == 1)
        #expect(span.attributes["[email]_2"] == 2)
        #expect(span.attributes["json"] == #"{"[email]":{"[card]":1}}"#)
        #expect(span.attributes["map"] == .map(["[email]": "x", "[email]_2": ["[card]": "y"]]))
        #expect(span.attributes.count == 4)
        #expect(span.events.first?.name == "to [email]")
        #expect(span.events.first?.attributes == ["[email]": true])
    }

    @Test("names of log events, but a function of the user's sees no names")
    func eventNames() {
        var record = LogRecordData(eventName: "mail.a@b.de", attributes: ["key": "value"])
        Redactor(custom: { _ in "***" }).redact(&record)
        #expect(record.eventName == "mail.[email]" || record.eventName == "[email]")
        #expect(record.attributes == ["key": "***"])
    }

    @Test("many names that become the same take linear time")
    func manyNames() {
        let members = (0..<20_000).map { Attribute(key: "user\($0)@example.org", value: 1) }
        var span = makeSpan(attributes: ["map": .map(Attributes(members))])
        Redactor().redact(&span)
        guard case .map(let redacted)? = span.attributes["map"] else { return #expect(Bool(false)) }
        #expect(redacted.count == 20_000)
        #expect(redacted["[email]_20000"] == 1)
    }

    @Test("text before it is cut, on spans, events, links and log records", arguments: [false, true])
    func beforeCutting(atStart: Bool) async {
        let exporter = InMemorySpanExporter()
        let logs = InMemoryLogRecordExporter()
        let environment = TelemetryEnvironment(["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "12"])
        var configuration = TracerProvider.Configuration(environment: environment)
        configuration.redactor = Redactor()
        configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
        var logging = LoggerProvider.Configuration(environment: environment)
        logging.redactor = Redactor()
        logging.processors = [SimpleLogRecordProcessor(exporter: logs)]
        let text: Attributes = ["t": "to 4111111111111111 and 4111111111111111", "list": .array(["4111111111111111"])]
        let provider = TracerProvider(configuration)
        let span = provider.tracer(named: "t").startSpan("s", attributes: atStart ? text : [:])
        if !atStart { span.setAttributes(text) }
        span.addEvent("e", attributes: text)
        span.addLink(to: span.context, attributes: text)
        span.end()
        let logger = LoggerProvider(logging)
        logger.emitter(named: "t").emit(LogRecordData(attributes: text))
        await provider.shutdown()
        await logger.shutdown()
        let cut: Attributes = ["t": "to [card] an", "list": .array(["[card]"])]
        #expect(exporter.spans.map(\.attributes) == [cut])
        #expect(exporter.spans.first?.events.map(\.attributes) == [cut])
        #expect(exporter.spans.first?.links.map(\.attributes) == [cut])
        #expect(logs.records.map(\.attributes) == [cut])
    }
}
