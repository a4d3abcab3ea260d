// SPDX-License-Identifier: MIT

/// What has arrived of a response body and is not yet read. Decides, and knows no lock or task.
struct ResponseBuffer {
    /// What the reader of the network has to do after an append.
    enum Verdict: Hashable {
        case goOn, halt, overflow
    }

    /// The most bytes to hold.
    let limit: Int
    /// From how many bytes on reading should halt; `nil` where the platform cannot.
    let haltThreshold: Int?
    private(set) var bytes: [UInt8] = []
    private(set) var isHalted = false

    init(limit: Int, canHalt: Bool) {
        self.limit = limit
        haltThreshold = canHalt ? limit / 2 : nil
    }

    /// Adds what arrived; `overflow` means that it does not fit and nothing was added.
    mutating func append(_ piece: some Collection<UInt8>) -> Verdict {
        // Where reading can halt, pieces that were under way when it did still arrive, as large as they may be.
        guard piece.count <= limit - bytes.count || haltThreshold != nil else { return .overflow }
        bytes.append(contentsOf: piece)
        guard let haltThreshold, !isHalted, bytes.count >= haltThreshold else { return .goOn }
        isHalted = true
        return .halt
    }

    /// Takes out everything, and says whether halted reading has to go on.
    mutating func takeAll() -> (bytes: [UInt8], resumes: Bool) {
        defer {
            bytes = []
            isHalted = false
        }
        return (bytes, isHalted)
    }
}
