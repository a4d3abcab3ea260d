// SPDX-License-Identifier: MIT

/// A rule that changes how the measurements of some instruments become metrics.
///
/// All views that match an instrument apply, and each creates a metric of its own. An instrument without a matching
/// view is collected unchanged.
///
/// Source: OpenTelemetry metrics SDK, View.
public struct MetricView: Sendable, Hashable {
    /// The conditions that an instrument must meet. Conditions that are `nil` are ignored.
    public struct Selector: Sendable, Hashable {
        /// The instrument's name in any letter case; `*` stands for any characters and `?` for one.
        public var name: String?
        /// The kind of instrument.
        public var kind: InstrumentKind?
        /// The instrument's unit.
        public var unit: String?
        /// The name of the meter's library.
        public var meterName: String?
        /// The version of the meter's library.
        public var meterVersion: String?
        /// The schema URL of the meter.
        public var meterSchemaURL: String?

        /// Creates a selector.
        public init(
            name: String? = nil, kind: InstrumentKind? = nil, unit: String? = nil, meterName: String? = nil,
            meterVersion: String? = nil, meterSchemaURL: String? = nil
        ) {
            self.name = name
            self.kind = kind
            self.unit = unit
            self.meterName = meterName
            self.meterVersion = meterVersion
            self.meterSchemaURL = meterSchemaURL
        }
    }

    /// The instruments that the view applies to.
    public var selector: Selector
    /// The metric's name; `nil` keeps the instrument's. Ignored with a warning if the selector may match several
    /// instruments, whose metrics would then have the same name.
    public var name: String?
    /// The metric's description; `nil` keeps the instrument's.
    public var description: String?
    /// The filter for attributes that distinguish series; `nil` means all.
    public var attributes: AttributeFilter?
    /// The aggregation; `nil` means the reader's choice.
    public var aggregation: MetricAggregation?
    /// The maximum number of series; `nil` means the provider's limit.
    public var cardinalityLimit: Int?

    /// Creates a view.
    public init(
        _ selector: Selector, name: String? = nil, description: String? = nil, attributes: AttributeFilter? = nil,
        aggregation: MetricAggregation? = nil, cardinalityLimit: Int? = nil
    ) {
        self.selector = selector
        self.name = name
        self.description = description
        self.attributes = attributes
        self.aggregation = aggregation
        self.cardinalityLimit = cardinalityLimit
    }
}

extension MetricView.Selector {
    /// Indicates whether the name condition may match instruments with different names.
    var matchesManyNames: Bool {
        guard let name else { return true }
        return name.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    }

    func matches(_ instrument: InstrumentDescriptor, scope: InstrumentationScope) -> Bool {
        (name.map { wildcard($0.lowercased(), matches: instrument.key) } ?? true)
            && (kind ?? instrument.kind) == instrument.kind
            && (unit ?? instrument.unit) == instrument.unit
            && (meterName ?? scope.name) == scope.name
            && (meterVersion == nil || meterVersion == scope.version)
            && (meterSchemaURL == nil || meterSchemaURL == scope.schemaURL)
    }
}

/// Returns whether a text matches a pattern in which `*` stands for any bytes and `?` for one.
func wildcard(_ pattern: String, matches text: String) -> Bool {
    let pattern = Array(pattern.utf8)
    let text = Array(text.utf8)
    var (position, inText) = (0, 0)
    var retry: (position: Int, inText: Int)?
    while inText < text.count {
        if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
            position += 1
            retry = (position, inText)
        } else if position < pattern.count, pattern[position] == text[inText] || pattern[position] == UInt8(ascii: "?")
        {
            position += 1
            inText += 1
        } else if let last = retry {
            // Extend the match of the last star by one byte.
            retry = (last.position, last.inText + 1)
            (position, inText) = (last.position, last.inText + 1)
        } else {
            return false
        }
    }
    return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
}
