// SPDX-License-Identifier: MIT
import Synchronization

/// Counts the turns of conversations, so that separate scopes with the same identifier continue the count.
///
/// Stores a limited number of conversations, with a limited total size of their identifiers. Beyond it, the least
/// recently counted one is evicted, and would begin at 1 again.
package final class TurnCounter: Sendable {
    /// The counter of this process: 100,000 conversations, or 16 MiB of their identifiers.
    package static let shared = TurnCounter(capacity: 100_000)

    private let turns: Mutex<RecentMap<String, Int>>

    package init(capacity: Int) {
        turns = Mutex(RecentMap(capacity: capacity))
    }

    /// Returns the next turn of a conversation, from 1.
    package func next(in conversationID: String) -> Int {
        turns.withLock { turns in
            turns.update(conversationID, default: 0) { turn in
                if turn < .max { turn += 1 }
                return turn
            }
        }
    }

    /// Notes a turn that was given explicitly, so that counting continues after it.
    package func note(_ turn: Int, in conversationID: String) {
        turns.withLock { $0.update(conversationID, default: 0) { $0 = max($0, turn) } }
    }
}
