// SPDX-License-Identifier: MIT
import GenAITelemetry
import LoopbackServer
import Testing

/// Makes the observed server's provider the global one while a suite runs, and keeps suites of other test targets away.
struct RecordingGlobally: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await GlobalState.shared.exclusively {
            TracerProvider.global = ObservedServer.shared.provider
            defer { TracerProvider.global = nil }
            try await function()
        }
    }
}
