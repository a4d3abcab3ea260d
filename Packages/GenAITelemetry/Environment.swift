// SPDX-License-Identifier: MIT
import GenAICore

/// Environment variables, read by the rules of the OpenTelemetry specification.
///
/// An empty value counts as unset. An invalid value is reported through ``Diagnostics`` and counts as unset.
/// ``variables`` lists the variables that the package reads. The specification's configuration file is not supported.
///
/// Source: OpenTelemetry environment variable specification.
public struct TelemetryEnvironment: Sendable {
    private let lookUp: @Sendable (String) -> String?

    /// The variables of this process.
    public static let process = TelemetryEnvironment(lookUp: environmentValue)

    /// Creates an environment from a dictionary, for tests and for programs with another source of settings.
    public init(_ values: [String: String]) {
        lookUp = { values[$0] }
    }

    private init(lookUp: @escaping @Sendable (String) -> String?) {
        self.lookUp = lookUp
    }

    /// Returns the environment without one variable.
    package func ignoring(_ name: String) -> TelemetryEnvironment {
        TelemetryEnvironment { [lookUp] in $0 == name ? nil : lookUp($0) }
    }

    /// Returns the value of a variable without surrounding white space; `nil` if it is unset or empty.
    public func string(_ name: String) -> String? {
        guard let text = lookUp(name)?.trimmed, !text.isEmpty else { return nil }
        return String(text)
    }

    /// Returns a Boolean: true only for `true` in any letter case. Any other value is false, with a warning unless it
    /// is `false`.
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

    /// Returns an integer within a range.
    public func int(_ name: String, in range: ClosedRange<Int> = 0...Int.max) -> Int? {
        guard let text = string(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            warn(name, text, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// Returns a number within a range.
    public func double(_ name: String, in range: ClosedRange<Double>) -> Double? {
        guard let text = string(name) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            warn(name, text, "is not a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// Returns a duration from an integer in milliseconds.
    public func milliseconds(_ name: String) -> Duration? {
        int(name, in: 0...Int(Int32.max)).map { .milliseconds($0) }
    }

    /// Returns the choice for one of several words, in any letter case.
    public func choice<Choice>(_ name: String, of choices: [String: Choice]) -> Choice? {
        guard let text = string(name) else { return nil }
        guard let choice = choices[text.lowercased()] else {
            warn(name, text, "is not one of \(choices.keys.sorted().joined(separator: ", "))")
            return nil
        }
        return choice
    }

    /// Returns the parts of a comma-separated list, without white space and empty parts; `nil` if there are none.
    public func list(_ name: String) -> [String]? {
        let parts = string(name)?.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
        return parts?.isEmpty == false ? parts : nil
    }

    /// Returns the choices for the known words of a comma-separated list, in any letter case and without repetitions;
    /// `nil` if there are none.
    ///
    /// - Parameter advice: Returns advice for a word that the specification defines but this package does not support.
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

    // Values of these variables are not secret; headers are not read with this function.
    private func warn(_ name: String, _ value: String, _ problem: String) {
        Diagnostics.report(.warning, "Environment", "\(name)=\(value) \(problem); it is ignored")
    }
}
