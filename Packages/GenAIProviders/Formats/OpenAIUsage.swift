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
    var arrayValue: [WireValue]? {
        if case .array(let elements, _) = self { elements } else { nil }
    }
    var memberCount: Int? {
        if case .object(let members) = self { members.count } else { nil }
    }
}

/// The errors of OpenAI's APIs and of compatible ones.
enum OpenAIFailure {
    /// Finds an error by the rule of ``ReportedError``.
    ///
    /// - Parameter members: The members of which an answer has at least one.
    static func find(in value: WireValue, members: [String]) -> ProviderFailure? {
        let isAnswer = members.contains { value[$0].isSubstantial }
        return ReportedError(in: value, isAnswer: isAnswer).map(failure)
    }

    /// Returns the failure with its most specific name: the code, unless that is a number and there is a type.
    static func failure(_ error: ReportedError<WireValue>) -> ProviderFailure {
        let code = error.code.flatMap { Int($0) == nil ? $0 : nil }
        return ProviderFailure(type: code ?? error.type ?? error.code ?? "_OTHER", message: error.message)
    }
}
