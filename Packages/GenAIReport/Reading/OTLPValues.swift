// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// The smaller messages of OTLP JSON. Identifiers are hexadecimal, and 64-bit integers may be text.
extension JSONReader {
    /// Reads a list of `KeyValue`.
    mutating func keyValues(levels: Int = deepestLevel) throws(JSONSyntaxError) -> Attributes {
        var attributes = Attributes()
        guard try enterIfArray() else { return attributes }
        while try nextElement() {
            var key: String?
            var value: AttributeValue?
            guard try enterIfObject() else { continue }
            while let name = try nextMember() {
                switch name {
                case "key": key = try stringIfAny()
                case "value": value = try anyValue(levels: levels)
                default: try skipValue()
                }
            }
            if let key { attributes[key] = value ?? .null }
        }
        return attributes
    }

    /// Reads an `AnyValue`. Values that are nested too deep become `null`.
    mutating func anyValue(levels: Int = deepestLevel) throws(JSONSyntaxError) -> AttributeValue {
        var value = AttributeValue.null
        guard try enterIfObject() else { return value }
        while let name = try nextMember() {
            switch name {
            case "stringValue", "bytesValue": value = try stringIfAny().map { .string($0) } ?? .null
            case "intValue": value = try wholeIfAny().flatMap { Int(exactly: $0) }.map { .int($0) } ?? .null
            case "doubleValue": value = try doubleIfAny().map { .double($0) } ?? .null
            case "boolValue": value = try kind() == .bool ? .bool(try bool()) : try skippedValue()
            case "arrayValue" where levels > 0: value = .array(try listMember(levels: levels - 1))
            case "kvlistValue" where levels > 0: value = .map(try mapMember(levels: levels - 1))
            default: try skipValue()
            }
        }
        return value
    }

    private mutating func skippedValue() throws(JSONSyntaxError) -> AttributeValue {
        try skipValue()
        return .null
    }

    private mutating func listMember(levels: Int) throws(JSONSyntaxError) -> [AttributeValue] {
        var elements: [AttributeValue] = []
        guard try enterIfObject() else { return elements }
        while let name = try nextMember() {
            switch name {
            case "values":
                guard try enterIfArray() else { continue }
                while try nextElement() { elements.append(try anyValue(levels: levels)) }
            default: try skipValue()
            }
        }
        return elements
    }

    private mutating func mapMember(levels: Int) throws(JSONSyntaxError) -> Attributes {
        var members = Attributes()
        guard try enterIfObject() else { return members }
        while let name = try nextMember() {
            switch name {
            case "values": members = try keyValues(levels: levels)
            default: try skipValue()
            }
        }
        return members
    }

    /// Reads the attributes of an object and skips its other members.
    mutating func attributesMember() throws(JSONSyntaxError) -> Attributes {
        var attributes = Attributes()
        guard try enterIfObject() else { return attributes }
        while let name = try nextMember() {
            switch name {
            case "attributes": attributes = try keyValues()
            default: try skipValue()
            }
        }
        return attributes
    }

    /// Reads an `InstrumentationScope`, without its attributes.
    mutating func instrumentationScope() throws(JSONSyntaxError) -> InstrumentationScope {
        var scope = (name: "", version: String?.none)
        guard try enterIfObject() else { return InstrumentationScope(name: "") }
        while let name = try nextMember() {
            switch name {
            case "name": scope.name = try stringIfAny() ?? ""
            case "version": scope.version = try stringIfAny()
            default: try skipValue()
            }
        }
        return InstrumentationScope(name: scope.name, version: scope.version)
    }

    /// Reads a list of `Span.Event`.
    mutating func spanEvents() throws(JSONSyntaxError) -> [TraceSpan.Event] {
        var events: [TraceSpan.Event] = []
        guard try enterIfArray() else { return events }
        while try nextElement() {
            var event = TraceSpan.Event(name: "", nanoseconds: 0)
            guard try enterIfObject() else { continue }
            while let name = try nextMember() {
                switch name {
                case "name": event.name = try stringIfAny() ?? ""
                case "timeUnixNano": event.nanoseconds = try timeIfAny() ?? 0
                case "attributes": event.attributes = try keyValues()
                case "droppedAttributesCount": event.droppedAttributesCount = Int(clamping: try wholeIfAny() ?? 0)
                default: try skipValue()
                }
            }
            events.append(event)
        }
        return events
    }

    /// Reads a list of `Span.Link`. Links without valid identifiers are left out.
    mutating func spanLinks() throws(JSONSyntaxError) -> [TraceSpan.Link] {
        var links: [TraceSpan.Link] = []
        guard try enterIfArray() else { return links }
        while try nextElement() {
            var (trace, span): (TraceID?, SpanID?)
            var attributes = Attributes()
            guard try enterIfObject() else { continue }
            while let name = try nextMember() {
                switch name {
                case "traceId": trace = try textIfAny()?.traceID
                case "spanId": span = try textIfAny()?.spanID
                case "attributes": attributes = try keyValues()
                default: try skipValue()
                }
            }
            guard let trace, let span else { continue }
            links.append(TraceSpan.Link(context: SpanContext(traceID: trace, spanID: span), attributes: attributes))
        }
        return links
    }

    /// Reads a `LogRecordData`; `nil` if it belongs to no span.
    mutating func logRecord() throws(JSONSyntaxError) -> LogRecordData? {
        var record = LogRecordData()
        var (trace, span): (TraceID?, SpanID?)
        guard try enterIfObject() else { return nil }
        while let name = try nextMember() {
            switch name {
            case "timeUnixNano": record.nanoseconds = try timeIfAny()
            case "observedTimeUnixNano": record.observedNanoseconds = try timeIfAny()
            case "traceId": trace = try textIfAny()?.traceID
            case "spanId": span = try textIfAny()?.spanID
            case "eventName": record.eventName = try stringIfAny()
            case "body": record.body = try anyValue()
            case "attributes": record.attributes = try keyValues()
            default: try skipValue()
            }
        }
        guard let trace, let span else { return nil }
        record.spanContext = SpanContext(traceID: trace, spanID: span)
        return record
    }
}
