// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetryTesting
import Synchronization
import Testing

@testable import GenAITelemetry

@Suite("Batch processor deadlines", .timeLimit(.minutes(1)))
struct BatchDeadlineTests {
    private let clock = ManualClock()

    private func processor(_ exporter: any SpanExporter, queue: Int = 2048) -> BatchSpanProcessor {
        let options = batchOptions {
            $0.maxExportBatchSize = 1
            $0.maxQueueSize = queue
        }
        return BatchSpanProcessor(exporter: exporter, options: options, clock: clock)
    }

    @Test("an export that takes too long is cancelled and counted, and the next one starts")
    func exportTimeout() async {
        let exporter = HangingExporter()
        let processor = processor(exporter)
        processor.onEnd(makeSpan(1))
        await exporter.waitForItems(1)
        await clock.waitForSleeper(dueIn: .seconds(30))
        clock.advance(by: .seconds(30))
        processor.onEnd(makeSpan(2))
        await exporter.waitForItems(2)
        exporter.release()
        await processor.forceFlush(timeout: patience)
        #expect(processor.statistics.dropped.timedOut == 1)
        #expect(processor.statistics.exported == 1)
        #expect(processor.statistics.addsUp)
    }

    @Test("no second export starts while one that ignores its cancellation still runs; items queue to the bound")
    func stuckExport() async {
        let exporter = HangingExporter(ignoresCancellation: true)
        let processor = processor(exporter, queue: 3)
        processor.onEnd(makeSpan(1))
        await exporter.waitForItems(1)
        await clock.waitForSleeper(dueIn: .seconds(30))
        clock.advance(by: .seconds(30))
        while processor.statistics.dropped.timedOut == 0 { await Task.yield() }
        for number in 2...6 { processor.onEnd(makeSpan(number)) }
        #expect(exporter.batchSizes == [1])
        #expect(processor.statistics.pending == 3)
        #expect(processor.statistics.dropped.queueFull == 2)
        exporter.release()
        #expect(await processor.forceFlush(timeout: patience))
        #expect(exporter.peakConcurrency == 1)
        #expect(processor.statistics.exported == 3)
        #expect(processor.statistics.addsUp)
    }

    @Test("a flush returns at its deadline while the exporter hangs, and loses nothing")
    func flushDeadline() async {
        let exporter = HangingExporter(ignoresCancellation: true)
        let processor = processor(exporter)
        processor.onEnd(makeSpan(1))
        async let isDelivered = processor.forceFlush(timeout: .seconds(2))
        await clock.waitForSleeper(dueIn: .seconds(2))
        clock.advance(by: .seconds(2))
        #expect(await isDelivered == false)
        #expect(processor.statistics.pending == 1)
        exporter.release()
        #expect(await processor.forceFlush(timeout: patience))
        #expect(processor.statistics.exported == 1)
    }

    @Test("a shutdown returns at its deadline, counts what is left and cancels what is in flight")
    func shutdownDeadline() async {
        let exporter = HangingExporter(ignoresCancellation: true)
        let processor = processor(exporter)
        for number in 1...3 { processor.onEnd(makeSpan(number)) }
        await exporter.waitForItems(1)
        async let isDelivered = processor.shutdown(timeout: .seconds(2))
        await clock.waitForSleeper(dueIn: .seconds(2))
        clock.advance(by: .seconds(2))
        #expect(await isDelivered == false)
        while processor.statistics.pending > 0 { await Task.yield() }
        #expect(processor.statistics.dropped.atShutdown == 3)
        processor.onEnd(makeSpan(4))
        #expect(processor.statistics.dropped.afterShutdown == 1)
        #expect(processor.statistics.addsUp)
        exporter.release()
    }

    @Test("a shutdown returns at its deadline when only the exporter's own shutdown hangs")
    func exporterShutdownHangs() async {
        let exporter = HangingExporter(ignoresCancellation: true, hangsInShutdown: true)
        let processor = processor(exporter)
        async let isDelivered = processor.shutdown(timeout: .seconds(2))
        await clock.waitForSleeper(dueIn: .seconds(2))
        clock.advance(by: .seconds(2))
        #expect(await isDelivered == false)
        exporter.release()
    }

    @Test("a flush and a shutdown do their work in a cancelled task")
    func cancelledCaller() async {
        let exporter = InMemorySpanExporter()
        let processor = BatchSpanProcessor(exporter: exporter, options: batchOptions(), clock: clock)
        processor.onEnd(makeSpan(1))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            let isFlushed = await processor.forceFlush(timeout: patience)
            processor.onEnd(makeSpan(2))
            return await processor.shutdown(timeout: patience) && isFlushed
        }
        #expect(await task.value)
        #expect(exporter.spans.numbers == [1, 2])
    }

    @Test("absurd timeouts neither trap nor wait", arguments: [Duration.seconds(Int64.max), .seconds(Int64.min)])
    func absurdTimeouts(timeout: Duration) async {
        let exporter = InMemorySpanExporter()
        let processor = BatchSpanProcessor(exporter: exporter, options: batchOptions { $0.exportTimeout = timeout })
        processor.onEnd(makeSpan(1))
        await processor.forceFlush(timeout: timeout)
        #expect(await processor.shutdown(timeout: patience))
        #expect(exporter.spans.count == 1)
    }
}

@Suite("Batch processor shutdown", .timeLimit(.minutes(1)))
struct BatchShutdownTests {
    @Test("delivers what waits, shuts the exporter down once, and is idempotent")
    func idempotent() async {
        let exporter = InMemorySpanExporter()
        let processor = BatchSpanProcessor(exporter: exporter, options: batchOptions())
        for number in 1...10 { processor.onEnd(makeSpan(number)) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 { group.addTask { await processor.shutdown(timeout: patience) } }
            for await isDelivered in group { #expect(isDelivered) }
        }
        #expect(exporter.isShutDown)
        #expect(exporter.spans.count == 10)
        processor.onEnd(makeSpan(11))
        #expect(await processor.forceFlush(timeout: patience))
        #expect(exporter.spans.count == 10)
        #expect(processor.statistics.dropped.afterShutdown == 1)
        #expect(processor.statistics.addsUp)
    }

    @Test("says that something was lost")
    func loss() async {
        let processor = BatchSpanProcessor(exporter: FailingExporter(), options: batchOptions())
        processor.onEnd(makeSpan(1))
        #expect(await processor.shutdown(timeout: patience) == false)
    }

    @Test("lets spans that end meanwhile be either delivered or counted")
    func concurrentEnds() async {
        let exporter = InMemorySpanExporter()
        let processor = BatchSpanProcessor(
            exporter: exporter, options: batchOptions { $0.maxQueueSize = 100_000 })
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for number in 0..<1_000 { processor.onEnd(makeSpan(task * 1_000 + number + 1)) }
                }
            }
            group.addTask { await processor.shutdown(timeout: patience) }
        }
        let statistics = processor.statistics
        #expect(statistics.received == 4_000)
        #expect(statistics.exported == exporter.spans.count)
        #expect(statistics.exported + statistics.dropped.afterShutdown == 4_000)
        #expect(Set(exporter.spans.numbers).count == exporter.spans.count)
    }

    /// Calls its own processor from inside an export.
    private final class ReentrantExporter: SpanExporter {
        let processor = Mutex<BatchSpanProcessor?>(nil)
        let answers = Mutex<[Bool]>([])
        let shutsDown: Bool

        init(shutsDown: Bool) { self.shutsDown = shutsDown }

        func export(_ batch: [SpanData]) async throws(ExportError) {
            guard let processor = processor.withLock({ $0 }) else { return }
            let answer =
                shutsDown
                ? await processor.shutdown(timeout: patience) : await processor.forceFlush(timeout: patience)
            answers.withLock { $0.append(answer) }
            if batch.numbers == [1] { processor.onEnd(makeSpan(2)) }
        }
    }

    @Test("and flush from inside the exporter return at once and happen afterwards", arguments: [true, false])
    func reentrant(shutsDown: Bool) async {
        let exporter = ReentrantExporter(shutsDown: shutsDown)
        let processor = BatchSpanProcessor(exporter: exporter, options: batchOptions())
        exporter.processor.withLock { $0 = processor }
        processor.onEnd(makeSpan(1))
        #expect(await processor.forceFlush(timeout: patience))
        await processor.shutdown(timeout: patience)
        exporter.processor.withLock { $0 = nil }
        #expect(exporter.answers.withLock { $0 }.allSatisfy { !$0 })
        #expect(processor.statistics.exported == (shutsDown ? 1 : 2))
        #expect(processor.statistics.dropped.afterShutdown == (shutsDown ? 1 : 0))
        #expect(processor.statistics.addsUp)
    }
}

@Suite("Batch overflow", .timeLimit(.minutes(1)))
struct BatchOverflowTests {
    @Test("drops the newcomer by default, by count and by bytes")
    func dropNewest() async {
        let exporter = HangingExporter()
        let options = batchOptions {
            $0.maxQueueSize = 3
            $0.maxQueueBytes = 100_000
            $0.maxExportBatchSize = 1
        }
        let processor = BatchSpanProcessor(exporter: exporter, options: options)
        processor.onEnd(makeSpan(1))
        await exporter.waitForItems(1)
        processor.onEnd(makeSpan(2, attributes: ["prompt": .string(String(repeating: "x", count: 60_000))]))
        processor.onEnd(makeSpan(3, attributes: ["prompt": .string(String(repeating: "x", count: 60_000))]))
        for number in 4...6 { processor.onEnd(makeSpan(number)) }
        #expect(processor.statistics.dropped.queueFull == 1)
        #expect(processor.statistics.dropped.queueBytesFull == 1)
        #expect(processor.statistics.pending == 4)
        exporter.release()
        await processor.forceFlush(timeout: patience)
        #expect(processor.statistics.exported == 4)
        #expect(processor.statistics.addsUp)
    }

    @Test("loses nothing when producers wait, even when they block every thread of the pool")
    func wait() async {
        let exporter = InMemorySpanExporter()
        let options = batchOptions {
            $0.maxQueueSize = 8
            $0.maxExportBatchSize = 4
            $0.overflow = .wait(limit: patience)
        }
        let processor = BatchSpanProcessor(exporter: exporter, options: options)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<32 {
                group.addTask {
                    for number in 0..<100 { processor.onEnd(makeSpan(task * 100 + number + 1)) }
                }
            }
        }
        #expect(await processor.shutdown(timeout: patience))
        #expect(exporter.spans.numbers.sorted() == Array(1...3_200))
        #expect(processor.statistics.dropped.total == 0)
    }

    @Test("goes on while the pool is blocked even when the exporter sleeps between attempts")
    func waitWithRetries() async {
        struct SlowExporter: SpanExporter {
            let kept = InMemorySpanExporter()
            func export(_ batch: [SpanData]) async throws(ExportError) {
                try? await TimerThreadClock().sleep(for: .microseconds(200))
                try await kept.export(batch)
            }
        }
        let exporter = SlowExporter()
        let options = batchOptions {
            $0.maxQueueSize = 2
            $0.maxExportBatchSize = 2
            $0.overflow = .wait(limit: patience)
        }
        let processor = BatchSpanProcessor(exporter: exporter, options: options)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for number in 0..<10 { processor.onEnd(makeSpan(task * 10 + number + 1)) }
                }
            }
        }
        #expect(await processor.shutdown(timeout: patience))
        #expect(exporter.kept.spans.numbers.sorted() == Array(1...160))
    }

    @Test("gives up waiting at its limit, and then does not wait again until there is room")
    func waitLimit() async {
        let exporter = HangingExporter()
        let options = batchOptions {
            $0.maxQueueSize = 1
            $0.maxExportBatchSize = 1
            $0.overflow = .wait(limit: .milliseconds(1))
        }
        let processor = BatchSpanProcessor(exporter: exporter, options: options)
        processor.onEnd(makeSpan(1))
        await exporter.waitForItems(1)
        for number in 2...1_000 { processor.onEnd(makeSpan(number)) }
        #expect(processor.statistics.pending == 2)
        #expect(processor.statistics.dropped.queueFull == 998)
        exporter.release()
        #expect(await processor.shutdown(timeout: patience))
        #expect(processor.statistics.addsUp)
    }

    @Test("a shutdown lets waiting producers go")
    func waitThenShutdown() async {
        let exporter = HangingExporter(ignoresCancellation: true)
        let clock = ManualClock()
        let options = batchOptions {
            $0.maxQueueSize = 1
            $0.maxExportBatchSize = 1
            $0.overflow = .wait(limit: patience)
        }
        let processor = BatchSpanProcessor(exporter: exporter, options: options, clock: clock)
        processor.onEnd(makeSpan(1))
        await exporter.waitForItems(1)
        processor.onEnd(makeSpan(2))
        async let blocked: Void = Task.detached { processor.onEnd(makeSpan(3)) }.value
        await processor.shutdown(timeout: .zero)
        await blocked
        #expect(processor.statistics.received == 3)
        #expect(processor.statistics.dropped.afterShutdown == 1)
        exporter.release()
    }
}
