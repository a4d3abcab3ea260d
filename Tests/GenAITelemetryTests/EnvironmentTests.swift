// SPDX-License-Identifier: MIT
import GenAICore
import Testing

@testable import GenAITelemetry

@Suite("Environment variables")
struct EnvironmentTests {
    private func environment(_ value: String?) -> TelemetryEnvironment {
        TelemetryEnvironment(value.map { ["V": $0] } ?? [:])
    }

    @Test("count as unset when empty or blank", arguments: [nil, "", "  ", "\t"])
    func empty(value: String?) {
        let environment = environment(value)
        #expect(environment.string("V") == nil)
        #expect(environment.bool("V") == nil)
        #expect(environment.int("V") == nil)
        #expect(environment.list("V") == nil)
    }

    @Test(
        "are true only for the word true, in whatever case",
        arguments: [("true", true), ("TRUE", true), (" True ", true), ("false", false), ("1", false), ("yes", false)])
    func booleans(text: String, expected: Bool) {
        #expect(environment(text).bool("V") == expected)
    }

    @Test("count as unset when they are no number of the range", arguments: ["x", "1.5", "-1", "11", "1e3", "0x1"])
    func badNumbers(text: String) {
        #expect(environment(text).int("V", in: 0...10) == nil)
    }

    @Test("are durations in whole milliseconds, never negative")
    func durations() {
        #expect(environment("1500").milliseconds("V") == .milliseconds(1_500))
        #expect(environment("0").milliseconds("V") == .zero)
        #expect(environment("-5").milliseconds("V") == nil)
    }

    @Test("are words in whatever case, and unset when the word is unknown")
    func words() {
        #expect(environment("GZip").choice("V", of: ["gzip": 1]) == 1)
        #expect(environment("zstd").choice("V", of: ["gzip": 1]) == nil)
    }

    @Test(
        "are lists of known words, each once and in order, and unset when none is known",
        arguments: [
            ("a,b", [1, 2]), (" B , a,b,,", [2, 1]), ("a,x", [1]), ("x", nil), (",,", nil),
        ] as [(String, [Int]?)])
    func lists(text: String, expected: [Int]?) {
        #expect(environment(text).choices("V", of: ["a": 1, "b": 2]) == expected)
    }

    @Test("are all listed once, with a meaning")
    func table() {
        let names = TelemetryEnvironment.variables.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(TelemetryEnvironment.variables.allSatisfy { !$0.meaning.isEmpty })
    }
}

@Suite("OTEL_PROPAGATORS")
struct PropagatorVariableTests {
    @Test(
        "chooses the formats",
        arguments: [
            ("tracecontext,baggage", W3CPropagator()),
            ("baggage,BAGGAGE", W3CPropagator(includesTraceContext: false)),
            ("tracecontext", W3CPropagator(includesBaggage: false)),
            ("none", W3CPropagator(includesTraceContext: false, includesBaggage: false)),
            ("b3,tracecontext", W3CPropagator(includesBaggage: false)),
            ("none,tracecontext", W3CPropagator(includesBaggage: false)),
            ("b3multi,xray", nil), ("", nil),
        ] as [(String, W3CPropagator?)])
    func formats(text: String, expected: W3CPropagator?) {
        #expect(TelemetryEnvironment(["OTEL_PROPAGATORS": text]).propagator() == expected)
    }
}

@Suite("OTEL_LOG_LEVEL")
struct LogLevelTests {
    @Test(
        "is the least that is reported",
        arguments: [
            ("none", []), ("OFF", []), ("error", [.error]), ("warn", [.warning, .error]),
            ("info", [.info, .warning, .error]), ("debug", [.debug, .info, .warning, .error]),
            ("chatty", [.info, .warning, .error]), (nil, [.info, .warning, .error]),
        ] as [(String?, [Diagnostics.Level])])
    func levels(word: String?, expected: [Diagnostics.Level]) {
        let threshold = ReportThreshold.initial(word)
        #expect([Diagnostics.Level.debug, .info, .warning, .error].filter(threshold.admits) == expected)
    }

    @Test("is set by an environment in code, but not over code")
    func precedence() throws {
        let level = try #require(ReportThreshold.level(in: TelemetryEnvironment(["OTEL_LOG_LEVEL": "error"])))
        var fromStart = ReportThreshold.initial(nil)
        fromStart.adopt(level)
        #expect(fromStart.level == .error)
        var fromCode = ReportThreshold(level: .info, isSetByCode: true)
        fromCode.adopt(level)
        #expect(fromCode.level == .info)
    }

    @Test("without meaning is no level")
    func unknown() {
        #expect(ReportThreshold.level(in: TelemetryEnvironment(["OTEL_LOG_LEVEL": "chatty"])) == nil)
    }
}
