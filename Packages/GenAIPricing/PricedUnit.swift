// SPDX-License-Identifier: MIT

import GenAICore

/// A unit that a provider charges for: a kind of token, a search, a page, a second of audio.
///
/// New units may appear in minor releases.
public struct PricedUnit: Sendable, Hashable {
    /// The most specific units come first, so that parts are settled before the totals that contain them.
    enum Kind: UInt8, CaseIterable {
        case cacheWrite1h, audioCacheRead, imageCacheRead
        case cacheRead, cacheWrite, audioInput, audioOutput, imageInput, imageOutput, videoInput, videoOutput
        case reasoning, citation, inputTextMessages, inputAudioHours, annotatedDocumentPages
        case input, output, inputCharacters, audioHours, documentPages, webSearches, storageSearches, codeSessions,
            requests
    }

    let kind: Kind

    /// Uncached text tokens of the prompt, or all input tokens if the model has no other input price.
    public static let input = PricedUnit(kind: .input)
    /// Tokens of the answer, without the kinds that have their own price.
    public static let output = PricedUnit(kind: .output)
    /// Input tokens read from the cache.
    public static let cacheRead = PricedUnit(kind: .cacheRead)
    /// Input tokens written to the cache. If the one-hour cache has its own price, only those for five minutes.
    public static let cacheWrite = PricedUnit(kind: .cacheWrite)
    /// Input tokens written to the cache for an hour.
    public static let cacheWrite1h = PricedUnit(kind: .cacheWrite1h)
    /// Audio tokens of the prompt.
    public static let audioInput = PricedUnit(kind: .audioInput)
    /// Audio tokens of the answer.
    public static let audioOutput = PricedUnit(kind: .audioOutput)
    /// Audio tokens read from the cache.
    public static let audioCacheRead = PricedUnit(kind: .audioCacheRead)
    /// Image tokens of the prompt.
    public static let imageInput = PricedUnit(kind: .imageInput)
    /// Image tokens of the answer.
    public static let imageOutput = PricedUnit(kind: .imageOutput)
    /// Image tokens read from the cache.
    public static let imageCacheRead = PricedUnit(kind: .imageCacheRead)
    /// Video tokens of the prompt.
    public static let videoInput = PricedUnit(kind: .videoInput)
    /// Video tokens of the answer.
    public static let videoOutput = PricedUnit(kind: .videoOutput)
    /// Reasoning tokens, if a provider prices them separately from the output.
    public static let reasoning = PricedUnit(kind: .reasoning)
    /// Citation tokens.
    public static let citation = PricedUnit(kind: .citation)
    /// Characters sent.
    public static let inputCharacters = PricedUnit(kind: .inputCharacters)
    /// Text messages sent.
    public static let inputTextMessages = PricedUnit(kind: .inputTextMessages)
    /// Audio by duration, input and output.
    public static let audioHours = PricedUnit(kind: .audioHours)
    /// Audio input by duration.
    public static let inputAudioHours = PricedUnit(kind: .inputAudioHours)
    /// Document pages.
    public static let documentPages = PricedUnit(kind: .documentPages)
    /// Document pages with annotations.
    public static let annotatedDocumentPages = PricedUnit(kind: .annotatedDocumentPages)
    /// Web searches.
    public static let webSearches = PricedUnit(kind: .webSearches)
    /// File or vector storage searches.
    public static let storageSearches = PricedUnit(kind: .storageSearches)
    /// Sessions of the provider's code interpreter, each at the price of one.
    public static let codeSessions = PricedUnit(kind: .codeSessions)
    /// Requests, if a provider charges for each.
    public static let requests = PricedUnit(kind: .requests)

    /// The unit's name in price files, such as `cache_read` or `web_searches_per_1k`.
    public var name: String { kind.name }

    /// The number of counts that one price stands for: 1,000,000 tokens, 1,000 searches, 3,600,000 ms, 1 session.
    public var per: Int { kind.per }

    /// Indicates whether the unit counts tokens.
    var isTokens: Bool { kind.per == 1_000_000 && kind != .inputCharacters }
}

extension PricedUnit {
    /// Returns a phrase for log lines that names units without a price, given as bits; `nil` for none.
    static func lacking(_ bits: UInt32) -> String? {
        bits == 0 ? nil : "no price for " + units(bits).map(\.name).joined(separator: ", ")
    }

    /// Returns the units whose bits are set.
    static func units(_ bits: UInt32) -> [PricedUnit] {
        Kind.allCases.filter { bits & $0.bit != 0 }.map { PricedUnit(kind: $0) }
    }
}

extension PricedUnit: CustomStringConvertible {
    /// The same as ``name``.
    public var description: String { name }
}

extension PricedUnit.Kind {
    /// The key in price files. Scripts/generate-prices reads this list too.
    var name: String {
        switch self {
        case .input: "input"
        case .output: "output"
        case .cacheRead: "cache_read"
        case .cacheWrite: "cache_write"
        case .cacheWrite1h: "cache_write_1h"
        case .audioInput: "audio_in"
        case .audioOutput: "audio_out"
        case .audioCacheRead: "audio_cache_read"
        case .imageInput: "image_in"
        case .imageOutput: "image_out"
        case .imageCacheRead: "image_cache_read"
        case .videoInput: "video_in"
        case .videoOutput: "video_out"
        case .reasoning: "reasoning"
        case .citation: "citation"
        case .inputCharacters: "input_mchars"
        case .inputTextMessages: "input_text_messages_kcount"
        case .audioHours: "audio_hours"
        case .inputAudioHours: "input_audio_hours"
        case .documentPages: "input_document_kpages"
        case .annotatedDocumentPages: "input_annotated_document_kpages"
        case .webSearches: "web_searches_per_1k"
        case .storageSearches: "storage_searches_kcount"
        case .codeSessions: "code_sessions"
        case .requests: "requests_per_1k"
        }
    }

    init?(name: some StringProtocol) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    var per: Int {
        switch self {
        case .audioHours, .inputAudioHours: 3_600_000
        case .inputTextMessages, .documentPages, .annotatedDocumentPages, .webSearches, .storageSearches, .requests:
            1_000
        case .codeSessions: 1
        default: 1_000_000
        }
    }

    /// The side of the bill that the unit is on; searches, sessions, durations and requests are on neither.
    enum Side: UInt8 { case input, output, neither }

    var side: Side {
        switch self {
        case .input, .cacheRead, .cacheWrite, .cacheWrite1h, .audioInput, .audioCacheRead, .imageInput,
            .imageCacheRead, .videoInput, .inputCharacters, .inputTextMessages, .inputAudioHours, .documentPages,
            .annotatedDocumentPages:
            .input
        case .output, .audioOutput, .imageOutput, .videoOutput, .reasoning, .citation: .output
        case .audioHours, .webSearches, .storageSearches, .codeSessions, .requests: .neither
        }
    }

    /// The number of units.
    static var count: Int { Int(requests.rawValue) + 1 }

    var bit: UInt32 { 1 &<< UInt32(rawValue) }

    /// The units whose counts are part of this one's count, as bits.
    var parts: UInt32 {
        switch self {
        case .input:
            [
                .cacheRead, .cacheWrite, .cacheWrite1h, .audioInput, .audioCacheRead, .imageInput, .imageCacheRead,
                .videoInput,
            ]
            .reduce(0) { $0 | ($1 as Self).bit }
        case .output:
            [.audioOutput, .imageOutput, .videoOutput, .reasoning, .citation].reduce(0) { $0 | ($1 as Self).bit }
        case .cacheRead: Self.audioCacheRead.bit | Self.imageCacheRead.bit
        case .cacheWrite: Self.cacheWrite1h.bit
        case .audioInput: Self.audioCacheRead.bit
        case .imageInput: Self.imageCacheRead.bit
        case .audioHours: Self.inputAudioHours.bit
        case .documentPages: Self.annotatedDocumentPages.bit
        default: 0
        }
    }

    /// The units that usually cost more than the total they are part of, or are part of none, as bits.
    private static let surcharged: UInt32 = [
        .cacheWrite, .cacheWrite1h, .audioInput, .audioOutput, .imageOutput, .videoOutput, .annotatedDocumentPages,
        .webSearches, .storageSearches, .codeSessions,
    ]
    .reduce(0) { $0 | ($1 as Self).bit }

    /// Returns the units that a call used and for which a model has no price, as bits: only those that would have
    /// raised the cost.
    ///
    /// - Parameter priced: The units the model has a price for. Without any but for requests, it is free.
    static func used(_ usage: borrowing TokenUsage, lackingIn priced: UInt32) -> UInt32 {
        guard priced & ~requests.bit != 0 else { return 0 }
        var found: UInt32 = 0
        var left = surcharged & ~priced
        while left != 0 {
            let bit = left & (~left &+ 1)
            left ^= bit
            guard let unit = Self(rawValue: UInt8(bit.trailingZeroBitCount)) else { continue }
            if let count = unit.count(in: usage), count > 0 { found |= bit }
        }
        return found
    }

    /// Returns the count that the usage reports for this unit.
    @inline(__always)
    func count(in usage: borrowing TokenUsage) -> Int? {
        switch self {
        case .input: usage.inputTokens
        case .output: usage.outputTokens
        case .cacheRead: usage.cacheReadTokens
        case .cacheWrite: usage.cacheWriteTokens
        case .cacheWrite1h: usage.cacheWrite1hTokens
        case .audioInput: usage.inputAudioTokens
        case .audioOutput: usage.outputAudioTokens
        case .audioCacheRead: usage.cacheAudioReadTokens
        case .imageInput: usage.inputImageTokens
        case .imageOutput: usage.outputImageTokens
        case .imageCacheRead: usage.cacheImageReadTokens
        case .videoInput: usage.inputVideoTokens
        case .videoOutput: usage.outputVideoTokens
        case .reasoning: usage.reasoningTokens
        case .citation: usage.citationTokens
        case .inputCharacters: usage.inputCharacters
        case .inputTextMessages: usage.inputTextMessages
        case .audioHours: usage.audioMilliseconds
        case .inputAudioHours: usage.inputAudioMilliseconds
        case .documentPages: usage.documentPages
        case .annotatedDocumentPages: usage.annotatedDocumentPages
        case .webSearches: usage.webSearches
        case .storageSearches: usage.storageSearches
        case .codeSessions: usage.codeSessions
        case .requests: usage.requests ?? 1
        }
    }
}
