// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIInstrumentation
import Synchronization

/// A streamed answer: a sequence of chunks, as the server sends them.
///
/// Can be iterated once; a second iteration ends at once. Leaving the loop, releasing the stream or cancelling the task
/// closes the connection. Chunks are decoded on demand, so a slow reader slows the server down.
public struct OpenAIStream<Chunk: Sendable>: AsyncSequence, Sendable {
    /// A chunk.
    public typealias Element = Chunk
    /// The error of an interrupted stream.
    public typealias Failure = OpenAIClientError

    private let source: StreamSource<Chunk>

    init(_ opening: StreamOpening<Chunk>) {
        source = StreamSource(opening)
    }

    /// An iterator over the chunks.
    public struct Iterator: AsyncIteratorProtocol {
        private var reader: StreamReader<Chunk>?

        fileprivate init(_ opening: StreamOpening<Chunk>?) {
            reader = opening.map(StreamReader.init)
        }

        /// Returns the next chunk; `nil` at the end.
        ///
        /// - Throws: ``OpenAIClientError``. The stream then ends.
        public mutating func next() async throws(OpenAIClientError) -> Chunk? {
            while let chunk = try await nextOfAll() {
                if reader?.rules.hides(chunk) != true { return chunk }
            }
            return nil
        }

        /// Returns the next chunk, hidden ones included.
        mutating func nextOfAll() async throws(OpenAIClientError) -> Chunk? {
            do throws(OpenAIClientError) {
                if let chunk = try await reader?.next() { return chunk }
                reader?.lifetime.finish()
                reader = nil
                return nil
            } catch {
                reader?.lifetime.recorder?.fail(error)
                reader = nil
                throw error
            }
        }
    }

    /// Returns an iterator over the chunks.
    public func makeAsyncIterator() -> Iterator {
        Iterator(source.take())
    }
}

/// The differences between the streams of the endpoints.
struct StreamRules<Chunk: Sendable>: Sendable {
    /// Decodes a chunk.
    var decode: @Sendable (JSONValue) throws(JSONError) -> Chunk
    /// Decodes the complete answer of a server that does not stream, as one chunk.
    var decodeWhole: @Sendable (JSONValue) throws(JSONError) -> Chunk
    /// Returns whether a chunk exists only because this client requested usage.
    var hides: @Sendable (Chunk) -> Bool = { _ in false }
    /// Returns whether a chunk says that the answer is complete, so that the stream may end after it without `[DONE]`.
    var ends: @Sendable (Chunk) -> Bool
    /// Adds a chunk to the record of its call.
    var record: @Sendable (Chunk, StreamLifetime) -> Void = { _, _ in }
}

extension StreamRules where Chunk: JSONRecord {
    init(
        hides: @escaping @Sendable (Chunk) -> Bool = { _ in false }, ends: @escaping @Sendable (Chunk) -> Bool,
        decodeWhole: @escaping @Sendable (JSONValue) throws(JSONError) -> Chunk
    ) {
        self.init(
            decode: { (json) throws(JSONError) in try Chunk(json: json) }, decodeWhole: decodeWhole, hides: hides,
            ends: ends)
    }
}

/// Ends the record of a stream that is not read to its end.
final class StreamLifetime: Sendable {
    let recorder: ModelCall?
    private let failure = Mutex<CallFailure?>(nil)

    init(recorder: ModelCall?) {
        self.recorder = recorder
    }

    /// Adds a chunk when it is decoded; a slow reader therefore delays the recorded times.
    func add(_ chunk: some RecordedChunk) {
        guard let recorder else { return }
        recorder.add { chunk.add(to: &$0) }
        if let failure = chunk.failure { self.failure.withLock { $0 = failure } }
    }

    /// Ends the record of a stream that was read to its end.
    func finish() {
        recorder?.finish(nil, failure: failure.withLock { $0 })
    }

    deinit {
        recorder?.cancel()
    }
}

/// A stream that has begun and has not been read.
struct StreamOpening<Chunk: Sendable>: Sendable {
    let source: EventSource
    let rules: StreamRules<Chunk>
    let lifetime: StreamLifetime
}

/// Passes the connection to the first iterator and keeps no reference, so that releasing the iterator closes it.
private final class StreamSource<Chunk: Sendable>: Sendable {
    private let opening: Mutex<StreamOpening<Chunk>?>

    init(_ opening: StreamOpening<Chunk>) {
        self.opening = Mutex(opening)
    }

    func take() -> StreamOpening<Chunk>? {
        opening.withLock { opening in
            defer { opening = nil }
            return opening
        }
    }
}
