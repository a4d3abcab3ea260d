// SPDX-License-Identifier: MIT

import Testing

@testable import GenAIOpenAI

@Suite("Server-sent events")
struct ServerSentEventTests {
    struct Fixture: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var stream: String
        var events: [ServerSentEvent]
    }

    static let fixtures = [
        Fixture(
            testDescription: "line feeds", stream: "data: one\n\ndata: two\n\n", events: [event("one"), event("two")]),
        Fixture(
            testDescription: "carriage returns", stream: "data: one\r\rdata: two\r\r",
            events: [event("one"), event("two")]),
        Fixture(
            testDescription: "both", stream: "data: one\r\n\r\ndata: two\r\n\r\n", events: [event("one"), event("two")]),
        Fixture(
            testDescription: "mixed line ends", stream: "data: a\rdata: b\n\r\ndata: c\r\n\n",
            events: [event("a\nb"), event("c")]),
        Fixture(
            testDescription: "several data lines", stream: "data: YHOO\ndata: +2\ndata: 10\n\n",
            events: [event("YHOO\n+2\n10")]),
        Fixture(
            testDescription: "a byte order mark, once", stream: "\u{FEFF}data: x\n\n\u{FEFF}data: y\n\n",
            events: [event("x")]),
        Fixture(
            testDescription: "the start of a byte order mark", stream: "\u{FEFE}: x\ndata: y\n\n", events: [event("y")]),
        Fixture(
            testDescription: "comments and unknown fields", stream: ": keep-alive\n\nfoo: bar\ndata: x\n:\n\n",
            events: [event("x")]),
        Fixture(
            testDescription: "types, for one event each", stream: "event: add\ndata: 7\n\ndata: 8\n\n",
            events: [event("7", type: "add"), event("8")]),
        Fixture(
            testDescription: "ids, for all later events",
            stream: "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: x\0y\ndata: d\n\n",
            events: [event("a", id: "1"), event("b", id: "1"), event("c"), event("d")]),
        Fixture(
            testDescription: "empty data", stream: "data\n\ndata\ndata\n\ndata:\n\n",
            events: [event(""), event("\n"), event("")]),
        Fixture(testDescription: "a type without data", stream: "event: ping\n\ndata: x\n\n", events: [event("x")]),
        Fixture(
            testDescription: "one leading space removed, no more", stream: "data:a\n\ndata: b\n\ndata:  c \n\n",
            events: [event("a"), event("b"), event(" c ")]),
        Fixture(
            testDescription: "an event without its blank line", stream: "data: a\n\ndata: b\n",
            events: [event("a"), event("b")]),
        Fixture(
            testDescription: "an event without a line end", stream: "data: a\n\ndata: b",
            events: [event("a"), event("b")]),
        Fixture(
            testDescription: "JSON as a line of its own", stream: "data: a\n\n{\"error\":1}\ndata: b\n\n",
            events: [event("a"), event("{\"error\":1}"), event("b")]),
        Fixture(
            testDescription: "characters of several bytes", stream: "event: é\ndata: 日本語🎉\n\n",
            events: [event("日本語🎉", type: "é")]),
    ]

    @Test("are the same however the stream is cut", arguments: fixtures)
    func everySplit(fixture: Fixture) throws {
        let bytes = Array(fixture.stream.utf8)
        #expect(try parse([bytes]) == fixture.events)
        #expect(try parse(bytes.map { [$0] }) == fixture.events)
        for first in 0...bytes.count {
            #expect(try parse([Array(bytes[..<first]), Array(bytes[first...])]) == fixture.events, "cut at \(first)")
            for second in first...bytes.count {
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]].map(Array.init)
                let events = try parse(pieces)
                if events != fixture.events { Issue.record("cut at \(first) and \(second): \(events)") }
            }
        }
    }

    @Test("are the same however arbitrary bytes are cut")
    func arbitraryBytes() throws {
        let words = ["data", "event", "id", "retry", ":", " ", "\n", "\r", "\r\n", "\u{FEFF}", "é", "x", "\0", "7"]
        for _ in 0..<2000 {
            let words = (0..<Int.random(in: 1...30)).map { _ in words.randomElement() ?? "" }
            var bytes = Array(words.joined().utf8)
            if Bool.random() { bytes.insert(.random(in: 0...255), at: Int.random(in: 0...bytes.count)) }
            let whole = try parse([bytes])
            var pieces: [[UInt8]] = [[]]
            for byte in bytes {
                if Int.random(in: 0..<4) == 0 { pieces.append([]) }
                pieces[pieces.count - 1].append(byte)
            }
            #expect(try parse(pieces) == whole)
        }
    }

    @Test("keep the reconnection time only where it is a number")
    func retry() throws {
        var parser = ServerSentEvents(limit: 100)
        _ = try parser.parse(Array("retry: 1500\nretry: soon\nretry:\n".utf8))
        #expect(parser.retryMilliseconds == 1500)
    }

    @Test("stop at a line longer than the limit", arguments: [1, 7, 64])
    func longLine(pieceLength: Int) {
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: pieceLength)
        var parser = ServerSentEvents(limit: 100)
        #expect(throws: ServerSentEvents.TooLarge.self) {
            for _ in 0..<(200 / pieceLength) { _ = try parser.parse(piece) }
        }
    }

    @Test("stop at an event longer than the limit, in however many lines")
    func longEvent() {
        var parser = ServerSentEvents(limit: 100)
        #expect(throws: ServerSentEvents.TooLarge.self) {
            for _ in 0..<30 { _ = try parser.parse(Array("data: 12345\n".utf8)) }
        }
    }

    private func parse(_ pieces: [[UInt8]]) throws -> [ServerSentEvent] {
        var parser = ServerSentEvents(limit: 1000)
        let events = try pieces.flatMap { try parser.parse($0) }
        return events + [parser.finish()].compactMap(\.self)
    }

    private static func event(_ data: String, type: String = "", id: String = "") -> ServerSentEvent {
        ServerSentEvent(type: type, data: Array(data.utf8), lastEventID: id)
    }
}
