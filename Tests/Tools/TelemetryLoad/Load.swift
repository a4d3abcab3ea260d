// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI

#if canImport(Android)
    import Android
#endif

/// Many spans at once, to a collector that comes and goes.
enum Load {
    static func burst(count: Int, spool: DiskSpool?) async throws {
        var configuration = OTLPConfiguration()
        configuration.spool = spool
        let exporter = try OTLPSpanExporter(configuration)
        var options = BatchOptions.spans()
        options.overflow = .wait(limit: .seconds(120))
        let batch = BatchSpanProcessor(exporter: exporter, options: options)
        var tracing = TracerProvider.Configuration(resource: Resource.detected(serviceName: "telemetry-load"))
        tracing.processors = [batch]
        let provider = TracerProvider(tracing)
        let tracer = provider.tracer(named: "telemetry-load")

        // More producers than processors: the pool's threads all wait for room at times.
        let producers = 8
        await withTaskGroup(of: Void.self) { group in
            for producer in 0..<producers {
                group.addTask {
                    for number in stride(from: producer, to: count, by: producers) {
                        tracer.startSpan("\(number)", attributes: ["number": .int(number)]).end()
                        if number / producers % 125 == 0 { say("ended \(producer) \(number)") }
                    }
                }
            }
        }
        let isDelivered = await provider.shutdown(timeout: .seconds(60))
        report(batch.statistics, exporter.statistics, isDelivered)
    }

    static func drain(_ spool: DiskSpool?) async throws {
        guard let spool else { fail("drain needs a directory") }
        var configuration = OTLPConfiguration()
        configuration.spool = spool
        let exporter = try OTLPSpanExporter(configuration)
        do throws(ExportError) {
            try await exporter.forceFlush()
        } catch {
            fail("not everything left the disk: \(error)")
        }
        await exporter.shutdown()
        let statistics = exporter.statistics
        say("delivered \(statistics.delivered) rejected \(statistics.rejected) failed \(statistics.failed)")
    }

    /// One line with the accounts of queue and exporter.
    static func report(_ queue: PipelineStatistics, _ otlp: OTLPStatistics, _ isDelivered: Bool) {
        say(
            """
            received \(queue.received) exported \(queue.exported) dropped \(queue.dropped.total) delivered \
            \(otlp.delivered) failed \(otlp.failed) on disk \(otlp.waitingOnDisk) requests \(otlp.requests) repeats \
            \(otlp.retries) all \(isDelivered)
            """)
    }

    static func number(_ text: String?) -> Int {
        guard let number = text.flatMap({ Int($0) }), number >= 0 else { fail("COUNT is a whole number") }
        return number
    }

    /// Prints a line at once, also into a pipe.
    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data("\(line)\n".utf8))
    }

    static func fail(_ reason: String) -> Never {
        FileHandle.standardError.write(Data("telemetry-load: \(reason)\n".utf8))
        exit(1)
    }
}
