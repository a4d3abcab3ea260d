// SPDX-License-Identifier: MIT
import GenAICore

/// Redacts the member names, string values and large integers of JSON text and copies the rest byte for byte.
///
/// Parses just enough of the grammar to verify that the text consists only of JSON values. If it does not, the caller
/// treats it as plain text, so that nothing can be hidden between brackets.
struct JSONRedaction {
    enum Outcome: Equatable {
        case unchanged
        case changed(String)
        case notJSON
    }

    private let redactor: Redactor
    private let levels: Int
    private var output = JSONWriter()
    private var hasChanged = false
    private var position = 0
    /// Indicates whether a value has just ended, so that only a separator may follow.
    private var followsValue = false

    init(_ redactor: Redactor, levels: Int) {
        self.redactor = redactor
        self.levels = levels
    }

    static func looksLikeJSON(_ text: String) -> Bool {
        for byte in text.utf8 {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            default: return byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
            }
        }
        return false
    }

    mutating func redact(_ text: String) -> Outcome {
        let bytes = Array(text.utf8)
        output.bytes.reserveCapacity(bytes.count)
        while position < bytes.count {
            guard step(bytes) else { return .notJSON }
        }
        return hasChanged ? .changed(String(decoding: output.bytes, as: UTF8.self)) : .unchanged
    }

    /// Copies one token. Returns false if there is none.
    private mutating func step(_ bytes: [UInt8]) -> Bool {
        let byte = bytes[position]
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D: copy(bytes, to: position + 1)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            followsValue = true
            copy(bytes, to: position + 1)
        case UInt8(ascii: ","), UInt8(ascii: ":"):
            followsValue = false
            copy(bytes, to: position + 1)
        default:
            guard !followsValue else { return false }
            return value(byte, bytes)
        }
        return true
    }

    private mutating func value(_ byte: UInt8, _ bytes: [UInt8]) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            copy(bytes, to: position + 1)
            return true
        case UInt8(ascii: "\""): return string(bytes)
        case UInt8(ascii: "t"): return word("true", bytes)
        case UInt8(ascii: "f"): return word("false", bytes)
        case UInt8(ascii: "n"): return word("null", bytes)
        default: return number(bytes)
        }
    }

    private mutating func copy(_ bytes: [UInt8], to end: Int) {
        output.bytes += bytes[position..<end]
        position = end
    }

    private mutating func word(_ word: StaticString, _ bytes: [UInt8]) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[position..<end].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { return false }
        copy(bytes, to: end)
        followsValue = true
        return true
    }

    private mutating func number(_ bytes: [UInt8]) -> Bool {
        var end = position
        if bytes[end] == UInt8(ascii: "-") { end += 1 }
        let digits = end
        while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { end += 1 }
        guard end > digits else { return false }
        let isWhole = end == bytes.count || !".eE".utf8.contains(bytes[end])
        while end < bytes.count, ".eE+-0123456789".utf8.contains(bytes[end]), !isWhole { end += 1 }
        followsValue = true
        if isWhole, end - digits >= 12,
            let changed = redactor.redactedPlain(String(decoding: bytes[position..<end], as: UTF8.self))
        {
            replace(with: changed, upTo: end)
        } else {
            copy(bytes, to: end)
        }
        return true
    }

    private mutating func string(_ bytes: [UInt8]) -> Bool {
        var end = position + 1
        var isEscaped = false
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            if bytes[end] == UInt8(ascii: "\\") {
                isEscaped = true
                end += 1
            }
            end += 1
        }
        guard end < bytes.count else { return false }
        followsValue = true
        let content = bytes[(position + 1)..<end]
        let text = isEscaped ? unescaped(content) : String(decoding: content, as: UTF8.self)
        guard let text else { return false }
        let changed =
            isName(bytes, after: end) ? redactor.redactedName(text) : redactor.redacted(text, levels: levels)
        if let changed {
            replace(with: changed, upTo: end + 1)
        } else {
            copy(bytes, to: end + 1)
        }
        return true
    }

    private mutating func replace(with text: String, upTo end: Int) {
        // A separate writer, which is independent of the commas copied here.
        var writer = JSONWriter()
        writer.string(text)
        output.bytes += writer.bytes
        position = end
        hasChanged = true
    }

    /// Returns whether the string that ends here is a member name.
    private func isName(_ bytes: [UInt8], after end: Int) -> Bool {
        var next = end + 1
        while next < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[next]) { next += 1 }
        return next < bytes.count && bytes[next] == UInt8(ascii: ":")
    }
}

/// Returns the text of a JSON string; `nil` for invalid escapes.
private func unescaped(_ content: ArraySlice<UInt8>) -> String? {
    var units: [UInt16] = []
    var scalars = String.UnicodeScalarView()
    var bytes: [UInt8] = []
    func flush() {
        if !units.isEmpty { scalars.append(contentsOf: String(decoding: units, as: UTF16.self).unicodeScalars) }
        if !bytes.isEmpty { scalars.append(contentsOf: String(decoding: bytes, as: UTF8.self).unicodeScalars) }
        units.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }
    var position = content.startIndex
    while position < content.endIndex {
        guard content[position] == UInt8(ascii: "\\") else {
            if !units.isEmpty { flush() }
            bytes.append(content[position])
            position += 1
            continue
        }
        guard position + 1 < content.endIndex else { return nil }
        let escape = content[position + 1]
        position += 2
        if escape == UInt8(ascii: "u") {
            guard position + 4 <= content.endIndex,
                let unit = UInt16(String(decoding: content[position..<position + 4], as: UTF8.self), radix: 16)
            else { return nil }
            if !bytes.isEmpty { flush() }
            units.append(unit)
            position += 4
            continue
        }
        guard let byte = simpleEscapes[escape] else { return nil }
        if !units.isEmpty { flush() }
        bytes.append(byte)
    }
    flush()
    return String(scalars)
}

private let simpleEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"),
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D,
    UInt8(ascii: "t"): 0x09,
]
