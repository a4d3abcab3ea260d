// SPDX-License-Identifier: MIT
public import GenAITelemetry

extension LogToSpanProcessor {
    /// What is written, and how much of it.
    ///
    /// Each form repeats every text once. Limits below zero count as zero, lengths above a terabyte as that.
    public struct Configuration: Sendable, Hashable {
        /// Whether contents and tool call arguments are written. Default: true.
        ///
        /// Records without content, because their instrumentation does not capture any, give entries with roles, tool
        /// names and identifiers only, whatever this says.
        public var capturesContent = true
        /// Whether messages in `gen_ai.input.messages`, `gen_ai.output.messages` and `gen_ai.system_instructions` are
        /// promoted as well. Default: true.
        public var promotesMessageAttributes = true
        /// The forms in which messages stand on spans. Default: all, `LAST9_GENAI_CONTENT_FORMS`.
        public var forms: ContentForms
        /// The longest content of one message, and the longest list of its tool calls, in bytes of UTF-8.
        /// Default: 8,192.
        ///
        /// Longer texts end with `...[truncated]`. Of structured contents, the long texts inside are shortened.
        public var maxContentLength = 8192
        /// The longest text of `gen_ai.prompt` and of `gen_ai.completion`, in bytes. Default: 65,536.
        ///
        /// Beyond it messages are left out from the middle, and one entry with the role `elided` says how many; the
        /// text is valid JSON at any size. The contents of all indexed attributes together are bounded by it too.
        public var maxTotalLength = 65_536
        /// The most attributes of the form `gen_ai.prompt.{i}.*` and `gen_ai.completion.{i}.*`. Default: 64; zero
        /// switches them off.
        ///
        /// They are never written beyond the span's 112th attribute, so that the usual limit of 128, which backends
        /// have too, is not reached on their account.
        public var maxIndexedAttributes = 64
        /// The most spans that may be open at a time; beyond it the oldest ones are forgotten. Default: 16,384.
        public var maxSpans = 16_384
        /// About the most bytes kept for one open span; beyond it messages are left out from the middle.
        /// Default: 1 MiB, and at most a sixteenth of ``maxBytes``.
        public var maxBytesPerSpan = 1 << 20
        /// About the most bytes kept for all open spans; beyond it the oldest ones lose their messages.
        /// Default: 64 MiB.
        public var maxBytes = 64 << 20

        /// Creates a configuration with the defaults, changed by environment variables where they are set.
        public init(environment: TelemetryEnvironment = .process) {
            let words: [String: ContentForms] = [
                "messages": .messages, "dashboard": .dashboard, "indexed": .indexed, "events": .events, "all": .all,
                "none": [],
            ]
            forms = environment.choices("LAST9_GENAI_CONTENT_FORMS", of: words).map { ContentForms($0) } ?? .all
        }

        /// The configuration with lengths that can be added up and multiplied without a care.
        var bounded: Configuration {
            var bounded = self
            bounded.maxContentLength = min(max(0, maxContentLength), 1 << 28)
            bounded.maxTotalLength = min(max(0, maxTotalLength), 1 << 28)
            return bounded
        }
    }

    /// The forms in which messages stand on spans.
    public struct ContentForms: OptionSet, Sendable, Hashable {
        /// The forms as bits.
        public let rawValue: UInt8

        /// Creates a set from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `gen_ai.input.messages`, `gen_ai.output.messages`, `gen_ai.system_instructions` and
        /// `gen_ai.tool.definitions`: the form of the conventions from v1.37.0 on.
        public static let messages = ContentForms(rawValue: 1)
        /// `gen_ai.prompt` and `gen_ai.completion`: JSON text, which Last9's dashboards read.
        public static let dashboard = ContentForms(rawValue: 2)
        /// `gen_ai.prompt.{i}.*` and `gen_ai.completion.{i}.*`.
        public static let indexed = ContentForms(rawValue: 4)
        /// The span events `gen_ai.content.prompt` and `gen_ai.content.completion`.
        public static let events = ContentForms(rawValue: 8)
        /// All of them.
        public static let all: ContentForms = [.messages, .dashboard, .indexed, .events]
    }

    /// What was not written onto spans.
    public struct Losses: Sendable, Hashable {
        /// Message records that named a sampled span which was not open: it had ended, or had been evicted.
        public internal(set) var lateRecords = 0
        /// Spans whose messages were given up because there were too many of them open.
        public internal(set) var evictedSpans = 0
        /// Messages left out from the middle of long conversations before their span ended.
        public internal(set) var elidedMessages = 0
    }
}
