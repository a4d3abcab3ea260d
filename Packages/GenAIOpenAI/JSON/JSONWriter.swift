// SPDX-License-Identifier: MIT
import GenAICore

extension JSONValue {
    /// Returns the value as compact JSON in UTF-8, with members in their order.
    public func serialized() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// The value as compact JSON text, with members in their order.
    public var serializedText: String {
        String(decoding: serialized(), as: UTF8.self)
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let flag): writer.bool(flag)
        case .integer(let number): writer.int(number)
        case .double(let number): number.isFinite ? writer.double(number) : writer.null()
        case .number(let literal): writer.number(literal)
        case .string(let text): writer.string(text)
        case .array(let elements):
            writer.open("[")
            for element in elements { element.write(to: &writer) }
            writer.close("]")
        case .object(let object):
            writer.open("{")
            for (key, value) in object {
                writer.key(key)
                value.write(to: &writer)
            }
            writer.close("}")
        }
    }
}
