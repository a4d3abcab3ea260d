// SPDX-License-Identifier: MIT
import GenAICore

/// Environment variables, read by the rules of the OpenTelemetry specification.
///
/// Empty counts as unset. A value that cannot be understood is reported through ``Diagnostics`` and counts as unset.
/// ``variables`` lists what is read. The specification's configuration file is not supported.
///
/// Source: OpenTelemetry environment variable specification.
public struct TelemetryEnvironment: Sendable {
    private let lookUp: @Sendable (String) -> String?

    /// The variables of this process.
    public static let process = TelemetryEnvironment(lookUp: environmentValue)

    /// Takes the variables from a dictionary, for tests and for programs that configure themselves otherwise.
    public init(_ values: [String: String]) {
        lookUp = { values[$0] }
    }

    private init(lookUp: @escaping @Sendable (String) -> String?) {
        self.lookUp = lookUp
    }

    /// The environment without one variable.
    package func ignoring(_ name: String) -> TelemetryEnvironment {
        TelemetryEnvironment { [lookUp] in $0 == name ? nil : lookUp($0) }
    }

    /// The text of a variable without white space around it; `nil` when unset or empty.
    public func string(_ name: String) -> String? {
        guard let text = lookUp(name)?.trimmed, !text.isEmpty else { return nil }
        return String(text)
    }

    /// True only for `true` in whatever case; anything else is false, and a warning unless it is `false`.
    public func bool(_ name: String) -> Bool? {
        guard let text = string(name) else { return nil }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default:
            warn(name, text, "is neither true nor false and counts as false")
            return false
        }
    }

    /// A whole number within a range.
    public func int(_ name: String, in range: ClosedRange<Int> = 0...Int.max) -> Int? {
        guard let text = string(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            warn(name, text, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A number within a range.
    public func double(_ name: String, in range: ClosedRange<Double>) -> Double? {
        guard let text = string(name) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            warn(name, text, "is not a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A duration in whole milliseconds.
    public func milliseconds(_ name: String) -> Duration? {
        int(name, in: 0...Int(Int32.max)).map { .milliseconds($0) }
    }

    /// One of several words, in whatever case.
    public func choice<Choice>(_ name: String, of choices: [String: Choice]) -> Choice? {
        guard let text = string(name) else { return nil }
        guard let choice = choices[text.lowercased()] else {
            warn(name, text, "is not one of \(choices.keys.sorted().joined(separator: ", "))")
            return nil
        }
        return choice
    }

    /// The parts of a comma-separated list, without white space and without empty parts; `nil` when there are none.
    public func list(_ name: String) -> [String]? {
        let parts = string(name)?.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
        return parts?.isEmpty == false ? parts : nil
    }

    /// The known words of a comma-separated list, in whatever case, each once; `nil` when there are none.
    ///
    /// - Parameter advice: What to say about a word that means something elsewhere, but not here.
    public func choices<Choice: Hashable>(
        _ name: String, of choices: [String: Choice], advice: (String) -> String? = { _ in nil }
    ) -> [Choice]? {
        var chosen: [Choice] = []
        for word in list(name) ?? [] {
            if let choice = choices[word.lowercased()] {
                if !chosen.contains(choice) { chosen.append(choice) }
            } else {
                let known = "is not one of \(choices.keys.sorted().joined(separator: ", "))"
                warn(name, word, advice(word.lowercased()) ?? known)
            }
        }
        return chosen.isEmpty ? nil : chosen
    }

    // Values of these variables are no secrets; headers are not read through this.
    private func warn(_ name: String, _ value: String, _ problem: String) {
        Diagnostics.report(.warning, "Environment", "\(name)=\(value) \(problem); it is ignored")
    }
}
