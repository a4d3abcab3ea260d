// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization
import Testing

@Suite("Console metric exporter")
struct MetricConsoleTests {
    private func shown(_ metrics: [MetricData], width: Int = 60) async throws -> String {
        let text = Mutex("")
        let exporter = ConsoleMetricExporter(width: width) { written in text.withLock { $0 += written } }
        try await exporter.export(metrics)
        return text.withLock { $0 }
    }

    @Test("shows each metric with its unit, and each series with attributes and values in columns")
    func table() async throws {
        let fixture = MetricFixture()
        let counter = fixture.meter.counter(named: "requests", unit: "{request}")
        counter.add(1200, attributes: ["model": "gpt-4o"])
        counter.add(7)
        let histogram = fixture.meter.histogram(named: "duration", unit: "s")
        for value in [0.5, 1.5] { histogram.record(value, attributes: ["ok": true]) }
        fixture.meter.gauge(named: "load").record(0.25)
        #expect(
            try await shown(fixture.reader.collect()) == """
                requests ({request}) · counter, cumulative
                  model gpt-4o                                         1,200
                  (no attributes)                                          7
                duration (s) · histogram, cumulative
                  ok true                          2× mean 1 min 0.5 max 1.5
                load · gauge
                  (no attributes)                                       0.25

                """)
    }

    @Test("no line is longer than the width, and control characters are left out")
    func hostileText() async throws {
        let fixture = MetricFixture()
        let text = "\u{1B}[31m" + String(repeating: "long ", count: 50)
        fixture.meter.counter(named: "c").add(1, attributes: ["k": .string(text)])
        let shown = try await shown(fixture.reader.collect(), width: 50)
        #expect(shown.split(separator: "\n").allSatisfy { $0.count <= 50 })
        #expect(!shown.contains("\u{1B}"))
    }
}
