// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI

#if canImport(Android)
    import Android
#endif

/// One call of the tour.
struct Stop {
    /// What is shown, in a few words.
    let name: String
    /// Makes the call; what it throws is its result as well.
    let call: @Sendable () async throws -> String

    init(_ name: String, _ call: @escaping @Sendable () async throws -> String) {
        self.name = name
        self.call = call
    }
}

extension [Stop] {
    /// Makes the calls one after the other and tells how each went.
    ///
    /// - Throws: ``TourError`` where a call did not go as it should.
    func run() async throws {
        for stop in self {
            let result = try await stop.call()
            say(stop.name + String(repeating: " ", count: Swift.max(1, 40 - stop.name.count)) + result)
        }
    }
}

/// Expects a call to fail with one of several codes.
func expecting(_ codes: OpenAIClientError.Code..., from call: () async throws -> Void) async throws -> String {
    do {
        try await call()
    } catch let error as OpenAIClientError where codes.contains(error.code) {
        return "failed as it should: \(error.code)"
    }
    throw TourError("a call went well that should have failed with \(codes)")
}

/// Why the tour ends early.
struct TourError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Writes a line.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

/// Ends the program with one line on standard error.
func fail(_ reason: any Error) -> Never {
    FileHandle.standardError.write(Data("conventions-tour: \(reason)\n".utf8))
    exit(1)
}
