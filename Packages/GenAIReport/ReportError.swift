// SPDX-License-Identifier: MIT

/// Why a report cannot be made.
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

    /// What went wrong, to switch on.
    public var code: Code
    /// The file, the reason and where possible the fix. Holds nothing that was read.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
