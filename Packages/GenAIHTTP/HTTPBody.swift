// SPDX-License-Identifier: MIT

import Synchronization

/// A response body: pieces of bytes in the order they arrive.
///
/// Iterate once. Dropping the body or its iterator before the end closes the connection.
public struct HTTPBody: AsyncSequence, Sendable {
    /// A piece of the body; its borders mean nothing.
    public typealias Element = [UInt8]
    /// Why a body can break off.
    public typealias Failure = HTTPError

    private let pull: @Sendable () async throws(HTTPError) -> [UInt8]?
    private let readTrailers: @Sendable () -> HTTPHeaders?

    /// The fields that came after the body, once it has been read to its end.
    ///
    /// `nil` before that, and where the transport cannot tell, as URLSession cannot.
    public var trailers: HTTPHeaders? { readTrailers() }

    /// Creates a body.
    ///
    /// - Parameters:
    ///   - trailers: Gives the fields after the body, once that has ended; `nil` where there is no telling.
    ///   - pull: Gives the next piece, or `nil` at the end.
    public init(
        trailers: @escaping @Sendable () -> HTTPHeaders? = { nil },
        pull: @escaping @Sendable () async throws(HTTPError) -> [UInt8]?
    ) {
        readTrailers = trailers
        self.pull = pull
    }

    /// Yields the pieces.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        let pull: @Sendable () async throws(HTTPError) -> [UInt8]?

        /// The next piece, or `nil` at the end.
        public mutating func next() async throws(HTTPError) -> [UInt8]? {
            try await pull()
        }
    }

    /// Begins reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pull: pull)
    }
}

extension HTTPBody {
    /// Creates a body of bytes that are all there.
    public init(_ bytes: [UInt8]) {
        let rest = Mutex(bytes)
        self.init(pull: { () throws(HTTPError) in
            let piece = rest.withLock { rest in
                defer { rest = [] }
                return rest
            }
            return piece.isEmpty ? nil : piece
        })
    }

    /// Reads the whole body into memory.
    ///
    /// - Parameter limit: The most bytes to accept.
    /// - Throws: ``HTTPError`` with code `tooLarge` as soon as more than `limit` bytes have arrived.
    public func collect(upTo limit: Int) async throws(HTTPError) -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in self {
            guard bytes.count + piece.count <= limit else {
                throw HTTPError(.tooLarge, "the response body is larger than \(limit) bytes")
            }
            bytes += piece
        }
        return bytes
    }
}
