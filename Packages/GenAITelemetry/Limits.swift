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
    /// How deep arrays and maps may lie in each other; deeper ones are replaced by an empty value. Default 64.
    public var attributeValueDepth = 64
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
    /// How deep arrays and maps may lie in each other; deeper ones are replaced by an empty value. Default 64.
    public var attributeValueDepth = 64

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

extension AttributeLimits {
    /// The limits without a length: texts are cut later.
    var withoutLength: AttributeLimits { AttributeLimits(count: count, valueLength: nil, depth: depth) }
}

extension SpanLimits {
    var forSpan: AttributeLimits { limits(attributeCount) }
    var forEvents: AttributeLimits { limits(eventAttributeCount) }
    var forLinks: AttributeLimits { limits(linkAttributeCount) }

    private func limits(_ count: Int) -> AttributeLimits {
        AttributeLimits(count: count, valueLength: attributeValueLength, depth: attributeValueDepth)
    }
}

extension LogRecordLimits {
    var forRecord: AttributeLimits {
        AttributeLimits(count: attributeCount, valueLength: attributeValueLength, depth: attributeValueDepth)
    }
}
