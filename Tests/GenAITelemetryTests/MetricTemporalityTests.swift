// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Testing

@Suite("Temporality")
struct MetricTemporalityTests {
    static let preferences: [(TemporalityPreference, [InstrumentKind])] = [
        (.cumulative, []),
        (.delta, [.counter, .observableCounter, .histogram]),
        (.lowMemory, [.counter, .histogram]),
    ]

    @Test("a preference names the kinds that count from the previous collection", arguments: preferences)
    func preference(preference: TemporalityPreference, delta: [InstrumentKind]) {
        for kind in InstrumentKind.allCases {
            #expect((preference.temporality(for: kind) == .delta) == delta.contains(kind), "\(kind)")
        }
    }

    static let words: [(String, TemporalityPreference?)] = [
        ("cumulative", .cumulative), ("DELTA", .delta), ("LowMemory", .lowMemory), ("", nil), ("other", nil),
    ]

    @Test("the environment's word for a preference is read in whatever case", arguments: words)
    func environment(word: String, preference: TemporalityPreference?) {
        let environment = TelemetryEnvironment(["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": word])
        #expect(TemporalityPreference(environment: environment) == preference)
    }

    @Test("cumulative points go on from one start per series")
    func cumulative() {
        let fixture = MetricFixture(.cumulative)
        let counter = fixture.meter.counter(named: "c")
        fixture.time.now = 1010
        counter.add(2, attributes: ["k": "a"])
        fixture.time.now = 1020
        let first = fixture.reader.collect().numbers("c")
        counter.add(3, attributes: ["k": "a"])
        counter.add(5, attributes: ["k": "b"])
        fixture.time.now = 1030
        let second = fixture.reader.collect().numbers("c")
        #expect(
            first == [
                NumberPoint(attributes: ["k": "a"], startNanoseconds: 1010, nanoseconds: 1020, value: .int(2))
            ])
        #expect(
            second == [
                NumberPoint(attributes: ["k": "a"], startNanoseconds: 1010, nanoseconds: 1030, value: .int(5)),
                NumberPoint(attributes: ["k": "b"], startNanoseconds: 1020, nanoseconds: 1030, value: .int(5)),
            ])
    }

    @Test("delta points count from the previous collection, and idle series disappear")
    func delta() {
        let fixture = MetricFixture(.delta)
        let counter = fixture.meter.counter(named: "c")
        counter.add(2, attributes: ["k": "a"])
        counter.add(7, attributes: ["k": "b"])
        fixture.time.now = 1020
        let first = fixture.reader.collect().values("c", by: "k")
        counter.add(3, attributes: ["k": "a"])
        fixture.time.now = 1030
        let second = fixture.reader.collect().numbers("c")
        #expect(first == ["a": .int(2), "b": .int(7)])
        #expect(
            second == [
                NumberPoint(attributes: ["k": "a"], startNanoseconds: 1020, nanoseconds: 1030, value: .int(3))
            ])
        #expect(fixture.reader.collect().isEmpty)
    }

    @Test("delta histograms start anew, smallest and largest value included")
    func deltaHistogram() throws {
        let fixture = MetricFixture(.delta)
        let histogram = fixture.meter.histogram(named: "h", bounds: [10])
        histogram.record(1)
        histogram.record(100)
        _ = fixture.reader.collect()
        histogram.record(20)
        let point = try #require(fixture.reader.collect().histograms("h").first)
        #expect(point.count == 1)
        #expect((point.min, point.max) == (20, 20))
        #expect(point.bucketCounts == [0, 1])
    }

    @Test("up-down counters and gauges keep their values under the delta preference")
    func cumulativeKinds() {
        let fixture = MetricFixture(.delta)
        fixture.meter.upDownCounter(named: "u").add(4)
        fixture.meter.gauge(named: "g").record(0.5)
        _ = fixture.reader.collect()
        let metrics = fixture.reader.collect()
        #expect(metrics.numbers("u").map(\.value) == [.int(4)])
        #expect(metrics.numbers("g").map(\.value) == [.double(0.5)])
        #expect(metrics.numbers("g").map(\.startNanoseconds) == [0])
    }

    @Test("readers do not take anything from one another")
    func independentReaders() {
        let delta = ManualMetricReader(temporality: .delta)
        let cumulative = ManualMetricReader()
        let fixture = MetricFixture { $0.readers = [delta, cumulative] }
        let counter = fixture.meter.counter(named: "c")
        counter.add(1)
        #expect(delta.collect().numbers("c").map(\.value) == [.int(1)])
        counter.add(2)
        #expect(delta.collect().numbers("c").map(\.value) == [.int(2)])
        #expect(cumulative.collect().numbers("c").map(\.value) == [.int(3)])
    }

    @Test("a clock that goes back does not turn intervals around")
    func clockGoesBack() throws {
        let fixture = MetricFixture(.delta)
        let counter = fixture.meter.counter(named: "c")
        counter.add(1)
        fixture.time.now = 2000
        _ = fixture.reader.collect()
        counter.add(1)
        fixture.time.now = 500
        let point = try #require(fixture.reader.collect().numbers("c").first)
        #expect(point.startNanoseconds == 2000)
        #expect(point.nanoseconds == 2000)
    }

    @Test("a counter remembered for one attribute set survives collections that release its series")
    func boundAcrossCollections() {
        let fixture = MetricFixture(.delta)
        let counter = fixture.meter.counter(named: "c")
        let bound = counter.bound(to: ["k": "a"])
        for round in 1...3 {
            bound.add(round)
            counter.add(10, attributes: ["k": "b"])
            bound.add(round)
            let values = fixture.reader.collect().values("c", by: "k")
            #expect(values == ["a": .int(2 * round), "b": .int(10)])
        }
    }
}
