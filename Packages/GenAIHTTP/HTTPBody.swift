// SPDX-License-Identifier: MIT

import Synchronization

/// A response body: an asynchronous sequence of chunks, in the order they arrive.
///
/// Can be iterated once. Releasing the body or its iterator before the end closes the connection.
public struct HTTPBody: AsyncSequence, Sendable {
    /// A chunk of the body. Its boundaries have no meaning.
    public typealias Element = [UInt8]
    /// The error that ends a body early.
    public typealias Failure = HTTPTransportError

    private let pull: @Sendable () async throws(HTTPTransportError) -> [UInt8]?
    private let readTrailers: @Sendable () -> HTTPHeaders?

    /// The trailer fields, available once the body has been read to its end.
    ///
    /// `nil` before that, and if the transport cannot report them, as URLSession cannot.
    public var trailers: HTTPHeaders? { readTrailers() }

    /// Creates a body from a function that returns its chunks.
    ///
    /// - Parameters:
    ///   - trailers: Returns the trailer fields after the body has ended; `nil` if they are unknown.
    ///   - pull: Returns the next chunk, or `nil` at the end.
    public init(
        trailers: @escaping @Sendable () -> HTTPHeaders? = { nil },
        pull: @escaping @Sendable () async throws(HTTPTransportError) -> [UInt8]?
    ) {
        readTrailers = trailers
        self.pull = pull
    }

    /// An iterator over the chunks.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        let pull: @Sendable () async throws(HTTPTransportError) -> [UInt8]?

        /// Returns the next chunk, or `nil` at the end.
        public mutating func next() async throws(HTTPTransportError) -> [UInt8]? {
            try await pull()
        }
    }

    /// Returns an iterator over the chunks.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pull: pull)
    }
}

extension HTTPBody {
    /// Creates a body from bytes in memory.
    public init(_ bytes: [UInt8]) {
        let rest = Mutex(bytes)
        self.init(pull: { () throws(HTTPTransportError) in
            let piece = rest.withLock { rest in
                defer { rest = [] }
                return rest
            }
            return piece.isEmpty ? nil : piece
        })
    }

    /// Reads the whole body into memory.
    ///
    /// - Parameter limit: The maximum number of bytes to accept.
    /// - Throws: ``HTTPTransportError`` with code `tooLarge` as soon as more than `limit` bytes have arrived.
    public func collect(upTo limit: Int) async throws(HTTPTransportError) -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in self {
            guard bytes.count + piece.count <= limit else {
                throw HTTPTransportError(.tooLarge, "the response body is larger than \(limit) bytes")
            }
            bytes += piece
        }
        return bytes
    }
}
