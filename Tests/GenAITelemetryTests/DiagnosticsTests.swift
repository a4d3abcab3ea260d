// SPDX-License-Identifier: MIT
import Testing

@testable import GenAITelemetry

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Lines on their way to standard error", .timeLimit(.minutes(1)))
struct LineWriterTests {
    private let reading: Int32
    private let writing: Int32

    init() throws {
        var descriptors: [Int32] = [-1, -1]
        try #require(pipe(&descriptors) == 0)
        (reading, writing) = (descriptors[0], descriptors[1])
    }

    /// Reads everything until the writer closes.
    private func readAll() -> String {
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(reading, &piece, piece.count), count > 0 { text += piece[..<count] }
        return String(decoding: text, as: UTF8.self)
    }

    @Test("arrive in order")
    func order() {
        let writer = LineWriter(to: writing)
        for number in 0..<100 { writer.write("line \(number)") }
        #expect(writer.drain(within: patience))
        close(writing)
        #expect(readAll() == (0..<100).map { "line \($0)\n" }.joined())
        close(reading)
    }

    @Test("wait for nobody while the pipe is full; those that find no room are counted")
    func full() async {
        let writer = LineWriter(to: writing)
        let line = String(repeating: "x", count: 1_000)
        for _ in 0..<2_000 { writer.write(line) }
        #expect(writer.drain(within: .zero) == false)
        async let all = Task.detached { [self] in readAll() }.value
        #expect(writer.drain(within: patience))
        writer.write("last")
        #expect(writer.drain(within: patience))
        close(writing)
        let lines = await all.split(separator: "\n")
        #expect(lines.count < 300)
        let dropped = lines.compactMap { line in
            line.firstIndex(of: "(").flatMap { Int(line[$0...].dropFirst().prefix { $0.isNumber }) }
        }
        #expect(lines.count + dropped.reduce(0, +) == 2_001)
        close(reading)
    }

    @Test("are lost without harm when nobody reads any more")
    func closed() {
        close(reading)
        let writer = LineWriter(to: writing)
        for number in 0..<10 { writer.write("line \(number)") }
        #expect(writer.drain(within: patience))
        writer.write("another")
        #expect(writer.drain(within: patience))
        close(writing)
    }

    @Test("reports of level debug are all given, and only where asked for")
    func debug() {
        var limiter = ReportLimiter()
        #expect(limiter.admit("a", at: 1) == 0 && limiter.admit("a", at: 2) == nil)
        #expect(ReportThreshold.initial("debug").admits(.debug))
        #expect(!ReportThreshold.initial(nil).admits(.debug))
        #expect(Diagnostics.Level.debug < .info && Diagnostics.Level.debug.description == "debug")
    }

    @Test("kinds of reports are told apart by a bounded part of their text")
    func longKinds() {
        var limiter = ReportLimiter()
        let long = String(repeating: "x", count: 1 << 20)
        #expect(limiter.admit("\(long)1", at: 1) == 0)
        #expect(limiter.admit("\(long)2", at: 2) == nil)
    }
}
