// SPDX-License-Identifier: MIT

/// The frame around the one message of a unary gRPC call.
///
/// Source: gRPC over HTTP/2, "Length-Prefixed-Message".
enum GRPCMessage {
    /// The body is not exactly one whole message.
    struct Malformed: Error {}

    private static let prefixCount = 5

    /// Returns a message in its frame: a byte for the compression flag, four for the length, then the message.
    ///
    /// - Returns: `nil` if it is too long for a frame.
    static func framed(_ message: [UInt8], isCompressed: Bool) -> [UInt8]? {
        guard let length = UInt32(exactly: message.count) else { return nil }
        var body: [UInt8] = []
        body.reserveCapacity(prefixCount + message.count)
        body.append(isCompressed ? 1 : 0)
        for shift in [24, 16, 8, 0] as [UInt32] { body.append(UInt8(truncatingIfNeeded: length >> shift)) }
        body += message
        return body
    }

    /// Returns the uncompressed message of a body.
    ///
    /// - Parameters:
    ///   - encoding: The header field `grpc-encoding`, which names the compression.
    ///   - limit: The maximum size of the uncompressed message in bytes.
    static func message(in body: [UInt8], encoding: String?, limit: Int) throws(Malformed) -> [UInt8] {
        guard body.count >= prefixCount, body[0] <= 1 else { throw Malformed() }
        let length = body[1..<prefixCount].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard UInt64(length) == UInt64(body.count - prefixCount) else { throw Malformed() }
        let message = Array(body[prefixCount...])
        guard body[0] == 1 else { return message }
        guard encoding == "gzip", let plain = gunzipped(message, upTo: limit) else { throw Malformed() }
        return plain
    }
}
