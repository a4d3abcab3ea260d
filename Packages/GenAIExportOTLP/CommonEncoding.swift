// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// opentelemetry/proto/common/v1/common.proto and resource/v1/resource.proto, opentelemetry-proto 1.10.0.

/// The maximum nesting of arrays and maps on the wire. Deeper values are sent as JSON text.
///
/// Parsers commonly reject messages nested more than 100 levels deep, and with such a value they reject the whole
/// batch. A map takes three levels of messages, and a span's attribute begins at the sixth.
let nestingLimit = 30

extension ProtobufWriter {
    /// Writes a field of type `KeyValue` for each attribute.
    mutating func attributes(_ field: Int, _ attributes: Attributes, levels: Int = nestingLimit) {
        attributes.withRuns { entries in
            for entry in entries { keyValue(field, entry.key, entry.value, levels: levels) }
        }
    }

    // One switch over the value, because each access to an enum's payload costs a retain and a release.
    private mutating func keyValue(_ field: Int, _ key: String, _ value: AttributeValue, levels: Int) {
        switch value {
        case .string(let text):
            openKeyValue(field, key, length: Self.size(1, length: text.utf8.count))
            string(1, text, always: true)
        case .int(let number):
            let bits = UInt64(bitPattern: Int64(number))
            openKeyValue(field, key, length: 1 + Self.size(ofVarint: bits))
            varint(3, bits, always: true)
        default:
            message(field, expecting: 64) { keyValue in
                keyValue.string(1, key)
                keyValue.anyValue(2, value, levels: levels)
            }
        }
    }

    /// Writes a field of type `KeyValue` up to the content of its value, which takes `length` bytes.
    @inline(__always)
    private mutating func openKeyValue(_ field: Int, _ key: String, length: Int) {
        let keyLength = key.utf8.count
        header(field, length: (keyLength > 0 ? Self.size(1, length: keyLength) : 0) + Self.size(2, length: length))
        string(1, key)
        header(2, length: length)
    }

    /// Writes a field of type `AnyValue`, even for ``AttributeValue/null``, which is an empty message.
    ///
    /// The message's fields are a oneof: the presence of a field has a meaning, so default values are written too.
    mutating func anyValue(_ field: Int, _ value: AttributeValue, levels: Int = nestingLimit) {
        message(field, expecting: 64) { anyValue in
            switch value {
            case .string(let text): anyValue.string(1, text, always: true)
            case .bool(let flag): anyValue.bool(2, flag, always: true)
            case .int(let number): anyValue.varint(3, UInt64(bitPattern: Int64(number)), always: true)
            case .double(let number): anyValue.double(4, number, always: true)
            case .bytes(let data): anyValue.bytes(7, data, always: true)
            case .null: break
            case .array where levels == 0, .map where levels == 0: anyValue.string(1, value.jsonText, always: true)
            case .array(let elements):
                anyValue.message(5, expecting: 64) { array in
                    for element in elements { array.anyValue(1, element, levels: levels - 1) }
                }
            case .map(let entries):
                anyValue.message(6, expecting: 64) { $0.attributes(1, entries, levels: levels - 1) }
            }
        }
    }

    /// Writes a field of type `Resource`.
    mutating func resource(_ field: Int, _ resource: Resource) {
        message(field, expecting: 512) { $0.attributes(1, resource.attributes) }
    }

    /// Writes a field of type `InstrumentationScope`.
    mutating func scope(_ field: Int, _ scope: InstrumentationScope) {
        message(field, expecting: 64) { message in
            message.string(1, scope.name)
            message.string(2, scope.version ?? "")
            message.attributes(3, scope.attributes)
        }
    }

    /// Writes a `trace_id` field. An invalid identifier is left out.
    mutating func traceID(_ field: Int, _ id: TraceID) {
        if id.isValid { bytes(field, words: id.high, id.low) }
    }

    /// Writes a `span_id` field. An invalid identifier is left out.
    mutating func spanID(_ field: Int, _ id: SpanID) {
        if id.isValid { bytes(field, words: id.rawValue) }
    }

    /// Writes a `uint32` field that holds a count.
    mutating func count(_ field: Int, _ number: Int) {
        varint(field, UInt64(wireCount(number)))
    }
}

/// Returns a count clamped to the range of `uint32`.
func wireCount(_ number: Int) -> UInt32 {
    UInt32(clamping: number)
}

/// Returns the bits of `SpanFlags`: the trace flags, one bit that tells that it is known whether the context is remote,
/// and one for being remote.
func spanFlags(_ flags: TraceFlags, isRemote: Bool) -> UInt32 {
    UInt32(flags.rawValue) | 0x100 | (isRemote ? 0x200 : 0)
}
