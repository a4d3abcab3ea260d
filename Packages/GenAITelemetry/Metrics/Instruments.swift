// SPDX-License-Identifier: MIT
public import GenAICore

/// A number type for measurements: `Int` or `Double`.
public protocol MetricValue: Sendable, Comparable {
    /// The number in the form that points contain.
    var metricNumber: MetricNumber { get }
    /// A zero in the form that points contain, which shows the number type.
    static var metricZero: MetricNumber { get }
}

extension Int: MetricValue {
    /// The number as an integer.
    public var metricNumber: MetricNumber { .int(self) }
    /// An integer zero.
    public static var metricZero: MetricNumber { .int(0) }
}

extension Double: MetricValue {
    /// The number as a floating-point number.
    public var metricNumber: MetricNumber { .double(self) }
    /// A floating-point zero.
    public static var metricZero: MetricNumber { .double(0) }
}

/// An instrument that sums increments, such as requests or tokens: OpenTelemetry's Counter.
public struct MetricCounter<Value: MetricValue>: Sendable {
    /// A counter for one attribute set, which avoids looking it up for each increment.
    public struct Bound: Sendable {
        let core: BoundInstrument

        /// Adds an increment.
        public func add(_ increment: Value, context: GenAIContext? = nil) {
            core.record(increment.metricNumber, context)
        }
    }

    let core: InstrumentCore

    /// Indicates whether measurements are collected. If not, increments need not be computed.
    public var isEnabled: Bool { core.isEnabled }

    /// Adds an increment. Can be called from any thread; does nothing after the shutdown.
    ///
    /// - Parameters:
    ///   - increment: A finite number that is not negative. Others are discarded and counted.
    ///   - context: The source of an exemplar's span; the current context by default.
    public func add(_ increment: Value, attributes: Attributes = [:], context: GenAIContext? = nil) {
        core.record(increment.metricNumber, attributes, context)
    }

    /// Returns a counter for one attribute set.
    public func bound(to attributes: Attributes) -> Bound { Bound(core: core.bound(to: attributes)) }
}

/// An instrument that sums increments and decrements, such as running requests: OpenTelemetry's UpDownCounter.
public struct MetricUpDownCounter<Value: MetricValue>: Sendable {
    /// A counter for one attribute set, which avoids looking it up for each change.
    public struct Bound: Sendable {
        let core: BoundInstrument

        /// Adds a change.
        public func add(_ change: Value, context: GenAIContext? = nil) {
            core.record(change.metricNumber, context)
        }
    }

    let core: InstrumentCore

    /// Indicates whether measurements are collected.
    public var isEnabled: Bool { core.isEnabled }

    /// Adds a change. Can be called from any thread; does nothing after the shutdown.
    ///
    /// - Parameters:
    ///   - change: A finite number. Others are discarded and counted.
    ///   - context: The source of an exemplar's span; the current context by default.
    public func add(_ change: Value, attributes: Attributes = [:], context: GenAIContext? = nil) {
        core.record(change.metricNumber, attributes, context)
    }

    /// Returns a counter for one attribute set.
    public func bound(to attributes: Attributes) -> Bound { Bound(core: core.bound(to: attributes)) }
}

/// An instrument that records the distribution of values, such as durations: OpenTelemetry's Histogram.
public struct MetricHistogram<Value: MetricValue>: Sendable {
    /// A histogram for one attribute set, which avoids looking it up for each value.
    public struct Bound: Sendable {
        let core: BoundInstrument

        /// Records a value.
        public func record(_ value: Value, context: GenAIContext? = nil) {
            core.record(value.metricNumber, context)
        }
    }

    let core: InstrumentCore

    /// Indicates whether measurements are collected. If not, values need not be computed.
    public var isEnabled: Bool { core.isEnabled }

    /// Records a value. Can be called from any thread; does nothing after the shutdown.
    ///
    /// - Parameters:
    ///   - value: A finite number that is not negative. Others are discarded and counted.
    ///   - context: The source of an exemplar's span; the current context by default.
    public func record(_ value: Value, attributes: Attributes = [:], context: GenAIContext? = nil) {
        core.record(value.metricNumber, attributes, context)
    }

    /// Returns a histogram for one attribute set.
    public func bound(to attributes: Attributes) -> Bound { Bound(core: core.bound(to: attributes)) }
}

/// An instrument that records the last value, such as a temperature: OpenTelemetry's Gauge.
public struct MetricGauge<Value: MetricValue>: Sendable {
    /// A gauge for one attribute set, which avoids looking it up for each value.
    public struct Bound: Sendable {
        let core: BoundInstrument

        /// Records a value.
        public func record(_ value: Value, context: GenAIContext? = nil) {
            core.record(value.metricNumber, context)
        }
    }

    let core: InstrumentCore

    /// Indicates whether measurements are collected.
    public var isEnabled: Bool { core.isEnabled }

    /// Records a value. Can be called from any thread; does nothing after the shutdown.
    ///
    /// - Parameter context: The source of an exemplar's span; the current context by default.
    public func record(_ value: Value, attributes: Attributes = [:], context: GenAIContext? = nil) {
        core.record(value.metricNumber, attributes, context)
    }

    /// Returns a gauge for one attribute set.
    public func bound(to attributes: Attributes) -> Bound { Bound(core: core.bound(to: attributes)) }
}

/// The part of an instrument that does not depend on its number type.
final class InstrumentCore: Sendable {
    let descriptor: InstrumentDescriptor
    private let stores: [MetricStore]
    private let shared: MetricShared?

    /// Creates an instrument. Without shared state it does nothing.
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

    /// Returns the shared state for recording a value; `nil` if the value is not to be recorded.
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
    /// Returns the reason why a value cannot be recorded; `nil` if it can.
    func problem(with value: MetricNumber) -> String? {
        switch kind {
        case .gauge, .observableGauge: return nil
        case .upDownCounter, .observableUpDownCounter: return value.isFinite ? nil : "not a finite number"
        case .counter, .histogram, .observableCounter:
            if !value.isFinite { return "not a finite number" }
            return value.isNegative ? "negative" : nil
        }
    }
}
