// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// OTLP/JSON, opentelemetry-proto 1.10.0: proto3 JSON with lowerCamelCase names, except that identifiers are hexadecimal
// and enums are numbers. 64-bit integers are decimal text. Fields with default values are left out.

extension JSONWriter {
    /// Writes an `ExportTraceServiceRequest`.
    mutating func traces(_ batch: ArraySlice<SpanData>) {
        groups(batch, outer: "resourceSpans", inner: "scopeSpans", items: "spans") { $0.span($1) }
    }

    /// Writes an `ExportLogsServiceRequest`.
    mutating func logs(_ batch: ArraySlice<LogRecordData>) {
        groups(batch, outer: "resourceLogs", inner: "scopeLogs", items: "logRecords") { $0.logRecord($1) }
    }

    mutating func groups<Item: Grouped>(
        _ batch: ArraySlice<Item>, outer: StaticString, inner: StaticString, items: StaticString,
        _ write: (inout JSONWriter, Item) -> Void
    ) {
        object { request in
            request.list(outer, grouped(batch)) { writer, group in
                writer.field("resource")
                writer.object { $0.attributes(group.resource.attributes) }
                writer.list(inner, group.scopes) { writer, group in
                    writer.scope(group.scope)
                    writer.field(items)
                    writer.array { array in
                        for position in group.positions { write(&array, batch[position]) }
                    }
                    writer.text("schemaUrl", group.scope.schemaURL ?? "")
                }
                writer.text("schemaUrl", group.resource.schemaURL ?? "")
            }
        }
    }

    // MARK: - common.proto

    private mutating func scope(_ scope: InstrumentationScope) {
        field("scope")
        object { object in
            object.text("name", scope.name)
            object.text("version", scope.version ?? "")
            object.attributes(scope.attributes)
        }
    }

    mutating func attributes(_ attributes: Attributes, name: StaticString = "attributes") {
        list(name, attributes) { $0.keyValue($1, levels: nestingLimit) }
    }

    private mutating func keyValue(_ attribute: Attribute, levels: Int) {
        field("key")
        string(attribute.key)
        field("value")
        anyValue(attribute.value, levels: levels)
    }

    private mutating func anyValue(_ value: AttributeValue, levels: Int = nestingLimit) {
        object { object in
            switch value {
            case .string(let text):
                object.field("stringValue")
                object.string(text)
            case .bool(let flag):
                object.field("boolValue")
                object.bool(flag)
            case .int(let number):
                object.field("intValue")
                object.quoted(number)
            case .double(let number):
                object.field("doubleValue")
                object.double(number)
            case .bytes(let data):
                object.field("bytesValue")
                object.base64(data)
            case .null: break
            case .array, .map: object.nestedValue(value, levels: levels)
            }
        }
    }

    private mutating func nestedValue(_ value: AttributeValue, levels: Int) {
        if levels == 0 {
            field("stringValue")
            string(value.jsonText)
        } else if case .array(let elements) = value {
            field("arrayValue")
            object { object in
                guard !elements.isEmpty else { return }
                object.field("values")
                object.array { array in
                    for element in elements { array.anyValue(element, levels: levels - 1) }
                }
            }
        } else if case .map(let entries) = value {
            field("kvlistValue")
            object { object in
                object.list("values", entries) { $0.keyValue($1, levels: levels - 1) }
            }
        }
    }

    // MARK: - trace.proto

    private mutating func span(_ span: SpanData) {
        object { object in
            object.identifiers(span.context)
            object.text("traceState", span.context.traceState.description)
            if let parent = span.parent { object.spanID("parentSpanId", parent.spanID) }
            object.number("flags", spanFlags(span.context.flags, isRemote: span.parent?.isRemote ?? false))
            object.text("name", span.name)
            object.number("kind", UInt32(span.kind.rawValue))
            object.time("startTimeUnixNano", span.startNanoseconds)
            object.time("endTimeUnixNano", span.endNanoseconds)
            object.attributes(span.attributes)
            object.number("droppedAttributesCount", wireCount(span.droppedAttributesCount))
            object.list("events", span.events) { $0.event($1) }
            object.number("droppedEventsCount", wireCount(span.droppedEventsCount))
            object.list("links", span.links) { $0.link($1) }
            object.number("droppedLinksCount", wireCount(span.droppedLinksCount))
            object.status(span.status)
        }
    }

    private mutating func event(_ event: TraceSpan.Event) {
        time("timeUnixNano", event.nanoseconds)
        text("name", event.name)
        attributes(event.attributes)
        number("droppedAttributesCount", wireCount(event.droppedAttributesCount))
    }

    private mutating func link(_ link: TraceSpan.Link) {
        identifiers(link.context)
        text("traceState", link.context.traceState.description)
        attributes(link.attributes)
        number("droppedAttributesCount", wireCount(link.droppedAttributesCount))
        number("flags", spanFlags(link.context.flags, isRemote: link.context.isRemote))
    }

    private mutating func status(_ status: TraceSpan.Status) {
        guard status != .unset else { return }
        field("status")
        object { object in
            if case .error(let description) = status {
                object.text("message", description)
                object.number("code", 2)
            } else {
                object.number("code", 1)
            }
        }
    }

    // MARK: - logs.proto

    private mutating func logRecord(_ record: LogRecordData) {
        object { object in
            object.time("timeUnixNano", record.nanoseconds ?? 0)
            object.time("observedTimeUnixNano", record.observedNanoseconds ?? 0)
            object.number("severityNumber", UInt32(record.severity?.rawValue ?? 0))
            object.text("severityText", record.severityText ?? "")
            if let body = record.body {
                object.field("body")
                object.anyValue(body)
            }
            object.attributes(record.attributes)
            object.number("droppedAttributesCount", wireCount(record.droppedAttributesCount))
            if let context = record.spanContext {
                object.number("flags", UInt32(context.flags.rawValue))
                object.identifiers(context)
            }
            object.text("eventName", record.eventName ?? "")
        }
    }
}

// MARK: - Fields that are left out when they have their default value

extension JSONWriter {
    /// Writes an array of objects; the closure writes the members of each.
    mutating func list<Element>(
        _ name: StaticString, _ elements: some Collection<Element>, _ write: (inout JSONWriter, Element) -> Void
    ) {
        guard !elements.isEmpty else { return }
        field(name)
        array { array in
            for element in elements { array.object { write(&$0, element) } }
        }
    }

    mutating func text(_ name: StaticString, _ text: String) {
        guard !text.isEmpty else { return }
        field(name)
        string(text)
    }

    mutating func number(_ name: StaticString, _ number: UInt32) {
        guard number != 0 else { return }
        field(name)
        int(number)
    }

    mutating func time(_ name: StaticString, _ nanoseconds: UnixNanoseconds) {
        guard nanoseconds != 0 else { return }
        field(name)
        quoted(nanoseconds)
    }

    mutating func identifiers(_ context: SpanContext) {
        traceID("traceId", context.traceID)
        spanID("spanId", context.spanID)
    }

    mutating func traceID(_ name: StaticString, _ id: TraceID) {
        guard id.isValid else { return }
        field(name)
        hex(id.high, id.low)
    }

    mutating func spanID(_ name: StaticString, _ id: SpanID) {
        guard id.isValid else { return }
        field(name)
        hex(id.rawValue)
    }
}
