// SPDX-License-Identifier: MIT

import Synchronization

extension LoopbackServer {
    /// A door that is shut until it is opened, and then stays open for all.
    ///
    /// A reply that waits for it holds up one connection only, and goes on noticing that the client has left or the
    /// server has stopped.
    public final class Gate: Sendable {
        // A pipe: poll(2) reports its read end as soon as the write end is closed, to any number of threads.
        let readEnd: Int32
        private let writeEnd: Mutex<Int32>

        /// Creates a gate that is shut. It takes two file descriptors until it is opened and gone.
        public init() {
            let ends = Posix.pipe()
            readEnd = ends.read
            writeEnd = Mutex(ends.write)
        }

        deinit {
            open()
            Posix.close(readEnd)
        }

        /// Opens it. Idempotent.
        public func open() {
            let descriptor = writeEnd.withLock { descriptor in
                defer { descriptor = -1 }
                return descriptor
            }
            Posix.close(descriptor)
        }
    }
}
