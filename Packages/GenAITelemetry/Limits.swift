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

/// What holds for the attributes of a span, an event, a link or a log record.
struct AttributeLimits {
    let count: Int
    let length: Int
    let depth: Int
}

extension SpanLimits {
    var forSpan: AttributeLimits { limits(attributeCount) }
    var forEvents: AttributeLimits { limits(eventAttributeCount) }
    var forLinks: AttributeLimits { limits(linkAttributeCount) }

    private func limits(_ count: Int) -> AttributeLimits {
        AttributeLimits(count: count, length: attributeValueLength ?? .max, depth: attributeValueDepth)
    }
}

extension LogRecordLimits {
    var forRecord: AttributeLimits {
        AttributeLimits(count: attributeCount, length: attributeValueLength ?? .max, depth: attributeValueDepth)
    }
}

extension OwnAttributes {
    /// Sets a value within limits; a new name beyond the count is refused.
    ///
    /// - Returns: Whether the value was refused at the limit.
    @inline(__always)
    mutating func setLimited(_ new: consuming NewAttribute, _ limits: AttributeLimits) -> Bool {
        guard new.isNamed, let byteCount = new.byteCount, byteCount <= limits.length else {
            return setUnusual(new.name, new.value, limits)
        }
        return !set(new, limit: limits.count, exempting: isCore)
    }

    @inline(never)
    private mutating func setUnusual(
        _ name: consuming AttributeName, _ value: consuming AttributeValue, _ limits: AttributeLimits
    ) -> Bool {
        if case .null = value { return false }
        guard !name.text.isEmpty else { return false }
        if !value.isShortList(limits), value.exceeds(limits) { value = value.limited(limits) }
        return !set(NewAttribute(name, value), limit: limits.count, exempting: isCore)
    }

    /// Changes the attributes and brings them within limits.
    ///
    /// - Returns: How many were refused.
    mutating func update(_ limits: AttributeLimits, _ change: (inout Attributes) -> Void) -> Int {
        var attributes = take()
        change(&attributes)
        let droppedCount = attributes.limit(limits)
        self = OwnAttributes(attributes)
        return droppedCount
    }
}

extension Attributes {
    /// Brings the attributes within limits.
    ///
    /// - Returns: How many were refused.
    @inline(__always)
    mutating func limit(_ limits: AttributeLimits) -> Int {
        mayExceed(limits) ? cut(limits) : 0
    }

    @inline(never)
    private mutating func cut(_ limits: AttributeLimits) -> Int {
        let dropped: Int
        (self, dropped) = limited(limits)
        return dropped
    }

    /// The attributes within limits, and how many were refused.
    func limited(_ limits: AttributeLimits) -> (attributes: Attributes, dropped: Int) {
        guard mayExceed(limits) else { return (self, 0) }
        var kept = OwnAttributes(Attributes())
        var dropped = 0
        for attribute in self where kept.setLimited(NewAttribute(attribute), limits) {
            dropped += 1
        }
        return (kept.take(), dropped)
    }
}

extension Attributes {
    /// Whether the attributes have to be gone through; mostly said without a look at them.
    ///
    /// - Parameter heldCount: How many attributes there are beside these.
    @inline(__always)
    func mayExceed(_ limits: AttributeLimits, besides heldCount: Int = 0) -> Bool {
        if count + heldCount > limits.count { return true }
        return (hasNested || limits.length != .max || limits.depth < 1) && holdsExceeding(limits)
    }

    private func holdsExceeding(_ limits: AttributeLimits) -> Bool {
        var exceeds = false
        withRuns { run in
            for index in run.indices
            where !run[index].value.isShort(limits) && run[index].value.exceeds(limits) { exceeds = true }
        }
        return exceeds
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
    /// Whether the value has to be changed to fit; the depth of the value itself is `depth`.
    fileprivate func exceeds(_ limits: AttributeLimits, depth: Int = 1) -> Bool {
        switch self {
        case .string(let text): text.utf8.count > limits.length
        case .bytes(let bytes): bytes.count > limits.length
        case .array(let values): depth > limits.depth || values.contains { $0.exceeds(limits, depth: depth + 1) }
        case .map(let attributes):
            depth > limits.depth || attributes.contains { $0.value.exceeds(limits, depth: depth + 1) }
        case .bool, .int, .double, .null: false
        }
    }

    /// The value with texts and bytes cut to a number of characters or bytes, within arrays and maps as well, and without
    /// the arrays and maps that lie too deep.
    fileprivate func limited(_ limits: AttributeLimits, depth: Int = 1) -> AttributeValue {
        switch self {
        case .string(let text):
            guard text.utf8.count > limits.length else { return self }
            return .string(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limits.length))))
        case .bytes(let bytes):
            return .bytes(Array(bytes.prefix(limits.length)))
        case .array, .map:
            guard depth <= limits.depth else { return .null }
            return limitedElements(limits, depth: depth + 1)
        case .bool, .int, .double, .null: return self
        }
    }

    private func limitedElements(_ limits: AttributeLimits, depth: Int) -> AttributeValue {
        switch self {
        case .array(let values): return .array(values.map { $0.limited(limits, depth: depth) })
        case .map(let attributes):
            var limited = Attributes()
            limited.append(
                unique: attributes.map { Attribute(key: $0.key, value: $0.value.limited(limits, depth: depth)) })
            return .map(limited)
        default: return self
        }
    }
}

extension AttributeValue {
    /// Whether the value is a text, number or truth value within the limits, as nearly all values are.
    @inline(__always)
    fileprivate func isShort(_ limits: AttributeLimits) -> Bool {
        if let plainByteCount { plainByteCount <= limits.length } else { false }
    }

    /// Whether the value is an array of texts, numbers and truth values within the limits, as nearly all arrays are.
    @inline(__always)
    fileprivate func isShortList(_ limits: AttributeLimits) -> Bool {
        guard case .array(let values) = self, limits.depth > 0 else { return false }
        for index in values.indices where !values[index].isShort(limits) { return false }
        return true
    }
}
