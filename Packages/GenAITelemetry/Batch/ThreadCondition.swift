// SPDX-License-Identifier: MIT

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// State for which whole threads can wait: a mutex with a condition, which `Mutex` does not have.
///
/// Only for threads that may sleep: the SDK's own, and those whose owner chose the waiting overflow policy.
// Sendable: `state` is accessed only while `mutex` is locked; both pthread objects are at fixed addresses until deinit
// and are designed for use by many threads.
final class ThreadCondition<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
            pthread_cond_init(condition, nil)
        #else
            var attributes = pthread_condattr_t()
            pthread_condattr_init(&attributes)
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
            pthread_cond_init(condition, &attributes)
            pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Changes the state and wakes all waiting threads, which check it again.
    func update<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }
        return body(&state)
    }

    /// The decision of a waiting thread after it has checked the state.
    enum Decision<Result> {
        case done(Result)
        /// Check again after an update, or when the monotonic clock reaches this number of nanoseconds.
        case sleep(until: UInt64?)
    }

    /// Checks the state repeatedly until `look` returns a result.
    func wait<Result>(_ look: (inout State) -> Decision<Result>) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch look(&state) {
            case .done(let result): return result
            case .sleep(until: nil): pthread_cond_wait(condition, mutex)
            case .sleep(until: let deadline?): sleep(until: deadline)
            }
        }
    }

    private func sleep(until deadline: UInt64) {
        #if canImport(Darwin)
            let now = steadyNanoseconds()
            var time = timespec(nanoseconds: deadline > now ? deadline - now : 0)
            pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
            var time = timespec(nanoseconds: deadline)
            pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }
}

extension timespec {
    fileprivate init(nanoseconds: UInt64) {
        self.init()
        tv_sec = .init(truncatingIfNeeded: min(nanoseconds / 1_000_000_000, UInt64(Int32.max)))
        tv_nsec = .init(truncatingIfNeeded: nanoseconds % 1_000_000_000)
    }
}

/// Returns the reading of the monotonic clock after a duration.
func steadyNanoseconds(after duration: Duration) -> UInt64 {
    let parts = duration.clampedForSleeping.components
    return steadyNanoseconds() + UInt64(parts.seconds) * 1_000_000_000 + UInt64(parts.attoseconds / 1_000_000_000)
}

/// Starts a thread that runs until `body` returns. Returns false if the system cannot create a thread.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    let unmanaged = Unmanaged.passRetained(Body(body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    #if canImport(Darwin) || canImport(Musl)
        var thread: pthread_t?
    #else
        var thread = pthread_t()
    #endif
    let status = pthread_create(
        &thread, &attributes,
        { argument in
            // Optional on some platforms and in some versions of Android's headers, but not on others.
            let context: UnsafeMutableRawPointer? = argument
            if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
            return argument
        }, unmanaged.toOpaque())
    if status != 0 { unmanaged.release() }
    return status == 0
}
