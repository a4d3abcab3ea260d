// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI
import Synchronization

#if canImport(Android)
    import Android
#endif

/// A day of a busy service in minutes: every call is in a conversation of its own user, with messages and a cost, and
/// goes through everything that `Last9.install` wires. Prints how much memory the process has in between.
struct Soak {
    let count: Int
    /// Indicates whether no two calls share a conversation, a workflow or a user.
    var isEachAlone = false

    /// Forgets what it is given.
    private final class Forgetting: SpanExporter, LogRecordExporter {
        private let taken = Atomic<Int>(0)
        var count: Int { taken.load(ordering: .relaxed) }

        func export(_ batch: [SpanData]) async throws(ExportError) { taken.add(batch.count, ordering: .relaxed) }
        func export(_ batch: [LogRecordData]) async throws(ExportError) {}
        func forceFlush() async throws(ExportError) {}
        func shutdown() async {}
    }

    func run() async throws {
        let exporter = Forgetting()
        var configuration = Last9.Configuration(serviceName: "soak", becomesGlobal: false)
        configuration.spanExporters = []
        configuration.logRecordExporters = [exporter]
        configuration.metricExporters = []
        var options = BatchOptions.spans()
        options.overflow = .wait()
        let batch = BatchSpanProcessor(exporter: exporter, options: options)
        let telemetry = try Last9.install(configuration)
        telemetry.tracerProvider.addProcessor(batch)
        let tracer = telemetry.tracerProvider.tracer(named: "soak")
        let emitter = telemetry.loggerProvider.emitter(named: "soak")

        let clock = ContinuousClock()
        let start = clock.now
        for part in 1...20 {
            for number in count / 20 * (part - 1)..<count / 20 * part { call(number, tracer, emitter) }
            await telemetry.flush()
            let seconds = (clock.now - start) / .seconds(1)
            Load.say(
                "spans \(count / 20 * part) seconds \(Int(seconds)) resident \(Footprint.now.residentMegabytes) MB")
        }
        guard await telemetry.shutdown(timeout: .seconds(60)) else { Load.fail("not everything was exported") }
        let statistics = telemetry.statistics
        Load.say("exported \(exporter.count) dropped \(batch.statistics.dropped.total)")
        Load.say("started \(statistics.spans.started) late messages \(statistics.bridge.lateRecords)")
        let forgotten = statistics.ledgerEntriesEvicted
        Load.say("ledger entries forgotten \(forgotten), total \(telemetry.ledger.total.cost) USD")
    }

    private func call(_ number: Int, _ tracer: TracerProvider.Tracer, _ emitter: LogEmitter) {
        let shares = isEachAlone ? (1, 1, 1) : (4, 16, 8)
        withConversation("conversation-\(number / shares.0)", userID: "user-\(number / shares.1)") {
            withWorkflow("workflow-\(number / shares.2)") {
                let attributes: Attributes = [
                    "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o-mini",
                    "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20,
                ]
                tracer.withSpan("chat gpt-4o-mini", kind: .client, attributes: attributes) { _ in
                    emitter.emit(
                        LogRecordData(
                            eventName: "gen_ai.user.message", body: ["content": .string("question \(number)")]))
                }
            }
        }
    }
}
