// SPDX-License-Identifier: MIT
public import GenAICore

/// What produces the telemetry: the service, its process and its host.
///
/// Copies share their storage, so every span can carry its resource for the price of a reference.
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
    /// Where the attributes' names are defined.
    public var schemaURL: String? { storage.schemaURL }

    /// Whether both are the same object; true is fast, false says nothing about the content.
    package func isIdentical(to other: Resource) -> Bool { storage === other.storage }

    /// The resource with another's attributes added, which win. Of two different schema URLs none is kept.
    public func merging(_ other: Resource) -> Resource {
        let schemaURLs = Set([schemaURL, other.schemaURL].compactMap { $0 })
        return Resource(
            attributes.merging(other.attributes), schemaURL: schemaURLs.count == 1 ? schemaURLs.first : nil)
    }
}

extension Resource: Hashable {
    /// Whether both have the same attributes and schema URL.
    public static func == (one: Resource, other: Resource) -> Bool {
        one.isIdentical(to: other) || (one.schemaURL == other.schemaURL && one.attributes == other.attributes)
    }

    /// Feeds the attributes and the schema URL.
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
    /// Where the names that the library uses are defined.
    public var schemaURL: String? { storage.schemaURL }
    /// Further attributes of the library.
    public var attributes: Attributes { storage.attributes }

    /// Whether both are the same object; true is fast, false says nothing about the content.
    package func isIdentical(to other: InstrumentationScope) -> Bool { storage === other.storage }
}

extension InstrumentationScope: Hashable {
    /// Whether both have the same name, version, schema URL and attributes.
    public static func == (one: InstrumentationScope, other: InstrumentationScope) -> Bool {
        one.isIdentical(to: other)
            || (one.name == other.name && one.version == other.version && one.schemaURL == other.schemaURL
                && one.attributes == other.attributes)
    }

    /// Feeds the name and the version.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(version)
    }
}
