// SPDX-License-Identifier: MIT

extension FinishReason {
    /// An array of one value, such as the reason why an answer ended.
    ///
    /// The reasons that nearly all answers have are literals in the program and allocate nothing.
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
