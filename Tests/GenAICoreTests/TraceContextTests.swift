// SPDX-License-Identifier: MIT
import GenAICore
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test("read what they write", arguments: [(1, 0), (0, 1), (.max, .max), (0x4BF9_2F35, 0xA3CE_929D)])
    func roundTrip(high: UInt64, low: UInt64) {
        let trace = TraceID(high: high, low: low)
        #expect(trace.description.utf8.count == 32)
        #expect(TraceID(trace.description) == trace)
        let span = SpanID(rawValue: high | low)
        #expect(span.description.utf8.count == 16)
        #expect(SpanID(span.description) == span)
    }

    @Test("are written as lower-case hexadecimal digits with leading zeros")
    func text() {
        #expect(TraceID(high: 0xAF7, low: 0x1C).description == "0000000000000af7000000000000001c")
        #expect(SpanID(rawValue: 0xB7AD).description == "000000000000b7ad")
    }

    @Test(
        "of traces refuse all else",
        arguments: [
            "", "0", "00000000000000000000000000000000", "4BF92F3577B34DA6A3CE929D0E0E4736",
            "4bf92f3577b34da6a3ce929d0e0e473", "4bf92f3577b34da6a3ce929d0e0e47361", "4bf92f3577b34da6a3ce929d0e0e473g",
            "4bf92f3577b34da6a3ce929d0e0e47 6", "4bf92f3577b34da6a3ce929d0e0e47é",
        ])
    func invalidTrace(text: String) {
        #expect(TraceID(text) == nil)
    }

    @Test(
        "of spans refuse all else",
        arguments: [
            "", "0000000000000000", "00F067AA0BA902B7", "00f067aa0ba902b", "00f067aa0ba902b71", "00f067aa0ba902bx",
            "-0f067aa0ba902b7",
        ])
    func invalidSpan(text: String) {
        #expect(SpanID(text) == nil)
    }
}

@Suite("The traceparent header")
struct TraceparentTests {
    static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    static let span = "00f067aa0ba902b7"

    @Test("is written in version 00")
    func writing() throws {
        let context = SpanContext(
            traceID: try #require(TraceID(Self.trace)), spanID: try #require(SpanID(Self.span)), flags: .sampled)
        #expect(context.traceparent == "00-\(Self.trace)-\(Self.span)-01")
    }

    @Test(
        "says which known flags are set and no others",
        arguments: [(0x00, "00"), (0x01, "01"), (0x02, "02"), (0xFF, "03")])
    func flags(raw: UInt8, text: String) throws {
        var context = try #require(SpanContext(traceparent: "00-\(Self.trace)-\(Self.span)-00"))
        context.flags = TraceFlags(rawValue: raw)
        #expect(context.traceparent.hasSuffix("-\(text)"))
    }

    static let valid: [(header: String, flags: TraceFlags)] = [
        ("00-\(trace)-\(span)-00", []),
        ("00-\(trace)-\(span)-01", .sampled),
        ("00-\(trace)-\(span)-03", [.sampled, .random]),
        ("00-\(trace)-\(span)-fe", .random),
        ("00-\(trace)-\(span)-ff", [.sampled, .random]),
        (" \t00-\(trace)-\(span)-01\t ", .sampled),
        ("cc-\(trace)-\(span)-01", .sampled),
        ("cc-\(trace)-\(span)-03", .sampled),
        ("cc-\(trace)-\(span)-01-what-the-future-will-be-like", .sampled),
        ("01-\(trace)-\(span)-00-", []),
    ]

    @Test("is read", arguments: valid)
    func reading(header: String, flags: TraceFlags) throws {
        let context = try #require(SpanContext(traceparent: header))
        #expect(context.traceID.description == Self.trace)
        #expect(context.spanID.description == Self.span)
        #expect(context.flags == flags)
        #expect(context.isRemote)
    }

    static let invalid: [String] = [
        "", "-", "00", "00-", "\(trace)-\(span)",
        // version
        "ff-\(trace)-\(span)-01", "FF-\(trace)-\(span)-01", ".0-\(trace)-\(span)-01", "0-\(trace)-\(span)-01",
        "000-\(trace)-\(span)-01", "0G-\(trace)-\(span)-01", "0A-\(trace)-\(span)-01",
        // trace id
        "00-00000000000000000000000000000000-\(span)-01", "00-\(trace.uppercased())-\(span)-01",
        "00-.bf92f3577b34da6a3ce929d0e0e4736-\(span)-01", "00-\(trace)0-\(span)-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-\(span)-01",
        // parent id
        "00-\(trace)-0000000000000000-01", "00-\(trace)-00F067AA0BA902B7-01", "00-\(trace)-.0f067aa0ba902b7-01",
        "00-\(trace)-\(span)0-01", "00-\(trace)-00f067aa0ba902b-01",
        // flags
        "00-\(trace)-\(span)-.0", "00-\(trace)-\(span)-0.", "00-\(trace)-\(span)-0", "00-\(trace)-\(span)-0A",
        "00-\(trace)-\(span)",
        // what follows
        "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-what-the-future-will-be-like", "00-\(trace)-\(span)-011",
        "cc-\(trace)-\(span)-01.what-the-future-will-not-be-like", "cc-\(trace)-\(span)-0",
        // separators and strangers
        "00_\(trace)_\(span)_01", "00 \(trace) \(span) 01", "00-\(trace)-\(span)-01,00-\(trace)-\(span)-01",
        "00-\(trace)-\(span)-0\u{661}", "\u{FEFF}00-\(trace)-\(span)-01", " \u{301}00-\(trace)-\(span)-01",
    ]

    @Test("is refused", arguments: invalid)
    func refusing(header: String) {
        #expect(SpanContext(traceparent: header, tracestate: "a=1") == nil)
    }
}

@Suite("The tracestate header")
struct TraceStateTests {
    static let valid: [(header: String, kept: String)] = [
        ("", ""), (" ", ""), (",", ""), (" , ,\t,", ""),
        ("foo=1", "foo=1"), ("foo=1,bar=2", "foo=1,bar=2"),
        ("foo=1 \t , \t bar=2, \t baz=3", "foo=1,bar=2,baz=3"),
        ("foo=1,", "foo=1"), ("foo=1,,bar=2", "foo=1,bar=2"),
        ("foo= 1", "foo= 1"), ("foo=1 2", "foo=1 2"), ("foo=1 ", "foo=1"),
        ("foo@=1", "foo@=1"), ("foo@bar=1", "foo@bar=1"), ("fw529a3039@dt=1", "fw529a3039@dt=1"),
        ("0key=1", "0key=1"), ("a-b_c*d/e=1", "a-b_c*d/e=1"),
        ("k=!\"#$%&'()*+-./0123456789:;<>?@ABC[\\]^_`abc{|}~", "k=!\"#$%&'()*+-./0123456789:;<>?@ABC[\\]^_`abc{|}~"),
        ("\(String(repeating: "z", count: 256))=1", "\(String(repeating: "z", count: 256))=1"),
        ("a=\(String(repeating: "z", count: 256))", "a=\(String(repeating: "z", count: 256))"),
        (list(32), list(32)),
    ]

    static func list(_ count: Int) -> String {
        (1...count).map { "bar\($0)=\($0)" }.joined(separator: ",")
    }

    @Test("is read and passed on", arguments: valid)
    func reading(header: String, kept: String) {
        #expect(TraceState(header)?.description == kept)
    }

    @Test("of 512 characters and more is passed on whole")
    func long() {
        let header = (1...20).map { "vendor\($0)=\(String(repeating: "v", count: 64))" }.joined(separator: ",")
        #expect(header.utf8.count > 512)
        #expect(TraceState(header)?.description == header)
    }

    static let invalid: [String] = [
        "foo", "foo=", "=1", "foo =1", "FOO=1", "fOo=1", "@foo=1", "_foo=1", "-foo=1", "*foo=1", "/foo=1", "föö=1",
        "foo.bar=1", "foo=bar=baz", "foo=b\u{7}r", "foo=é", "foo=1\n", "foo=1,foo=1", "foo=1,foo=2",
        "foo=1,bar", "foo=1,bar=2,foo=3", "foo\t=1", "foo=\u{7F}",
        "\(String(repeating: "z", count: 257))=1", "a=\(String(repeating: "z", count: 257))", list(33),
        String(repeating: ",", count: 40_000),
    ]

    @Test("is refused as a whole when one member is malformed", arguments: invalid)
    func refusing(header: String) {
        #expect(TraceState(header) == nil)
    }

    @Test("that is refused does not take traceparent with it")
    func independence() throws {
        let header = "00-\(TraceparentTests.trace)-\(TraceparentTests.span)-01"
        let context = try #require(SpanContext(traceparent: header, tracestate: "foo=1,foo=2"))
        #expect(context.traceState == TraceState())
        #expect(SpanContext(traceparent: header, tracestate: "foo=1")?.traceState["foo"] == "1")
    }

    @Test("gives the value of each member")
    func lookup() throws {
        let state = try #require(TraceState("rojo=00f067aa0ba902b7,congo= t61"))
        #expect(state["rojo"] == "00f067aa0ba902b7")
        #expect(state["congo"] == " t61")
        #expect(state["ojo"] == nil)
    }

    @Test("moves a changed member to the front and keeps the others in order")
    func update() throws {
        var state = try #require(TraceState("rojo=1,congo=2"))
        state["congo"] = "3"
        #expect(state.description == "congo=3,rojo=1")
        state["ot"] = "th:8"
        #expect(state.description == "ot=th:8,congo=3,rojo=1")
        state["congo"] = nil
        #expect(state.description == "ot=th:8,rojo=1")
    }

    @Test(
        "ignores changes it cannot hold", arguments: [("Bad", "1"), ("", "1"), ("a", "1,b=2"), ("a", ""), ("a", "1 ")])
    func refusedUpdate(key: String, value: String) throws {
        var state = try #require(TraceState("rojo=1"))
        state[key] = value
        #expect(state.description == "rojo=1")
    }

    @Test("drops the last member when a 33rd comes")
    func overflow() throws {
        var state = try #require(TraceState(Self.list(32)))
        state["new"] = "1"
        #expect(state.description == "new=1," + Self.list(31))
    }
}
