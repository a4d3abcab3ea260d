// SPDX-License-Identifier: MIT
import LoopbackServer
import Testing

/// Keeps suites of other test targets away from the global providers while a suite runs.
struct UsingGlobalProviders: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await GlobalState.shared.exclusively(function)
    }
}
