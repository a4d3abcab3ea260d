// SPDX-License-Identifier: MIT
import GenAICore

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

    /// The content that a value of any type has; `nil` for types that say nothing about themselves.
    init?(of value: Any, limit: Int = maximumLength) {
        guard let content = AttributeValue(content: value) else { return nil }
        self.init(content.contentText, limit: limit)
    }
}
