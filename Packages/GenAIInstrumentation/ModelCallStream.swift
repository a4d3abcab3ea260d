// SPDX-License-Identifier: MIT
import GenAICore

/// A streamed answer whose call is recorded until the stream ends. Created by `withModelCall`.
public struct ModelCallStream<Base: AsyncSequence>: AsyncSequence {
    /// An element of the stream.
    public typealias Element = Base.Element
    /// The error that ends the stream early.
    public typealias Failure = Base.Failure

    private let base: Base
    private let call: ModelCall
    private let add: @Sendable (Base.Element, inout ModelAnswer) -> Void

    init(_ base: Base, _ call: ModelCall, _ add: @escaping @Sendable (Base.Element, inout ModelAnswer) -> Void) {
        self.base = base
        self.call = call
        self.add = add
    }

    /// An iterator that adds the elements to the record.
    public struct Iterator: AsyncIteratorProtocol {
        private var base: Base.AsyncIterator
        private let call: ModelCall
        private let add: @Sendable (Base.Element, inout ModelAnswer) -> Void
        // Ends the record when the iterator is released, while the sequence itself may still exist.
        private let lifetime: CallLifetime

        fileprivate init(_ stream: ModelCallStream) {
            base = stream.base.makeAsyncIterator()
            call = stream.call
            add = stream.add
            lifetime = CallLifetime(stream.call)
        }

        /// Returns the next element; `nil` at the end, which ends the record.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(Failure) -> Element? {
            do throws(Failure) {
                let element = try await call.context.run { () async throws(Failure) in
                    try await base.next(isolation: actor)
                }
                guard let element else {
                    // A sequence that ends early because its task was cancelled does not report it in any other way.
                    if Task.isCancelled { call.cancel() } else { call.finish() }
                    return nil
                }
                call.add { add(element, &$0) }
                return element
            } catch {
                call.fail(error)
                throw error
            }
        }
    }

    /// Returns an iterator over the elements.
    public func makeAsyncIterator() -> Iterator { Iterator(self) }
}

extension ModelCallStream: Sendable where Base: Sendable {}

@available(*, unavailable)
extension ModelCallStream.Iterator: Sendable {}

/// Ends the record of a stream that is no longer read.
final class CallLifetime: Sendable {
    private let call: ModelCall

    init(_ call: ModelCall) { self.call = call }

    deinit { call.cancel() }
}
