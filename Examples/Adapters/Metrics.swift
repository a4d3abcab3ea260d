// SPDX-License-Identifier: MIT
// Packages: swift-metrics (CoreMetrics)
//
// A factory of swift-metrics whose instruments are exported over OTLP with those of Last9GenAI. Copy this file into
// your program, then:
//
//     let telemetry = try Last9.install()
//     MetricsSystem.bootstrap(Last9MetricsFactory(telemetry.meterProvider))
import CoreMetrics
import GenAICore
import GenAITelemetry
import Synchronization

/// Creates instruments of swift-metrics on a `MeterProvider` of Last9GenAI.
struct Last9MetricsFactory: MetricsFactory {
    private let meter: MeterProvider.Meter

    /// - Parameter provider: The provider for the measurements: that of `Last9.install`.
    init(_ provider: MeterProvider) {
        meter = provider.meter(named: "swift-metrics")
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        IntegerCounter(meter.counter(named: label, of: Int.self).bound(to: Attributes(dimensions)))
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        FloatingPointCounter(meter.counter(named: label, of: Double.self).bound(to: Attributes(dimensions)))
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Gauge(meter.gauge(named: label, of: Double.self).bound(to: Attributes(dimensions)))
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? Recorder(meter.histogram(named: label).bound(to: Attributes(dimensions)))
            : Gauge(meter.gauge(named: label, of: Double.self).bound(to: Attributes(dimensions)))
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Timer(meter.histogram(named: label, unit: "s").bound(to: Attributes(dimensions)))
    }

    // Series stay in the provider, which limits their number.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

private final class IntegerCounter: CounterHandler {
    private let counter: MetricCounter<Int>.Bound

    init(_ counter: MetricCounter<Int>.Bound) { self.counter = counter }

    func increment(by amount: Int64) { counter.add(Int(clamping: amount)) }
    // A cumulative counter of OpenTelemetry is never reset.
    func reset() {}
}

private final class FloatingPointCounter: FloatingPointCounterHandler {
    private let counter: MetricCounter<Double>.Bound

    init(_ counter: MetricCounter<Double>.Bound) { self.counter = counter }

    func increment(by amount: Double) { counter.add(amount) }
    func reset() {}
}

private final class Gauge: MeterHandler, RecorderHandler {
    private let gauge: MetricGauge<Double>.Bound
    private let value = Mutex(0.0)

    init(_ gauge: MetricGauge<Double>.Bound) { self.gauge = gauge }

    func set(_ value: Int64) { change { $0 = Double(value) } }
    func set(_ value: Double) { change { $0 = value } }
    func increment(by amount: Double) { change { $0 += amount } }
    func decrement(by amount: Double) { change { $0 -= amount } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    private func change(_ change: (inout Double) -> Void) {
        value.withLock { value in
            change(&value)
            gauge.record(value)
        }
    }
}

private final class Recorder: RecorderHandler {
    private let histogram: MetricHistogram<Double>.Bound

    init(_ histogram: MetricHistogram<Double>.Bound) { self.histogram = histogram }

    func record(_ value: Int64) { histogram.record(Double(value)) }
    func record(_ value: Double) { histogram.record(value) }
}

private final class Timer: TimerHandler {
    private let histogram: MetricHistogram<Double>.Bound

    init(_ histogram: MetricHistogram<Double>.Bound) { self.histogram = histogram }

    func recordNanoseconds(_ duration: Int64) { histogram.record(Double(duration) / 1e9) }
    // OpenTelemetry's unit of durations is the second.
    func preferDisplayUnit(_ unit: TimeUnit) {}
}

extension Attributes {
    fileprivate init(_ dimensions: [(String, String)]) {
        self.init()
        for (name, value) in dimensions { self[name] = .string(value) }
    }
}
