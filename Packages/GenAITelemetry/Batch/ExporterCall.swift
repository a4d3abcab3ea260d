// SPDX-License-Identifier: MIT
import Synchronization

/// One call into an exporter, which may be given up before it returns.
final class ExporterCall: Sendable {
    /// How a call ended.
    enum Ending: Sendable {
        case returned
        case failed(ExportError)
        case timedOut
        case abandoned
    }

    /// The first of: return, timeout, abandonment.
    private let ending = Promise<Ending>()
    /// The first of: return, abandonment.
    private let freed = Promise<Void>()
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Makes the call and waits until it returns, its time is over or it is abandoned. Cancels it then.
    ///
    /// - Parameters:
    ///   - scope: Whose exporter it is; spans and flushes from inside the call must not wait for themselves.
    ///   - timeout: `nil` or zero for no limit.
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

    /// Makes the call and waits until it returns; cancels it when its time is over.
    ///
    /// - Parameters:
    ///   - scope: As for ``run(on:scope:timeout:_:)``.
    ///   - timeout: `nil` or zero for no limit.
    func runToEnd(
        on runtime: ExportRuntime, scope: ObjectIdentifier, cancelledAfter timeout: Duration?,
        _ operation: @escaping @Sendable () async throws(ExportError) -> Void
    ) async -> Ending {
        start(on: runtime, scope: scope, operation)
        let timer = timer(on: runtime, timeout) { self.cancel() }
        defer { timer?.cancel() }
        return await ending.value
    }

    /// Makes the call, and waits for nothing.
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

    /// Cancels the call, which may go on all the same.
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

/// What runs inside an exporter.
enum ExportScope {
    /// The processor or reader whose exporter is running.
    @TaskLocal static var current: ObjectIdentifier?
}
