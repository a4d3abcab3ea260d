// SPDX-License-Identifier: MIT
#if os(Linux)
    import Foundation
    import LoopbackServer
    import Testing

    /// A program of its own, run as a user runs it.
    private struct Program {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()

        init(_ command: String, environment: [String: String] = [:]) {
            let tests = URL(fileURLWithPath: CommandLine.arguments[0])
            process.executableURL = tests.deletingLastPathComponent().appendingPathComponent("telemetry-load")
            process.arguments = [command]
            // A sanitizer's settings are those of the tests (Scripts/check-threads).
            let sanitizers = ProcessInfo.processInfo.environment.filter {
                ["LD_PRELOAD", "TSAN_OPTIONS"].contains($0.key)
            }
            process.environment = environment.merging(sanitizers) { given, _ in given }
            process.standardOutput = output
            process.standardError = errors
        }

        /// Waits for a line, which must come first.
        func line() -> String {
            String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        }
    }

    @Suite("What programs say on standard error", .timeLimit(.minutes(2)))
    struct SpokenTests {
        /// Returns the errors of a program that exits, and the paths of its requests.
        private func exit(_ variable: String, path: String) throws -> (errors: String, paths: Set<String>) {
            let server = try LoopbackServer { _ in .response(200) }
            let program = Program("exit", environment: [variable: server.url + path])
            try program.process.run()
            let errors = program.errors.fileHandleForReading.readDataToEndOfFile()
            program.process.waitUntilExit()
            return (String(decoding: errors, as: UTF8.self), Set(server.requests.map(\.path)))
        }

        @Test(
            "is nothing where a single signal has an endpoint, and that one arrives",
            arguments: ["traces", "metrics"])
        func oneSignal(signal: String) throws {
            let result = try exit(
                "OTEL_EXPORTER_OTLP_\(signal.uppercased())_ENDPOINT", path: "/v1/\(signal)")
            #expect(result.errors == "" && result.paths == ["/v1/\(signal)"])
        }

        @Test("is that nothing is exported where no signal has an endpoint")
        func noSignal() throws {
            let result = try exit("UNRELATED", path: "")
            #expect(result.errors.contains("nothing is exported") && result.paths.isEmpty)
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

        /// Limits that no test waits for.
        private static func patient(_ url: String) -> [String: String] {
            [
                "OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_TIMEOUT": "600000",
                "OTEL_BSP_EXPORT_TIMEOUT": "600000", "OTEL_BSP_SCHEDULE_DELAY": "1",
            ]
        }

        @Test("try once more at the end, although the collector has asked to come back in a minute")
        func busyCollector() async throws {
            let server = try LoopbackServer { request in
                request.index == 0 ? .text(503, "", headers: [("Retry-After", "60")]) : .response(200)
            }
            var environment = Self.patient(server.url)
            environment["OTEL_METRICS_EXPORTER"] = "none"
            environment["OTEL_LOGS_EXPORTER"] = "none"
            let program = Program("signal", environment: environment)
            try program.process.run()
            #expect(program.line() == "ready\n")
            await server.waitForRequests(1)
            kill(program.process.processIdentifier, SIGTERM)
            program.process.waitUntilExit()
            #expect(spanRequests(server) == 2)
        }

        @Test("say at exit that connections are refused, not that time was up")
        func refusingCollector() throws {
            let program = Program("exit", environment: Self.patient(try LoopbackServer.refusedURL()))
            try program.process.run()
            program.process.waitUntilExit()
            let told = String(decoding: program.errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(told.contains("dropped 1 spans: no response from"), "\(told)")
            #expect(program.process.terminationStatus == 0)
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
            if isClosed { try program.errors.fileHandleForReading.close() }
            try program.process.run()
            #expect(program.line() == "done\n")
            program.process.waitUntilExit()
            #expect(program.process.terminationReason == .exit)
            #expect(program.process.terminationStatus == 0)
        }
    }
#endif
