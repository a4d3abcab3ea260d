// SPDX-License-Identifier: MIT
import Synchronization

/// The pipeline of a provider until the provider is shut down.
///
/// Every span and record reads it, on all threads. A lock would be contended and would slow unsampled spans noticeably.
struct CurrentPipeline<Pipeline: AnyObject & Sendable>: ~Copyable, Sendable {
    /// The pipeline, also after the shutdown; `nil` if the provider is disabled.
    let pipeline: Pipeline?
    private let current: Atomic<Unmanaged<Pipeline>?>

    init(_ pipeline: Pipeline?) {
        self.pipeline = pipeline
        current = Atomic(pipeline.map(Unmanaged.passUnretained))
    }

    /// The pipeline; `nil` if the provider is disabled or shut down.
    var active: Pipeline? { unretained?.takeUnretainedValue() }

    /// The active pipeline without a retain; valid while the provider is.
    var unretained: Unmanaged<Pipeline>? { current.load(ordering: .acquiring) }

    /// Removes the active pipeline.
    ///
    /// - Returns: The pipeline on the first call; `nil` after that.
    func end() -> Pipeline? {
        current.exchange(nil, ordering: .acquiringAndReleasing)?.takeUnretainedValue()
    }
}

/// A redactor that can be replaced while spans and records are processed.
///
/// A lock is taken only if there is a redactor, whose work takes much longer.
struct RedactorSlot: ~Copyable, Sendable {
    private let isSet: Atomic<Bool>
    private let value: Mutex<Redactor?>

    init(_ redactor: Redactor?) {
        isSet = Atomic(redactor != nil)
        value = Mutex(redactor)
    }

    /// Indicates whether there is a redactor.
    var isOccupied: Bool { isSet.load(ordering: .acquiring) }

    /// The current redactor.
    var current: Redactor? { isOccupied ? value.withLock { $0 } : nil }

    func replace(with redactor: Redactor?) {
        value.withLock { value in
            value = redactor
            isSet.store(redactor != nil, ordering: .releasing)
        }
    }
}
