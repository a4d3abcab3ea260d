// SPDX-License-Identifier: MIT

/// The name of an attribute, with the type of its value.
///
/// The conventions' names are static members, for example `AttributeKey.genAIRequestModel`.
public struct AttributeKey<Value: AttributeValueConvertible>: Sendable, Hashable {
    @usableFromInline package let prepared: AttributeName

    /// The name on the wire, for example `gen_ai.request.model`.
    @inlinable
    public var name: String { prepared.text }

    /// Creates a key for a name that is not in the conventions.
    @inlinable
    public init(_ name: consuming String) {
        prepared = AttributeName(name)
    }

    /// Creates a key of the conventions, with the identifier computed by the generator.
    @inlinable
    init(_ name: consuming String, _ id: UInt32) {
        prepared = AttributeName(name, NameID(bits: id))
    }
}
