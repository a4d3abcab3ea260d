// SPDX-License-Identifier: MIT
import Synchronization

/// The processors of one provider, in order. Read without a lock for every span and record. Append-only.
///
/// An array would be retained for each iteration, three times for each span, and each of its elements for each call.
/// Old memory is kept until the list is released, so that appending need not wait for readers. Since each block is
/// twice as large as the previous one, all blocks together are less than twice as large as the one in use.
///
/// `@unchecked Sendable`: elements below `published` never change, appending is serialised by `blocks`, and memory is
/// freed only in `deinit`, when there are no readers any more.
struct ProcessorList<Processor: AnyObject & Sendable>: ~Copyable, @unchecked Sendable {
    private typealias Block = UnsafeMutableBufferPointer<Unmanaged<Processor>>

    private let elements: Atomic<UnsafeMutablePointer<Unmanaged<Processor>>?>
    private let published: Atomic<Int>
    /// All allocated blocks; the last one is in use.
    private let blocks: Mutex<[Block]>

    init(_ processors: [Processor]) {
        let block = Block.allocate(capacity: max(4, processors.count))
        for (index, processor) in processors.enumerated() {
            block.initializeElement(at: index, to: .passRetained(processor))
        }
        elements = Atomic(block.baseAddress)
        published = Atomic(processors.count)
        blocks = Mutex([block])
    }

    deinit {
        let count = published.load(ordering: .acquiring)
        let blocks = self.blocks.withLock { $0 }
        for index in 0..<count { blocks.last?[index].release() }
        for block in blocks { block.deallocate() }
    }

    /// The number of processors.
    var count: Int { published.load(ordering: .acquiring) }

    /// Appends a processor.
    func append(_ processor: Processor) {
        blocks.withLock { blocks in
            let count = published.load(ordering: .relaxed)
            guard var block = blocks.last else { return }
            if count == block.count {
                let larger = Block.allocate(capacity: 2 * count)
                _ = larger.initialize(from: block)
                blocks.append(larger)
                block = larger
            }
            block.initializeElement(at: count, to: .passRetained(processor))
            // In this order: a thread that reads the new count also reads a block with that many elements.
            elements.store(block.baseAddress, ordering: .releasing)
            published.store(count + 1, ordering: .releasing)
        }
    }

    /// Calls the first `count` processors.
    ///
    /// - Parameter count: At most a value that ``count`` has returned.
    @inline(__always)
    func forEach(first count: Int, _ body: (Processor) -> Void) {
        guard let elements = elements.load(ordering: .acquiring) else { return }
        for index in 0..<count { elements[index]._withUnsafeGuaranteedRef(body) }
    }

    /// Calls one processor.
    ///
    /// - Parameter index: Less than a value that ``count`` has returned.
    @inline(__always)
    func with<Result>(_ index: Int, _ body: (Processor) -> Result) -> Result? {
        guard let elements = elements.load(ordering: .acquiring) else { return nil }
        return elements[index]._withUnsafeGuaranteedRef(body)
    }

    /// The current processors.
    var all: [Processor] {
        var all: [Processor] = []
        forEach(first: count) { all.append($0) }
        return all
    }
}
