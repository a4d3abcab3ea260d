// SPDX-License-Identifier: MIT

/// An error in JSON text, or an unexpected JSON value. Never contains the content.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A description of the expected value, such as `a list`.
    public var expected: String
    /// The path of member names and positions to the value, outermost first; empty for the root.
    public var path: [String]
    /// The offset in bytes at which the text is invalid; `nil` if the text is valid JSON.
    public var offset: Int?

    /// Creates an error.
    public init(expected: String, path: [String] = [], offset: Int? = nil) {
        self.expected = expected
        self.path = path
        self.offset = offset
    }

    func inside(_ component: String) -> JSONError {
        var error = self
        error.path.insert(component, at: 0)
        return error
    }

    /// The expected value and its path, in one line.
    public var description: String {
        let place = path.isEmpty ? "" : " at \(path.joined(separator: "."))"
        return "expected \(expected)\(place)\(offset.map { " at byte \($0)" } ?? "")"
    }
}
