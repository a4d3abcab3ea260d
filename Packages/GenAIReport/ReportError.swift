// SPDX-License-Identifier: MIT

/// An error that prevents a report.
public struct ReportError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. New codes may appear in minor releases.
    public struct Code: Sendable, Hashable {
        private enum Kind: Hashable { case unreadableFile, unwritableFile }
        private let kind: Kind

        /// A file cannot be opened, read or decompressed.
        public static let unreadableFile = Code(kind: .unreadableFile)
        /// The report cannot be written.
        public static let unwritableFile = Code(kind: .unwritableFile)
    }

    /// The kind of failure, to switch on.
    public var code: Code
    /// The file, the reason and, if possible, the fix. Contains none of the data that was read.
    public var message: String
    /// Indicates whether there is no file of that name.
    var isMissing = false

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
