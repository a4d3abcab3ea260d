// SPDX-License-Identifier: MIT
import Synchronization

/// One call of an exporter, which may be given up before it returns.
final class ExporterCall: Sendable {
    /// The way in which a call ended.
    enum Ending: Sendable {
        case returned
        case failed(ExportError)
        case timedOut
        case abandoned
    }

    /// Resolved by the first of: return, timeout, abandonment.
    private let ending = Promise<Ending>()
    /// Resolved by the first of: return, abandonment.
    private let freed = Promise<Void>()
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Makes the call, and waits until it returns, its timeout passes or it is abandoned. It is cancelled then.
    ///
    /// - Parameters:
    ///   - scope: The owner of the exporter. Spans and flushes from inside the call must not wait for themselves.
    ///   - timeout: The time limit; `nil` or zero for none.
    func run(
        on runtime: ExportRuntime, scope: ObjectIdentifier, timeout: Duration?,
        _ operation: @escaping @Sendable () async throws(ExportError) -> Void
    ) async -> Ending {
        start(on: runtime, scope: scope, operation)
        let timer = timer(on: runtime, timeout) { [ending] in ending.resolve(.timedOut) }
        let ending = await ending.value
        timer?.cancel()
        cancel()
        return ending
    }

    /// Makes the call and waits until it returns. Cancels it when its timeout passes.
    ///
    /// - Parameters:
    ///   - scope: The owner of the exporter, as for ``run(on:scope:timeout:_:)``.
    ///   - timeout: The time limit; `nil` or zero for none.
    func runToEnd(
        on runtime: ExportRuntime, scope: ObjectIdentifier, cancelledAfter timeout: Duration?,
        _ operation: @escaping @Sendable () async throws(ExportError) -> Void
    ) async -> Ending {
        start(on: runtime, scope: scope, operation)
        let timer = timer(on: runtime, timeout) { self.cancel() }
        defer { timer?.cancel() }
        return await ending.value
    }

    /// Makes the call without waiting.
    func start(
        on runtime: ExportRuntime, scope: ObjectIdentifier,
        _ operation: @escaping @Sendable () async throws(ExportError) -> Void
    ) {
        let task = runtime.spawnCall {
            await ExportScope.$current.withValue(scope) {
                do throws(ExportError) {
                    try await operation()
                    self.end(.returned)
                } catch {
                    self.end(.failed(error))
                }
            }
        }
        self.task.withLock { $0 = task }
    }

    private func timer(
        on runtime: ExportRuntime, _ timeout: Duration?, _ action: @escaping @Sendable () -> Void
    ) -> ExportTimer? {
        guard let timeout, timeout > .zero else { return nil }
        return runtime.after(timeout, action)
    }

    /// Cancels the call, which may continue nevertheless.
    func cancel() { task.withLock { $0 }?.cancel() }

    /// Gives the call up: nobody waits for it any more.
    func abandon() { end(.abandoned) }

    /// Waits until the call has really returned, or is abandoned.
    func waitUntilFreed() async { await freed.value }

    private func end(_ ending: Ending) {
        self.ending.resolve(ending)
        freed.resolve(())
    }
}

/// The context of code inside an exporter.
enum ExportScope {
    /// The processor or reader whose exporter is running.
    @TaskLocal static var current: ObjectIdentifier?
}
