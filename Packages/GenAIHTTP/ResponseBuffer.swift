// SPDX-License-Identifier: MIT

/// The part of a response body that has arrived and is not yet read. Pure: no lock and no task.
struct ResponseBuffer {
    /// The action for the reader of the network after an append.
    enum Verdict: Hashable {
        case goOn, halt, overflow
    }

    /// The maximum number of bytes to hold.
    let limit: Int
    /// The number of bytes from which reading should halt; `nil` if the platform cannot halt.
    let haltThreshold: Int?
    private(set) var bytes: [UInt8] = []
    private(set) var isHalted = false

    init(limit: Int, canHalt: Bool) {
        self.limit = limit
        haltThreshold = canHalt ? limit / 2 : nil
    }

    /// Adds a chunk. `overflow` means that it does not fit and was not added.
    mutating func append(_ piece: some Collection<UInt8>) -> Verdict {
        // If reading can halt, chunks that were already under way still arrive after the halt, whatever their size.
        guard piece.count <= limit - bytes.count || haltThreshold != nil else { return .overflow }
        bytes.append(contentsOf: piece)
        guard let haltThreshold, !isHalted, bytes.count >= haltThreshold else { return .goOn }
        isHalted = true
        return .halt
    }

    /// Removes and returns all bytes, and whether halted reading must resume.
    mutating func takeAll() -> (bytes: [UInt8], resumes: Bool) {
        defer {
            bytes = []
            isHalted = false
        }
        return (bytes, isHalted)
    }
}
