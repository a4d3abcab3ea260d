// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// An observed stream, whose span ends with it. Created by `observe`.
public struct ObservedSequence<Base: AsyncSequence>: AsyncSequence {
    /// An element of the stream.
    public typealias Element = Base.Element
    /// The error that ends the stream early.
    public typealias Failure = Base.Failure

    private let base: Base
    private let lifetime: ObservedStream
    private let report: @Sendable (Base.Element) -> UsageReport

    init(
        _ base: Base, _ observation: Observation,
        report: @escaping @Sendable (Base.Element) -> UsageReport = { UsageReport(ofElement: $0) }
    ) {
        self.base = base
        self.report = report
        lifetime = ObservedStream(observation)
    }

    /// An iterator over the elements.
    public struct Iterator: AsyncIteratorProtocol {
        private var base: Base.AsyncIterator
        private let stream: ObservedStream
        private let report: @Sendable (Base.Element) -> UsageReport
        // Ends the span when the iterator is released, while the sequence itself may still exist.
        private let token: ObservedStream.Token

        fileprivate init(
            _ base: Base.AsyncIterator, _ stream: ObservedStream,
            _ report: @escaping @Sendable (Base.Element) -> UsageReport
        ) {
            self.base = base
            self.stream = stream
            self.report = report
            token = ObservedStream.Token(stream)
        }

        /// Returns the next element; `nil` at the end, which ends the span.
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
                stream.add(report(element))
                return element
            } catch {
                stream.fail(error)
                throw error
            }
        }
    }

    /// Returns an iterator over the elements.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base.makeAsyncIterator(), lifetime, report)
    }
}

extension ObservedSequence: Sendable where Base: Sendable {}

@available(*, unavailable)
extension ObservedSequence.Iterator: Sendable {}

extension UsageReport {
    /// The report of an element that tells of itself: what is ``GenAICore/UsageReporting``, and text.
    fileprivate init(ofElement element: some Any) {
        self = (element as? any UsageReporting)?.usageReport ?? UsageReport(text: element as? String)
    }
}

/// The record of a stream, which ends once.
private final class ObservedStream: Sendable {
    /// Retained by an iterator.
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
        /// The pieces of an operation that is not a call to a model.
        var report = UsageReport()
        var isOver = false
    }

    var context: GenAIContext { observation.context }
    private let observation: Observation
    private let state = Mutex(State())

    init(_ observation: Observation) {
        self.observation = observation
    }

    deinit {
        finish()
    }

    func add(_ part: UsageReport) {
        guard !observation.add(part) else { return }
        state.withLock { state in
            var part = part
            if !observation.capturesOutput { part.text = nil }
            state.report.merge(part, textLimit: CapturedContent.maximumLength)
        }
    }

    func finish() {
        guard let report = close() else { return }
        observation.finishStream(report)
    }

    func fail(_ error: any Error) {
        guard close() != nil else { return }
        observation.fail(error)
    }

    /// Returns the pieces so far; `nil` after the first call.
    private func close() -> UsageReport? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            state.isOver = true
            return state.report
        }
    }
}
