// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIInstrumentation
import Synchronization

/// A streamed answer: chunks as the server sends them.
///
/// Iterate once; a second iteration ends at once. Leaving the loop, dropping the stream or cancelling the task closes
/// the connection. Chunks are decoded as they are asked for, so a slow reader slows the server down.
public struct OpenAIStream<Chunk: Sendable>: AsyncSequence, Sendable {
    /// A chunk.
    public typealias Element = Chunk
    /// The error of a stream that breaks off.
    public typealias Failure = OpenAIError

    private let source: StreamSource<Chunk>

    init(_ opening: StreamOpening<Chunk>) {
        source = StreamSource(opening)
    }

    /// Yields the chunks.
    public struct Iterator: AsyncIteratorProtocol {
        private var reader: StreamReader<Chunk>?

        fileprivate init(_ opening: StreamOpening<Chunk>?) {
            reader = opening.map(StreamReader.init)
        }

        /// The next chunk, or `nil` at the end.
        ///
        /// - Throws: ``OpenAIError``; the stream is over then.
        public mutating func next() async throws(OpenAIError) -> Chunk? {
            while let chunk = try await nextOfAll() {
                if reader?.rules.hides(chunk) != true { return chunk }
            }
            return nil
        }

        /// The next chunk, those included that were not asked for.
        mutating func nextOfAll() async throws(OpenAIError) -> Chunk? {
            do throws(OpenAIError) {
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

    /// Begins reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(source.take())
    }
}

/// The differences between the streams of the endpoints.
struct StreamRules<Chunk: Sendable>: Sendable {
    /// Reads a chunk.
    var decode: @Sendable (JSONValue) throws(JSONError) -> Chunk
    /// Reads the answer of a server that does not stream after all, as one chunk.
    var decodeWhole: @Sendable (JSONValue) throws(JSONError) -> Chunk
    /// Whether a chunk is there only because this client asked for it.
    var hides: @Sendable (Chunk) -> Bool = { _ in false }
    /// Whether a chunk says that the answer is complete, so that the stream may end after it without `[DONE]`.
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

/// Ends the record of a stream that nobody reads to its end.
final class StreamLifetime: Sendable {
    let recorder: ModelCall?
    private let failure = Mutex<CallFailure?>(nil)
    private let calls = Mutex(ToolCallNumbering())

    init(recorder: ModelCall?) {
        self.recorder = recorder
    }

    /// Adds a chunk as it is decoded: a reader that takes its time makes chunks late.
    func add(_ chunk: some RecordedChunk) {
        guard let recorder else { return }
        let chunk = calls.withLock { chunk.numbered(by: &$0) }
        recorder.add { chunk.add(to: &$0) }
        if let failure = chunk.failure { self.failure.withLock { $0 = failure } }
    }

    /// Ends the record of a stream that came to its end.
    func finish() {
        recorder?.finish(nil, failure: failure.withLock { $0 })
    }

    deinit {
        recorder?.cancel()
    }
}

/// A stream that has begun and that nobody has read.
struct StreamOpening<Chunk: Sendable>: Sendable {
    let source: EventSource
    let rules: StreamRules<Chunk>
    let lifetime: StreamLifetime
}

/// Hands the connection to the first iterator and keeps nothing, so that dropping the iterator closes it.
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
