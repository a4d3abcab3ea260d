// SPDX-License-Identifier: MIT
//
// Verifies that Scripts/check-threads detects races: `guarded` has none; `unguarded` has one, and so has `beside`,
// whose threads use a mutex, but not for the state they share.
import Foundation
import Synchronization

final class Counter: @unchecked Sendable {
    let mutex = Mutex(0)
    /// The number of running threads; relaxed, so that it orders nothing.
    let started = Atomic(0)
    var plain = 0
}

let counter = Counter()
let mode = CommandLine.arguments.dropFirst().first
let threads = (0..<4).map { _ in
    Thread {
        // All at once, because threads that happen to run one after another would show nothing.
        counter.started.add(1, ordering: .relaxed)
        while counter.started.load(ordering: .relaxed) < 4 {}
        for _ in 0..<20_000 {
            switch mode {
            case "guarded":
                counter.mutex.withLock { value in
                    value += 1
                    counter.plain += 1
                }
            case "beside":
                counter.mutex.withLock { $0 += 1 }
                counter.plain += 1
            default: counter.plain += 1
            }
        }
        finished.signal()
    }
}
let finished = DispatchSemaphore(value: 0)
for thread in threads { thread.start() }
for _ in threads { finished.wait() }
print(counter.plain)
