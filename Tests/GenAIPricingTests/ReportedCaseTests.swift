// SPDX-License-Identifier: MIT

import Foundation
import GenAICore
import GenAIPricing
import Testing

/// A call of a public bug report, and what it cost. The file's `source` names the report.
struct ReportedCall: Decodable, Sendable, CustomStringConvertible {
    struct Input: Decodable, Sendable {
        var model: String
        var provider: String?
        var usage: [String: Int]
        var at: Int64?
    }
    var name: String
    var about: String
    var input: Input
    /// `nil` where the report only asks for some price.
    var expectedUSD: String?

    var description: String { "\(name): \(about)" }

    /// The cases of Tests/Fixtures/cases that are a usage to be priced; the others are answers of servers.
    static func all() throws -> [ReportedCall] {
        let folder = PriceVectors.fixture.deletingLastPathComponent().appending(path: "cases")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.compactMap { file in
            try? JSONDecoder().decode(ReportedCall.self, from: Data(contentsOf: file))
        }
    }

    func usage() throws -> TokenUsage {
        var usage = TokenUsage()
        for (key, count) in input.usage { usage[keyPath: try #require(Self.counts[key], "\(key)")] = count }
        return usage
    }

    private static var counts: [String: WritableKeyPath<TokenUsage, Int?>] {
        [
            "input": \.inputTokens, "output": \.outputTokens, "cacheRead": \.cacheReadTokens,
            "cacheWrite": \.cacheWriteTokens, "audioIn": \.inputAudioTokens, "audioOut": \.outputAudioTokens,
            "requests": \.requests, "webSearches": \.webSearches,
        ]
    }
}

@Suite("Calls of public bug reports")
struct ReportedCaseTests {
    @Test("are all found")
    func count() throws {
        #expect(try ReportedCall.all().count >= 14)
    }

    @Test("cost what the report says", arguments: (try? ReportedCall.all()) ?? [])
    func cost(of reported: ReportedCall) throws {
        let call = try PriceBook.bundled.cost(
            of: try reported.usage(), model: reported.input.model, provider: reported.input.provider,
            at: reported.input.at
        ).get()
        if let expected = reported.expectedUSD.flatMap({ USD($0) }) { #expect(call.total == expected) }
        #expect(call.isComplete)
        #expect(call.lines(for: try reported.usage()).reduce(.zero) { $0 + $1.cost } == call.total)
    }
}
