// SPDX-License-Identifier: MIT

/// The stages of a pipeline, which lives as long as they are asked.
///
/// Not an array: that would be held while it is gone through, three times for each span, and each of its elements while
/// it is called.
///
/// `@unchecked Sendable`: the memory is the list's own, and nobody writes to it between `init` and `deinit`.
struct StageList<Stage: AnyObject & Sendable>: ~Copyable, @unchecked Sendable {
    /// The stages in order; valid as long as the list.
    let all: UnsafeBufferPointer<Unmanaged<Stage>>

    init(_ stages: [Stage]) {
        let memory = UnsafeMutableBufferPointer<Unmanaged<Stage>>.allocate(capacity: stages.count)
        _ = memory.initialize(from: stages.map { .passRetained($0) })
        all = UnsafeBufferPointer(memory)
    }

    deinit {
        for stage in all { stage.release() }
        all.deallocate()
    }

    @inline(__always)
    func forEach(_ body: (Stage) -> Void) {
        for stage in all { stage._withUnsafeGuaranteedRef(body) }
    }
}
