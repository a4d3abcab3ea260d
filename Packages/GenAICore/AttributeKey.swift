// SPDX-License-Identifier: MIT

/// The name of an attribute together with the type its value has.
///
/// The conventions' names are static members, for example `AttributeKey.genAIRequestModel`.
public struct AttributeKey<Value: AttributeValueConvertible>: Sendable, Hashable {
    @usableFromInline package let prepared: AttributeName

    /// The name on the wire, for example `gen_ai.request.model`.
    @inlinable
    public var name: String { prepared.text }

    /// Creates a key for a name the conventions do not have.
    @inlinable
    public init(_ name: consuming String) {
        prepared = AttributeName(name)
    }

    /// Creates a key of the conventions: the generator has worked out its identifier.
    @inlinable
    init(_ name: consuming String, _ id: UInt32) {
        prepared = AttributeName(name, NameID(bits: id))
    }
}
