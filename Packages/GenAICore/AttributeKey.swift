// SPDX-License-Identifier: MIT

/// The name of an attribute together with the type its value has.
///
/// The conventions' names are static members, for example `AttributeKey.genAIRequestModel`.
public struct AttributeKey<Value: AttributeValueConvertible>: Sendable, Hashable {
    /// The name on the wire, for example `gen_ai.request.model`.
    public let name: String

    /// Creates a key for a name the conventions do not have.
    @inlinable
    public init(_ name: String) {
        self.name = name
    }
}
