// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// The smaller messages of OTLP JSON. Ids are hexadecimal, numbers of 64 bits may be text.
extension JSONScanner {
    /// A string; `nil` for anything else.
    mutating func optionalString() throws(Broken) -> String? { try textOrScalar().map(string) }

    /// A whole number; `nil` for anything else.
    mutating func number() throws(Broken) -> Int64? { try textOrScalar().flatMap(integer) }

    /// A time in nanoseconds; `nil` for anything else and for zero.
    mutating func time() throws(Broken) -> UnixNanoseconds? {
        try textOrScalar().flatMap(unsigned).flatMap { $0 == 0 ? nil : $0 }
    }

    func traceID(_ text: Text?) -> TraceID? {
        guard let text, text.count == 32, let high = hexadecimal(text, at: 0), let low = hexadecimal(text, at: 16)
        else { return nil }
        let id = TraceID(high: high, low: low)
        return id.isValid ? id : nil
    }

    func spanID(_ text: Text?) -> SpanID? {
        guard let text, text.count == 16, let number = hexadecimal(text, at: 0), number != 0 else { return nil }
        return SpanID(rawValue: number)
    }

    /// Reads at another place and stays where it is.
    func at<Value>(
        _ place: Int?, _ read: (inout JSONScanner) throws(Broken) -> Value
    ) throws(Broken) -> Value? {
        guard let place else { return nil }
        var scanner = JSONScanner(bytes, at: place)
        return try read(&scanner)
    }

    /// A list of `KeyValue`.
    mutating func keyValues(levels: Int = deepestLevel) throws(Broken) -> Attributes {
        var attributes = Attributes()
        guard try enterArray() else { return attributes }
        while try nextElement() {
            var name: String?
            var value: AttributeValue?
            guard try enterObject() else { continue }
            while let key = try nextKey() {
                if matches(key, "key") {
                    name = try optionalString()
                } else if matches(key, "value") {
                    value = try anyValue(levels: levels)
                } else {
                    try skip()
                }
            }
            if let name { attributes[name] = value ?? .null }
        }
        return attributes
    }

    /// An `AnyValue`; what is nested too deep becomes `null`.
    mutating func anyValue(levels: Int = deepestLevel) throws(Broken) -> AttributeValue {
        var value = AttributeValue.null
        guard try enterObject() else { return value }
        while let key = try nextKey() {
            if matches(key, "stringValue") {
                value = try optionalString().map { .string($0) } ?? .null
            } else if matches(key, "intValue") {
                value = try number().flatMap { Int(exactly: $0) }.map { .int($0) } ?? .null
            } else if matches(key, "doubleValue") {
                value = try optionalString().flatMap { Double($0) }.map { .double($0) } ?? .null
            } else if matches(key, "boolValue") {
                value = try textOrScalar().map { .bool(matches($0, "true")) } ?? .null
            } else if matches(key, "bytesValue") {
                value = try optionalString().map { .string($0) } ?? .null
            } else if levels > 0, matches(key, "arrayValue") {
                value = .array(try listMember(levels: levels - 1))
            } else if levels > 0, matches(key, "kvlistValue") {
                value = .map(try mapMember(levels: levels - 1))
            } else {
                try skip()
            }
        }
        return value
    }

    private mutating func listMember(levels: Int) throws(Broken) -> [AttributeValue] {
        var elements: [AttributeValue] = []
        guard try enterObject() else { return elements }
        while let key = try nextKey() {
            guard matches(key, "values"), try enterArray() else {
                if !matches(key, "values") { try skip() }
                continue
            }
            while try nextElement() { elements.append(try anyValue(levels: levels)) }
        }
        return elements
    }

    private mutating func mapMember(levels: Int) throws(Broken) -> Attributes {
        var members = Attributes()
        guard try enterObject() else { return members }
        while let key = try nextKey() {
            if matches(key, "values") {
                members = try keyValues(levels: levels)
            } else {
                try skip()
            }
        }
        return members
    }

    mutating func spanEvents() throws(Broken) -> [SpanEvent] {
        var events: [SpanEvent] = []
        guard try enterArray() else { return events }
        while try nextElement() {
            var event = SpanEvent(name: "", nanoseconds: 0)
            guard try enterObject() else { continue }
            while let key = try nextKey() {
                if matches(key, "name") {
                    event.name = try optionalString() ?? ""
                } else if matches(key, "timeUnixNano") {
                    event.nanoseconds = try time() ?? 0
                } else if matches(key, "attributes") {
                    event.attributes = try keyValues()
                } else if matches(key, "droppedAttributesCount") {
                    event.droppedAttributesCount = Int(clamping: try number() ?? 0)
                } else {
                    try skip()
                }
            }
            events.append(event)
        }
        return events
    }

    mutating func spanLinks() throws(Broken) -> [SpanLink] {
        var links: [SpanLink] = []
        guard try enterArray() else { return links }
        while try nextElement() {
            var trace: TraceID?
            var span: SpanID?
            var attributes = Attributes()
            guard try enterObject() else { continue }
            while let key = try nextKey() {
                if matches(key, "traceId") {
                    trace = traceID(try textOrScalar())
                } else if matches(key, "spanId") {
                    span = spanID(try textOrScalar())
                } else if matches(key, "attributes") {
                    attributes = try keyValues()
                } else {
                    try skip()
                }
            }
            guard let trace, let span else { continue }
            links.append(SpanLink(context: SpanContext(traceID: trace, spanID: span), attributes: attributes))
        }
        return links
    }
}
