// SPDX-License-Identifier: MIT
public import GenAICore

/// The producer of telemetry: the service, its process and its host.
///
/// Copies share their storage, so that every span can contain its resource for the cost of a reference.
///
/// Source: OpenTelemetry resource SDK.
public struct Resource: Sendable {
    private final class Storage: Sendable {
        let attributes: Attributes
        let schemaURL: String?

        init(attributes: Attributes, schemaURL: String?) {
            self.attributes = attributes
            self.schemaURL = schemaURL
        }
    }

    private let storage: Storage

    /// Creates a resource.
    public init(_ attributes: Attributes = [:], schemaURL: String? = nil) {
        storage = Storage(attributes: attributes, schemaURL: schemaURL)
    }

    /// The attributes, for example `service.name`. No limits apply to them.
    public var attributes: Attributes { storage.attributes }
    /// The schema URL of the attributes' names.
    public var schemaURL: String? { storage.schemaURL }

    /// Returns whether both share their storage. A fast test for equality: false does not mean that they differ.
    package func isIdentical(to other: Resource) -> Bool { storage === other.storage }

    /// Returns the resource with another's attributes added, which take precedence. If both have a schema URL and these
    /// differ, the result has none.
    public func merging(_ other: Resource) -> Resource {
        let schemaURLs = Set([schemaURL, other.schemaURL].compactMap { $0 })
        return Resource(
            attributes.merging(other.attributes), schemaURL: schemaURLs.count == 1 ? schemaURLs.first : nil)
    }
}

extension Resource: Hashable {
    /// Returns whether both have the same attributes and schema URL.
    public static func == (one: Resource, other: Resource) -> Bool {
        one.isIdentical(to: other) || (one.schemaURL == other.schemaURL && one.attributes == other.attributes)
    }

    /// Hashes the attributes and the schema URL.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(attributes)
        hasher.combine(schemaURL)
    }
}

/// The library that produced a span, a log record or a metric.
///
/// Copies share their storage.
///
/// Source: OpenTelemetry instrumentation scope.
public struct InstrumentationScope: Sendable {
    private final class Storage: Sendable {
        let name: String
        let version: String?
        let schemaURL: String?
        let attributes: Attributes

        init(name: String, version: String?, schemaURL: String?, attributes: Attributes) {
            self.name = name
            self.version = version
            self.schemaURL = schemaURL
            self.attributes = attributes
        }
    }

    private let storage: Storage

    /// Creates a scope.
    public init(name: String, version: String? = nil, schemaURL: String? = nil, attributes: Attributes = [:]) {
        storage = Storage(name: name, version: version, schemaURL: schemaURL, attributes: attributes)
    }

    /// The library's name, for example `GenAIOpenAI`.
    public var name: String { storage.name }
    /// The library's version.
    public var version: String? { storage.version }
    /// The schema URL of the names that the library uses.
    public var schemaURL: String? { storage.schemaURL }
    /// Additional attributes of the library.
    public var attributes: Attributes { storage.attributes }

    /// Returns whether both share their storage. A fast test for equality: false does not mean that they differ.
    package func isIdentical(to other: InstrumentationScope) -> Bool { storage === other.storage }
}

extension InstrumentationScope: Hashable {
    /// Returns whether both have the same name, version, schema URL and attributes.
    public static func == (one: InstrumentationScope, other: InstrumentationScope) -> Bool {
        one.isIdentical(to: other)
            || (one.name == other.name && one.version == other.version && one.schemaURL == other.schemaURL
                && one.attributes == other.attributes)
    }

    /// Hashes the name and the version.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(version)
    }
}
