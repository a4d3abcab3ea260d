// SPDX-License-Identifier: MIT

import Testing

@testable import GenAIHTTP

@Suite("Deadlines of an exchange")
struct DeadlinesTests {
    let start = ContinuousClock.now

    @Test("are none without limits")
    func none() {
        var deadlines = Deadlines(HTTPTimeouts(), start: start)
        #expect(deadlines.next == nil)
        deadlines.progress(at: start)
        #expect(deadlines.next == nil)
    }

    @Test("begin with the head, then count from the last piece, and never pass the total")
    func order() {
        let timeouts = HTTPTimeouts(head: .seconds(5), betweenChunks: .seconds(2), total: .seconds(8))
        var deadlines = Deadlines(timeouts, start: start)
        #expect(deadlines.next == .init(limit: .head, instant: start + .seconds(5)))
        deadlines.progress(at: start + .seconds(3))
        #expect(deadlines.next == .init(limit: .betweenChunks, instant: start + .seconds(5)))
        deadlines.progress(at: start + .seconds(5))
        #expect(deadlines.next == .init(limit: .betweenChunks, instant: start + .seconds(7)))
        deadlines.progress(at: start + .seconds(7))
        #expect(deadlines.next == .init(limit: .total, instant: start + .seconds(8)))
    }

    @Test("do not blame the peer while reading is halted")
    func halted() {
        let timeouts = HTTPTimeouts(betweenChunks: .seconds(2), total: .seconds(8))
        var deadlines = Deadlines(timeouts, start: start)
        deadlines.progress(at: start)
        deadlines.isHalted = true
        #expect(deadlines.next == .init(limit: .total, instant: start + .seconds(8)))
        deadlines.isHalted = false
        #expect(deadlines.next == .init(limit: .betweenChunks, instant: start + .seconds(2)))
    }

    static let extremes: [(duration: Duration, seconds: Int?)] = [
        (.zero, 0), (.seconds(-5), 0), (.seconds(Int64.min), 0), (.seconds(Int64.max), nil),
        (.seconds(400_000_000), nil), (.seconds(300_000_000), 300_000_000),
    ]

    @Test("bear any duration", arguments: extremes)
    func extreme(duration: Duration, seconds: Int?) {
        let deadlines = Deadlines(HTTPTimeouts(head: duration), start: start)
        #expect(deadlines.next?.instant == seconds.map { start + .seconds($0) })
    }
}

@Suite("Response buffer")
struct ResponseBufferTests {
    @Test("refuses what does not fit and keeps what it has")
    func overflow() {
        var buffer = ResponseBuffer(limit: 4, canHalt: false)
        #expect(buffer.append([1, 2, 3]) == .goOn)
        #expect(buffer.append([4, 5]) == .overflow)
        #expect(buffer.append([4]) == .goOn)
        #expect(buffer.takeAll().bytes == [1, 2, 3, 4])
        #expect(buffer.append([5, 6, 7, 8]) == .goOn)
    }

    @Test("halts once at half of the limit, and resumes when it is taken")
    func halt() {
        var buffer = ResponseBuffer(limit: 8, canHalt: true)
        #expect(buffer.append([1, 2, 3]) == .goOn)
        #expect(buffer.append([4]) == .halt)
        #expect(buffer.append([5]) == .goOn)
        let taken = buffer.takeAll()
        #expect(taken.bytes == [1, 2, 3, 4, 5])
        #expect(taken.resumes)
        #expect(!buffer.takeAll().resumes)
    }
}

@Suite("HTTP headers and bodies")
struct HTTPValueTests {
    @Test("compare header names without regard to case")
    func names() {
        var headers: HTTPHeaders = ["Content-Type": "a", "X": "1"]
        headers.append("x", "2")
        #expect(headers["content-TYPE"] == "a")
        #expect(headers["X"] == "1")
        headers["x"] = "3"
        #expect(headers.fields.map(\.value) == ["a", "3"])
        headers["X"] = nil
        #expect(headers["x"] == nil)
    }

    @Test("collect up to the limit and not a byte more", arguments: [(4, true), (3, true), (2, false), (0, false)])
    func limit(limit: Int, fits: Bool) async throws {
        let body = HTTPBody([1, 2, 3])
        if fits {
            #expect(try await body.collect(upTo: limit) == [1, 2, 3])
        } else {
            #expect(try await failure { _ = try await body.collect(upTo: limit) }.code == .tooLarge)
        }
    }

    @Test("names the code in the description of an error")
    func description() {
        #expect("\(HTTPTransportError(.timedOut, "too slow"))" == "timedOut: too slow")
    }
}
