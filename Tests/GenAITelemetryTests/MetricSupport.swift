// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// The time that metrics are stamped with, moved by hand.
final class MetricTime: Sendable {
    private let nanoseconds = Atomic<UnixNanoseconds>(1000)

    var now: UnixNanoseconds {
        get { nanoseconds.load(ordering: .relaxed) }
        set { nanoseconds.store(newValue, ordering: .relaxed) }
    }
}

/// A provider with a manual reader, at a time moved by hand.
struct MetricFixture {
    let time = MetricTime()
    let reader: ManualMetricReader
    let provider: MeterProvider

    init(
        _ temporality: TemporalityPreference = .cumulative, histogram: MetricAggregation = .default,
        _ change: (inout MeterProvider.Configuration) -> Void = { _ in }
    ) {
        reader = ManualMetricReader(temporality: temporality, histogramAggregation: histogram)
        var configuration = MeterProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.readers = [reader]
        configuration.now = { [time] in time.now }
        change(&configuration)
        provider = MeterProvider(configuration)
    }

    var meter: MeterProvider.Meter { provider.meter(named: "test") }
}

extension [MetricData] {
    /// The points of the only sum or gauge of a name.
    func numbers(_ name: String) -> [NumberPoint] {
        guard let metric = only(name) else { return [] }
        switch metric.content {
        case .sum(let sum): return sum.points
        case .gauge(let points): return points
        default: return []
        }
    }

    /// The values by the text of one attribute.
    func values(_ name: String, by key: String) -> [String: MetricNumber] {
        var values: [String: MetricNumber] = [:]
        for point in numbers(name) { values[point.attributes[AttributeKey<String>(key)] ?? "-"] = point.value }
        return values
    }

    func histograms(_ name: String) -> [HistogramPoint] {
        guard case .histogram(let histogram) = only(name)?.content else { return [] }
        return histogram.points
    }

    func exponentialHistograms(_ name: String) -> [ExponentialHistogramPoint] {
        guard case .exponentialHistogram(let histogram) = only(name)?.content else { return [] }
        return histogram.points
    }

    private func only(_ name: String) -> MetricData? {
        let named = filter { $0.name == name }
        return named.count == 1 ? named[0] : nil
    }
}
