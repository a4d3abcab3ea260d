// SPDX-License-Identifier: MIT

/// Lets one test at a time use the global providers, of which a process has one set for all its test targets.
public actor GlobalState {
    /// The one of this process.
    public static let shared = GlobalState()

    private var isTaken = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// Runs a closure while no other one that was given runs.
    public nonisolated func exclusively(_ operation: @concurrent @Sendable () async throws -> Void) async throws {
        await take()
        do {
            try await operation()
        } catch {
            await giveBack()
            throw error
        }
        await giveBack()
    }

    private func take() async {
        guard isTaken else { return isTaken = true }
        await withCheckedContinuation { waiters.append($0) }
    }

    private func giveBack() {
        if waiters.isEmpty { isTaken = false } else { waiters.removeFirst().resume() }
    }
}
