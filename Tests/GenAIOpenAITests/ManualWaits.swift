// SPDX-License-Identifier: MIT

import GenAIOpenAI
import GenAITelemetry
import Synchronization

/// A clock on which every wait is over at once, and remembered.
final class RecordingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var waits: [Duration] = []
    }

    private let state = Mutex(State())
    /// The closure that runs instead of a wait.
    private let onSleep: @Sendable () throws -> Void

    init(onSleep: @escaping @Sendable () throws -> Void = {}) {
        self.onSleep = onSleep
    }

    var waits: [Duration] { state.withLock { $0.waits } }
    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        state.withLock { state in
            state.waits.append(state.now.duration(to: deadline))
            state.now = deadline
        }
        try onSleep()
    }
}

extension OpenAIClient {
    /// A client of a scripted transport whose waits are over at once.
    init(_ transport: StubTransport, clock: RecordingClock, configure: (inout Configuration) -> Void = { _ in }) {
        var configuration = Configuration(environment: TelemetryEnvironment(["OPENAI_API_KEY": testKey]))
        configure(&configuration)
        self.init(configuration: configuration, transport: transport, clock: clock)
    }
}
