// SPDX-License-Identifier: MIT

/// The places in the answers of one provider's API that say what a call used.
///
/// A map adds: where several numbers lead to one count, the count is their sum, which is how parts that a provider
/// reports beside a total come into it. Names of providers and APIs are those of genai-prices.
package struct UsageMap: Sendable {
    /// One step from a JSON value to one inside it.
    package enum Step: Sendable, Hashable {
        /// To the member of an object.
        case key(String)
        /// To the first object of a list whose member has the text.
        case item(member: String, text: String)
    }

    /// A number of the answer, and the count it is part of.
    package struct Field: Sendable {
        /// From ``UsageMap/root`` to the number.
        package let path: [Step]
        /// The factor that makes the number a count.
        package let scale: Int
        /// Whether the map does not apply to an answer without the number.
        package let isRequired: Bool
        let count: any WritableKeyPath<TokenUsage, Int?> & Sendable
    }

    /// Whose answers the map reads, such as `anthropic` or `x-ai`.
    package let providers: [String]
    /// The name of their API, such as `chat`, `responses`, `embeddings` or, for their own, `default`.
    package let api: String
    /// From the answer to the object that holds the usage.
    package let root: [Step]
    /// The numbers and where they go.
    package let fields: [Field]

    /// All maps. They are read on first use.
    package static let all = UsageMapData.text.split(separator: "\n").compactMap { UsageMap(line: $0) }

    /// The map of a provider's API, if there is one.
    package static func map(provider: String, api: String) -> UsageMap? {
        all.first { $0.api == api && $0.providers.contains(provider) }
    }

    /// The usage of a call, or `nil` where a number is missing that the map requires.
    ///
    /// - Parameter number: Returns the number at a path inside the object at ``root``; `nil` where there is none.
    package func usage(_ number: ([Step]) -> Double?) -> TokenUsage? {
        var usage = TokenUsage()
        for field in fields {
            guard let found = number(field.path) else {
                if field.isRequired { return nil }
                continue
            }
            // A count too large for Int is as good as none; a fraction of a token is not billed.
            guard let count = Int(exactly: (found * Double(field.scale)).rounded()), count >= 0 else { continue }
            let sum = (usage[keyPath: field.count] ?? 0).addingReportingOverflow(count)
            usage[keyPath: field.count] = sum.overflow ? .max : sum.partialValue
        }
        return usage
    }

    /// The counts that lines name. Scripts/generate-usage-maps reads this list too.
    fileprivate static let counts: [String: any WritableKeyPath<TokenUsage, Int?> & Sendable] = [
        "input_tokens": \.inputTokens,
        "output_tokens": \.outputTokens,
        "cache_read_tokens": \.cacheReadTokens,
        "cache_write_tokens": \.cacheWriteTokens,
        "cache_write_1h_tokens": \.cacheWrite1hTokens,
        "output_reasoning_tokens": \.reasoningTokens,
        "output_citation_tokens": \.citationTokens,
        "input_audio_tokens": \.inputAudioTokens,
        "output_audio_tokens": \.outputAudioTokens,
        "cache_audio_read_tokens": \.cacheAudioReadTokens,
        "input_image_tokens": \.inputImageTokens,
        "output_image_tokens": \.outputImageTokens,
        "cache_image_read_tokens": \.cacheImageReadTokens,
        "input_video_tokens": \.inputVideoTokens,
        "output_video_tokens": \.outputVideoTokens,
        "input_text_messages": \.inputTextMessages,
        "audio_seconds": \.audioMilliseconds,
        "input_document_pages": \.documentPages,
        "input_annotated_document_pages": \.annotatedDocumentPages,
        "web_searches": \.webSearches,
    ]
}

// MARK: - Reading lines

// A line has four fields, separated by tabs: providers with commas between them, the API, the root, and the fields with
// blanks between them. A path has dots between its steps, `[member=text]` for an item of a list. A field is a path, `>`,
// a count, `*` and a scale where there is one, and `!` where it is required.
extension UsageMap {
    fileprivate init?(line: Substring) {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        providers = parts[0].split(separator: ",").map(String.init)
        api = String(parts[1])
        root = parts[2].split(separator: ".").map(Step.init)
        fields = parts[3].split(separator: " ").compactMap { Field(word: $0) }
    }
}

extension UsageMap.Field {
    fileprivate init?(word: Substring) {
        isRequired = word.last == "!"
        let parts = word.split { $0 == ">" || $0 == "*" || $0 == "!" }
        guard parts.count >= 2, let count = UsageMap.counts[String(parts[1])] else { return nil }
        path = parts[0].split(separator: ".").map(UsageMap.Step.init)
        scale = parts.count > 2 ? Int(parts[2]) ?? 1 : 1
        self.count = count
    }
}

extension UsageMap.Step {
    fileprivate init(_ text: Substring) {
        let parts = text.dropFirst().dropLast().split(separator: "=")
        self =
            text.first == "[" && parts.count == 2
            ? .item(member: String(parts[0]), text: String(parts[1])) : .key(String(text))
    }
}
