// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// A stream that is observed: its span ends with it. Made by `observe`.
public struct ObservedSequence<Base: AsyncSequence>: AsyncSequence {
    /// An element of the stream.
    public typealias Element = Base.Element
    /// Why the stream can break off.
    public typealias Failure = Base.Failure

    private let base: Base
    private let lifetime: ObservedStream

    init(_ base: Base, _ observation: Observation) {
        self.base = base
        lifetime = ObservedStream(observation)
    }

    /// Yields the elements.
    public struct Iterator: AsyncIteratorProtocol {
        private var base: Base.AsyncIterator
        private let stream: ObservedStream
        // Ends the span when the iterator is dropped, while the sequence itself may live on.
        private let token: ObservedStream.Token

        fileprivate init(_ base: Base.AsyncIterator, _ stream: ObservedStream) {
            self.base = base
            self.stream = stream
            token = ObservedStream.Token(stream)
        }

        /// The next element, or `nil` at the end, which ends the span.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(Failure) -> Element? {
            do throws(Failure) {
                let element = try await stream.context.run { () async throws(Failure) in
                    try await base.next(isolation: actor)
                }
                guard let element else {
                    stream.finish()
                    return nil
                }
                stream.add(element)
                return element
            } catch {
                stream.fail(error)
                throw error
            }
        }
    }

    /// Begins reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base.makeAsyncIterator(), lifetime)
    }
}

extension ObservedSequence: Sendable where Base: Sendable {}

@available(*, unavailable)
extension ObservedSequence.Iterator: Sendable {}

/// The span of a stream and what the stream has told so far.
private final class ObservedStream: Sendable {
    /// Held by an iterator.
    final class Token: Sendable {
        private let stream: ObservedStream

        init(_ stream: ObservedStream) {
            self.stream = stream
        }

        deinit {
            stream.finish()
        }
    }

    private struct State {
        var report = UsageReport()
        var hasElement = false
        var isOver = false
    }

    let context: GenAIContext
    private let observation: Observation
    private let startNanoseconds = steadyNanoseconds()
    private let state = Mutex(State())

    init(_ observation: Observation) {
        self.observation = observation
        context = GenAIContext.current.settingSpan(observation.span)
    }

    deinit {
        finish()
    }

    func add(_ element: some Any) {
        guard observation.span.isRecording else { return }
        let part = (element as? any UsageReporting)?.usageReport ?? UsageReport(text: element as? String)
        let isFirst = state.withLock { state in
            state.report.merge(part, textLimit: CapturedContent.maximumLength)
            defer { state.hasElement = true }
            return !state.hasElement
        }
        guard isFirst, observation.kind == .llm, observation.span.conventions >= .latest else { return }
        observation.span.setAttribute(
            .genAIResponseTimeToFirstChunk, Double(steadyNanoseconds() &- startNanoseconds) / 1e9)
    }

    func finish() {
        guard let report = close() else { return }
        observation.finish(report)
    }

    func fail(_ error: any Error) {
        guard let report = close() else { return }
        observation.span.recordError(error)
        observation.finish(report)
    }

    /// What the stream has told, the first time.
    private func close() -> UsageReport? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            state.isOver = true
            return state.report
        }
    }
}
