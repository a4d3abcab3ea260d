// SPDX-License-Identifier: MIT

/// An error in the configuration of the SDK. Never contains keys, header values or the credentials of a URL.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of mistake. New codes may appear in minor releases.
    public struct Code: Sendable, Hashable {
        private enum Kind: Hashable { case invalidValue, unsupported, unavailable }
        private let kind: Kind

        /// The value is invalid for this option.
        public static let invalidValue = Code(kind: .invalidValue)
        /// The value is valid, but this package does not support it.
        public static let unsupported = Code(kind: .unsupported)
        /// The value is valid, but it names a resource that cannot be used, for example a file that cannot be opened.
        public static let unavailable = Code(kind: .unavailable)
    }

    /// The kind of mistake, to switch on.
    public var code: Code
    /// The environment variable or the property with the value, for example `OTEL_EXPORTER_OTLP_ENDPOINT`.
    public var option: String
    /// The value; `nil` if it may be secret.
    public var value: String?
    /// The problem with the value and its fix. Unstable: never parse it.
    public var advice: String

    /// Creates an error.
    public init(_ code: Code, option: String, value: String? = nil, advice: String) {
        self.code = code
        self.option = option
        self.value = value
        self.advice = advice
    }

    /// The option, value and advice in one line.
    public var description: String {
        value.map { "\(option)=\($0): \(advice)" } ?? "\(option): \(advice)"
    }
}
