// SPDX-License-Identifier: MIT
import CZlib

/// Compresses bodies with gzip; keeps zlib's working memory, a quarter of a megabyte, from one to the next.
struct GzipCompressor: ~Copyable {
    // zlib keeps the address of its stream, so it may not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Creates a compressor; `nil` when zlib has no memory.
    init?(level: Int32 = GzipCompressor.level) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, and 16 more for a gzip header and trailer in place of zlib's own.
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

    /// The bytes compressed, or `nil` when there are 4 GiB of them or zlib fails.
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

    // Against zlib's default, 6, this takes 60 % of the time and gives 104 % of the bytes for spans with prompts of prose
    // and code.
    static let level: Int32 = 4
}

// The stream has one owner, which the compiler enforces by forbidding copies, and is reached through it alone.
extension GzipCompressor: @unchecked Sendable {}
