// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI

#if canImport(Android)
    import Android
#endif

/// One call of the tour.
struct Stop {
    /// A short description.
    let name: String
    /// Makes the call. A thrown error is a result too.
    let call: @Sendable () async throws -> String

    init(_ name: String, _ call: @escaping @Sendable () async throws -> String) {
        self.name = name
        self.call = call
    }
}

extension [Stop] {
    /// Makes the calls one after another and prints their results.
    ///
    /// - Throws: ``TourError`` if a call has an unexpected result.
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

/// An error that ends the tour early.
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
