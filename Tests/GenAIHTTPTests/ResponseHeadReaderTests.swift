// SPDX-License-Identifier: MIT

import Testing

@testable import GenAIHTTP

@Suite("Response head")
struct ResponseHeadReaderTests {
    /// Feeds the lines, and returns the last step.
    private func read(_ lines: [String]) -> (head: Exchange.Head?, error: HTTPTransportError?) {
        var reader = ResponseHeadReader()
        var head: Exchange.Head?
        for line in lines {
            switch reader.read(line: Array((line + "\r\n").utf8)) {
            case .more: break
            case .complete(let complete): head = complete
            case .invalid(let error): return (head, error)
            }
        }
        return (head, nil)
    }

    @Test("keeps fields in order, twice if they come twice, without blanks around the value")
    func fields() {
        let head = read(["HTTP/1.1 200 OK", "B:  1\t ", "a: ", "b:2:3", ""]).head
        #expect(head?.status == 200)
        #expect(head?.headers.fields.map(\.name) == ["B", "a", "b"])
        #expect(head?.headers.fields.map(\.value) == ["1", "", "2:3"])
    }

    @Test("puts a value together that goes on in the next line")
    func folded() {
        #expect(read(["HTTP/1.1 200 OK", "A: one", "  two", ""]).head?.headers["A"] == "one two")
        #expect(read(["HTTP/1.1 200 OK", " lost", ""]).head?.headers.fields.isEmpty == true)
    }

    @Test("passes over 1xx heads and their fields")
    func informational() {
        let head = read(["HTTP/1.1 103 Early", "Link: x", "", "HTTP/1.1 204 No Content", ""]).head
        #expect(head?.status == 204)
        #expect(head?.headers.fields.isEmpty == true)
    }

    @Test("leaves trailer fields out")
    func trailer() {
        var reader = ResponseHeadReader()
        for line in ["HTTP/1.1 200 OK\r\n", "\r\n"] { _ = reader.read(line: Array(line.utf8)) }
        #expect(reader.isComplete)
        for line in ["X: 1\r\n", "no field\r\n", "\r\n"] {
            guard case .more = reader.read(line: Array(line.utf8)) else { Issue.record("\(line)"); return }
        }
    }

    @Test("leaves out what describes a coded body, unless it is the body itself")
    func coding() {
        let lines = ["Content-Length: 5", ""]
        #expect(read(["HTTP/1.1 200 OK", "Content-Encoding: GZIP"] + lines).head?.headers.fields.isEmpty == true)
        #expect(read(["HTTP/1.1 200 OK", "Content-Encoding: identity"] + lines).head?.headers["Content-Length"] == "5")
    }

    @Test(
        "refuses what is no head",
        arguments: [
            ["HTTP/1.1"], ["HTTP/1.1 abc"], ["HTTP/1.1 99 Low"], ["HTTP/1.1 1000 High"], ["200 OK"], ["X: 1"],
            ["HTTP/1.1 200 OK", "nocolon"], ["HTTP/1.1 200 OK", ": 1"],
        ])
    func invalid(lines: [String]) {
        #expect(read(lines).error?.code == .protocolViolation)
    }

    @Test(
        "refuses lengths that no body can have",
        arguments: ["9223372036854775807", "18446744073709551616", "-1", "1152921504606846977", "x", "", "0x10"])
    func length(value: String) {
        #expect(read(["HTTP/1.1 200 OK", "content-length: \(value)"]).error?.code == .protocolViolation)
    }

    @Test("accepts the longest length there may be")
    func longest() {
        #expect(read(["HTTP/1.1 200 OK", "Content-Length: \(ResponseHeadReader.lengthLimit)", ""]).head != nil)
    }

    @Test("bounds the number of fields and the bytes of all lines")
    func bounds() {
        let fields = (0..<ResponseHeadReader.fieldLimit).map { "a\($0): 1" }
        #expect(read(["HTTP/1.1 200 OK"] + fields + [""]).head != nil)
        #expect(read(["HTTP/1.1 200 OK"] + fields + ["b: 1"]).error?.code == .tooLarge)
        let heads = Array(
            repeating: ["HTTP/1.1 100 Continue", "X: \(String(repeating: "x", count: 1_000))", ""], count: 300)
        #expect(read(heads.flatMap { $0 }).error?.code == .tooLarge)
    }
}
