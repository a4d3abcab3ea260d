// SPDX-License-Identifier: MIT
#if os(Linux)
    import Foundation
    import LoopbackServer
    import Testing

    /// A program of its own, run as a user runs it.
    private struct Program {
        let process = Process()
        let output = Pipe()

        init(_ command: String, environment: [String: String] = [:]) {
            let tests = URL(fileURLWithPath: CommandLine.arguments[0])
            process.executableURL = tests.deletingLastPathComponent().appendingPathComponent("telemetry-load")
            process.arguments = [command]
            process.environment = environment
            process.standardOutput = output
        }

        /// Waits for a line, which must come first.
        func line() -> String {
            String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        }
    }

    @Suite("Programs that end without a shutdown", .timeLimit(.minutes(2)))
    struct EndingTests {
        /// Takes what comes, and knows how many requests have spans.
        private static func collector() throws -> LoopbackServer {
            try LoopbackServer { _ in .response(200) }
        }

        private func spanRequests(_ server: LoopbackServer) -> Int {
            server.requests.count { $0.path == "/v1/traces" }
        }

        @Test("deliver the last spans when they exit")
        func exit() throws {
            let server = try Self.collector()
            let program = Program("exit", environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": server.url])
            try program.process.run()
            program.process.waitUntilExit()
            #expect(program.process.terminationStatus == 0)
            #expect(spanRequests(server) == 1)
        }

        @Test(
            "deliver the last spans on SIGTERM and SIGINT where asked to, and end by the signal",
            arguments: [SIGTERM, SIGINT])
        func signal(number: Int32) throws {
            let server = try Self.collector()
            let program = Program("signal", environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": server.url])
            try program.process.run()
            #expect(program.line() == "ready\n")
            kill(program.process.processIdentifier, number)
            program.process.waitUntilExit()
            #expect(program.process.terminationReason == .uncaughtSignal)
            #expect(program.process.terminationStatus == number)
            #expect(spanRequests(server) == 1)
        }

        @Test("exit although the collector does not answer")
        func deadCollector() throws {
            let server = try LoopbackServer { _ in LoopbackServer.Reply([.hang]) }
            let program = Program("exit", environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": server.url])
            try program.process.run()
            program.process.waitUntilExit()
            #expect(program.process.terminationStatus == 0)
        }

        @Test("go on while nobody reads their standard error, and when it is closed", arguments: [false, true])
        func standardError(isClosed: Bool) throws {
            let program = Program("diagnostics")
            let errors = Pipe()
            if isClosed { try errors.fileHandleForReading.close() }
            program.process.standardError = errors
            try program.process.run()
            #expect(program.line() == "done\n")
            program.process.waitUntilExit()
            #expect(program.process.terminationReason == .exit)
            #expect(program.process.terminationStatus == 0)
        }
    }
#endif
