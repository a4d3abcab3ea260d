// SPDX-License-Identifier: MIT

extension FinishReason {
    /// Returns an array of one value, such as a finish reason.
    ///
    /// The reasons of nearly all answers are literals in the program and need no allocation.
    @usableFromInline
    package static func list(of value: consuming AttributeValue) -> AttributeValue {
        switch value {
        case .string("stop"): .array([.string("stop")])
        case .string("tool_calls"): .array([.string("tool_calls")])
        case .string("length"): .array([.string("length")])
        default: .array([value])
        }
    }
}
