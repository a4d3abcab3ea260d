// SPDX-License-Identifier: MIT

package import GenAICore

/// Reads the usage object of an OpenAI-compatible answer, with any of the names that servers use for its counts.
///
/// The rules, for Chat, Responses and legacy Completions, plain and streamed:
///
/// - If a count has several names, or is both in the details and beside them, the largest one is used.
/// - A count with a fraction is rounded; a negative one, or one that is not a number, is unknown.
/// - Cached tokens are part of the input, and reasoning is part of the output, unless the total shows otherwise or the
///   part is larger than the whole: then they are added to it. Citations are always added.
/// - The part of the total that exceeds input, output and the reported parts is reasoning that the server does not
///   itemize.
///
/// Source of the names: the providers' documentation and genai-prices (MIT), key `extractors`.
package struct UsageReading<Tree: JSONTree> {
    private let usage: Tree

    /// Creates a reader of a usage object.
    package init(_ usage: Tree) { self.usage = usage }

    /// The counts in terms of the conventions: totals include their parts.
    package var tokenUsage: TokenUsage {
        var tokens = TokenUsage()
        tokens.inputTokens = largest(Self.inputNames)
        tokens.outputTokens = largest(Self.outputNames)
        tokens.reasoningTokens = largest(["reasoning_tokens", "thinking_tokens"], in: Self.outputDetails)
        readCache(&tokens)
        readMedia(&tokens)
        readServerTools(&tokens)
        addPartsBeside(&tokens)
        tokens.statedCost = statedCost
        return tokens
    }

    /// The usage of embeddings, which have no output tokens whatever the total; `nil` if nothing is counted.
    package var embeddingUsage: TokenUsage? {
        guard let input = largest(Self.inputNames + ["total_tokens"]) else { return nil }
        var tokens = TokenUsage(inputTokens: input)
        tokens.statedCost = statedCost
        return tokens
    }

    private static var inputNames: [String] { ["prompt_tokens", "input_tokens"] }
    private static var outputNames: [String] { ["completion_tokens", "output_tokens"] }
    private static var inputDetails: [String] {
        ["prompt_tokens_details", "prompt_token_details", "input_tokens_details", "input_token_details"]
    }
    private static var outputDetails: [String] {
        ["completion_tokens_details", "completion_token_details", "output_tokens_details", "output_token_details"]
    }

    /// Returns the largest count with any of the names, in the usage itself and in its details.
    private func largest(_ names: [String], in details: [String] = []) -> Int? {
        var largest: Int?
        for place in [usage] + details.compactMap({ usage[$0] }) {
            for name in names {
                guard let count = place[name]?.count else { continue }
                largest = max(largest ?? 0, count)
            }
        }
        return largest
    }

    private func readCache(_ tokens: inout TokenUsage) {
        tokens.cacheReadTokens = largest(
            [
                "cached_tokens", "cache_read_input_tokens", "cache_read_tokens", "prompt_cache_hit_tokens",
                "cached_prompt_tokens", "cached_prompt_text_tokens", "cached_input_tokens", "num_cached_tokens",
            ], in: Self.inputDetails)
        tokens.cacheWriteTokens = largest(
            [
                "cache_write_tokens", "cache_creation_input_tokens", "cache_creation_tokens",
                "cache_write_input_tokens",
            ], in: Self.inputDetails)
        for place in [usage] + Self.inputDetails.compactMap({ usage[$0] }) {
            guard let lifetimes = place["cache_creation"] ?? place["cache_creation_token_details"] else { continue }
            let hour = lifetimes["ephemeral_1h_input_tokens"]?.count
            let both = (hour ?? 0).addingClamped(lifetimes["ephemeral_5m_input_tokens"]?.count ?? 0)
            tokens.cacheWrite1hTokens = hour ?? tokens.cacheWrite1hTokens
            if both > 0 { tokens.cacheWriteTokens = max(tokens.cacheWriteTokens ?? 0, both) }
        }
    }

    private func readMedia(_ tokens: inout TokenUsage) {
        tokens.inputAudioTokens = count("audio_tokens", onlyIn: Self.inputDetails)
        tokens.outputAudioTokens = count("audio_tokens", onlyIn: Self.outputDetails)
        tokens.inputImageTokens = count("image_tokens", onlyIn: Self.inputDetails)
        tokens.outputImageTokens = count("image_tokens", onlyIn: Self.outputDetails)
        tokens.inputVideoTokens = count("video_tokens", onlyIn: Self.inputDetails)
        tokens.outputVideoTokens = count("video_tokens", onlyIn: Self.outputDetails)
        for place in Self.inputDetails.compactMap({ usage[$0]?["cached_tokens_details"] }) {
            tokens.cacheAudioReadTokens = place["audio_tokens"]?.count
            tokens.cacheImageReadTokens = place["image_tokens"]?.count
        }
    }

    private func count(_ name: String, onlyIn details: [String]) -> Int? {
        details.compactMap { usage[$0]?[name]?.count }.max()
    }

    /// Reads the searches and code sessions that the provider ran, as Perplexity, Anthropic and xAI count them.
    private func readServerTools(_ tokens: inout TokenUsage) {
        let xAI = usage["server_side_tool_usage_details"]
        let onXAI = xAI.map { ($0["web_search_calls"]?.count ?? 0).addingClamped($0["x_search_calls"]?.count ?? 0) }
        tokens.webSearches =
            usage["num_search_queries"]?.count ?? usage["server_tool_use"]?["web_search_requests"]?.count
            ?? usage["tool_calls_details"]?["search_web"]?["invocation"]?.count ?? onXAI
        tokens.storageSearches = xAI.map {
            ($0["file_search_calls"]?.count ?? 0).addingClamped($0["document_search_calls"]?.count ?? 0)
        }
        tokens.codeSessions =
            usage["server_tool_use"]?["code_execution_requests"]?.count ?? xAI?["code_interpreter_calls"]?.count
        tokens.citationTokens = usage["citation_tokens"]?.count
        switch usage["search_context_size"]?.stringValue {
        case "low": tokens.searchContextSize = .low
        case "medium": tokens.searchContextSize = .medium
        case "high": tokens.searchContextSize = .high
        default: break
        }
    }

    /// Adds to input and output the parts that the server reports separately.
    private func addPartsBeside(_ tokens: inout TokenUsage) {
        let input = tokens.inputTokens ?? 0
        let output = tokens.outputTokens ?? 0
        let reasoning = tokens.reasoningTokens ?? 0
        let cached = (tokens.cacheReadTokens ?? 0).addingClamped(tokens.cacheWriteTokens ?? 0)
        let total = usage["total_tokens"]?.count ?? 0
        let excess = total > 0 && input > 0 && output > 0 ? total - input.addingClamped(output) : 0
        let isSearch = tokens.citationTokens != nil || usage["num_search_queries"] != nil

        let bothAreBeside = cached > 0 && reasoning > 0 && excess == cached.addingClamped(reasoning)
        let cacheIsBeside = cached > input || cached > 0 && (excess == cached || isAnthropicForm) || bothAreBeside
        let reasoningIsBeside =
            reasoning > output || reasoning > 0 && (excess == reasoning || isSearch) || bothAreBeside
        if cacheIsBeside { tokens.inputTokens = input.addingClamped(cached) }
        if reasoningIsBeside { tokens.outputTokens = output.addingClamped(reasoning) }
        if reasoning == 0, excess > 0, !cacheIsBeside {
            tokens.reasoningTokens = excess
            tokens.outputTokens = output.addingClamped(excess)
        }
        if let citations = tokens.citationTokens {
            tokens.outputTokens = (tokens.outputTokens ?? 0).addingClamped(citations)
        }
    }

    /// Indicates whether the usage has the form of Anthropic's own API, in which the input does not include cached
    /// tokens.
    private var isAnthropicForm: Bool {
        let isOpenAIForm = (usage["prompt_tokens"]?.count ?? 0) > 0 || (usage["total_tokens"]?.count ?? 0) > 0
        return !isOpenAIForm && usage["cache_read_input_tokens"] != nil && usage["input_tokens_details"] == nil
    }
}

// MARK: - Cost

extension UsageReading {
    /// The cost of the call in US dollars as the provider states it; `nil` if it states none.
    ///
    /// OpenRouter's `cost` (plus the upstream cost, if the caller pays that too), Perplexity's `cost.total_cost`,
    /// DeepInfra's `estimated_cost`, xAI's `cost_in_usd_ticks` (10⁻¹⁰ US dollars).
    private var statedCost: USD? {
        if let ticks = usage["cost_in_usd_ticks"]?.count { return USD(picoUSD: Int128(ticks) * 100) }
        let cost = usage["cost"]
        guard Self.isUSD(usage["currency"]), Self.isUSD(cost?["currency"]) else { return nil }
        let stated =
            cost?.amount ?? cost?["total_cost"]?.amount ?? cost?["total"]?.amount ?? usage["total_cost"]?.amount
            ?? usage["cost_usd"]?.amount ?? usage["estimated_cost"]?.amount
        guard let stated = stated.flatMap({ USD($0) }) else { return nil }
        let upstream =
            usage["is_byok"]?.boolValue == true ? usage["cost_details"]?["upstream_inference_cost"]?.amount : nil
        return stated + (upstream.flatMap { USD($0) } ?? .zero)
    }

    private static func isUSD(_ currency: Tree?) -> Bool {
        guard let name = currency?.stringValue else { return true }
        return name.isEmpty || name.uppercased() == "USD"
    }
}

extension Int {
    /// Returns the sum, limited to `Int.max`. Both counts must be positive.
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
