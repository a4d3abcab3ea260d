// SPDX-License-Identifier: MIT

/// The paths to the usage counts in the answers of one provider's API.
///
/// If several numbers lead to one count, the count is their sum, so that parts that a provider reports separately from
/// a total are included. Names of providers and APIs are those of genai-prices.
package struct UsageMap: Sendable {
    /// One step from a JSON value to one inside it.
    package enum Step: Sendable, Hashable {
        /// A step to the member of an object.
        case key(String)
        /// A step to the first object of a list whose member has the given text.
        case item(member: String, text: String)
    }

    /// A number of the answer, and the count that it contributes to.
    package struct Field: Sendable {
        /// The path from ``UsageMap/root`` to the number.
        package let path: [Step]
        /// The factor that converts the number to a count.
        package let scale: Int
        /// Indicates whether the map applies only to answers with this number.
        package let isRequired: Bool
        let count: any WritableKeyPath<TokenUsage, Int?> & Sendable
    }

    /// The providers whose answers the map reads, such as `anthropic` or `x-ai`.
    package let providers: [String]
    /// The name of their API, such as `chat`, `responses`, `embeddings`, or `default` for a provider's own.
    package let api: String
    /// The path from the answer to the object with the usage.
    package let root: [Step]
    /// The numbers and their counts.
    package let fields: [Field]

    /// All maps. They are parsed on first use.
    package static let all = UsageMapData.text.split(separator: "\n").compactMap { UsageMap(line: $0) }

    /// Returns the map of a provider's API; `nil` if there is none.
    package static func map(provider: String, api: String) -> UsageMap? {
        all.first { $0.api == api && $0.providers.contains(provider) }
    }

    /// Returns the usage of a call; `nil` if a required number is missing.
    ///
    /// - Parameter number: Returns the number at a path inside the object at ``root``; `nil` if there is none.
    package func usage(_ number: ([Step]) -> Double?) -> TokenUsage? {
        var usage = TokenUsage()
        for field in fields {
            guard let found = number(field.path) else {
                if field.isRequired { return nil }
                continue
            }
            // A count that does not fit `Int` is ignored; a fraction of a token is not billed.
            guard let count = Int(exactly: (found * Double(field.scale)).rounded()), count >= 0 else { continue }
            let sum = (usage[keyPath: field.count] ?? 0).addingReportingOverflow(count)
            usage[keyPath: field.count] = sum.overflow ? .max : sum.partialValue
        }
        return usage
    }

    /// The counts by their names in the lines. Scripts/generate-usage-maps reads this list too.
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
