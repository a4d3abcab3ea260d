// SPDX-License-Identifier: MIT

/// The conventions' definition of a metric: everything needed to create its instrument.
///
/// The conventions' metrics are static members, for example ``genAIClientTokenUsage``.
public struct MetricDefinition: Sendable, Hashable {
    /// The kind of instrument that measures.
    public enum Kind: Sendable, Hashable {
        /// Sums what only grows.
        case counter
        /// Counts measurements by size.
        case histogram
    }

    /// The name on the wire, for example `gen_ai.client.token.usage`.
    public var name: String
    /// The kind of instrument.
    public var kind: Kind
    /// The unit in UCUM notation, for example `s`.
    public var unit: String
    /// The measured quantity, in one sentence.
    public var description: String
    /// Whether measurements are whole numbers.
    public var isInteger: Bool
    /// The upper bounds of a histogram's buckets, ascending; empty for counters and for a histogram that
    /// leaves them to the SDK.
    public var boundaries: [Double]

    /// Creates a definition for a metric the conventions do not have.
    public init(
        name: String, kind: Kind, unit: String, description: String, isInteger: Bool, boundaries: [Double] = []
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.description = description
        self.isInteger = isInteger
        self.boundaries = boundaries
    }
}
