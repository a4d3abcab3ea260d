// SPDX-License-Identifier: MIT
public import GenAICore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension AttributeValue {
    /// The value as JSON text, or plain text where it is text already; `nil` where it cannot be encoded.
    ///
    /// Never throws: content that cannot be encoded must not stop the program it describes.
    public init?(encoding value: some Encodable) {
        if let text = value as? String {
            self = .string(text)
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        guard let data = try? encoder.encode(value) else { return nil }
        self = .string(String(decoding: data, as: UTF8.self))
    }
}

/// Content as it is recorded: text within a limit.
struct CapturedContent {
    /// The most characters recorded of one input or output.
    static let maximumLength = 16_384

    /// What is recorded.
    let text: String
    /// The length of the whole.
    let length: Int
    /// Whether the whole was longer than what is recorded.
    let isTruncated: Bool

    /// Cuts text to a number of Unicode scalars. JSON is no longer JSON then, so its beginning becomes a JSON string.
    init(_ whole: String, limit: Int = maximumLength) {
        guard whole.utf8.count > limit, whole.unicodeScalars.count > max(0, limit) else {
            text = whole
            length = whole.unicodeScalars.count
            isTruncated = false
            return
        }
        let start = String(String.UnicodeScalarView(whole.unicodeScalars.prefix(max(0, limit))))
        let isJSON = whole.utf8.first == UInt8(ascii: "{") || whole.utf8.first == UInt8(ascii: "[")
        text = isJSON ? AttributeValue.string(start).jsonText : start
        length = whole.unicodeScalars.count
        isTruncated = true
    }

    /// What a value of any type says: the text of an answer, or what its `Encodable` conformance writes.
    ///
    /// `nil` for types that say nothing about themselves: nothing is recorded by reflection.
    init?(of value: Any, limit: Int = maximumLength) {
        switch value {
        case let text as String: self.init(text, limit: limit)
        case let value as AttributeValue: self.init(value.contentText, limit: limit)
        case let reporting as any UsageReporting:
            guard let text = reporting.usageReport.text else { return nil }
            self.init(text, limit: limit)
        case let value as any AttributeValueConvertible: self.init(value.attributeValue.contentText, limit: limit)
        case let value as any Encodable:
            guard let encoded = AttributeValue(encoding: value) else { return nil }
            self.init(encoded.contentText, limit: limit)
        default: return nil
        }
    }
}

extension AttributeValue {
    /// Text as it is, everything else as JSON.
    var contentText: String {
        if case .string(let text) = self { return text }
        return jsonText
    }
}
