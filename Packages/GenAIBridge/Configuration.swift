// SPDX-License-Identifier: MIT
public import GenAITelemetry

extension LogToSpanProcessor {
    /// The forms in which messages are written, and their limits.
    ///
    /// Each form repeats every text once. Negative limits count as zero, lengths above one terabyte as one terabyte.
    public struct Configuration: Sendable, Hashable {
        /// Indicates whether contents and tool call arguments are written. Default: true.
        ///
        /// Records without content, because their instrumentation does not capture any, always give entries with roles,
        /// tool names and identifiers only.
        public var capturesContent = true
        /// Indicates whether messages in the attributes `gen_ai.input.messages`, `gen_ai.output.messages` and
        /// `gen_ai.system_instructions` are promoted as well. Default: true.
        public var promotesMessageAttributes = true
        /// The forms in which messages are written onto spans. Default: all; environment variable
        /// `LAST9_GENAI_CONTENT_FORMS`.
        public var forms: ContentForms
        /// The maximum length of one message's content, and of its list of tool calls, in bytes of UTF-8. Default:
        /// 8,192.
        ///
        /// Longer texts end with `...[truncated]`. In structured contents, the long texts inside are shortened.
        public var maxContentLength = 8192
        /// The maximum length of `gen_ai.prompt` and of `gen_ai.completion`, in bytes. Default: 65,536.
        ///
        /// Beyond it, messages are left out from the middle, and one entry with the role `elided` gives their number;
        /// the text is valid JSON at any size. The contents of all indexed attributes together have the same limit.
        public var maxTotalLength = 65_536
        /// The maximum number of attributes of the form `gen_ai.prompt.{i}.*` and `gen_ai.completion.{i}.*`. Default:
        /// 64; zero switches them off.
        ///
        /// None is written once the span has 112 attributes, so that they never exhaust the usual limit of 128, which
        /// backends have too.
        public var maxIndexedAttributes = 64
        /// The maximum number of open spans. Beyond it, the oldest ones are evicted. Default: 16,384.
        public var maxSpans = 16_384
        /// The approximate maximum number of bytes stored for one open span. Beyond it, messages are left out from the
        /// middle. Default: 1 MiB, and at most a sixteenth of ``maxBytes``.
        public var maxBytesPerSpan = 1 << 20
        /// The approximate maximum number of bytes stored for all open spans. Beyond it, the messages of the oldest
        /// ones are dropped. Default: 64 MiB.
        public var maxBytes = 64 << 20

        /// Creates a configuration with the defaults, which environment variables override.
        public init(environment: TelemetryEnvironment = .process) {
            let words: [String: ContentForms] = [
                "messages": .messages, "dashboard": .dashboard, "indexed": .indexed, "events": .events, "all": .all,
                "none": [],
            ]
            forms = environment.choices("LAST9_GENAI_CONTENT_FORMS", of: words).map { ContentForms($0) } ?? .all
        }

        /// The configuration with lengths clamped so that adding and multiplying them cannot overflow.
        var bounded: Configuration {
            var bounded = self
            bounded.maxContentLength = min(max(0, maxContentLength), 1 << 28)
            bounded.maxTotalLength = min(max(0, maxTotalLength), 1 << 28)
            return bounded
        }
    }

    /// The forms in which messages are written onto spans.
    public struct ContentForms: OptionSet, Sendable, Hashable {
        /// The forms as a bit mask.
        public let rawValue: UInt8

        /// Creates a set from a bit mask.
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
        /// All forms.
        public static let all: ContentForms = [.messages, .dashboard, .indexed, .events]
    }

    /// The numbers of messages and spans that could not be written.
    public struct Losses: Sendable, Hashable {
        /// Message records for a sampled span that was not open, because it had ended or been evicted.
        public var lateRecords = 0
        /// Spans whose messages were dropped because too many spans were open.
        public var evictedSpans = 0
        /// Messages left out from the middle of long conversations before their span ended.
        public var elidedMessages = 0

        /// Creates empty statistics, for tests.
        public init() {}
    }
}
