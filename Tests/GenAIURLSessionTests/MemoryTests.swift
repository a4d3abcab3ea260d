// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import GenAITelemetryTesting
import GenAIURLSession
import LoopbackServer
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

#if os(Linux)
    @Suite("Memory of an observed session")
    struct MemoryTests {
        // Each in a process of its own, where nothing else allocates.

        @Test("stays flat while an answer of 100 MB passes to a delegate")
        func largeAnswer() async throws {
            let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                try await LongAnswer.run(isStream: false, megabytes: 100)
            }
            print(String(decoding: try #require(result).standardErrorContent, as: UTF8.self))
        }

        @Test("stays flat while a stream of 30 MB passes to a delegate")
        func endlessStream() async throws {
            let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                try await LongAnswer.run(isStream: true, megabytes: 30)
            }
            print(String(decoding: try #require(result).standardErrorContent, as: UTF8.self))
        }
    }

    /// An answer that is longer than what memory may grow by.
    enum LongAnswer {
        private static let mostGrowth = 25

        /// Ends the process with a failure where memory grows.
        static func run(isStream: Bool, megabytes: Int) async throws {
            let exporter = InMemorySpanExporter()
            var configuration = TracerProvider.Configuration()
            configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
            configuration.instrumentation = InstrumentationSettings(contentCapture: .spans, conventions: .latest)
            let provider = TracerProvider(configuration)
            TracerProvider.global = provider
            let gates = (0..<megabytes).map { _ in LoopbackServer.Gate() }
            let counter = Counter(gates)
            let session = URLSession(
                configuration: .ephemeral.observingModelCalls(), delegate: counter, delegateQueue: nil)
            let server = try LoopbackServer(recordsBodies: false) { request in
                request.path.hasPrefix("/first") ? .json(200, "{}") : reply(isStream: isStream, gates)
            }
            try await load(session, server.url + "/first/v1/chat/completions", isStream, counter)
            let before = try residentMegabytes("VmRSS")
            try await load(session, server.url + "/v1/chat/completions", isStream, counter)
            await provider.forceFlush()
            let grown = try residentMegabytes("VmHWM") - before
            let span = exporter.spans.first
            let isRecorded = span?.attributes[.genAIUsageOutputTokens] == 2 && span?.attributes[.errorType] == nil
            FileHandle.standardError.write(
                Data("received \(counter.count) bytes, grew by \(grown) MB, recorded: \(isRecorded)\n".utf8))
            precondition(counter.count > megabytes * 1_000_000 && grown < mostGrowth && isRecorded)
        }

        /// Sends a megabyte whenever the delegate has got the one before: Foundation keeps what a delegate is too slow for.
        private static func reply(isStream: Bool, _ gates: [LoopbackServer.Gate]) -> LoopbackServer.Reply {
            let text = String(repeating: "long ", count: 200)
            let usage = #""usage":{"prompt_tokens":1,"completion_tokens":2}"#
            guard isStream else {
                let megabyte = Array(String(repeating: text, count: 1_000).utf8)
                var steps: [LoopbackServer.Reply.Step] = [
                    .chunk(#"{"id":"c","model":"m-1",\#(usage),"choices":[{"index":0,"message":{"content":""#)
                ]
                for gate in gates { steps += [.chunkBytes(megabyte), .wait(gate)] }
                return .streaming(steps + [.chunk(#""},"finish_reason":"stop"}]}"#)])
            }
            let event = #"data: {"choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"# + "\n\n"
            let megabyte = Array(String(repeating: event, count: 1_000).utf8)
            let end = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],\#(usage)}"# + "\n\n"
            return .streaming(
                gates.flatMap { [.chunkBytes(megabyte), .wait($0)] } + [.chunk(end), .chunk("data: [DONE]\n\n")])
        }

        private static func load(
            _ session: URLSession, _ url: String, _ isStream: Bool, _ counter: Counter
        ) async throws {
            guard let url = URL(string: url) else { return }
            var request = URLRequest(url: url)
            request.httpMethod = "POST"
            request.httpBody = Data(#"{"model":"m","stream":\#(isStream),"messages":[]}"#.utf8)
            let finished = counter.begin()
            session.dataTask(with: request).resume()
            for await _ in finished {}
        }

        private static func residentMegabytes(_ name: String) throws -> Int {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1_024
        }
    }

    /// Counts what a delegate gets, and keeps none of it.
    ///
    /// `@unchecked`: used on the session's serial delegate queue while a task runs, and between tasks by the program.
    private final class Counter: NSObject, URLSessionDataDelegate, @unchecked Sendable {
        private(set) var count = 0
        private let gates: [LoopbackServer.Gate]
        private var openCount = 0
        private var end: AsyncStream<Void>.Continuation?

        init(_ gates: [LoopbackServer.Gate]) { self.gates = gates }

        func begin() -> AsyncStream<Void> {
            let (stream, continuation) = AsyncStream<Void>.makeStream()
            end = continuation
            return stream
        }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            count += data.count
            while openCount != gates.count, count / 1_000_000 > openCount {
                gates[openCount].open()
                openCount += 1
            }
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
            end?.finish()
        }
    }
#endif
