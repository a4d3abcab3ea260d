// SPDX-License-Identifier: MIT
import GenAICore

/// How much a span may hold. What exceeds a limit is refused and counted.
///
/// The attributes an LLM span is nothing without (identity, model, usage, cost) fit even at the limit.
///
/// Source: OpenTelemetry trace SDK, SpanLimits.
public struct SpanLimits: Sendable, Hashable {
    /// Attributes per span. Default 128, `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, then `OTEL_ATTRIBUTE_COUNT_LIMIT`.
    public var attributeCount: Int
    /// Characters per text value; longer ones are cut. Default no limit, `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`,
    /// then `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`.
    public var attributeValueLength: Int?
    /// Events per span. Default 128, `OTEL_SPAN_EVENT_COUNT_LIMIT`.
    public var eventCount: Int
    /// Links per span. Default 128, `OTEL_SPAN_LINK_COUNT_LIMIT`.
    public var linkCount: Int
    /// Attributes per event. Default 128, `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`.
    public var eventAttributeCount: Int
    /// Attributes per link. Default 128, `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT`.
    public var linkAttributeCount: Int

    /// Creates the default limits, changed by environment variables where they are set.
    public init(environment: TelemetryEnvironment = TelemetryEnvironment([:])) {
        attributeCount =
            environment.int("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT") ?? environment.int("OTEL_ATTRIBUTE_COUNT_LIMIT") ?? 128
        attributeValueLength =
            environment.int("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT")
            ?? environment.int("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT")
        eventCount = environment.int("OTEL_SPAN_EVENT_COUNT_LIMIT") ?? 128
        linkCount = environment.int("OTEL_SPAN_LINK_COUNT_LIMIT") ?? 128
        eventAttributeCount = environment.int("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT") ?? 128
        linkAttributeCount = environment.int("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT") ?? 128
    }
}

/// How much a log record's attributes may hold; the body has no limit.
///
/// Source: OpenTelemetry logs SDK, LogRecordLimits.
public struct LogRecordLimits: Sendable, Hashable {
    /// Attributes per record. Default 128, `OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT`, then `OTEL_ATTRIBUTE_COUNT_LIMIT`.
    public var attributeCount: Int
    /// Characters per text value; longer ones are cut. Default no limit,
    /// `OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT`, then `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`.
    public var attributeValueLength: Int?

    /// Creates the default limits, changed by environment variables where they are set.
    public init(environment: TelemetryEnvironment = TelemetryEnvironment([:])) {
        attributeCount =
            environment.int("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT") ?? environment.int("OTEL_ATTRIBUTE_COUNT_LIMIT")
            ?? 128
        attributeValueLength =
            environment.int("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT")
            ?? environment.int("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT")
    }
}

extension Attributes {
    /// Sets a value within limits; a new name beyond the count is refused.
    ///
    /// - Returns: Whether the value was refused at the limit.
    mutating func setLimited(_ name: String, _ value: AttributeValue, count limit: Int, length: Int?) -> Bool {
        if case .null = value { return false }
        guard !name.isEmpty else { return false }
        let isKept = set(name, length == nil ? value : length.map(value.truncated) ?? value, limit: limit)
        return !isKept && !(isCore(name) && set(name, value, limit: .max))
    }

    /// The attributes within limits, and how many were refused.
    func limited(count limit: Int, length: Int?) -> (attributes: Attributes, dropped: Int) {
        guard count > limit || length != nil else { return (self, 0) }
        var kept = Attributes()
        var dropped = 0
        for attribute in self where kept.setLimited(attribute.key, attribute.value, count: limit, length: length) {
            dropped += 1
        }
        return (kept, dropped)
    }
}

/// Whether an attribute is one of those that dashboards cannot do without.
private func isCore(_ name: String) -> Bool {
    if name.hasPrefix("gen_ai.") {
        return !name.hasPrefix("gen_ai.prompt.") && !name.hasPrefix("gen_ai.completion.")
    }
    return name.hasPrefix("workflow.") || ["user.id", "error.type", "server.address", "server.port"].contains(name)
}

extension AttributeValue {
    /// The value with texts and bytes cut to a number of characters or bytes, within arrays and maps as well.
    func truncated(to length: Int) -> AttributeValue {
        switch self {
        case .string(let text) where text.utf8.count > length:
            return .string(String(String.UnicodeScalarView(text.unicodeScalars.prefix(length))))
        case .bytes(let bytes) where bytes.count > length:
            return .bytes(Array(bytes.prefix(length)))
        case .array(let values):
            return .array(values.map { $0.truncated(to: length) })
        case .map(let attributes):
            return .map(Attributes(attributes.map { Attribute(key: $0.key, value: $0.value.truncated(to: length)) }))
        default:
            return self
        }
    }
}
