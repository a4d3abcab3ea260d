// SPDX-License-Identifier: MIT

import Foundation
import GenAICore
import GenAIInstrumentation
import GenAIOpenAI
import Testing

@Suite("Usage under the names that providers use")
struct UsageReadingTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var usage: String
        var expected: TokenUsage

        init(
            _ description: String, _ usage: String, _ expected: TokenUsage,
            _ more: (inout TokenUsage) -> Void = { _ in }
        ) {
            testDescription = description
            self.usage = usage
            self.expected = expected
            more(&self.expected)
        }
    }

    static let cases = [
        Case(
            "OpenAI",
            #"{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":40,"audio_tokens":5},"completion_tokens_details":{"reasoning_tokens":30,"audio_tokens":2}}"#,
            TokenUsage(
                inputTokens: 100, outputTokens: 50, cacheReadTokens: 40, reasoningTokens: 30, inputAudioTokens: 5,
                outputAudioTokens: 2)),
        Case(
            "DeepSeek",
            #"{"prompt_tokens":50000,"completion_tokens":500,"total_tokens":50500,"prompt_cache_hit_tokens":48000,"prompt_cache_miss_tokens":2000}"#,
            TokenUsage(inputTokens: 50_000, outputTokens: 500, cacheReadTokens: 48_000)),
        Case(
            "Moonshot, beside the details",
            #"{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"cached_tokens":64}"#,
            TokenUsage(inputTokens: 100, outputTokens: 5, cacheReadTokens: 64)),
        Case(
            "zero in the details and the count beside them",
            #"{"prompt_tokens":100,"completion_tokens":5,"cached_tokens":64,"prompt_tokens_details":{"cached_tokens":0}}"#,
            TokenUsage(inputTokens: 100, outputTokens: 5, cacheReadTokens: 64)),
        Case(
            "LiteLLM for Anthropic",
            #"{"prompt_tokens":98805,"completion_tokens":5120,"total_tokens":103925,"prompt_tokens_details":{"cached_tokens":66360,"cache_creation_tokens":32435,"cache_creation_token_details":{"ephemeral_5m_input_tokens":2435,"ephemeral_1h_input_tokens":30000}},"cache_read_input_tokens":66360,"cache_creation_input_tokens":32435}"#,
            TokenUsage(
                inputTokens: 98_805, outputTokens: 5120, cacheReadTokens: 66_360, cacheWriteTokens: 32_435,
                cacheWrite1hTokens: 30_000)),
        Case(
            "the cache beside the input, as the total tells",
            #"{"prompt_tokens":1000,"completion_tokens":20,"total_tokens":1520,"cache_read_input_tokens":300,"cache_creation_input_tokens":200}"#,
            TokenUsage(inputTokens: 1500, outputTokens: 20, cacheReadTokens: 300, cacheWriteTokens: 200)),
        Case(
            "the cache beside the input, larger than it",
            #"{"prompt_tokens":10,"completion_tokens":20,"cache_read_input_tokens":300}"#,
            TokenUsage(inputTokens: 310, outputTokens: 20, cacheReadTokens: 300)),
        Case(
            "Anthropic's form", #"{"input_tokens":500,"output_tokens":20,"cache_read_input_tokens":300}"#,
            TokenUsage(inputTokens: 800, outputTokens: 20, cacheReadTokens: 300)),
        Case(
            "xAI, reasoning beside the output",
            #"{"prompt_tokens":10120,"completion_tokens":1499,"total_tokens":14428,"prompt_tokens_details":{"cached_tokens":128},"completion_tokens_details":{"reasoning_tokens":2809}}"#,
            TokenUsage(inputTokens: 10_120, outputTokens: 4308, cacheReadTokens: 128, reasoningTokens: 2809)),
        Case(
            "Gemini, reasoning that only the total has",
            #"{"prompt_tokens":10,"completion_tokens":20,"total_tokens":130}"#,
            TokenUsage(inputTokens: 10, outputTokens: 120, reasoningTokens: 100)),
        Case(
            "reasoning inside the output",
            #"{"prompt_tokens":10,"completion_tokens":120,"total_tokens":130,"reasoning_tokens":100}"#,
            TokenUsage(inputTokens: 10, outputTokens: 120, reasoningTokens: 100)),
        Case(
            "Perplexity deep research",
            #"{"prompt_tokens":33,"completion_tokens":7163,"total_tokens":7196,"citation_tokens":20016,"num_search_queries":18,"reasoning_tokens":95305,"search_context_size":"low"}"#,
            TokenUsage(inputTokens: 33, outputTokens: 7163 + 20_016 + 95_305, reasoningTokens: 95_305, webSearches: 18)
        ) {
            $0.citationTokens = 20_016
            $0.searchContextSize = .low
        },
        Case(
            "estimates and digits", #"{"prompt_tokens":"10","completion_tokens":37.25,"total_tokens":47.25}"#,
            TokenUsage(inputTokens: 10, outputTokens: 37)),
        Case(
            "negative counts", #"{"prompt_tokens":-1,"completion_tokens":5,"cached_tokens":-3}"#,
            TokenUsage(outputTokens: 5)),
        Case(
            "counts at the end of the range",
            #"{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807,"total_tokens":9223372036854775807,"cached_tokens":9223372036854775807,"reasoning_tokens":9223372036854775807}"#,
            TokenUsage(inputTokens: .max, outputTokens: .max, cacheReadTokens: .max, reasoningTokens: .max)),
        Case(
            "searches of Anthropic's server",
            #"{"input_tokens":5,"output_tokens":5,"total_tokens":10,"server_tool_use":{"web_search_requests":3}}"#,
            TokenUsage(inputTokens: 5, outputTokens: 5, webSearches: 3)),
        Case(
            "code that Anthropic's server ran",
            #"{"input_tokens":5,"output_tokens":5,"server_tool_use":{"web_search_requests":0,"code_execution_requests":2}}"#,
            TokenUsage(inputTokens: 5, outputTokens: 5, webSearches: 0)
        ) { $0.codeSessions = 2 },
        Case(
            "tools of xAI's server",
            #"{"input_tokens":5,"output_tokens":5,"server_side_tool_usage_details":{"web_search_calls":1,"x_search_calls":2,"code_interpreter_calls":4,"file_search_calls":5,"document_search_calls":6}}"#,
            TokenUsage(inputTokens: 5, outputTokens: 5, webSearches: 3)
        ) {
            $0.storageSearches = 11
            $0.codeSessions = 4
        },
    ]

    @Test("has the same meaning under every name", arguments: cases)
    func meaning(test: Case) throws {
        #expect(try UsageReading(JSONValue(parsing: test.usage)).tokenUsage == test.expected)
    }

    /// A map of genai-prices: which members lead to which count.
    struct Map: Decodable, Sendable, CustomTestStringConvertible {
        struct Field: Decodable, Sendable {
            var path: [Step]
            var to: String
        }
        /// A name, or an item of a list that is picked by a field.
        enum Step: Decodable, Sendable {
            case name(String)
            case item

            init(from decoder: any Decoder) throws {
                let name = try? decoder.singleValueContainer().decode(String.self)
                self = name.map(Step.name) ?? .item
            }
        }
        var provider: String
        var api: String
        var fields: [Field]
        var testDescription: String { "\(provider) \(api)" }

        /// Indicates whether the names are those of OpenAI's API, or of Anthropic's, which gateways forward.
        var isOpenAIForm: Bool {
            let names = fields.compactMap { if case .name(let name)? = $0.path.first { name } else { nil } }
            return names.contains("prompt_tokens") || names.contains("input_tokens")
        }
    }

    static let maps: [Map] = {
        struct File: Decodable { var maps: [Map] }
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/usage-maps.json")
        let maps = (try? JSONDecoder().decode(File.self, from: Data(contentsOf: file)))?.maps ?? []
        return maps.filter(\.isOpenAIForm)
    }()

    static let counts: [String: @Sendable (TokenUsage) -> Int?] = [
        "input_tokens": { $0.inputTokens }, "output_tokens": { $0.outputTokens },
        "cache_read_tokens": { $0.cacheReadTokens }, "cache_write_tokens": { $0.cacheWriteTokens },
        "cache_write_1h_tokens": { $0.cacheWrite1hTokens }, "output_reasoning_tokens": { $0.reasoningTokens },
        "input_audio_tokens": { $0.inputAudioTokens }, "output_audio_tokens": { $0.outputAudioTokens },
        "input_image_tokens": { $0.inputImageTokens }, "output_image_tokens": { $0.outputImageTokens },
        "cache_audio_read_tokens": { $0.cacheAudioReadTokens }, "cache_image_read_tokens": { $0.cacheImageReadTokens },
        "output_citation_tokens": { $0.citationTokens }, "web_searches": { $0.webSearches },
    ]

    @Test("has each count that genai-prices' extractors find", arguments: maps)
    func extractors(map: Map) throws {
        var usage: JSONObject = [:]
        var expected: [String: Int] = [:]
        var values: [[String]: Int] = [:]
        for field in map.fields {
            let path = field.path.map { if case .name(let name) = $0 { name } else { "" } }
            let isWhole =
                path.count == 1
                && ["prompt_tokens", "input_tokens", "completion_tokens", "output_tokens"].contains(path[0])
            let value = values[path] ?? (isWhole ? 10_000 : 10) + values.count
            values[path] = value
            expected[field.to, default: 0] += value
            usage.set(value, at: path[...])
        }
        // The 5-minute part of the cache is in the count of the whole; it is what is left of it.
        if let short = expected["cache_write_5m_tokens"], let long = expected["cache_write_1h_tokens"] {
            let whole = max(expected["cache_write_tokens"] ?? 0, short + long)
            expected["input_tokens", default: 0] += whole - (expected["cache_write_tokens"] ?? 0)
            expected["cache_write_tokens"] = whole
        }
        if usage["prompt_tokens"] != nil {
            let total = (expected["input_tokens"] ?? 0) + (expected["output_tokens"] ?? 0)
            usage["total_tokens"] = .integer(Int64(total - (expected["output_citation_tokens"] ?? 0)))
        }
        let tokens = UsageReading(JSONValue.object(usage)).tokenUsage
        for (name, count) in Self.counts where expected[name] != nil {
            #expect(count(tokens) == expected[name], "\(name) in \(usage)")
        }
    }

    @Test("is held against the extractors of many providers")
    func extractorCount() { #expect(Self.maps.count > 60) }

    static let costs: [(usage: String, cost: String?)] = [
        (#"{"cost":0.0009525}"#, "0.0009525"), (#"{"cost":"0.25"}"#, "0.25"), (#"{"cost":0}"#, "0"),
        (#"{"cost":{"input_tokens_cost":0.0001,"request_cost":0.005,"total_cost":0.00515}}"#, "0.00515"),
        (#"{"cost":0.01,"is_byok":true,"cost_details":{"upstream_inference_cost":0.2}}"#, "0.21"),
        (#"{"cost":0.01,"is_byok":false,"cost_details":{"upstream_inference_cost":0.2}}"#, "0.01"),
        (#"{"cost_in_usd_ticks":37756000}"#, "0.0037756"), (#"{"estimated_cost":1.5e-06}"#, "0.0000015"),
        (#"{"cost":0.5,"currency":"EUR"}"#, nil), (#"{"cost":{"total_cost":1,"currency":"USD"}}"#, "1"),
        (#"{"cost":-1}"#, nil), (#"{"cost":null}"#, nil), (#"{"cost":"free"}"#, nil), ("{}", nil),
    ]

    @Test("has the cost that the provider states", arguments: costs)
    func statedCost(usage: String, cost: String?) throws {
        #expect(try UsageReading(JSONValue(parsing: usage)).tokenUsage.statedCost?.description == cost)
    }

    static let places = [
        #"{"usage":USAGE,"choices":[CHOICE]}"#, #"{"choices":[CHOICE],"x_groq":{"id":"r","usage":USAGE}}"#,
        #"{"choices":[CHOICE_WITH_USAGE]}"#, #"{"usage":[USAGE],"choices":[CHOICE]}"#,
        #"{"usage":{},"choices":[CHOICE_WITH_USAGE]}"#, #"{"usage":null,"choices":[CHOICE_WITH_USAGE]}"#,
    ]

    @Test("is found wherever it stands, plain and streamed, in chat and completions", arguments: places)
    func found(place: String) throws {
        let usage = #"{"prompt_tokens":20,"completion_tokens":7,"total_tokens":27}"#
        func text(_ choice: String) -> String {
            place.replacing("CHOICE_WITH_USAGE", with: choice.dropLast() + #","usage":USAGE}"#)
                .replacing("CHOICE", with: choice).replacing("USAGE", with: usage)
        }
        let expected = TokenUsage(inputTokens: 20, outputTokens: 7)
        let chat = try ChatCompletion(json: JSONValue(parsing: text(#"{"message":{"content":"A"}}"#)))
        #expect(chat.usage?.tokenUsage == expected)
        let chunk = try ChatCompletionChunk(json: JSONValue(parsing: text(#"{"delta":{"content":"A"}}"#)))
        #expect(chunk.usage?.tokenUsage == expected)
        let completion = try TextCompletion(json: JSONValue(parsing: text(#"{"text":"A"}"#)))
        #expect(completion.usage?.tokenUsage == expected)
    }

    @Test("of several chunks adds up to what the later ones say, and nothing is replaced by nothing")
    func cumulative() throws {
        var accumulator = ChatAccumulator()
        for usage in [
            #"{"prompt_tokens":20,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":5}}"#,
            #"{"prompt_tokens":20,"completion_tokens":7,"total_tokens":27,"cost":0.5}"#,
            #"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"prompt_tokens_details":null}"#, "{}", "null",
        ] {
            accumulator.add(try ChatCompletionChunk(json: JSONValue(parsing: #"{"choices":[],"usage":\#(usage)}"#)))
        }
        let tokens = try #require(accumulator.completion.usage?.tokenUsage)
        #expect(tokens.inputTokens == 20)
        #expect(tokens.outputTokens == 7)
        #expect(tokens.cacheReadTokens == 5)
        #expect(tokens.statedCost?.description == "0.5")
    }
}

extension JSONObject {
    fileprivate mutating func set(_ value: Int, at path: ArraySlice<String>) {
        guard let name = path.first else { return }
        guard path.count > 1 else { return self[name] = .integer(Int64(value)) }
        var inner = self[name]?.objectValue ?? [:]
        inner.set(value, at: path.dropFirst())
        self[name] = .object(inner)
    }
}
