// SPDX-License-Identifier: MIT
import GenAICore

/// Content in its recorded form: text within a limit.
struct CapturedContent {
    /// The maximum length of one recorded input or output in Unicode scalars.
    static let maximumLength = 16_384

    /// The recorded text.
    let text: String
    /// The length of the complete text.
    let length: Int
    /// Indicates whether the recorded text was truncated.
    let isTruncated: Bool

    /// Truncates text to a number of Unicode scalars. Truncated JSON is no longer JSON, so it is written as a JSON
    /// string.
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

    /// Creates content from a value of any type; `nil` if the type has no text and is not `Encodable`.
    init?(of value: Any, limit: Int = maximumLength) {
        guard let content = AttributeValue(content: value) else { return nil }
        self.init(content.contentText, limit: limit)
    }
}
