// SPDX-License-Identifier: MIT
import CZlib

/// Compresses bodies with gzip and reuses zlib's working memory of 256 KiB.
struct GzipCompressor: ~Copyable {
    // zlib keeps the address of its stream, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Creates a compressor; `nil` if zlib is out of memory.
    init?(level: Int32 = GzipCompressor.level) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, plus 16 for a gzip header and trailer instead of zlib's own.
        let result = deflateInit2_(
            stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Returns the bytes compressed; `nil` if there are 4 GiB of them or zlib fails.
    mutating func compress(_ input: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard deflateReset(stream) == Z_OK, let inputCount = UInt32(exactly: input.count) else { return nil }
        let bound = Int(deflateBound(stream, UInt(input.count)))
        guard let outputCount = UInt32(exactly: bound) else { return nil }
        var result = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = inputCount
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = outputCount
            result = deflate(stream, Z_FINISH)
            count = bound - Int(stream.pointee.avail_out)
        }
        return result == Z_STREAM_END ? output : nil
    }

    // Faster than zlib's default of 6, at nearly the same size; see Benchmarks/NOTES.md.
    static let level: Int32 = 4
}

// The stream has one owner, which the compiler enforces by forbidding copies, and is accessed only through it.
extension GzipCompressor: @unchecked Sendable {}

/// Decompresses gzip. Returns `nil` if the bytes are not valid gzip or the result would exceed the limit.
func gunzipped(_ bytes: [UInt8], upTo limit: Int) -> [UInt8]? {
    var input = bytes
    guard let inputCount = UInt32(exactly: input.count) else { return nil }
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    return input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = inputCount
        while true {
            let (result, count) = piece.withUnsafeMutableBufferPointer { space -> (Int32, Int) in
                stream.next_out = space.baseAddress
                stream.avail_out = UInt32(space.count)
                let result = inflate(&stream, Z_NO_FLUSH)
                return (result, space.count - Int(stream.avail_out))
            }
            guard output.count + count <= limit else { return nil }
            output += piece[..<count]
            if result == Z_STREAM_END { return stream.avail_in == 0 ? output : nil }
            // Neither end nor progress: the input is truncated.
            guard result == Z_OK, count > 0 || stream.avail_in > 0 else { return nil }
        }
    }
}
