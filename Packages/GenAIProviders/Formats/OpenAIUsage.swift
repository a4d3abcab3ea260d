// SPDX-License-Identifier: MIT
import GenAICore

/// The usage of OpenAI's APIs and of everything compatible with them.
///
/// Totals include their parts. Sources: openai-python `completion_usage.py`, `response_usage.py`; DeepSeek API
/// reference, `prompt_cache_hit_tokens`; Groq API reference, `x_groq`.
enum OpenAIUsage {
    /// Finds the usage of a body or an event, wherever providers put it.
    static func find(in value: WireValue) -> WireValue? {
        let usage = value["usage"] ?? value["x_groq"]?["usage"] ?? value["choices"]?.elements.first?["usage"]
        return usage?.isObject == true ? usage : nil
    }

    /// Reads a usage object.
    static func read(_ usage: WireValue) -> TokenUsage? {
        let input = usage["prompt_tokens_details"] ?? usage["input_tokens_details"]
        let output = usage["completion_tokens_details"] ?? usage["output_tokens_details"]
        var counts = TokenUsage(
            inputTokens: (usage["prompt_tokens"] ?? usage["input_tokens"])?.count,
            outputTokens: (usage["completion_tokens"] ?? usage["output_tokens"])?.count,
            cacheReadTokens: (input?["cached_tokens"] ?? usage["prompt_cache_hit_tokens"] ?? usage["cached_tokens"])?
                .count,
            cacheWriteTokens: (input?["cache_write_tokens"] ?? input?["cache_creation_tokens"])?.count,
            reasoningTokens: (output?["reasoning_tokens"] ?? usage["reasoning_tokens"])?.count,
            inputAudioTokens: input?["audio_tokens"]?.count, outputAudioTokens: output?["audio_tokens"]?.count,
            inputImageTokens: input?["image_tokens"]?.count, outputImageTokens: output?["image_tokens"]?.count)
        counts.includeReasoning(ifTotalIs: usage["total_tokens"]?.count)
        return counts.isEmpty ? nil : counts
    }
}

/// The errors of OpenAI's APIs and of everything compatible with them.
enum OpenAIFailure {
    /// Reads an error object, wherever providers put it.
    static func find(in value: WireValue) -> ProviderFailure? {
        guard let error = value["error"], error != .bool(false) else { return nil }
        let type =
            error["code"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? error["type"]?.nonEmptyString
            ?? error["status"]?.nonEmptyString ?? error["code"]?.identifier
        return ProviderFailure(type: type ?? "_OTHER", message: error["message"]?.string ?? error.string)
    }
}
