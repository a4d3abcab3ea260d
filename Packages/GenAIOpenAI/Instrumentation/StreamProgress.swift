// SPDX-License-Identifier: MIT
import GenAITelemetry
import Synchronization

/// How far a streamed answer has come, and when its chunks came.
final class StreamProgress: Sendable {
    private struct State {
        var chunks = StreamedAnswer()
        var firstChunk: UInt64?
        var lastChunk: UInt64?
        var secondsPerChunk: [Double] = []
    }

    private let measuresChunks: Bool
    private let state = Mutex(State())

    /// - Parameter measuresChunks: Whether the time of each chunk is wanted.
    init(measuresChunks: Bool) {
        self.measuresChunks = measuresChunks
    }

    /// What has come so far, as telemetry sees it.
    var answer: AnswerFacts { state.withLock { $0.chunks.facts } }

    /// Between one chunk and the next; empty where nobody wants to know.
    var secondsPerChunk: [Double] { state.withLock(\.secondsPerChunk) }

    /// From a time to the first chunk; `nil` where none came.
    func secondsToFirstChunk(from start: UInt64) -> Double? {
        state.withLock(\.firstChunk).map { seconds(from: start, to: $0) }
    }

    /// Notes a chunk.
    func add(_ chunk: some Sendable) {
        let now = steadyNanoseconds()
        state.withLock { state in
            if let last = state.lastChunk, measuresChunks { state.secondsPerChunk.append(seconds(from: last, to: now)) }
            state.firstChunk = state.firstChunk ?? now
            state.lastChunk = now
            state.chunks.add(chunk)
        }
    }
}

/// The time between two readings of the steady clock.
func seconds(from start: UInt64, to end: UInt64) -> Double {
    Double(end &- start) / 1e9
}
