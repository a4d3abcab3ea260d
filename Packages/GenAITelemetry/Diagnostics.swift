// SPDX-License-Identifier: MIT
import Synchronization

/// Where the SDK reports its own trouble: losses, refused configuration, failed exports.
///
/// Each kind of trouble is reported at most once a minute; what came in between is counted in the next report. Reports of
/// level ``Level/debug`` are all given. Messages never hold keys, header values, prompts or completions.
public enum Diagnostics {
    /// How bad a report is. New levels may appear in minor releases.
    public struct Level: Sendable, Hashable, Comparable, CustomStringConvertible {
        private let rank: UInt8
        /// The level as a word.
        public let description: String

        /// What the SDK does, export by export.
        public static let debug = Level(rank: 0, description: "debug")
        /// For the record.
        public static let info = Level(rank: 1, description: "info")
        /// Something is off; telemetry goes on.
        public static let warning = Level(rank: 2, description: "warning")
        /// Telemetry is lost.
        public static let error = Level(rank: 3, description: "error")

        /// Whether one is less bad than the other.
        public static func < (one: Level, other: Level) -> Bool { one.rank < other.rank }
    }

    /// One report.
    public struct Message: Sendable {
        /// How bad it is.
        public let level: Level
        /// The part of the SDK that reports, for example `BatchSpanProcessor`.
        public let source: String
        /// What happened, in one line.
        public let text: String
        /// How many reports of the same kind were held back since the last one.
        public let suppressedCount: Int

        /// Creates a report, for tests of handlers.
        public init(level: Level, source: String, text: String, suppressedCount: Int = 0) {
            self.level = level
            self.source = source
            self.text = text
            self.suppressedCount = suppressedCount
        }
    }

    /// Takes the reports.
    ///
    /// Default: one line on standard error, written by a thread of its own. Nobody waits for it: while standard error is
    /// full some lines are kept and the others counted, and a closed one does no harm. A handler is called on whatever
    /// thread has the trouble; must be quick and not call back into telemetry.
    public static func setHandler(_ handler: (@Sendable (Message) -> Void)?) {
        state.withLock { $0.handler = handler ?? writeLine }
    }

    /// The least that is reported; `nil` reports nothing. Default ``Level/info``, `OTEL_LOG_LEVEL`.
    ///
    /// Reports below it are dropped without being counted.
    public static var minimumLevel: Level? {
        get { state.withLock { $0.threshold.level } }
        set { state.withLock { $0.threshold = ReportThreshold(level: newValue, isSetByCode: true) } }
    }

    /// Takes the least that is reported from `OTEL_LOG_LEVEL`, unless code has set it.
    package static func adoptLevel(from environment: TelemetryEnvironment) {
        guard let level = ReportThreshold.level(in: environment) else { return }
        state.withLock { $0.threshold.adopt(level) }
    }

    /// Whether single steps are asked for, so that a line about one is worth making.
    package static var isDebugging: Bool { state.withLock { $0.threshold.admits(.debug) } }

    /// Reports trouble.
    ///
    /// - Parameter key: The kind of trouble, which rate limits apply to; `nil` means the text itself.
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

    /// Blocks the thread until standard error has the reports so far, for at most `timeout`.
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

/// Decides which reports are bad enough.
struct ReportThreshold {
    static let variable = "OTEL_LOG_LEVEL"
    /// The specification names no values; these are those of other implementations.
    private static let levels: [String: Diagnostics.Level?] = [
        "none": nil, "off": nil, "error": .error, "warn": .warning, "warning": .warning, "info": .info,
        "debug": .debug, "verbose": .debug, "trace": .debug, "all": .debug,
    ]

    /// The least that passes; `nil` lets nothing pass.
    var level: Diagnostics.Level?
    var isSetByCode: Bool

    /// What holds when the process starts. A word without meaning is not reported, as that would come back here.
    static func initial(_ word: String?) -> ReportThreshold {
        let known: Diagnostics.Level?? = word.flatMap { levels[$0.lowercased()] }
        return ReportThreshold(level: known ?? .info, isSetByCode: false)
    }

    /// The level that an environment names; a word without meaning is reported.
    static func level(in environment: TelemetryEnvironment) -> Diagnostics.Level?? {
        environment.choice(variable, of: levels)
    }

    /// Takes the environment's level, unless code has set one.
    mutating func adopt(_ environmentLevel: Diagnostics.Level?) {
        if !isSetByCode { level = environmentLevel }
    }

    func admits(_ reported: Diagnostics.Level) -> Bool {
        level.map { reported >= $0 } ?? false
    }
}

/// Decides which reports pass: one of a kind a minute, and a bounded number of kinds with names of bounded length.
struct ReportLimiter {
    private static let interval: UInt64 = 60_000_000_000
    private static let capacity = 256
    private static let maxKindLength = 256
    private var kinds: [String: (last: UInt64, suppressed: Int)] = [:]

    /// How many reports of this kind were held back before, or `nil` to hold this one back as well.
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
