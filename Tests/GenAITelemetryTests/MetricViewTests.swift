// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Testing

@Suite("Views")
struct MetricViewTests {
    @Test("a view renames and describes the metric of one instrument")
    func rename() {
        let view = MetricView(.init(name: "old"), name: "new", description: "why")
        let fixture = MetricFixture { $0.views = [view] }
        fixture.meter.counter(named: "old", description: "first").add(1)
        fixture.meter.counter(named: "other").add(1)
        let metrics = fixture.reader.collect()
        #expect(metrics.map(\.name) == ["new", "other"])
        #expect(metrics.first?.description == "why")
    }

    @Test("series that a view no longer distinguishes are added up, whatever the order of the attributes")
    func keepAttributes() {
        let view = MetricView(.init(name: "c"), attributes: .keeping(["a", "b"]))
        let fixture = MetricFixture { $0.views = [view] }
        let counter = fixture.meter.counter(named: "c")
        counter.add(1, attributes: ["a": 1, "b": 2, "user": "x"])
        counter.add(2, attributes: ["user": "y", "b": 2, "a": 1])
        counter.add(4, attributes: ["a": 1])
        counter.bound(to: ["b": 2, "a": 1, "user": "z"]).add(8)
        let points = fixture.reader.collect().numbers("c")
        #expect(points.map(\.attributes) == [["a": 1, "b": 2], ["a": 1]])
        #expect(points.map(\.value) == [.int(11), .int(4)])
    }

    @Test("a view can drop single attributes")
    func dropAttributes() {
        let view = MetricView(.init(), attributes: .dropping(["user"]))
        let fixture = MetricFixture { $0.views = [view] }
        fixture.meter.counter(named: "c").add(1, attributes: ["a": 1, "user": "x"])
        #expect(fixture.reader.collect().numbers("c").map(\.attributes) == [["a": 1]])
    }

    @Test("a view's bounds win over the instrument's, and the reader's aggregation over neither")
    func bounds() throws {
        let view = MetricView(.init(name: "h"), aggregation: .explicitBuckets([7], recordsMinMax: false))
        let fixture = MetricFixture(histogram: .exponentialBuckets()) { $0.views = [view] }
        fixture.meter.histogram(named: "h", bounds: [1, 2]).record(5)
        fixture.meter.histogram(named: "other", bounds: [1, 2]).record(5)
        let metrics = fixture.reader.collect()
        let point = try #require(metrics.histograms("h").first)
        #expect(point.bounds == [7])
        #expect(point.min == nil)
        #expect(metrics.exponentialHistograms("other").count == 1)
    }

    @Test("a dropped instrument costs no state and says so")
    func drop() {
        let fixture = MetricFixture { $0.views = [MetricView(.init(name: "debug.*"), aggregation: .drop)] }
        let counter = fixture.meter.counter(named: "debug.calls")
        counter.add(1)
        #expect(!counter.isEnabled)
        #expect(fixture.meter.counter(named: "calls").isEnabled)
        #expect(fixture.reader.collect().isEmpty)
    }

    @Test("each view that matches makes a metric of its own")
    func severalViews() {
        let views = [
            MetricView(.init(name: "h"), name: "h.count", attributes: .keeping([]), aggregation: .sum),
            MetricView(.init(name: "h"), name: "h.last", aggregation: .lastValue),
        ]
        let fixture = MetricFixture { $0.views = views }
        let histogram = fixture.meter.histogram(named: "h")
        histogram.record(1, attributes: ["k": 1])
        histogram.record(2, attributes: ["k": 2])
        let metrics = fixture.reader.collect()
        #expect(metrics.numbers("h.count").map(\.value) == [.double(3)])
        #expect(metrics.numbers("h.last").map(\.value) == [.double(1), .double(2)])
    }

    @Test("a name for several instruments is ignored, the rest of the view is not")
    func nameForMany() {
        let view = MetricView(.init(name: "a*"), name: "same", attributes: .keeping([]))
        let fixture = MetricFixture { $0.views = [view] }
        fixture.meter.counter(named: "a1").add(1, attributes: ["k": 1])
        fixture.meter.counter(named: "a2").add(1, attributes: ["k": 1])
        let metrics = fixture.reader.collect()
        #expect(metrics.map(\.name) == ["a1", "a2"])
        #expect(metrics.numbers("a1").map(\.attributes) == [[:]])
    }

    static let selectors: [(MetricView.Selector, matches: Bool)] = [
        (.init(), true), (.init(name: "Requests"), true), (.init(name: "req*"), true), (.init(name: "*"), true),
        (.init(name: "r?quests"), true), (.init(name: "re*es*s"), true), (.init(name: "request"), false),
        (.init(name: "?requests"), false), (.init(kind: .counter), true), (.init(kind: .gauge), false),
        (.init(unit: "1"), true), (.init(unit: "s"), false), (.init(meterName: "lib"), true),
        (.init(meterName: "other"), false), (.init(meterVersion: "2"), true), (.init(meterVersion: "1"), false),
        (.init(meterSchemaURL: "https://s"), true), (.init(meterSchemaURL: "https://t"), false),
        (.init(name: "requests", kind: .counter, unit: "1", meterName: "lib"), true),
        (.init(name: "requests", unit: "s"), false),
    ]

    @Test("a selector matches when all its conditions are met", arguments: selectors)
    func selector(selector: MetricView.Selector, matches: Bool) {
        let fixture = MetricFixture { $0.views = [MetricView(selector, description: "matched")] }
        let meter = fixture.provider.meter(named: "lib", version: "2", schemaURL: "https://s")
        meter.counter(named: "requests", unit: "1").add(1)
        #expect((fixture.reader.collect().first?.description == "matched") == matches)
    }
}

@Suite("Cardinality")
struct MetricCardinalityTests {
    private let overflow: Attributes = ["otel.metric.overflow": true]

    @Test("sets up to the limit have their own series; measurements of further ones are added up in one more")
    func limit() {
        let fixture = MetricFixture { $0.cardinalityLimit = 10 }
        let counter = fixture.meter.counter(named: "c")
        for number in 0..<10 { counter.add(1, attributes: ["k": .int(number)]) }
        #expect(fixture.reader.collect().numbers("c").count == 10)
        #expect(fixture.provider.overflowedMeasurementCount == 0)
        for number in 0..<50 { counter.add(1, attributes: ["k": .int(number)]) }
        let points = fixture.reader.collect().numbers("c")
        #expect(points.count == 11)
        #expect(points.prefix(10).allSatisfy { $0.value == .int(2) })
        #expect(points.last?.attributes == overflow)
        #expect(points.last?.value == .int(40))
        #expect(fixture.provider.overflowedMeasurementCount == 40)
    }

    @Test("the default limit is 2000")
    func defaultLimit() {
        let fixture = MetricFixture()
        let histogram = fixture.meter.histogram(named: "h")
        for number in 0..<2500 { histogram.record(1, attributes: ["k": .int(number)]) }
        let points = fixture.reader.collect().histograms("h")
        #expect(points.count == 2001)
        #expect(points.reduce(0) { $0 + $1.count } == 2500)
        #expect(points.last?.count == 500)
    }

    @Test("with delta points a collection makes room again")
    func deltaMakesRoom() {
        let fixture = MetricFixture(.delta) { $0.cardinalityLimit = 2 }
        let counter = fixture.meter.counter(named: "c")
        for number in 0..<3 { counter.add(1, attributes: ["k": .int(number)]) }
        #expect(fixture.reader.collect().numbers("c").last?.attributes == overflow)
        for number in 3..<5 { counter.add(1, attributes: ["k": .int(number)]) }
        #expect(fixture.reader.collect().numbers("c").map(\.attributes) == [["k": 3], ["k": 4]])
    }

    @Test("a view's limit wins, also for counters remembered for one attribute set")
    func viewLimit() {
        let fixture = MetricFixture { $0.views = [MetricView(.init(name: "c"), cardinalityLimit: 1)] }
        let counter = fixture.meter.counter(named: "c")
        counter.add(1, attributes: ["k": 0])
        let bound = counter.bound(to: ["k": 1])
        for _ in 0..<3 { bound.add(1) }
        let points = fixture.reader.collect().numbers("c")
        #expect(points.map(\.attributes) == [["k": 0], overflow])
        #expect(points.map(\.value) == [.int(1), .int(3)])
    }

    @Test("observations beyond the limit are added up")
    func observed() {
        let fixture = MetricFixture { $0.cardinalityLimit = 3 }
        fixture.meter.observableCounter(named: "o").addCallback { observer in
            for number in 0..<8 { observer.observe(10, attributes: ["k": .int(number)]) }
        }
        let points = fixture.reader.collect().numbers("o")
        #expect(points.count == 4)
        #expect(points.last?.attributes == overflow)
        #expect(points.last?.value == .int(50))
    }
}
