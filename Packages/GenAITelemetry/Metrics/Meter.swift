// SPDX-License-Identifier: MIT
public import GenAICore

extension MeterProvider {
    /// Creates instruments for one library.
    ///
    /// Requests for the same instrument return the same one. Instruments with the same name that differ in kind, unit,
    /// description or number type are reported; all of them work and are exported. A name must start with a letter,
    /// have at most 255 characters, and consist of letters, digits, `_`, `.`, `-` and `/`; an instrument with any other
    /// name is reported and records nothing.
    ///
    /// Source: OpenTelemetry metrics API, Meter.
    public struct Meter: Sendable {
        let provider: MeterProvider
        /// The library that the instruments are attributed to.
        public let scope: InstrumentationScope

        /// Indicates whether measurements are collected; false after the shutdown and if the SDK is disabled.
        public var isEnabled: Bool { provider.isEnabled }

        /// Returns an instrument that sums increments.
        ///
        /// - Parameters:
        ///   - unit: The unit in UCUM notation, for example `{request}`.
        ///   - type: The number type, `Int` or `Double`.
        public func counter<Value: MetricValue>(
            named name: String, unit: String = "", description: String = "", of type: Value.Type = Int.self
        ) -> MetricCounter<Value> {
            MetricCounter(core: instrument(name, .counter, unit, description, type))
        }

        /// Returns an instrument that sums increments and decrements.
        public func upDownCounter<Value: MetricValue>(
            named name: String, unit: String = "", description: String = "", of type: Value.Type = Int.self
        ) -> MetricUpDownCounter<Value> {
            MetricUpDownCounter(core: instrument(name, .upDownCounter, unit, description, type))
        }

        /// Returns an instrument that records a distribution.
        ///
        /// - Parameter bounds: The advised upper bounds of the buckets, finite and ascending. Views take precedence.
        ///   `nil` means ``MetricAggregation/defaultBounds``, which are suitable for milliseconds.
        public func histogram<Value: MetricValue>(
            named name: String, unit: String = "", description: String = "", bounds: [Double]? = nil,
            of type: Value.Type = Double.self
        ) -> MetricHistogram<Value> {
            MetricHistogram(core: instrument(name, .histogram, unit, description, type, bounds))
        }

        /// Returns a counter that the conventions define.
        public func counter<Value: MetricValue>(
            _ definition: MetricDefinition, of type: Value.Type = Int.self
        ) -> MetricCounter<Value> {
            counter(named: definition.name, unit: definition.unit, description: definition.description, of: type)
        }

        /// Returns a histogram that the conventions define, with the buckets that they advise.
        public func histogram<Value: MetricValue>(
            _ definition: MetricDefinition, of type: Value.Type = Double.self
        ) -> MetricHistogram<Value> {
            let bounds = definition.boundaries.isEmpty ? nil : definition.boundaries
            return histogram(
                named: definition.name, unit: definition.unit, description: definition.description, bounds: bounds,
                of: type)
        }

        /// Returns an instrument that records the last value.
        public func gauge<Value: MetricValue>(
            named name: String, unit: String = "", description: String = "", of type: Value.Type = Double.self
        ) -> MetricGauge<Value> {
            MetricGauge(core: instrument(name, .gauge, unit, description, type))
        }

        /// Returns an instrument whose callbacks report a growing total at each collection; see
        /// ``ObservableInstrument/addCallback(_:)``.
        public func observableCounter<Value: MetricValue>(
            named name: String, unit: String = "", description: String = "", of type: Value.Type = Int.self
        ) -> ObservableInstrument<Value> {
            observable(name, .observableCounter, unit, description)
        }

        /// Returns an instrument whose callbacks report a total at each collection.
        public func observableUpDownCounter<Value: MetricValue>(
            named name: String, unit: String = "", description: String = "", of type: Value.Type = Int.self
        ) -> ObservableInstrument<Value> {
            observable(name, .observableUpDownCounter, unit, description)
        }

        /// Returns an instrument whose callbacks report a value at each collection.
        public func observableGauge<Value: MetricValue>(
            named name: String, unit: String = "", description: String = "", of type: Value.Type = Double.self
        ) -> ObservableInstrument<Value> {
            observable(name, .observableGauge, unit, description)
        }

        private func instrument<Value: MetricValue>(
            _ name: String, _ kind: InstrumentKind, _ unit: String, _ description: String, _: Value.Type,
            _ bounds: [Double]? = nil
        ) -> InstrumentCore {
            provider.instrument(
                InstrumentDescriptor(
                    name: name, kind: kind, unit: unit, description: description, zero: Value.metricZero, bounds: bounds
                ),
                scope)
        }

        private func observable<Value: MetricValue>(
            _ name: String, _ kind: InstrumentKind, _ unit: String, _ description: String
        ) -> ObservableInstrument<Value> {
            ObservableInstrument(
                core: provider.observable(
                    InstrumentDescriptor(
                        name: name, kind: kind, unit: unit, description: description, zero: Value.metricZero), scope))
        }
    }
}
