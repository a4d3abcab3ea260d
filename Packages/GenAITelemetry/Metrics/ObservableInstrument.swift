// SPDX-License-Identifier: MIT
public import GenAICore
import Synchronization

/// An instrument whose callbacks report values at each collection: OpenTelemetry's asynchronous instrument.
public struct ObservableInstrument<Value: MetricValue>: Sendable {
    let core: ObservableCore

    /// Indicates whether measurements are collected.
    public var isEnabled: Bool { core.isEnabled }

    /// Adds a callback that reports the current values.
    ///
    /// Called once for each collection and reader, on the collecting thread, outside locks; several collections may run
    /// concurrently. It should not block, and should report each attribute set once: of several reports the last one
    /// counts.
    ///
    /// - Returns: The registration. It lasts until it is cancelled, even if it is not stored.
    @discardableResult
    public func addCallback(
        _ callback: @escaping @Sendable (MetricObserver<Value>) -> Void
    ) -> CallbackRegistration {
        let number = core.add { callback(MetricObserver(buffer: $0)) }
        return CallbackRegistration { [weak core] in core?.remove(number) }
    }
}

/// The registration of a callback with an observable instrument.
public struct CallbackRegistration: Sendable {
    private let remove: @Sendable () -> Void

    init(remove: @escaping @Sendable () -> Void) {
        self.remove = remove
    }

    /// Removes the callback. A running collection may still call it. Idempotent.
    public func cancel() { remove() }
}

/// Receives the values that a callback reports. Does nothing once the callback has returned.
public struct MetricObserver<Value: MetricValue>: Sendable {
    let buffer: ObservationBuffer

    /// Reports a total or, for gauges, a value.
    public func observe(_ value: Value, attributes: Attributes = [:]) {
        buffer.append(Observation(attributes: attributes, value: value.metricNumber))
    }
}

/// One value that a callback reported.
struct Observation: Sendable {
    let attributes: Attributes
    var value: MetricNumber
}

/// Collects the values that callbacks report during one collection.
final class ObservationBuffer: Sendable {
    private struct State {
        var observations: [Observation] = []
        var places: [Attributes: Int] = [:]
        var isOpen = true
    }

    private let state = Mutex(State())

    func append(_ observation: Observation) {
        state.withLock { state in
            guard state.isOpen else { return }
            if let place = state.places[observation.attributes] {
                state.observations[place] = observation
            } else {
                state.places[observation.attributes] = state.observations.count
                state.observations.append(observation)
            }
        }
    }

    /// Stops collecting and returns the values.
    func close() -> [Observation] {
        state.withLock { state in
            state.isOpen = false
            return state.observations
        }
    }
}

/// The part of an observable instrument that does not depend on its number type.
final class ObservableCore: Sendable {
    private struct State {
        var callbacks: [(number: Int, run: @Sendable (ObservationBuffer) -> Void)] = []
        var nextNumber = 0
    }

    let descriptor: InstrumentDescriptor
    let isEnabled: Bool
    private let shared: MetricShared?
    private let state = Mutex(State())

    init(_ descriptor: InstrumentDescriptor, isEnabled: Bool, shared: MetricShared?) {
        self.descriptor = descriptor
        self.isEnabled = isEnabled
        self.shared = shared
    }

    func add(_ callback: @escaping @Sendable (ObservationBuffer) -> Void) -> Int {
        state.withLock { state in
            state.nextNumber += 1
            if isEnabled { state.callbacks.append((state.nextNumber, callback)) }
            return state.nextNumber
        }
    }

    func remove(_ number: Int) {
        state.withLock { state in state.callbacks.removeAll { $0.number == number } }
    }

    func removeAll() {
        state.withLock { $0.callbacks = [] }
    }

    /// Runs the callbacks.
    func observe() -> [Observation] {
        let callbacks = state.withLock { $0.callbacks }
        guard !callbacks.isEmpty else { return [] }
        let buffer = ObservationBuffer()
        for callback in callbacks { callback.run(buffer) }
        return buffer.close().filter { observation in
            guard let problem = descriptor.kind.problem(with: observation.value) else { return true }
            shared?.countDiscarded(problem, by: descriptor)
            return false
        }
    }
}
