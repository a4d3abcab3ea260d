// SPDX-License-Identifier: MIT
import Dispatch
public import LoopbackServer
import Synchronization

/// An HTTP service on loopback whose handler is asynchronous and whose answers leave as they are written: what a web
/// framework is to a real program.
public final class HTTPService: Sendable {
    /// The answer to one request.
    public struct Answer: Sendable {
        fileprivate let pieces = Pieces()

        /// Sends text to the client at once.
        public func write(_ text: String) { pieces.put(Array(text.utf8)) }
    }

    /// The address of the service, without a slash at the end.
    public var url: String { server.url }
    private let server: LoopbackServer

    /// Starts the service.
    ///
    /// - Parameter handle: Answers a request. An error it throws becomes the last text of the answer.
    public init(_ handle: @escaping @Sendable (LoopbackServer.Request, Answer) async throws -> Void) throws {
        server = try LoopbackServer(recordsRequests: false) { request in
            let answer = Answer()
            Task {
                do { try await handle(request, answer) } catch { answer.write("error: \(error)") }
                answer.pieces.end()
            }
            return .streaming([.pieces(answer.pieces.next)], headers: [("Content-Type", "text/plain; charset=utf-8")])
        }
    }
}

/// The text that waits to be sent by the connection's thread.
private final class Pieces: Sendable {
    private let waiting = Mutex<[[UInt8]]>([])
    private let signal = DispatchSemaphore(value: 0)

    func put(_ bytes: [UInt8]) {
        waiting.withLock { $0.append(bytes) }
        signal.signal()
    }

    func end() { signal.signal() }

    /// The next piece, which may be empty; `nil` at the end.
    func next() -> [UInt8]? {
        signal.wait()
        return waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
