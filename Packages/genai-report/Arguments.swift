// SPDX-License-Identifier: MIT
import GenAICore
import GenAIReport

/// The parsed command line.
struct Arguments {
    /// The output format of the report.
    enum Form { case page, text, json }

    /// An error in the command line.
    struct Misuse: Error {
        var message: String
    }

    var files: [String] = []
    var form: Form?
    var output: String?
    var conversation: String?
    var groupings: [ReportGrouping] = []
    var since: UnixNanoseconds?
    var until: UnixNanoseconds?
    var title: String?
    var prices: String?
    var rows = 20
    var maxConversations: Int?
    var maxMegabytes: Int?
    var watches = false
    var wantsHelp = false
    var wantsVersion = false

    init(_ words: some Sequence<String>, now: UnixNanoseconds) throws(Misuse) {
        var words = Array(words)[...]
        var onlyFiles = false
        while let word = words.popFirst() {
            if onlyFiles || word == "-" || !word.hasPrefix("-") {
                files.append(word)
                continue
            }
            if word == "--" {
                onlyFiles = true
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            try read(parts[0], given: parts.count > 1 ? parts[1] : nil, &words, now)
        }
        try check()
    }

    private mutating func read(
        _ option: String, given: String?, _ words: inout ArraySlice<String>, _ now: UnixNanoseconds
    ) throws(Misuse) {
        func value() throws(Misuse) -> String {
            if let given { return given }
            guard let next = words.popFirst(), next == "-" || !next.hasPrefix("-") else {
                throw Misuse(message: "\(option) needs a value")
            }
            return next
        }
        func whole() throws(Misuse) -> Int {
            let text = try value()
            guard let number = Int(text), number > 0 else {
                throw Misuse(message: "\(option) needs a positive integer, not '\(text)'")
            }
            return number
        }
        switch option {
        case "-o", "--output": output = try value()
        case "--text": form = .text
        case "--json": form = .json
        case "--html": form = .page
        case "--conversation": conversation = try value()
        case "--by": groupings += try value().split(separator: ",").map { ReportGrouping(String($0)) }
        case "--since": since = try TimeArgument.parse(try value(), option, now)
        case "--until": until = try TimeArgument.parse(try value(), option, now)
        case "--title": title = try value()
        case "--prices": prices = try value()
        case "--rows": rows = try whole()
        case "--max-conversations": maxConversations = try whole()
        case "--max-megabytes": maxMegabytes = try whole()
        case "--watch": watches = true
        case "-h", "--help": wantsHelp = true
        case "--version": wantsVersion = true
        default: throw Misuse(message: "unknown option '\(option)'")
        }
    }

    private func check() throws(Misuse) {
        guard !wantsHelp, !wantsVersion else { return }
        guard !files.isEmpty else { throw Misuse(message: "no file is given; '-' reads standard input") }
        if watches, files.contains("-") {
            throw Misuse(message: "--watch needs files: standard input cannot be read twice")
        }
        if watches, chosenForm == .json { throw Misuse(message: "--watch writes a page or text, not --json") }
        if let since, let until, since >= until { throw Misuse(message: "--since is not before --until") }
    }

    /// The output format: a page if a file for one is given, otherwise text.
    var chosenForm: Form {
        form ?? (output.map { $0.hasSuffix(".json") ? .json : $0.hasSuffix(".txt") ? .text : .page } ?? .text)
    }
}

/// A time on the command line: a period before now, such as `7d`, or a date.
enum TimeArgument {
    /// Parses `90s`, `30m`, `12h`, `7d`, `4w`, or `2026-11-29` and `2026-11-29T08:30:00Z` in UTC.
    static func parse(
        _ text: String, _ option: String, _ now: UnixNanoseconds
    ) throws(Arguments.Misuse) -> UnixNanoseconds {
        let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        if let last = text.last, let unit = units[last], let count = UInt64(text.dropLast()), count < 1_000_000 {
            let ago = count * unit * 1_000_000_000
            return now > ago ? now - ago : 0
        }
        if let date = parse(date: text) { return date }
        throw Arguments.Misuse(
            message: "\(option) needs an age such as 7d, 12h or 30m, or a date such as 2026-11-29, not '\(text)'")
    }

    private static func parse(date text: String) -> UnixNanoseconds? {
        let halves = text.split(separator: "T", maxSplits: 1)
        guard let day = halves.first.map({ $0.split(separator: "-").compactMap { Int($0) } }), day.count == 3,
            (1970...2200).contains(day[0]), (1...12).contains(day[1]), (1...31).contains(day[2])
        else { return nil }
        var seconds = days(day[0], day[1], day[2]) * 86_400
        if halves.count == 2 {
            let clock = halves[1].filter { $0 != "Z" }.split(separator: ":").compactMap { Int($0) }
            guard (2...3).contains(clock.count), clock[0] < 24, clock[1] < 60 else { return nil }
            seconds += clock[0] * 3_600 + clock[1] * 60 + (clock.count > 2 ? min(clock[2], 59) : 0)
        }
        return UInt64(seconds) * 1_000_000_000
    }

    /// Returns the days since 1970. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    /// `days_from_civil`.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
