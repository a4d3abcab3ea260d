// SPDX-License-Identifier: MIT
import Synchronization

/// Counts the turns of conversations, so that separate scopes with the same id go on counting.
///
/// Remembers a bounded number of conversations: beyond it the one that counted longest ago is forgotten, and would
/// begin at 1 again.
package final class TurnCounter: Sendable {
    /// The counter of this process: 100,000 conversations.
    package static let shared = TurnCounter(capacity: 100_000)

    // Two generations instead of a list of uses: when the young one is full it becomes the old one, and what the old
    // one held and nobody asked for since is forgotten. Constant time, and at most `capacity` entries in all.
    private struct State {
        var young: [String: Int] = [:]
        var old: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let generationSize: Int

    package init(capacity: Int) {
        generationSize = max(1, capacity / 2)
    }

    /// The next turn of a conversation, from 1.
    package func next(in conversationID: String) -> Int {
        update(conversationID) { $0 == .max ? $0 : $0 + 1 }
    }

    /// Takes note of a turn that was given explicitly, so that counting goes on behind it.
    package func note(_ turn: Int, in conversationID: String) {
        _ = update(conversationID) { max($0, turn) }
    }

    private func update(_ conversationID: String, _ change: (Int) -> Int) -> Int {
        state.withLock { state in
            let turn = change(state.young[conversationID] ?? state.old[conversationID] ?? 0)
            if state.young[conversationID] == nil, state.young.count >= generationSize {
                state.old = state.young
                state.young = [:]
            }
            state.young[conversationID] = turn
            return turn
        }
    }
}
