// SPDX-License-Identifier: MIT

/// A text as redaction rules look at it: digits, blanks and dashes of all scripts as those of ASCII.
///
/// `４１１１－１１１１…` is a card number to whoever reads it, and so is one with no-break spaces or with characters in it
/// that are not seen. Rules know ASCII only; where they match is told in bytes of the text itself.
struct ScannedText {
    let text: String
    /// The text folded; `nil` for ASCII, which is what it is.
    private let folded: [UInt8]?
    /// Where each folded byte begins in the text, and the text's end.
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

    /// The text with something else in the place of what matches, or `nil` when nothing does.
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

/// What a character is to the rules.
private enum Folding {
    case ascii(UInt8)
    /// Nothing: it is not seen.
    case unseen
    case itself

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0..<0x80: self = .ascii(UInt8(truncatingIfNeeded: scalar.value))
        case 0xFF01...0xFF5E: self = .ascii(UInt8(truncatingIfNeeded: scalar.value - 0xFEE0))
        case 0x2212, 0x2043: self = .ascii(UInt8(ascii: "-"))
        case 0xFE00...0xFE0F: self = .unseen
        // Letters and ideographs, which make up most texts, need no look into Unicode's tables.
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
