// SPDX-License-Identifier: MIT
public import GenAICore

/// A number that instruments measure: `Int` or `Double`.
public protocol MetricValue: Sendable, Comparable {
    /// The number as points hold it.
    var metricNumber: MetricNumber { get }
    /// Zero as points hold it: tells whole from floating-point numbers.
    static var metricZero: MetricNumber { get }
}

extension Int: MetricValue {
    /// The number as a whole number.
    public var metricNumber: MetricNumber { .int(self) }
    /// A whole zero.
    public static var metricZero: MetricNumber { .int(0) }
}

extension Double: MetricValue {
    /// The number as a floating-point number.
    public var metricNumber: MetricNumber { .double(self) }
    /// A floating-point zero.
    public static var metricZero: MetricNumber { .double(0) }
}

/// Adds up increments, such as requests or tokens: OpenTelemetry's Counter.
public struct MetricCounter<Value: MetricValue>: Sendable {
    /// A counter for one attribute set, which need not be looked up with each increment.
    public struct Bound: Sendable {
        let core: BoundInstrument

        /// Adds an increment.
        public func add(_ increment: Value, context: GenAIContext? = nil) {
            core.record(increment.metricNumber, context)
        }
    }

    let core: InstrumentCore

    /// Whether anyone collects; increments need not be worked out when not.
    public var isEnabled: Bool { core.isEnabled }

    /// Adds an increment. Callable from anywhere; does nothing after shutdown.
    ///
    /// - Parameters:
    ///   - increment: Finite and not negative; others are discarded and counted.
    ///   - context: Where an exemplar's span comes from; the current one by default.
    public func add(_ increment: Value, attributes: Attributes = [:], context: GenAIContext? = nil) {
        core.record(increment.metricNumber, attributes, context)
    }

    /// A counter for one attribute set.
    public func bound(to attributes: Attributes) -> Bound { Bound(core: core.bound(to: attributes)) }
}

/// Adds up increments and decrements, such as requests in flight: OpenTelemetry's UpDownCounter.
public struct MetricUpDownCounter<Value: MetricValue>: Sendable {
    /// A counter for one attribute set, which need not be looked up with each change.
    public struct Bound: Sendable {
        let core: BoundInstrument

        /// Adds a change.
        public func add(_ change: Value, context: GenAIContext? = nil) {
            core.record(change.metricNumber, context)
        }
    }

    let core: InstrumentCore

    /// Whether anyone collects.
    public var isEnabled: Bool { core.isEnabled }

    /// Adds a change. Callable from anywhere; does nothing after shutdown.
    ///
    /// - Parameters:
    ///   - change: Finite; others are discarded and counted.
    ///   - context: Where an exemplar's span comes from; the current one by default.
    public func add(_ change: Value, attributes: Attributes = [:], context: GenAIContext? = nil) {
        core.record(change.metricNumber, attributes, context)
    }

    /// A counter for one attribute set.
    public func bound(to attributes: Attributes) -> Bound { Bound(core: core.bound(to: attributes)) }
}

/// Records values whose distribution matters, such as durations: OpenTelemetry's Histogram.
public struct MetricHistogram<Value: MetricValue>: Sendable {
    /// A histogram for one attribute set, which need not be looked up with each value.
    public struct Bound: Sendable {
        let core: BoundInstrument

        /// Records a value.
        public func record(_ value: Value, context: GenAIContext? = nil) {
            core.record(value.metricNumber, context)
        }
    }

    let core: InstrumentCore

    /// Whether anyone collects; values need not be worked out when not.
    public var isEnabled: Bool { core.isEnabled }

    /// Records a value. Callable from anywhere; does nothing after shutdown.
    ///
    /// - Parameters:
    ///   - value: Finite and not negative; others are discarded and counted.
    ///   - context: Where an exemplar's span comes from; the current one by default.
    public func record(_ value: Value, attributes: Attributes = [:], context: GenAIContext? = nil) {
        core.record(value.metricNumber, attributes, context)
    }

    /// A histogram for one attribute set.
    public func bound(to attributes: Attributes) -> Bound { Bound(core: core.bound(to: attributes)) }
}

/// Records values of which only the last one matters, such as a temperature: OpenTelemetry's Gauge.
public struct MetricGauge<Value: MetricValue>: Sendable {
    /// A gauge for one attribute set, which need not be looked up with each value.
    public struct Bound: Sendable {
        let core: BoundInstrument

        /// Records a value.
        public func record(_ value: Value, context: GenAIContext? = nil) {
            core.record(value.metricNumber, context)
        }
    }

    let core: InstrumentCore

    /// Whether anyone collects.
    public var isEnabled: Bool { core.isEnabled }

    /// Records a value. Callable from anywhere; does nothing after shutdown.
    ///
    /// - Parameter context: Where an exemplar's span comes from; the current one by default.
    public func record(_ value: Value, attributes: Attributes = [:], context: GenAIContext? = nil) {
        core.record(value.metricNumber, attributes, context)
    }

    /// A gauge for one attribute set.
    public func bound(to attributes: Attributes) -> Bound { Bound(core: core.bound(to: attributes)) }
}

/// The part of an instrument that does not depend on its number type.
final class InstrumentCore: Sendable {
    let descriptor: InstrumentDescriptor
    private let stores: [MetricStore]
    private let shared: MetricShared?

    /// Creates an instrument; without shared state it does nothing.
    init(_ descriptor: InstrumentDescriptor, stores: [MetricStore] = [], shared: MetricShared?) {
        self.descriptor = descriptor
        self.stores = stores
        self.shared = shared
    }

    var isEnabled: Bool { !stores.isEmpty && shared?.isStopped == false }

    func record(_ value: MetricNumber, _ attributes: Attributes, _ context: GenAIContext?) {
        guard let shared = admitting(value) else { return }
        let origin = shared.exemplarFilter.origin(in: context, now: shared.now)
        for store in stores { store.record(value, attributes, origin) }
    }

    func bound(to attributes: Attributes) -> BoundInstrument {
        BoundInstrument(core: self, series: stores.map { BoundSeries(store: $0, attributes: attributes) })
    }

    /// What a value is recorded with, or `nil` when it is not to be recorded.
    fileprivate func admitting(_ value: MetricNumber) -> MetricShared? {
        guard !stores.isEmpty, let shared, !shared.isStopped else { return nil }
        guard let problem = descriptor.kind.problem(with: value) else { return shared }
        shared.countDiscarded(problem, by: descriptor)
        return nil
    }
}

/// An instrument together with an attribute set.
struct BoundInstrument: Sendable {
    let core: InstrumentCore
    let series: [BoundSeries]

    func record(_ value: MetricNumber, _ context: GenAIContext?) {
        guard let shared = core.admitting(value) else { return }
        let origin = shared.exemplarFilter.origin(in: context, now: shared.now)
        for one in series { one.record(value, origin) }
    }
}

extension InstrumentKind {
    /// Why a value cannot be recorded, or `nil`.
    func problem(with value: MetricNumber) -> String? {
        switch self {
        case .gauge, .observableGauge: return nil
        case .upDownCounter, .observableUpDownCounter: return value.isFinite ? nil : "not a finite number"
        case .counter, .histogram, .observableCounter:
            if !value.isFinite { return "not a finite number" }
            return value.isNegative ? "negative" : nil
        }
    }
}
