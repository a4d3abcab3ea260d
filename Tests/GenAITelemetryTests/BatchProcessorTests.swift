// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import GenAITelemetryTesting
import Testing

@Suite("Batch processor exports", .timeLimit(.minutes(1)))
struct BatchProcessorTests {
    private let exporter = InMemorySpanExporter()
    private let clock = ManualClock()

    private func processor(batch: Int = 512, queue: Int = 2048) -> BatchSpanProcessor {
        let options = batchOptions {
            $0.maxExportBatchSize = batch
            $0.maxQueueSize = queue
        }
        return BatchSpanProcessor(exporter: exporter, options: options, clock: clock)
    }

    @Test("when the delay is over, and not before")
    func delay() async {
        let processor = processor()
        processor.onEnd(makeSpan(1))
        await clock.waitForSleeper(dueIn: .seconds(5))
        processor.onEnd(makeSpan(2))
        clock.advance(by: .seconds(4))
        #expect(exporter.spans.isEmpty)
        clock.advance(by: .seconds(1))
        #expect(await exporter.waitForSpans(2).numbers == [1, 2])
    }

    @Test("when a batch is full, without any time passing")
    func size() async {
        let processor = processor(batch: 3)
        for number in 1...7 { processor.onEnd(makeSpan(number)) }
        #expect(await exporter.waitForSpans(6).numbers == [1, 2, 3, 4, 5, 6])
        #expect(exporter.batches.map(\.count) == [3, 3])
        #expect(clock.now.offset == .zero)
    }

    @Test("when asked to flush, everything that ended before")
    func flush() async {
        let processor = processor(batch: 4)
        for number in 1...6 { processor.onEnd(makeSpan(number)) }
        #expect(await processor.forceFlush(timeout: patience))
        #expect(exporter.spans.numbers == Array(1...6))
        #expect(await processor.forceFlush(timeout: patience))
    }

    @Test("a second time with a new delay for what came later")
    func delayAgain() async {
        let processor = processor()
        for number in 1...3 {
            processor.onEnd(makeSpan(number))
            await clock.waitForSleeper(dueIn: .seconds(5))
            clock.advance(by: .seconds(5))
            _ = await exporter.waitForSpans(number)
        }
        #expect(exporter.batches.map(\.count) == [1, 1, 1])
    }

    @Test("only sampled spans, and counts no others")
    func sampled() async {
        let processor = processor()
        processor.onEnd(makeSpan(1, isSampled: false))
        processor.onEnd(makeSpan(2))
        await processor.forceFlush(timeout: patience)
        #expect(exporter.spans.numbers == [2])
        #expect(processor.statistics.received == 1)
    }

    @Test("each span exactly once, however many tasks end spans, flush and read statistics")
    func manyTasks() async {
        let processor = BatchSpanProcessor(
            exporter: exporter, options: batchOptions { $0.maxQueueSize = 100_000 })
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<2_000 {
                        processor.onEnd(makeSpan(task * 2_000 + number + 1))
                        if number.isMultiple(of: 501) { await processor.forceFlush(timeout: patience) }
                        if number.isMultiple(of: 97) { #expect(processor.statistics.addsUp) }
                    }
                }
            }
        }
        #expect(await processor.shutdown(timeout: patience))
        #expect(exporter.spans.numbers.sorted() == Array(1...16_000))
        #expect(processor.statistics.exported == 16_000)
        #expect(processor.statistics.addsUp)
    }

    @Test("what waits when the processor is released without a shutdown")
    func released() async {
        do {
            let processor = processor()
            processor.onEnd(makeSpan(1))
        }
        #expect(await exporter.waitForSpans(1).numbers == [1])
    }

    @Test("spans that nobody holds afterwards, whether others wait behind them or not")
    func letGo() async {
        let processor = BatchSpanProcessor(
            exporter: DroppingSpanExporter(), options: batchOptions { $0.maxExportBatchSize = 4 }, clock: clock)
        var exported: [Weak] = []
        for round in 1...3 {
            for number in 1...6 {
                var span = makeSpan(number)
                span.usage = TokenUsage(inputTokens: round)
                exported.append(Weak(object: span.call))
                processor.onEnd(span)
            }
            #expect(await processor.forceFlush(timeout: patience))
        }
        #expect(exported.count == 18)
        #expect(exported.allSatisfy { $0.object == nil })
    }

    @Test("outside the context of whoever created the processor")
    func context() async {
        struct ContextExporter: SpanExporter {
            let seen: InMemorySpanExporter
            func export(_ batch: [SpanData]) async throws(ExportError) {
                if GenAIContext.current.conversationID == nil { try await seen.export(batch) }
            }
        }
        let processor = withConversation("conversation") {
            BatchSpanProcessor(exporter: ContextExporter(seen: exporter), options: batchOptions())
        }
        await withConversation("another") { () async in
            processor.onEnd(makeSpan(1))
            await processor.forceFlush(timeout: patience)
        }
        #expect(exporter.spans.count == 1)
    }

    @Test("nothing twice after a failure, and says in the flush that something was lost")
    func failure() async {
        let exporter = FailingExporter(failures: 1)
        let processor = BatchSpanProcessor(exporter: exporter, options: batchOptions(), clock: clock)
        processor.onEnd(makeSpan(1))
        #expect(await processor.forceFlush(timeout: patience) == false)
        processor.onEnd(makeSpan(2))
        #expect(await processor.forceFlush(timeout: patience))
        #expect(exporter.attemptCount == 2)
        #expect(processor.statistics.dropped.exportFailed == 1)
        #expect(processor.statistics.exported == 1)
        #expect(processor.statistics.addsUp)
    }

    @Test("counts only the refused items of a partly refused batch as lost")
    func partialSuccess() async {
        let exporter = FailingExporter(ExportError(.rejected, "2 refused", rejectedCount: 2))
        let processor = BatchSpanProcessor(exporter: exporter, options: batchOptions(), clock: clock)
        for number in 1...5 { processor.onEnd(makeSpan(number)) }
        await processor.forceFlush(timeout: patience)
        #expect(processor.statistics.exported == 3)
        #expect(processor.statistics.dropped.exportFailed == 2)
    }

    @Test("log records by the same rules")
    func logs() async {
        let exporter = InMemoryLogRecordExporter()
        let options = BatchOptions.logRecords(environment: TelemetryEnvironment([:]))
        let processor = BatchLogRecordProcessor(exporter: exporter, options: options, clock: clock)
        var record = LogRecordData(eventName: "event")
        processor.onEmit(&record, context: GenAIContext())
        await clock.waitForSleeper(dueIn: .seconds(1))
        clock.advance(by: .seconds(1))
        #expect(await exporter.waitForRecords(1).named("event").count == 1)
        #expect(await processor.shutdown(timeout: patience))
        #expect(exporter.isShutDown)
    }
}

@Suite("Simple processors", .timeLimit(.minutes(1)))
struct BatchOfOneTests {
    @Test("export every span on its own, at once and in order")
    func spans() async {
        let exporter = InMemorySpanExporter()
        let processor = SimpleSpanProcessor(exporter: exporter)
        for number in 1...50 { processor.onEnd(makeSpan(number)) }
        #expect(await exporter.waitForSpans(50).numbers == Array(1...50))
        #expect(exporter.batches.allSatisfy { $0.count == 1 })
    }

    @Test("never run two exports at a time")
    func serialized() async {
        let exporter = HangingExporter()
        let processor = SimpleSpanProcessor(exporter: exporter)
        for number in 1...5 { processor.onEnd(makeSpan(number)) }
        await exporter.waitForItems(1)
        #expect(exporter.batchSizes == [1])
        exporter.release()
        #expect(await processor.forceFlush(timeout: patience))
        #expect(exporter.peakConcurrency == 1)
        #expect(exporter.batchSizes.count == 5)
    }

    @Test("export every log record on its own")
    func logs() async {
        let exporter = InMemoryLogRecordExporter()
        let processor = SimpleLogRecordProcessor(exporter: exporter)
        for number in 1...3 {
            var record = LogRecordData(body: .int(number))
            processor.onEmit(&record, context: GenAIContext())
        }
        #expect(await processor.forceFlush(timeout: patience))
        #expect(exporter.batches.map { $0.map(\.body) } == [[.int(1)], [.int(2)], [.int(3)]])
    }
}

private struct DroppingSpanExporter: SpanExporter {
    func export(_ batch: [SpanData]) async throws(ExportError) {}
}

private struct Weak {
    weak var object: (any SpanCall)?
}
