// SPDX-License-Identifier: MIT

/// The conventions' definition of a metric: everything needed to create its instrument.
///
/// The conventions' metrics are static members, for example ``genAIClientTokenUsage``.
public struct MetricDefinition: Sendable, Hashable {
    /// The kind of instrument for the measurements. New ones may appear in minor releases.
    public struct Kind: Sendable, Hashable {
        private enum Value { case counter, histogram }
        private let value: Value

        /// Sums increments that are never negative.
        public static let counter = Kind(value: .counter)
        /// Records the distribution of values.
        public static let histogram = Kind(value: .histogram)
    }

    /// The name on the wire, for example `gen_ai.client.token.usage`.
    public var name: String
    /// The kind of instrument.
    public var kind: Kind
    /// The unit in UCUM notation, for example `s`.
    public var unit: String
    /// The measured quantity, in one sentence.
    public var description: String
    /// Indicates whether measurements are integers.
    public var isInteger: Bool
    /// The upper bounds of a histogram's buckets, ascending; empty for counters and for a histogram with the SDK's
    /// default bounds.
    public var boundaries: [Double]

    /// Creates a definition for a metric that is not in the conventions.
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
