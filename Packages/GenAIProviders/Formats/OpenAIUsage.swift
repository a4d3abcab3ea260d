// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// The usage of OpenAI's APIs and of compatible ones.
///
/// Totals include their parts. Source for the location: Groq API reference, `x_groq`.
enum OpenAIUsage {
    /// Finds the usage of a body or an event in any of the locations that providers use.
    static func find(in value: WireValue) -> WireValue? {
        let usage = value["usage"] ?? value["x_groq"]?["usage"] ?? value["choices"]?.elements.first?["usage"]
        return usage?.isObject == true ? usage : nil
    }

    /// Reads a usage object by the rules that all readers of this format share.
    static func read(_ usage: WireValue) -> TokenUsage? {
        let counts = UsageReading(usage).tokenUsage
        return counts.isEmpty ? nil : counts
    }
}

extension WireValue: JSONTree {
    var intValue: Int? { int }
    var doubleValue: Double? { double }
    var stringValue: String? { string }
    var boolValue: Bool? { bool }
}

/// The errors of OpenAI's APIs and of compatible ones.
enum OpenAIFailure {
    /// Finds an error object in any of the locations that providers use.
    static func find(in value: WireValue) -> ProviderFailure? {
        guard let error = value["error"], error != .bool(false) else { return nil }
        let type =
            error["code"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? error["type"]?.nonEmptyString
            ?? error["status"]?.nonEmptyString ?? error["code"]?.identifier
        return ProviderFailure(type: type ?? "_OTHER", message: error["message"]?.string ?? error.string)
    }
}
