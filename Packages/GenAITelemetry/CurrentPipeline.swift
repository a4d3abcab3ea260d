// SPDX-License-Identifier: MIT
import Synchronization

/// The pipeline of a provider until the provider is shut down.
///
/// Every span and record reads it, on all threads. A lock would cost a quarter of a span that is not sampled, and
/// threads would wait for each other.
struct CurrentPipeline<Pipeline: AnyObject & Sendable>: ~Copyable, Sendable {
    /// The pipeline, also after the shutdown; `nil` when the provider is disabled.
    let pipeline: Pipeline?
    private let current: Atomic<Unmanaged<Pipeline>?>

    init(_ pipeline: Pipeline?) {
        self.pipeline = pipeline
        current = Atomic(pipeline.map(Unmanaged.passUnretained))
    }

    /// The pipeline; `nil` when the provider is disabled or shut down.
    var active: Pipeline? { unretained?.takeUnretainedValue() }

    /// The same, unretained; valid while the provider is.
    var unretained: Unmanaged<Pipeline>? { current.load(ordering: .acquiring) }

    /// Leaves the provider without a pipeline.
    ///
    /// - Returns: The pipeline, the first time.
    func end() -> Pipeline? {
        current.exchange(nil, ordering: .acquiringAndReleasing)?.takeUnretainedValue()
    }
}

/// A redactor that can be replaced while spans and records pass.
///
/// A lock is taken only where there is a redactor, whose work is a hundred times as long.
struct RedactorSlot: ~Copyable, Sendable {
    private let isSet: Atomic<Bool>
    private let value: Mutex<Redactor?>

    init(_ redactor: Redactor?) {
        isSet = Atomic(redactor != nil)
        value = Mutex(redactor)
    }

    /// Whether there is a redactor.
    var isOccupied: Bool { isSet.load(ordering: .acquiring) }

    /// The redactor of now.
    var current: Redactor? { isOccupied ? value.withLock { $0 } : nil }

    func replace(with redactor: Redactor?) {
        value.withLock { value in
            value = redactor
            isSet.store(redactor != nil, ordering: .releasing)
        }
    }
}
