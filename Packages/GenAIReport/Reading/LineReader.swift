// SPDX-License-Identifier: MIT
#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The lines of a file of any size, plain or compressed with gzip; `-` is standard input.
///
/// Uses one buffer, which grows only with the longest line. Owns its file and must not be shared between threads.
struct LineReader: ~Copyable {
    /// The maximum length of a line in bytes. Longer lines are skipped and counted as broken.
    static let longestLine = 512 << 20
    private static let blockSize = 1 << 20

    private let source: FileSource
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 16)
    private var start = 0
    private var end = 0
    /// The length of the buffer's prefix that is known to hold no line break.
    private var searched = 0
    private var isAtEnd = false
    /// Indicates whether the rest of a line that is too long is being skipped.
    private var isPassingOver = false
    /// The number of uncompressed bytes read so far.
    private(set) var byteCount = 0
    /// The number of skipped lines.
    private(set) var overlongCount = 0

    /// Opens a file.
    init(path: String) throws(ReportError) {
        source = try FileSource(path: path)
    }

    deinit {
        buffer.deallocate()
    }

    /// Calls `body` with the next line, without its line break. Returns false after the last line.
    mutating func next(_ body: (UnsafeBufferPointer<UInt8>) -> Void) throws(ReportError) -> Bool {
        while true {
            if let stop = lineEnd() {
                let line = UnsafeRawBufferPointer(rebasing: buffer[start..<stop]).assumingMemoryBound(to: UInt8.self)
                start = stop + 1
                searched = start
                if isPassingOver {
                    isPassingOver = false
                    continue
                }
                body(line)
                return true
            }
            if isAtEnd {
                guard start < end, !isPassingOver else { return false }
                let line = UnsafeRawBufferPointer(rebasing: buffer[start..<end]).assumingMemoryBound(to: UInt8.self)
                start = end
                body(line)
                return true
            }
            try fill()
        }
    }

    private mutating func lineEnd() -> Int? {
        guard searched < end, let base = buffer.baseAddress else { return nil }
        guard let found = memchr(base + searched, 0x0A, end - searched) else {
            searched = end
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private mutating func fill() throws(ReportError) {
        if start > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            end -= start
            searched -= start
            start = 0
        }
        if end == buffer.count { makeRoom() }
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        if count == 0 { isAtEnd = true }
        end += count
        byteCount += count
    }

    private mutating func makeRoom() {
        guard buffer.count < Self.longestLine else {
            if !isPassingOver { overlongCount += 1 }
            isPassingOver = true
            end = 0
            searched = 0
            return
        }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
        buffer.deallocate()
        buffer = larger
    }
}
