// SPDX-License-Identifier: MIT

/// The reason JSON text or a JSON value is not what was expected. Never holds any of its content.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A description of what should have been there, such as `a list`.
    public var expected: String
    /// The members and positions that lead to the value, outermost first; empty for the root.
    public var path: [String]
    /// The number of bytes into the text, where the text itself is no JSON.
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

    /// The expectation and the place, in one line.
    public var description: String {
        let place = path.isEmpty ? "" : " at \(path.joined(separator: "."))"
        return "expected \(expected)\(place)\(offset.map { " at byte \($0)" } ?? "")"
    }
}
