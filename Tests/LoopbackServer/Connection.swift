// SPDX-License-Identifier: MIT

/// One accepted connection: reads requests and carries out replies until either side is done.
struct Connection {
    private enum End: Error { case clientLeft, closing, malformed(String) }

    private static let headLimit = 65_536
    private static let bodyLimit = 268_435_456

    let index: Int
    let descriptor: Int32
    let core: ServerCore
    private var buffer: [UInt8] = []

    init(index: Int, descriptor: Int32, core: ServerCore) {
        (self.index, self.descriptor, self.core) = (index, descriptor, core)
    }

    mutating func run() {
        do {
            while try serveOne() {}
        } catch End.malformed(let problem) {
            try? send(.text(400, problem, headers: [("Connection", "close")]))
        } catch {
            // The connection ends; whoever ended it has been recorded where it happened.
        }
    }

    private mutating func serveOne() throws(End) -> Bool {
        let head = try readHead()
        if head.expectsContinue { try send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
        let request = core.record(head, connection: index, body: try readBody(head))
        do throws(End) {
            try send(core.handler(request))
        } catch {
            if case .clientLeft = error { core.update { $0.disconnectCount += 1 } }
            throw error
        }
        return head.keepsAlive
    }

    // MARK: - Reading

    private mutating func readHead() throws(End) -> RequestHead {
        var searched = 0
        while true {
            if let end = Self.headEnd(in: buffer, from: searched) {
                guard let head = RequestHead(parsing: buffer[..<end]) else { throw .malformed("not an HTTP request") }
                buffer.removeFirst(end)
                return head
            }
            guard buffer.count <= Self.headLimit else { throw .malformed("the request head is too large") }
            if let first = buffer.first, !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) {
                throw .malformed("not an HTTP request")  // TLS, most likely
            }
            searched = max(0, buffer.count - 3)
            try readMore()
        }
    }

    /// The index behind the empty line.
    private static func headEnd(in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 4 <= bytes.count {
            if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 {
                return index + 4
            }
            index += 1
        }
        return nil
    }

    private mutating func readBody(_ head: RequestHead) throws(End) -> [UInt8] {
        if head.isChunked { return try readChunks() }
        guard let length = head.contentLength else { throw .malformed("Content-Length is no length") }
        return try read(length)
    }

    private mutating func readChunks() throws(End) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try readLine().split(separator: ";").first ?? ""
            guard let size = Int(line.filter { $0 != " " }, radix: 16), size >= 0, body.count <= Self.bodyLimit - size
            else { throw .malformed("a chunk has no size") }
            if size == 0 { break }
            body += try read(size)
            guard try readLine().isEmpty else { throw .malformed("a chunk is longer than its size") }
        }
        while try !readLine().isEmpty {}  // trailer fields
        return body
    }

    private mutating func read(_ count: Int) throws(End) -> [UInt8] {
        guard count <= Self.bodyLimit else { throw .malformed("the body is too large") }
        buffer.reserveCapacity(count)
        while buffer.count < count { try readMore() }
        if buffer.count == count {
            defer { buffer = [] }
            return buffer
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private mutating func readLine() throws(End) -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end].filter { $0 != 13 }, as: UTF8.self)
            }
            guard buffer.count <= Self.headLimit else { throw .malformed("a line is too long") }
            try readMore()
        }
    }

    private mutating func readMore() throws(End) {
        while true {
            let ready = Posix.poll([.init(descriptor, .input), .init(core.stopping.readEnd, .input)], for: nil)
            if ready[1] { throw .closing }
            switch Posix.receive(descriptor, into: &buffer) {
            case .some(0): throw .clientLeft
            case .some: return
            case .none: continue
            }
        }
    }

    // MARK: - Writing

    private func send(_ reply: LoopbackServer.Reply) throws(End) {
        for step in reply.steps {
            switch step {
            case .bytes(let bytes): try send(bytes)
            case .chunkBytes(let bytes): try send(chunk: bytes)
            case .pieces(let next): while let bytes = next() { try send(chunk: bytes) }
            case .lastChunk: try send(Array("0\r\n\r\n".utf8))
            case .fill(let count): try fill(count)
            case .wait(let gate): try pause(until: gate.readEnd)
            case .delay(let duration): try pause(for: duration)
            case .hang: try pause()
            case .close: throw .closing
            case .reset:
                Posix.resetOnClose(descriptor)
                throw .closing
            }
        }
    }

    private func send(chunk bytes: [UInt8]) throws(End) {
        if !bytes.isEmpty { try send(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [13, 10]) }
    }

    private func fill(_ count: Int) throws(End) {
        let block = (0..<65_536).map { UInt8(truncatingIfNeeded: $0) }
        var rest = count
        while rest > 0 {
            try send(rest < block.count ? Array(block[..<rest]) : block)
            rest -= block.count
        }
    }

    private func send(_ bytes: [UInt8]) throws(End) {
        var sent = 0
        while sent < bytes.count {
            switch Posix.send(descriptor, bytes, from: sent) {
            case .some(0): throw .clientLeft
            case .some(let count):
                sent += count
                core.update { $0.sentByteCount += count }
            case .none:
                let ready = Posix.poll(
                    [.init(core.stopping.readEnd, .input), .init(descriptor, .outputOrHangUp)], for: nil)
                if ready[0] { throw .closing }
            }
        }
    }

    /// Waits until `opener` is readable or the time is over, and meanwhile notices that either side leaves.
    private func pause(until opener: Int32 = -1, for duration: Duration? = nil) throws(End) {
        let ready = Posix.poll(
            [.init(core.stopping.readEnd, .input), .init(descriptor, .hangUp), .init(opener, .input)], for: duration)
        if ready[0] { throw .closing }
        if ready[1] { throw .clientLeft }
    }
}
