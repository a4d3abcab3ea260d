// SPDX-License-Identifier: MIT
import GenAICore

/// Redacts the member names, string values and large integers of JSON text and copies the rest byte for byte.
///
/// Where the text stops being JSON, the values before that place are redacted, and then all of it once more as plain
/// text, so that nothing can be hidden between brackets or behind the end of a text that was cut.
struct JSONRedaction {
    private let redactor: Redactor
    private let levels: Int
    private var output: [UInt8] = []
    /// The number of bytes of the text that are in the output or were replaced.
    private var position = 0

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

    /// Returns the redacted text; `nil` if nothing changes.
    mutating func redacted(_ text: String) -> String? {
        var text = text
        let isJSON = text.withUTF8 { bytes in
            let isJSON = filter(bytes)
            if position > 0 { copy(bytes, to: bytes.count) }
            return isJSON
        }
        let result = position > 0 ? String(decoding: output, as: UTF8.self) : nil
        return isJSON ? result : redactor.redactedPlain(result ?? text) ?? result
    }

    /// Redacts token by token up to where the text stops being JSON. Returns whether it is JSON as a whole.
    private mutating func filter(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // Many programs write the line breaks of a text as they are.
        var reader = JSONReader(bytes, options: .init(maximumDepth: .max, toleratesMistakes: true))
        while true {
            do throws(JSONSyntaxError) {
                let isAtRoot = reader.depth == 0
                guard let token = try reader.nextToken() else { return true }
                switch token {
                case .objectStart, .arrayStart: continue
                // Numbers and words one after the other are plain text.
                case _ where isAtRoot: return false
                case .name(let name): replace(name.bytes, with: redactor.redactedName(name.string), in: bytes, marks: 1)
                case .string(let text):
                    replace(text.bytes, with: redactor.redacted(text.string, levels: levels), in: bytes, marks: 1)
                case .number(let number) where number.isInteger && number.bytes.count >= 12:
                    replace(number.bytes, with: redactor.redactedPlain(number.text), in: bytes, marks: 0)
                case .number, .bool, .null, .objectEnd, .arrayEnd: continue
                }
            } catch {
                return false
            }
        }
    }

    /// Replaces a token, with its quotation marks if it has any, by a string.
    private mutating func replace(
        _ token: UnsafeBufferPointer<UInt8>, with text: String?, in bytes: UnsafeBufferPointer<UInt8>, marks: Int
    ) {
        guard let text, let start = token.baseAddress, let whole = bytes.baseAddress else { return }
        let offset = start - whole
        copy(bytes, to: offset - marks)
        var writer = JSONWriter()
        writer.string(text)
        output += writer.bytes
        position = offset + token.count + marks
    }

    private mutating func copy(_ bytes: UnsafeBufferPointer<UInt8>, to end: Int) {
        output += bytes[position..<end]
        position = end
    }
}
