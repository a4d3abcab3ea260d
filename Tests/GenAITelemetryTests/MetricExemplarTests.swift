// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Testing

@Suite("Exemplars")
struct MetricExemplarTests {
    private func tracer(_ sampler: any Sampler = AlwaysOnSampler()) -> TracerProvider.Tracer {
        var configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.sampler = sampler
        return TracerProvider(configuration).tracer(named: "test")
    }

    @Test("a histogram keeps the last measurement per bucket made within a sampled span")
    func perBucket() throws {
        let fixture = MetricFixture()
        let histogram = fixture.meter.histogram(named: "h", bounds: [1, 10])
        histogram.record(0.1)
        let span = tracer().withSpan("s") { span in
            histogram.record(0.5)
            fixture.time.now = 1234
            histogram.record(0.75)
            histogram.record(50)
            return span.context
        }
        let point = try #require(fixture.reader.collect().histograms("h").first)
        #expect(point.count == 4)
        #expect(
            point.exemplars
                == [0.75, 50].map {
                    MetricExemplar(
                        value: .double($0), nanoseconds: 1234, traceID: span.traceID, spanID: span.spanID)
                })
        #expect(try #require(fixture.reader.collect().histograms("h").first).exemplars.isEmpty)
    }

    @Test("measurements outside of spans and within unsampled ones leave none")
    func unsampled() throws {
        let fixture = MetricFixture()
        let counter = fixture.meter.counter(named: "c")
        counter.add(1)
        tracer(AlwaysOffSampler()).withSpan("s") { _ in counter.add(1) }
        #expect(try #require(fixture.reader.collect().numbers("c").first).exemplars.isEmpty)
    }

    @Test("the filters always on and always off do not look at spans")
    func filters() throws {
        let on = MetricFixture { $0.exemplarFilter = .alwaysOn }
        on.meter.counter(named: "c").add(7)
        let exemplar = try #require(on.reader.collect().numbers("c").first?.exemplars.first)
        #expect(exemplar == MetricExemplar(value: .int(7), nanoseconds: 1000))
        let off = MetricFixture { $0.exemplarFilter = .alwaysOff }
        tracer().withSpan("s") { _ in off.meter.counter(named: "c").add(7) }
        #expect(try #require(off.reader.collect().numbers("c").first).exemplars.isEmpty)
    }

    @Test("an exemplar has the attributes that a view keeps out of the series", arguments: [false, true])
    func filteredAttributes(isBound: Bool) throws {
        let fixture = MetricFixture {
            $0.exemplarFilter = .alwaysOn
            $0.views = [MetricView(.init(), attributes: .keeping(["a"]))]
        }
        let counter = fixture.meter.counter(named: "c")
        let attributes: Attributes = ["a": 1, "user": "x"]
        if isBound { counter.bound(to: attributes).add(1) } else { counter.add(1, attributes: attributes) }
        let point = try #require(fixture.reader.collect().numbers("c").first)
        #expect(point.attributes == ["a": 1])
        #expect(point.exemplars.map(\.filteredAttributes) == [["user": "x"]])
    }

    @Test("a context given explicitly wins over the current one")
    func explicitContext() throws {
        let fixture = MetricFixture()
        let counter = fixture.meter.counter(named: "c")
        let (context, span) = tracer().withSpan("s") { (GenAIContext.current, $0.context) }
        counter.add(1, context: context)
        let exemplar = try #require(fixture.reader.collect().numbers("c").first?.exemplars.first)
        #expect(exemplar.spanID == span.spanID)
    }

    @Test("delta collections take their exemplars with them")
    func delta() throws {
        let fixture = MetricFixture(.delta) { $0.exemplarFilter = .alwaysOn }
        let counter = fixture.meter.counter(named: "c")
        counter.add(1, attributes: ["k": 1])
        counter.add(2, attributes: ["k": 2])
        #expect(fixture.reader.collect().numbers("c").map { $0.exemplars.map(\.value) } == [[.int(1)], [.int(2)]])
        counter.add(3, attributes: ["k": 2])
        #expect(fixture.reader.collect().numbers("c").map { $0.exemplars.map(\.value) } == [[.int(3)]])
    }
}
