// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIPricing
import GenAIReport

/// One run of the command.
struct Command {
    private let words: [String]

    /// The exit code. 0: done. 1: a file cannot be read or written. 2: the command line is invalid. 3: nothing to show.
    enum Ending {
        static let done: Int32 = 0
        static let failed: Int32 = 1
        static let misused: Int32 = 2
        static let empty: Int32 = 3
    }

    init(_ words: some Sequence<String>) {
        self.words = Array(words)
    }

    /// Runs the command and returns the exit code.
    func run() -> Int32 {
        let arguments: Arguments
        do throws(Arguments.Misuse) {
            arguments = try Arguments(words, now: now())
        } catch {
            say("genai-report: \(error.message)\nTry: genai-report --help")
            return Ending.misused
        }
        if arguments.wantsHelp {
            print(Help.text)
            return Ending.done
        }
        if arguments.wantsVersion {
            print("genai-report \(packageVersion)")
            return Ending.done
        }
        return arguments.watches ? watch(arguments) : report(arguments)
    }

    private func report(_ arguments: Arguments) -> Int32 {
        do throws(ReportError) {
            return try write(try read(arguments), arguments, isLast: true)
        } catch {
            say("genai-report: \(error.message)")
            return Ending.failed
        }
    }

    // MARK: - Reading

    private func read(_ arguments: Arguments) throws(ReportError) -> Report {
        var options = Report.Options()
        options.groupings = arguments.groupings
        options.since = arguments.since
        options.until = arguments.until
        options.conversation = arguments.conversation
        options.keepsConversations = arguments.chosenForm == .page || arguments.conversation != nil
        if let most = arguments.maxConversations { options.maxConversations = most }
        if let most = arguments.maxMegabytes { options.maxBytes = most << 20 }
        options.prices = try prices(arguments)
        var report = Report(options)
        for file in arguments.files { try report.read(path: file) }
        return report
    }

    private func prices(_ arguments: Arguments) throws(ReportError) -> PriceBook {
        do throws(PriceFileError) {
            guard let path = arguments.prices else { return try .fromEnvironment() }
            return PriceBook(file: try PriceFile(path: path))
        } catch {
            throw ReportError(.unreadableFile, "the prices cannot be used: \(error.description)")
        }
    }

    // MARK: - Writing

    private func write(_ report: Report, _ arguments: Arguments, isLast: Bool) throws(ReportError) -> Int32 {
        guard report.input.lines > 0 else {
            let broken = report.input.brokenLines
            say("genai-report: no OTLP JSON found\(broken > 0 ? ": \(broken) lines are something else" : "")")
            return broken > 0 ? Ending.failed : Ending.empty
        }
        if report.input.brokenLines > 0, arguments.chosenForm != .text {
            say("genai-report: \(report.input.brokenLines) broken lines were skipped")
        }
        var ending = Ending.done
        switch arguments.chosenForm {
        case .page:
            let path = arguments.output ?? "report.html"
            try report.writePage(to: path, title: arguments.title ?? "", isLive: !isLast)
            if isLast { say("genai-report: \(path): \(summary(report))") }
        case .text:
            if let id = arguments.conversation, report.conversationText(id) == nil { ending = Ending.empty }
            try put(text(report, arguments), arguments)
        case .json: try put(report.json(conversation: arguments.conversation) + "\n", arguments)
        }
        return ending
    }

    private func text(_ report: Report, _ arguments: Arguments) -> String {
        guard let id = arguments.conversation else { return report.text(rows: arguments.rows) }
        return report.conversationText(id) ?? "There is no conversation '\(id)'.\n"
    }

    private func put(_ text: String, _ arguments: Arguments) throws(ReportError) {
        if let path = arguments.output, path != "-" {
            try Report.write(text, to: path)
        } else {
            FileHandle.standardOutput.write(Data(text.utf8))
        }
    }

    private func summary(_ report: Report) -> String {
        let totals = report.totals
        return "\(report.input.spans) spans, \(totals.modelCalls) calls to models, \(totals.cost) USD"
            + (totals.unpricedCalls > 0 ? ", \(totals.unpricedCalls) calls without a price" : "")
    }

    private func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    private func now() -> UnixNanoseconds { UInt64(Date().timeIntervalSince1970 * 1_000) * 1_000_000 }

    // MARK: - Watching

    /// Reads the files again whenever one has changed, until the process is interrupted.
    private func watch(_ arguments: Arguments) -> Int32 {
        var seen: [FileState] = []
        while true {
            let current = arguments.files.map { FileState(path: $0) }
            if current != seen {
                seen = current
                do throws(ReportError) {
                    if arguments.chosenForm == .text { FileHandle.standardOutput.write(Data("\u{1B}[2J\u{1B}[H".utf8)) }
                    _ = try write(try read(arguments), arguments, isLast: false)
                } catch {
                    say("genai-report: \(error.message)")
                }
            }
            Thread.sleep(forTimeInterval: 1)
        }
    }
}

/// The properties that show whether a file has changed.
private struct FileState: Equatable {
    var size: Int?
    var modified: Date?

    init(path: String) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        size = attributes?[.size] as? Int
        modified = attributes?[.modificationDate] as? Date
    }
}
