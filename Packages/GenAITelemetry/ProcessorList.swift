// SPDX-License-Identifier: MIT
import Synchronization

/// The processors of one provider, in order. Read without a lock on every span and record; only ever appended to.
///
/// An array would be retained while it is gone through, three times for each span, and each of its elements while it is
/// called. Outgrown memory is kept until the list goes, so that appending need not wait for readers; as each block is
/// twice as large as the one before, all of it together is less than twice what is in use.
///
/// `@unchecked Sendable`: elements below `published` never change, appending is serialised by `blocks`, and memory is
/// freed in `deinit` only, when nobody reads any more.
struct ProcessorList<Processor: AnyObject & Sendable>: ~Copyable, @unchecked Sendable {
    private typealias Block = UnsafeMutableBufferPointer<Unmanaged<Processor>>

    private let elements: Atomic<UnsafeMutablePointer<Unmanaged<Processor>>?>
    private let published: Atomic<Int>
    /// All memory there has been; the last block is the one in use.
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

    /// How many processors there are.
    var count: Int { published.load(ordering: .acquiring) }

    /// Adds a processor behind the others.
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
            // In this order: whoever sees the count sees memory that holds so many.
            elements.store(block.baseAddress, ordering: .releasing)
            published.store(count + 1, ordering: .releasing)
        }
    }

    /// Calls the first `count` processors.
    ///
    /// - Parameter count: At most what ``count`` has given before.
    @inline(__always)
    func forEach(first count: Int, _ body: (Processor) -> Void) {
        guard let elements = elements.load(ordering: .acquiring) else { return }
        for index in 0..<count { elements[index]._withUnsafeGuaranteedRef(body) }
    }

    /// Calls one processor.
    ///
    /// - Parameter index: Less than what ``count`` has given before.
    @inline(__always)
    func with<Result>(_ index: Int, _ body: (Processor) -> Result) -> Result? {
        guard let elements = elements.load(ordering: .acquiring) else { return nil }
        return elements[index]._withUnsafeGuaranteedRef(body)
    }

    /// The processors there are now.
    var all: [Processor] {
        var all: [Processor] = []
        forEach(first: count) { all.append($0) }
        return all
    }
}
