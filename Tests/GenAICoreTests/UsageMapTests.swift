// SPDX-License-Identifier: MIT

import GenAICore
import Testing

@Suite("The usage maps")
struct UsageMapTests {
    /// Returns the usage that a map reads from numbers, at paths written as in the table.
    private func usage(_ provider: String, _ api: String, _ numbers: [String: Double]) throws -> TokenUsage? {
        let map = try #require(UsageMap.map(provider: provider, api: api))
        return map.usage { path in
            numbers[
                path.map { step in
                    switch step {
                    case .key(let key): key
                    case .item(let member, let text): "[\(member)=\(text)]"
                    }
                }.joined(separator: ".")]
        }
    }

    @Test("are all read, each with numbers to look for")
    func complete() {
        #expect(UsageMap.all.count >= 40)
        #expect(Set(UsageMap.all.flatMap(\.providers)).count >= 35)
        for map in UsageMap.all {
            #expect(!map.fields.isEmpty && !map.root.isEmpty, "\(map.providers) \(map.api)")
            #expect(!map.fields.contains { $0.path.isEmpty })
        }
        #expect(UsageMap.map(provider: "cohere", api: "tokens") == nil)
    }

    @Test("put Anthropic's cached tokens into the input they stand beside")
    func anthropic() throws {
        let usage = try usage(
            "anthropic", "default",
            [
                "input_tokens": 10, "cache_read_input_tokens": 66_360, "cache_creation_input_tokens": 32_435,
                "cache_creation.ephemeral_1h_input_tokens": 5, "output_tokens": 5_120,
                "server_tool_use.web_search_requests": 3,
            ])
        var expected = TokenUsage.partsBeside(
            input: 10, cacheRead: 66_360, cacheWrite: 32_435, cacheWrite1h: 5, output: 5_120)
        expected.webSearches = 3
        #expect(usage == expected)
    }

    @Test("add Gemini's thoughts to its candidates, and find a modality in a list")
    func gemini() throws {
        let usage = try usage(
            "google", "default",
            [
                "promptTokenCount": 100, "cachedContentTokenCount": 40, "candidatesTokenCount": 7,
                "thoughtsTokenCount": 20, "promptTokensDetails.[modality=AUDIO].tokenCount": 60,
            ])
        #expect(
            usage
                == TokenUsage(
                    inputTokens: 100, outputTokens: 27, cacheReadTokens: 40, reasoningTokens: 20, inputAudioTokens: 60))
    }

    @Test("read Bedrock, Cohere's bill, xAI's reasoning beside the answer, and seconds as milliseconds")
    func others() throws {
        let bedrock = try usage(
            "aws", "default",
            ["inputTokens": 4, "cacheReadInputTokens": 6, "outputTokens": 2, "cacheDetails.[ttl=1h].inputTokens": 0])
        #expect(
            bedrock == TokenUsage(inputTokens: 10, outputTokens: 2, cacheReadTokens: 6, cacheWrite1hTokens: 0))
        #expect(try usage("cohere", "default", ["input_tokens": 3, "output_tokens": 1])?.inputTokens == 3)
        let xai = try usage(
            "x-ai", "chat",
            ["prompt_tokens": 10, "completion_tokens": 5, "completion_tokens_details.reasoning_tokens": 7])
        #expect(xai?.outputTokens == 12)
        #expect(try usage("openai", "live", ["seconds": 1.5])?.audioMilliseconds == 1_500)
    }

    @Test("do not apply where a required number is missing, and take no number that cannot be a count")
    func unusable() throws {
        #expect(try usage("anthropic", "default", ["input_tokens": 10]) == nil)
        let odd = try usage("openai", "chat", ["prompt_tokens": 1e300, "completion_tokens": -4])
        #expect(odd?.isEmpty == true)
        #expect(try usage("openai", "chat", ["prompt_tokens": .nan, "completion_tokens": 37.25])?.outputTokens == 37)
    }
}
