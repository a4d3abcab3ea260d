// SPDX-License-Identifier: MIT

import Foundation
import GenAICore
import GenAIPricing

/// A file of calls and what they are known to have cost.
struct PriceVectors: Decodable {
    struct Vector: Decodable, CustomStringConvertible, Sendable {
        struct Expected: Decodable, Sendable {
            var provider: String
            var model: String
            var cost: String
            var input_cost: String?
            var output_cost: String?
        }
        var id: String
        var model: String
        var provider: String?
        var api_url: String?
        var usage: [String: Decimal]
        var at: Date
        var context: [String: String]
        var expected: Expected?

        var description: String { "\(id) \(model)" }
    }

    var vectors: [Vector]

    static let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/price_vectors.json")

    /// The vectors kept here, then those of the file named by `GENAI_PRICE_VECTORS`.
    static func all() throws -> [Vector] {
        let extra = ProcessInfo.processInfo.environment["GENAI_PRICE_VECTORS"].map { URL(filePath: $0) }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try [fixture, extra].compactMap { $0 }.flatMap {
            try decoder.decode(PriceVectors.self, from: Data(contentsOf: $0)).vectors
        }
    }
}

extension PriceVectors.Vector {
    func tokenUsage() throws -> TokenUsage {
        try PriceVectors.usage(usage)
    }

    var unixSeconds: Int64 { Int64(at.timeIntervalSince1970) }

    var priceContext: PriceContext? {
        context.isEmpty
            ? nil
            : PriceContext(
                serviceTier: context["service_tier"], processing: context["processing"], speed: context["speed"],
                searchType: context["search_type"])
    }
}

extension PriceVectors {
    struct UnknownKey: Error {
        var key: String
    }

    /// A usage from counts under the names the vectors use.
    static func usage(_ counts: [String: Decimal]) throws -> TokenUsage {
        var result = TokenUsage()
        for (key, value) in counts {
            guard let path = paths[key] else { throw UnknownKey(key: key) }
            let isDuration = key.hasSuffix("_seconds")
            result[keyPath: path] = NSDecimalNumber(decimal: isDuration ? value * 1_000 : value).intValue
        }
        return result
    }

    private static var paths: [String: WritableKeyPath<TokenUsage, Int?>] {
        [
            "input_tokens": \.inputTokens, "output_tokens": \.outputTokens, "cache_read_tokens": \.cacheReadTokens,
            "cache_write_tokens": \.cacheWriteTokens, "cache_write_1h_tokens": \.cacheWrite1hTokens,
            "output_reasoning_tokens": \.reasoningTokens, "output_citation_tokens": \.citationTokens,
            "input_audio_tokens": \.inputAudioTokens, "output_audio_tokens": \.outputAudioTokens,
            "cache_audio_read_tokens": \.cacheAudioReadTokens, "input_image_tokens": \.inputImageTokens,
            "output_image_tokens": \.outputImageTokens, "cache_image_read_tokens": \.cacheImageReadTokens,
            "input_video_tokens": \.inputVideoTokens, "output_video_tokens": \.outputVideoTokens,
            "input_characters": \.inputCharacters, "input_text_messages": \.inputTextMessages,
            "audio_seconds": \.audioMilliseconds, "input_audio_seconds": \.inputAudioMilliseconds,
            "input_document_pages": \.documentPages, "input_annotated_document_pages": \.annotatedDocumentPages,
            "web_searches": \.webSearches, "storage_searches": \.storageSearches,
            "code_sessions": \.codeSessions, "requests": \.requests,
        ]
    }
}
