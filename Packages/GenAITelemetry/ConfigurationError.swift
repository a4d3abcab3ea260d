// SPDX-License-Identifier: MIT

/// Why a part of the SDK cannot be set up as asked. Never holds keys, header values or the credentials of a URL.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of mistake. New codes may appear in minor releases.
    public struct Code: Sendable, Hashable {
        private enum Kind: Hashable { case invalidValue, unsupported, unavailable }
        private let kind: Kind

        /// The value means nothing here.
        public static let invalidValue = Code(kind: .invalidValue)
        /// The value means something that this package does not do.
        public static let unsupported = Code(kind: .unsupported)
        /// The value is fine, but what it names cannot be used: a file that cannot be opened, for example.
        public static let unavailable = Code(kind: .unavailable)
    }

    /// What went wrong, to switch on.
    public var code: Code
    /// The environment variable or the property that holds the value, for example `OTEL_EXPORTER_OTLP_ENDPOINT`.
    public var option: String
    /// The value; `nil` when it may be secret.
    public var value: String?
    /// What is wrong with the value and what to write instead. Unstable: never parse it.
    public var advice: String

    /// Creates an error.
    public init(_ code: Code, option: String, value: String? = nil, advice: String) {
        self.code = code
        self.option = option
        self.value = value
        self.advice = advice
    }

    /// Option, value and advice in one line.
    public var description: String {
        value.map { "\(option)=\($0): \(advice)" } ?? "\(option): \(advice)"
    }
}
