// SPDX-License-Identifier: MIT
import Synchronization

/// The SDK's reports about its own problems: losses, invalid configuration, failed exports.
///
/// Each kind of problem is reported at most once a minute; the next report contains the number of suppressed ones.
/// Reports of level ``Level/debug`` are never suppressed. Messages never contain keys, header values, prompts or
/// completions.
public enum Diagnostics {
    /// The severity of a report. New levels may appear in minor releases.
    public struct Level: Sendable, Hashable, Comparable, CustomStringConvertible {
        private let rank: UInt8
        /// The level as a word.
        public let description: String

        /// Details of the SDK's work, such as each export.
        public static let debug = Level(rank: 0, description: "debug")
        /// Information that needs no action.
        public static let info = Level(rank: 1, description: "info")
        /// A problem that does not stop telemetry.
        public static let warning = Level(rank: 2, description: "warning")
        /// A problem that loses telemetry.
        public static let error = Level(rank: 3, description: "error")

        /// Returns whether one level is less severe than the other.
        public static func < (one: Level, other: Level) -> Bool { one.rank < other.rank }
    }

    /// One report.
    public struct Message: Sendable {
        /// The severity.
        public let level: Level
        /// The part of the SDK that reports, for example `BatchSpanProcessor`.
        public let source: String
        /// The problem, in one line.
        public let text: String
        /// The number of reports of the same kind that were suppressed since the last one.
        public let suppressedCount: Int

        /// Creates a report, for tests of handlers.
        public init(level: Level, source: String, text: String, suppressedCount: Int = 0) {
            self.level = level
            self.source = source
            self.text = text
            self.suppressedCount = suppressedCount
        }
    }

    /// Sets the handler of reports; `nil` restores the default.
    ///
    /// By default each report is one line on standard error, written by a dedicated thread. The reporting thread never
    /// waits: while standard error is full, some lines are queued and the others counted, and a closed standard error
    /// does no harm. A handler is called on the thread with the problem. It must be quick and must not call back into
    /// telemetry.
    public static func setHandler(_ handler: (@Sendable (Message) -> Void)?) {
        state.withLock { $0.handler = handler ?? writeLine }
    }

    /// The minimum level of reports; `nil` disables all. Default: ``Level/info``; environment variable
    /// `OTEL_LOG_LEVEL`.
    ///
    /// Reports below it are discarded without being counted.
    public static var minimumLevel: Level? {
        get { state.withLock { $0.threshold.level } }
        set { state.withLock { $0.threshold = ReportThreshold(level: newValue, isSetByCode: true) } }
    }

    /// Sets the minimum level from `OTEL_LOG_LEVEL`, unless code has set it.
    package static func adoptLevel(from environment: TelemetryEnvironment) {
        guard let level = ReportThreshold.level(in: environment) else { return }
        state.withLock { $0.threshold.adopt(level) }
    }

    /// Indicates whether debug reports are enabled, so that it is worth creating one.
    package static var isDebugging: Bool { state.withLock { $0.threshold.admits(.debug) } }

    /// Reports a problem.
    ///
    /// - Parameter key: The kind of problem, to which the rate limit applies; `nil` means the text itself.
    package static func report(
        _ level: Level, _ source: String, _ text: String, key: String? = nil, now: UInt64 = steadyNanoseconds()
    ) {
        let delivery: (handler: @Sendable (Message) -> Void, suppressed: Int)? = state.withLock { state in
            guard state.threshold.admits(level) else { return nil }
            if level == .debug { return (state.handler, 0) }
            return state.limiter.admit("\(source) \(key ?? text)", at: now).map { (state.handler, $0) }
        }
        guard let delivery else { return }
        delivery.handler(Message(level: level, source: source, text: text, suppressedCount: delivery.suppressed))
    }

    /// Blocks the thread until standard error has received the reports so far, for at most `timeout`.
    package static func drain(within timeout: Duration) {
        LineWriter.standardError.drain(within: timeout)
    }

    /// The default handler.
    @Sendable private static func writeLine(_ message: Message) {
        let repeats = message.suppressedCount > 0 ? " (and \(message.suppressedCount) more like it)" : ""
        LineWriter.standardError.write("[\(message.source)] \(message.level): \(message.text)\(repeats)")
    }

    private struct State {
        var handler: @Sendable (Message) -> Void = writeLine
        var limiter = ReportLimiter()
        var threshold = ReportThreshold.initial(environmentValue(ReportThreshold.variable))
    }

    private static let state = Mutex(State())
}

/// Decides which reports are severe enough.
struct ReportThreshold {
    static let variable = "OTEL_LOG_LEVEL"
    /// The specification defines no values; these are those of other implementations.
    private static let levels: [String: Diagnostics.Level?] = [
        "none": nil, "off": nil, "error": .error, "warn": .warning, "warning": .warning, "info": .info,
        "debug": .debug, "verbose": .debug, "trace": .debug, "all": .debug,
    ]

    /// The minimum level; `nil` rejects all reports.
    var level: Diagnostics.Level?
    var isSetByCode: Bool

    /// Returns the threshold at the start of the process. An unknown word is not reported, because that would recurse.
    static func initial(_ word: String?) -> ReportThreshold {
        let known: Diagnostics.Level?? = word.flatMap { levels[$0.lowercased()] }
        return ReportThreshold(level: known ?? .info, isSetByCode: false)
    }

    /// Returns the level in an environment. An unknown word is reported.
    static func level(in environment: TelemetryEnvironment) -> Diagnostics.Level?? {
        environment.choice(variable, of: levels)
    }

    /// Sets the environment's level, unless code has set one.
    mutating func adopt(_ environmentLevel: Diagnostics.Level?) {
        if !isSetByCode { level = environmentLevel }
    }

    func admits(_ reported: Diagnostics.Level) -> Bool {
        level.map { reported >= $0 } ?? false
    }
}

/// Limits the rate of reports: one of each kind a minute, and a limited number of kinds with names of limited length.
struct ReportLimiter {
    private static let interval: UInt64 = 60_000_000_000
    private static let capacity = 256
    private static let maxKindLength = 256
    private var kinds: [String: (last: UInt64, suppressed: Int)] = [:]

    /// Returns the number of suppressed reports of this kind; `nil` if this one is to be suppressed too.
    mutating func admit(_ whole: String, at now: UInt64) -> Int? {
        let kind = whole.utf8.count <= Self.maxKindLength ? whole : String(whole.prefix(Self.maxKindLength))
        if let known = kinds[kind], now &- known.last < Self.interval {
            kinds[kind] = (known.last, known.suppressed + 1)
            return nil
        }
        let suppressed = kinds[kind]?.suppressed ?? 0
        if kinds.count >= Self.capacity { kinds.removeAll() }
        kinds[kind] = (now, 0)
        return suppressed
    }
}
