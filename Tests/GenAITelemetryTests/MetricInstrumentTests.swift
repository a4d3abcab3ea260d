// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization
import Testing

@Suite("Instruments")
struct MetricInstrumentTests {
    static let names: [(String, isUsable: Bool)] = [
        ("a", true), ("Requests", true), ("gen_ai.client.token.usage", true), ("a-b/c_d.9", true),
        (String(repeating: "a", count: 255), true), ("", false), ("9a", false), ("_a", false), ("a b", false),
        ("ä", false), ("a:b", false), (String(repeating: "a", count: 256), false),
    ]

    @Test("a name starts with a letter and has at most 255 plain characters", arguments: names)
    func name(name: String, isUsable: Bool) {
        let fixture = MetricFixture()
        let counter = fixture.meter.counter(named: name)
        counter.add(1)
        #expect(counter.isEnabled == isUsable)
        #expect(fixture.reader.collect().count == (isUsable ? 1 : 0))
    }

    @Test("counters ignore negative increments, and count them")
    func negative() {
        let fixture = MetricFixture()
        let counter = fixture.meter.counter(named: "negative")
        counter.add(5)
        counter.add(-3)
        counter.bound(to: [:]).add(-1)
        #expect(fixture.reader.collect().numbers("negative").map(\.value) == [.int(5)])
        #expect(fixture.provider.discardedMeasurementCount == 2)
    }

    @Test("up-down counters go both ways; sums of whole numbers stop at the ends of their range")
    func upDown() {
        let fixture = MetricFixture()
        let counter = fixture.meter.upDownCounter(named: "u")
        counter.add(5)
        counter.add(-8)
        #expect(fixture.reader.collect().numbers("u").map(\.value) == [.int(-3)])
        let full = fixture.meter.counter(named: "full")
        full.add(.max)
        full.add(1)
        #expect(fixture.reader.collect().numbers("full").map(\.value) == [.int(.max)])
    }

    @Test("only counters are monotonic")
    func monotonic() {
        let fixture = MetricFixture()
        fixture.meter.counter(named: "c").add(1)
        fixture.meter.upDownCounter(named: "u").add(1)
        let isMonotonic = fixture.reader.collect().map { metric -> Bool? in
            guard case .sum(let sum) = metric.content else { return nil }
            return sum.isMonotonic
        }
        #expect(isMonotonic == [true, false])
    }

    @Test("a gauge keeps the last value of each set")
    func gauge() {
        let fixture = MetricFixture()
        let gauge = fixture.meter.gauge(named: "g", of: Int.self)
        gauge.record(4, attributes: ["k": "a"])
        gauge.record(-2, attributes: ["k": "a"])
        gauge.bound(to: ["k": "b"]).record(9)
        #expect(fixture.reader.collect().values("g", by: "k") == ["a": .int(-2), "b": .int(9)])
    }

    @Test("the order of attributes does not distinguish series; their types do")
    func attributeSets() {
        let fixture = MetricFixture()
        let counter = fixture.meter.counter(named: "c")
        counter.add(1, attributes: ["a": 1, "b": "x", "c": [1, 2]])
        counter.add(2, attributes: ["c": [1, 2], "b": "x", "a": 1])
        counter.add(4, attributes: ["a": 1.0, "b": "x", "c": [1, 2]])
        counter.add(8, attributes: ["a": 1, "b": "x"])
        counter.add(16)
        #expect(fixture.reader.collect().numbers("c").map(\.value) == [.int(3), .int(4), .int(8), .int(16)])
    }

    @Test("asking again for an instrument, in whatever case, gives the same one")
    func sameInstrument() {
        let fixture = MetricFixture()
        fixture.meter.counter(named: "calls", unit: "1").add(1)
        fixture.provider.meter(named: "test").counter(named: "Calls", unit: "1").add(2)
        #expect(fixture.reader.collect().numbers("calls").map(\.value) == [.int(3)])
    }

    @Test("instruments of one name that differ are all exported")
    func clashingInstruments() {
        let fixture = MetricFixture()
        fixture.meter.counter(named: "n").add(1)
        fixture.meter.counter(named: "n", unit: "s").add(2)
        fixture.meter.counter(named: "n", of: Double.self).add(3)
        fixture.meter.histogram(named: "n").record(4)
        fixture.meter.observableGauge(named: "n").addCallback { $0.observe(5) }
        #expect(fixture.reader.collect().filter { $0.name == "n" }.count == 5)
    }

    @Test("the same name in two libraries is two metrics, each with its scope and the resource")
    func scopes() {
        let fixture = MetricFixture { $0.resource = Resource(["service.name": "shop"]) }
        fixture.provider.meter(named: "a").counter(named: "n").add(1)
        fixture.provider.meter(named: "b", version: "1").counter(named: "n").add(1)
        let metrics = fixture.reader.collect()
        #expect(metrics.map(\.scope.name) == ["a", "b"])
        #expect(metrics.allSatisfy { $0.resource.attributes["service.name"] == "shop" })
    }

    @Test("nothing is recorded without a reader, when disabled, and after shutdown")
    func disabled() async {
        let none = MetricFixture { $0.readers = [] }
        #expect(!none.meter.counter(named: "c").isEnabled)
        let disabled = MetricFixture { $0.isDisabled = true }
        disabled.meter.counter(named: "c").add(1)
        #expect(disabled.reader.collect().isEmpty)
        let fixture = MetricFixture()
        let counter = fixture.meter.counter(named: "c")
        #expect(counter.isEnabled)
        #expect(await fixture.provider.shutdown())
        #expect(!counter.isEnabled)
        #expect(!fixture.meter.counter(named: "late").isEnabled)
        #expect(await fixture.provider.shutdown())
    }

    @Test("the environment disables the SDK and chooses the exemplar filter")
    func environment() {
        let configuration = MeterProvider.Configuration(
            environment: TelemetryEnvironment([
                "OTEL_SDK_DISABLED": "true", "OTEL_METRICS_EXEMPLAR_FILTER": "always_off",
            ]))
        #expect(configuration.isDisabled)
        #expect(configuration.exemplarFilter == .alwaysOff)
    }
}

@Suite("Observable instruments")
struct MetricObservableTests {
    private final class Total: Sendable {
        private let value = Mutex(0)
        var current: Int {
            get { value.withLock { $0 } }
            set { value.withLock { $0 = newValue } }
        }
    }

    @Test("cumulative totals are reported as they are, delta ones as differences, also after a restart from zero")
    func totals() {
        let total = Total()
        let delta = ManualMetricReader(temporality: .delta)
        let cumulative = ManualMetricReader()
        let fixture = MetricFixture { $0.readers = [delta, cumulative] }
        fixture.meter.observableCounter(named: "o").addCallback { $0.observe(total.current) }
        var reported: [(MetricNumber?, MetricNumber?)] = []
        for value in [10, 25, 25, 4] {
            total.current = value
            reported.append((delta.collect().numbers("o").first?.value, cumulative.collect().numbers("o").first?.value))
        }
        #expect(reported.map(\.0) == [.int(10), .int(15), .int(0), .int(4)])
        #expect(reported.map(\.1) == [.int(10), .int(25), .int(25), .int(4)])
    }

    @Test("a series that was not observed for a while goes on where it was")
    func pause() {
        let isObserved = Total()
        let fixture = MetricFixture(.delta)
        fixture.meter.observableCounter(named: "o").addCallback { observer in
            if isObserved.current >= 0 { observer.observe(100 + isObserved.current) }
        }
        #expect(fixture.reader.collect().numbers("o").map(\.value) == [.int(100)])
        isObserved.current = -1
        #expect(fixture.reader.collect().isEmpty)
        isObserved.current = 5
        #expect(fixture.reader.collect().numbers("o").map(\.value) == [.int(5)])
    }

    @Test("cumulative totals start when the instrument was made, later series at the collection before")
    func starts() {
        let count = Total()
        let fixture = MetricFixture()
        fixture.meter.observableCounter(named: "o").addCallback { observer in
            for number in 0...count.current { observer.observe(1, attributes: ["k": .int(number)]) }
        }
        fixture.time.now = 1100
        _ = fixture.reader.collect()
        count.current = 1
        fixture.time.now = 1200
        let points = fixture.reader.collect().numbers("o")
        #expect(points.map(\.startNanoseconds) == [1000, 1100])
        #expect(points.map(\.nanoseconds) == [1200, 1200])
    }

    @Test("each reader's collection runs each callback once; cancelled ones run no more")
    func callbacks() {
        let calls = Total()
        let fixture = MetricFixture()
        let gauge = fixture.meter.observableGauge(named: "g", of: Int.self)
        let registration = gauge.addCallback { observer in
            calls.current += 1
            observer.observe(1, attributes: ["k": "a"])
        }
        gauge.addCallback { $0.observe(2, attributes: ["k": "b"]) }
        #expect(fixture.reader.collect().values("g", by: "k") == ["a": .int(1), "b": .int(2)])
        #expect(calls.current == 1)
        registration.cancel()
        registration.cancel()
        #expect(fixture.reader.collect().values("g", by: "k") == ["b": .int(2)])
        #expect(calls.current == 1)
    }

    @Test("of several observations of one set the last one counts; a view adds up what it merges")
    func merging() {
        let fixture = MetricFixture { $0.views = [MetricView(.init(name: "merged"), attributes: .keeping([]))] }
        for name in ["plain", "merged"] {
            fixture.meter.observableUpDownCounter(named: name).addCallback { observer in
                observer.observe(1, attributes: ["k": "a"])
                observer.observe(5, attributes: ["k": "a"])
                observer.observe(-2, attributes: ["k": "b"])
            }
        }
        let metrics = fixture.reader.collect()
        #expect(metrics.values("plain", by: "k") == ["a": .int(5), "b": .int(-2)])
        #expect(metrics.numbers("merged").map(\.value) == [.int(3)])
    }

    @Test("an observer kept beyond its callback does nothing; a callback may use the meter")
    func misuse() async {
        let kept = Mutex<MetricObserver<Int>?>(nil)
        let fixture = MetricFixture()
        let meter = fixture.meter
        meter.observableGauge(named: "g", of: Int.self).addCallback { observer in
            kept.withLock { $0 = observer }
            meter.counter(named: "made.inside").add(1)
            observer.observe(1)
        }
        _ = fixture.reader.collect()
        kept.withLock { $0 }?.observe(99)
        let metrics = fixture.reader.collect()
        #expect(metrics.numbers("g").map(\.value) == [.int(1)])
        #expect(metrics.numbers("made.inside").map(\.value) == [.int(2)])
        // Lets go of the callback, which holds the meter.
        await fixture.provider.shutdown()
    }

    @Test("negative totals of a counter are discarded and counted")
    func negative() {
        let fixture = MetricFixture()
        fixture.meter.observableCounter(named: "o.negative").addCallback { $0.observe(-1) }
        #expect(fixture.reader.collect().isEmpty)
        #expect(fixture.provider.discardedMeasurementCount == 1)
    }
}
