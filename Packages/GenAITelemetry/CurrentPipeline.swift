// SPDX-License-Identifier: MIT
import Synchronization

/// The pipeline that a provider uses now: what all its spans or records share, replaced as a whole when it changes.
///
/// Every span and record reads it, on all threads. A lock would cost a quarter of a span that is not sampled, and
/// threads would wait for each other.
struct CurrentPipeline<Pipeline: AnyObject & Sendable>: ~Copyable, Sendable {
    // One of `all`, so it lives as long as the provider, and outlives whoever reads it there.
    private let current: Atomic<Unmanaged<Pipeline>?>
    /// Every pipeline there has been: one, and one more for each change of the configuration.
    private let all: Mutex<[Pipeline]>

    init(_ first: Pipeline?) {
        current = Atomic(first.map(Unmanaged.passUnretained))
        all = Mutex(first.map { [$0] } ?? [])
    }

    /// The pipeline; `nil` when the provider is disabled or shut down.
    var held: Pipeline? { unheld?.takeUnretainedValue() }

    /// The same, not held: the provider has to be, and holding both takes a fifth of a span that is not sampled.
    var unheld: Unmanaged<Pipeline>? { current.load(ordering: .acquiring) }

    /// Puts another pipeline in the place of the one there is, if there is one.
    func replace(_ other: (Pipeline) -> Pipeline) {
        all.withLock { all in
            guard let changed = held.map(other) else { return }
            all.append(changed)
            current.store(.passUnretained(changed), ordering: .releasing)
        }
    }

    /// Leaves the provider without a pipeline.
    ///
    /// - Returns: The last one.
    func end() -> Pipeline? {
        all.withLock { _ in current.exchange(nil, ordering: .acquiringAndReleasing) }?.takeUnretainedValue()
    }
}
