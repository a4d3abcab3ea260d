// SPDX-License-Identifier: MIT
import Testing

@testable import GenAITelemetry

@Suite("Batch queue")
struct BatchQueueTests {
    private func queue(size: Int = 10, batch: Int = 3, bytes: Int = 1 << 20) -> BatchQueue<Int> {
        BatchQueue(
            batchOptions {
                $0.maxQueueSize = size
                $0.maxExportBatchSize = batch
                $0.maxQueueBytes = bytes
            })
    }

    @Test("tells the first item and the one that completes a batch from the others")
    func admissions() {
        var queue = queue()
        let admissions = (1...6).map { queue.append($0, byteCount: 1) }
        #expect(admissions == [.first, .queued, .ready, .queued, .queued, .ready])
    }

    @Test("gives out batches whole, in order, and only when full or asked for")
    func batches() {
        var queue = queue()
        for number in 1...5 { _ = queue.append(number, byteCount: 1) }
        #expect(queue.takeBatch() == [1, 2, 3])
        #expect(queue.takeBatch() == nil)
        queue.seal()
        #expect(queue.takeBatch() == [4, 5])
        #expect(queue.isEmpty)
    }

    @Test("keeps the order over many batches taken while others come in")
    func interleaved() {
        var queue = queue(size: 1000, batch: 2)
        var taken: [Int] = []
        for number in 0..<500 {
            _ = queue.append(number, byteCount: 1)
            if number.isMultiple(of: 3) { taken += queue.takeBatch() ?? [] }
        }
        queue.seal()
        while let batch = queue.takeBatch() { taken += batch }
        #expect(taken == Array(0..<500))
    }

    @Test("has no room beyond its count, and has room again when a batch leaves")
    func countBound() {
        var queue = queue(size: 4)
        for number in 1...4 { #expect(queue.append(number, byteCount: 1) != .full) }
        #expect(queue.append(5, byteCount: 1) == .full)
        #expect(queue.takeBatch() == [1, 2, 3])
        #expect(queue.append(6, byteCount: 1) == .queued)
    }

    @Test("has no room beyond its bytes, but always for one item")
    func byteBound() {
        var queue = queue(bytes: 100)
        #expect(queue.append(1, byteCount: 1_000) == .ready)
        #expect(queue.append(2, byteCount: 1) == .bytesFull)
        #expect(queue.takeBatch() == [1])
        #expect(queue.append(3, byteCount: 6) == .first)
        #expect(queue.append(4, byteCount: 95) == .bytesFull)
        #expect(queue.append(5, byteCount: 94) == .ready)
    }

    @Test("completes a batch at an eighth of the bytes, however few items it has")
    func batchBytes() {
        var queue = queue(size: 100, batch: 50, bytes: 800)
        #expect(queue.append(1, byteCount: 60) == .first)
        #expect(queue.append(2, byteCount: 60) == .ready)
        #expect(queue.takeBatch() == [1, 2])
    }

    @Test("gives exported items back to producers, one for each that they add, while others wait")
    func givenBack() {
        var queue = queue(batch: 2)
        for number in 1...3 { _ = queue.append(number, byteCount: 1) }
        var exported = queue.takeBatch() ?? []
        #expect(queue.recycle(&exported).isEmpty)
        #expect(exported.isEmpty)
        var next: Int? = 4
        #expect(queue.append(&next, byteCount: 1) == .ready)
        #expect(next == 2)
        exported = queue.takeBatch() ?? []
        #expect(exported == [3, 4])
        // Nobody may come for these, nor for what is left of the others.
        #expect(queue.recycle(&exported) == [1])
        #expect(exported == [3, 4])
        next = 5
        #expect(queue.append(&next, byteCount: 1) == .first)
        #expect(next == nil)
    }

    @Test("gives nothing to a producer whose item it did not take")
    func notGivenBack() {
        var queue = queue(size: 2, batch: 2)
        for number in 1...2 { _ = queue.append(number, byteCount: 1) }
        var exported = queue.takeBatch() ?? []
        for number in 3...4 { _ = queue.append(number, byteCount: 1) }
        _ = queue.recycle(&exported)
        var next: Int? = 5
        #expect(queue.append(&next, byteCount: 1) == .full)
        #expect(next == 5)
        queue.close()
        #expect(queue.append(&next, byteCount: 1) == .closed)
        #expect(next == 5)
    }

    @Test("completes a flush when everything before it has been dealt with, and nothing after it")
    func flushes() {
        var queue = queue(batch: 2)
        for number in 1...3 { _ = queue.append(number, byteCount: 1) }
        let flush = queue.beginFlush()
        _ = queue.append(4, byteCount: 1)
        for expected in [[1, 2], [3]] {
            #expect(queue.completedFlushes().isEmpty)
            #expect(queue.takeBatch() == expected)
            queue.settle(expected.count, .returned(rejectedCount: 0))
        }
        #expect(queue.completedFlushes() == [.init(id: flush, target: 3, isDelivered: true)])
        #expect(queue.completedFlushes().isEmpty)
    }

    @Test("a flush knows that some of its items were lost")
    func failedFlush() {
        var queue = queue()
        _ = queue.append(1, byteCount: 1)
        _ = queue.beginFlush()
        _ = queue.takeBatch()
        queue.settle(1, .timedOut)
        #expect(queue.completedFlushes().map(\.isDelivered) == [false])
        _ = queue.beginFlush()
        #expect(queue.completedFlushes().map(\.isDelivered) == [true])
    }

    @Test("counts every item in exactly one place, whatever became of it")
    func statistics() {
        var queue = queue(size: 6, batch: 2)
        for number in 1...6 { _ = queue.append(number, byteCount: 1) }
        #expect(queue.append(7, byteCount: 1) == .full)
        queue.countOverflow(byBytes: false)
        _ = queue.takeBatch()
        queue.settle(2, .returned(rejectedCount: 1))
        _ = queue.takeBatch()
        #expect(queue.statistics.pending == 4)
        queue.settle(2, .timedOut)
        queue.close()
        #expect(queue.append(8, byteCount: 1) == .closed)
        #expect(queue.abandon() == [[5, 6]])
        let statistics = queue.statistics
        #expect(statistics.received == 8)
        #expect(statistics.exported == 1)
        #expect(statistics.dropped.queueFull == 1)
        #expect(statistics.dropped.exportFailed == 1)
        #expect(statistics.dropped.timedOut == 2)
        #expect(statistics.dropped.atShutdown == 2)
        #expect(statistics.dropped.afterShutdown == 1)
        #expect(statistics.pending == 0)
        #expect(statistics.addsUp)
    }

    @Test("an exporter that claims more rejections than items breaks no count", arguments: [-5, 0, 2, 99])
    func absurdRejections(claimed: Int) {
        var queue = queue()
        for number in 1...3 { _ = queue.append(number, byteCount: 1) }
        _ = queue.takeBatch()
        queue.settle(3, .returned(rejectedCount: claimed))
        #expect(queue.statistics.dropped.exportFailed == min(max(claimed, 0), 3))
        #expect(queue.statistics.addsUp)
    }
}

@Suite("Batch options")
struct BatchOptionsTests {
    @Test("are the specification's when the environment is silent")
    func defaults() {
        let spans = BatchOptions.spans(environment: TelemetryEnvironment([:]))
        let logs = BatchOptions.logRecords(environment: TelemetryEnvironment([:]))
        #expect(spans.scheduleDelay == .seconds(5))
        #expect(logs.scheduleDelay == .seconds(1))
        for options in [spans, logs] {
            #expect(options.exportTimeout == .seconds(30))
            #expect(options.maxQueueSize == 2048)
            #expect(options.maxExportBatchSize == 512)
            #expect(options.overflow == .dropNewest)
        }
    }

    @Test("come from the environment, each signal from its own variables")
    func environment() {
        let environment = TelemetryEnvironment([
            "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_BSP_EXPORT_TIMEOUT": "0", "OTEL_BSP_MAX_QUEUE_SIZE": "64",
            "OTEL_BLRP_SCHEDULE_DELAY": "200", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "7",
        ])
        let spans = BatchOptions.spans(environment: environment)
        #expect(spans.scheduleDelay == .milliseconds(100))
        #expect(spans.exportTimeout == .zero)
        #expect(spans.maxQueueSize == 64)
        #expect(spans.maxExportBatchSize == 64)
        let logs = BatchOptions.logRecords(environment: environment)
        #expect(logs.scheduleDelay == .milliseconds(200))
        #expect(logs.maxExportBatchSize == 7)
        #expect(logs.maxQueueSize == 2048)
    }

    @Test("ignore values that make no sense", arguments: ["-1", "0", "many", "99999999999"])
    func nonsense(value: String) {
        let options = BatchOptions.spans(environment: TelemetryEnvironment(["OTEL_BSP_MAX_QUEUE_SIZE": value]))
        #expect(options.maxQueueSize == 2048)
    }

    @Test("are brought into bounds, the batch to the queue's size")
    func bounds() {
        let options = batchOptions {
            $0.maxQueueSize = 10
            $0.maxExportBatchSize = 20
            $0.maxQueueBytes = -1
            $0.scheduleDelay = .seconds(-1)
        }.validated(source: "BatchOptionsTests")
        #expect(options.maxExportBatchSize == 10)
        #expect(options.maxQueueBytes == 1)
        #expect(options.scheduleDelay == .zero)
    }
}

extension BatchQueue {
    /// Takes an item that the caller does not ask back.
    fileprivate mutating func append(_ element: Element, byteCount: Int) -> Admission {
        var element = Optional(element)
        return append(&element, byteCount: byteCount)
    }
}
