// SPDX-License-Identifier: MIT

/// A processor or reader that never blocks its thread, and returns by its deadline.
package protocol DeadlineKeeping {}

/// Flushes or shuts down all elements concurrently.
///
/// A component that the program provides runs on a thread of its own and is abandoned at the deadline, so that it
/// delays neither the others nor the end of the program, even if it blocks forever.
///
/// - Returns: Whether all of them succeeded in time.
func allSucceed<Element: Sendable>(
    _ elements: [Element], within timeout: Duration, _ operation: @escaping @Sendable (Element) async -> Bool
) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
        for element in elements {
            group.addTask {
                if element is any DeadlineKeeping { return await operation(element) }
                return await succeeds(within: timeout) { await operation(element) }
            }
        }
        return await group.reduce(true) { $0 && $1 }
    }
}

/// Returns whether an operation succeeds before the deadline, at which it is cancelled and abandoned.
private func succeeds(within timeout: Duration, _ operation: @escaping @Sendable () async -> Bool) async -> Bool {
    let outcome = Promise<Bool>()
    // Not detached: processors use a task-local value to detect calls from inside their own exporter.
    let task = Task(executorPreference: WorkerThread()) { outcome.resolve(await operation()) }
    defer { task.cancel() }
    return await ExportRuntime(exporterBlocks: false, clock: nil).value(of: outcome, within: timeout, late: false)
}
