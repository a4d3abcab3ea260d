// SPDX-License-Identifier: MIT
package import GenAICore

/// The settings of a provider for instrumentations: the content that they record and the conventions that they follow.
public struct InstrumentationSettings: Sendable, Hashable {
    /// The places where prompts, completions, tool arguments and results may be recorded.
    ///
    /// Default: nowhere. `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` takes precedence over code, so that an
    /// operator can always switch content off: `NO_CONTENT` or `false`, `SPAN_ONLY`, `EVENT_ONLY`, `SPAN_AND_EVENT` or
    /// `true`. ``GenAICore/withContentCapture(_:isolation:_:)`` can narrow it, never widen it.
    public var contentCapture: ContentCapture {
        didSet { isCaptureChosen = true }
    }
    /// The generation of the GenAI conventions that spans and events follow.
    ///
    /// If code does not set it: `LAST9_GENAI_CONVENTIONS` (`v1.36.0`, `v1.41.1`), or else
    /// `OTEL_SEMCONV_STABILITY_OPT_IN` with `gen_ai_latest_experimental`. Default: ``GenAIConventions/v1_36``, as
    /// OpenTelemetry requires of instrumentations; `Last9.install()` defaults to ``GenAIConventions/latest``.
    public var conventions: GenAIConventions
    /// Indicates whether each model call is also recorded in one log record,
    /// `gen_ai.client.inference.operation.details`.
    ///
    /// Applies from ``GenAIConventions/latest`` on. The record contains content if ``contentCapture`` contains events.
    /// Default: true if ``contentCapture`` contains events when the settings are created; environment variable
    /// `OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT`.
    public var emitsOperationDetails: Bool
    /// Indicates whether content that other libraries record is exported even if content is switched off. Default:
    /// false.
    ///
    /// If content is switched off, by ``contentCapture`` in code, by the environment or by
    /// ``GenAICore/withContentCapture(_:isolation:_:)``, it is removed from every span and log record before export,
    /// whichever library recorded it: messages, tool arguments and results, documents and queries, by the names of the
    /// GenAI conventions in all their versions, of OpenInference and of OpenLLMetry. If neither code nor the
    /// environment sets ``contentCapture``, instrumentations of this package record no content, and content of other
    /// libraries is left unchanged.
    public var exportsForeignContent = false
    /// Indicates whether ``contentCapture`` was set by code or by the environment.
    private(set) var isCaptureChosen: Bool

    /// Creates settings.
    ///
    /// - Parameters:
    ///   - contentCapture: The places for content if the environment does not set them; `nil` means nowhere.
    ///   - conventions: The generation; `nil` leaves the choice to the environment.
    ///   - usualConventions: The generation if neither code nor the environment sets one.
    ///   - emitsOperationDetails: Whether to emit the log record; `nil` leaves the choice to the environment.
    public init(
        contentCapture: ContentCapture? = nil, conventions: GenAIConventions? = nil,
        emitsOperationDetails: Bool? = nil, usualConventions: GenAIConventions = .v1_36,
        environment: TelemetryEnvironment = .process
    ) {
        let words: [String: ContentCapture] = [
            "true": .everywhere, "false": .nowhere, "no_content": .nowhere, "span_only": .spans, "event_only": .events,
            "span_and_event": .everywhere,
        ]
        let variable = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
        let isSet = environment.string(variable) != nil
        // An invalid value means no content, because it may have been an attempt to switch it off.
        self.contentCapture = environment.choice(variable, of: words) ?? (isSet ? .nowhere : contentCapture ?? .nowhere)
        self.conventions = conventions ?? GenAIConventions(environment: environment) ?? usualConventions
        self.emitsOperationDetails =
            emitsOperationDetails ?? environment.bool("OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT")
            ?? self.contentCapture.contains(.events)
        isCaptureChosen = isSet || contentCapture != nil
    }
}

extension GenAIConventions {
    /// Creates the generation that the environment chooses.
    fileprivate init?(environment: TelemetryEnvironment) {
        let words: [String: GenAIConventions] = [
            "v1.36.0": .v1_36, "1.36.0": .v1_36, "v1.41.1": .latest, "1.41.1": .latest, "latest": .latest,
        ]
        if let choice = environment.choice("LAST9_GENAI_CONVENTIONS", of: words) {
            self = choice
            return
        }
        let optIn = environment.list("OTEL_SEMCONV_STABILITY_OPT_IN") ?? []
        guard optIn.contains("gen_ai_latest_experimental") else { return nil }
        self = .latest
    }
}

extension InstrumentationSettings {
    /// Returns whether content is removed before export, whichever library recorded it.
    ///
    /// - Parameter isForbidden: Whether the enclosing scopes forbid content.
    func removesContent(isForbidden: Bool) -> Bool {
        (isForbidden || contentCapture == .nowhere && isCaptureChosen) && !exportsForeignContent
    }

    /// Returns whether content is removed from items recorded in a context.
    func removesContent(in context: GenAIContext) -> Bool {
        removesContent(isForbidden: !context.allowsContentCapture)
    }

    /// Creates settings from one word, as an atomic stores them.
    init(packed: UInt32) {
        contentCapture = ContentCapture(rawValue: UInt8(truncatingIfNeeded: packed))
        conventions = GenAIConventions(generation: UInt8(truncatingIfNeeded: packed >> 8))
        emitsOperationDetails = packed & 1 << 16 != 0
        exportsForeignContent = packed & 1 << 17 != 0
        isCaptureChosen = packed & 1 << 18 != 0
    }

    var packed: UInt32 {
        UInt32(contentCapture.rawValue) | UInt32(conventions.generation) << 8 | (emitsOperationDetails ? 1 << 16 : 0)
            | (exportsForeignContent ? 1 << 17 : 0) | (isCaptureChosen ? 1 << 18 : 0)
    }

    /// Returns the settings, without content if the enclosing scopes forbid it.
    package func narrowed(by context: GenAIContext) -> InstrumentationSettings {
        var settings = self
        if !context.allowsContentCapture { settings.contentCapture = .nowhere }
        return settings
    }
}

/// The places where content may be recorded.
public struct ContentCapture: OptionSet, Sendable, Hashable {
    /// The places as a bit mask.
    public let rawValue: UInt8

    /// Creates a set from a bit mask.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Span attributes.
    public static let spans = ContentCapture(rawValue: 1)
    /// Log records.
    public static let events = ContentCapture(rawValue: 2)
    /// Both spans and log records.
    public static let everywhere: ContentCapture = [.spans, .events]
    /// No content at all.
    public static let nowhere: ContentCapture = []
}

/// A generation of the OpenTelemetry GenAI semantic conventions.
///
/// Generations are ordered. A generation that is not less than ``latest`` has the names of ``latest``.
public struct GenAIConventions: Sendable, Hashable, Comparable {
    // Inlinable, since every call compares it several times.
    @usableFromInline let generation: UInt8

    @inlinable
    init(generation: UInt8) {
        self.generation = generation
    }

    /// Version 1.36.0 and before: `gen_ai.system`, messages as log records.
    @inlinable public static var v1_36: GenAIConventions { GenAIConventions(generation: 0) }
    /// Version 1.41.1: `gen_ai.provider.name`, messages as attributes.
    @inlinable public static var latest: GenAIConventions { GenAIConventions(generation: 1) }
    /// The unreleased state of semantic-conventions-genai: ``latest`` with renamed metrics and additional attributes.
    ///
    /// May change in any release of this package, as its source does. Can be chosen only in code.
    @inlinable public static var development: GenAIConventions { GenAIConventions(generation: 2) }

    /// Returns whether one generation is older than the other.
    @inlinable
    public static func < (one: GenAIConventions, other: GenAIConventions) -> Bool {
        one.generation < other.generation
    }
}
