// SPDX-License-Identifier: MIT

/// A text in the form that redaction rules scan: digits, blanks and dashes of all scripts are folded to ASCII.
///
/// For a reader, `４１１１－１１１１…` is a card number, and so is one with no-break spaces or invisible characters in it. Rules
/// handle ASCII only; matches are positions in the bytes of the original text.
struct ScannedText {
    let text: String
    /// The folded text; `nil` for ASCII, which needs no folding.
    private let folded: [UInt8]?
    /// The position of each folded byte in the text, and the text's end.
    private let offsets: [Int]

    init(_ text: String) {
        self.text = text
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else {
            (folded, offsets) = (nil, [])
            return
        }
        var folded: [UInt8] = []
        var offsets: [Int] = []
        folded.reserveCapacity(text.utf8.count)
        offsets.reserveCapacity(text.utf8.count + 1)
        var position = 0
        for scalar in text.unicodeScalars {
            let length = scalar.utf8.count
            switch Folding(scalar) {
            case .ascii(let byte):
                folded.append(byte)
                offsets.append(position)
            case .unseen: break
            case .itself:
                folded.append(contentsOf: scalar.utf8)
                offsets.append(contentsOf: position..<position + length)
            }
            position += length
        }
        offsets.append(position)
        (self.folded, self.offsets) = (folded, offsets)
    }

    /// Returns the text with matches replaced; `nil` if there are none.
    func replacing(
        _ matches: (UnsafeBufferPointer<UInt8>) -> [Range<Int>], with replacement: String
    ) -> String? {
        guard let folded else {
            var text = text
            return text.withUTF8 { utf8 in utf8.replacing(matches(utf8), with: replacement) }
        }
        let ranges = folded.withUnsafeBufferPointer(matches).map { offsets[$0.lowerBound]..<offsets[$0.upperBound] }
        var text = text
        return text.withUTF8 { $0.replacing(ranges, with: replacement) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func replacing(_ ranges: [Range<Int>], with replacement: String) -> String? {
        guard !ranges.isEmpty else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var position = 0
        for range in ranges {
            result.append(contentsOf: UnsafeBufferPointer(rebasing: self[position..<range.lowerBound]))
            result.append(contentsOf: replacement.utf8)
            position = range.upperBound
        }
        result.append(contentsOf: UnsafeBufferPointer(rebasing: self[position...]))
        return String(decoding: result, as: UTF8.self)
    }
}

/// The folding of a character.
private enum Folding {
    case ascii(UInt8)
    /// Left out, because it is invisible.
    case unseen
    case itself

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0..<0x80: self = .ascii(UInt8(truncatingIfNeeded: scalar.value))
        case 0xFF01...0xFF5E: self = .ascii(UInt8(truncatingIfNeeded: scalar.value - 0xFEE0))
        case 0x2212, 0x2043: self = .ascii(UInt8(ascii: "-"))
        case 0xFE00...0xFE0F: self = .unseen
        // Letters and ideographs, which make up most texts, need no look-up in Unicode's tables.
        case 0xC0...0x2FF, 0x3041...0x309F, 0x30A1...0x9FFF, 0xAC00...0xD7A3: self = .itself
        default: self = Folding(byCategory: scalar.properties)
        }
    }

    private init(byCategory properties: Unicode.Scalar.Properties) {
        switch properties.generalCategory {
        case .spaceSeparator: self = .ascii(UInt8(ascii: " "))
        case .dashPunctuation: self = .ascii(UInt8(ascii: "-"))
        case .format: self = .unseen
        case .decimalNumber:
            let digit = properties.numericValue.map { UInt8($0) } ?? 0
            self = .ascii(UInt8(ascii: "0") + digit)
        default: self = .itself
        }
    }
}
