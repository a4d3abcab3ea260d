// SPDX-License-Identifier: MIT
import GenAICore

/// The limits of a span. Parts that exceed a limit are dropped and counted.
///
/// The essential attributes of an LLM span (identity, model, usage, cost) are kept even at the limit.
///
/// Source: OpenTelemetry trace SDK, SpanLimits.
public struct SpanLimits: Sendable, Hashable {
    /// The number of attributes. Default: 128; `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, or else `OTEL_ATTRIBUTE_COUNT_LIMIT`.
    public var attributeCount: Int
    /// The number of characters of a text value; longer ones are cut. Default: no limit;
    /// `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, or else `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`.
    public var attributeValueLength: Int?
    /// The nesting of arrays and maps; deeper ones are replaced by an empty value. Default: 64.
    public var attributeValueDepth = 64
    /// The number of events. Default: 128; `OTEL_SPAN_EVENT_COUNT_LIMIT`.
    public var eventCount: Int
    /// The number of links. Default: 128; `OTEL_SPAN_LINK_COUNT_LIMIT`.
    public var linkCount: Int
    /// The number of attributes of an event. Default: 128; `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`.
    public var eventAttributeCount: Int
    /// The number of attributes of a link. Default: 128; `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT`.
    public var linkAttributeCount: Int

    /// Creates the default limits, which environment variables override.
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

/// The limits of a log record's attributes. The body has no limit.
///
/// Source: OpenTelemetry logs SDK, LogRecordLimits.
public struct LogRecordLimits: Sendable, Hashable {
    /// The number of attributes. Default: 128; `OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT`, or else
    /// `OTEL_ATTRIBUTE_COUNT_LIMIT`.
    public var attributeCount: Int
    /// The number of characters of a text value; longer ones are cut. Default: no limit;
    /// `OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT`, or else `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`.
    public var attributeValueLength: Int?
    /// The nesting of arrays and maps; deeper ones are replaced by an empty value. Default: 64.
    public var attributeValueDepth = 64

    /// Creates the default limits, which environment variables override.
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
    /// The limits without the length of texts, which are cut later.
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
