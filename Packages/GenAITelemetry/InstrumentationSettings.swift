// SPDX-License-Identifier: MIT
public import GenAICore

/// What instrumentations record and under which names; given to a provider, read by every instrumentation that uses it.
public struct InstrumentationSettings: Sendable, Hashable {
    /// Where prompts, completions, tool arguments and results may be recorded.
    ///
    /// Default nowhere. `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` wins over code, so that whoever runs a
    /// program can always switch content off: `NO_CONTENT` or `false`, `SPAN_ONLY`, `EVENT_ONLY`, `SPAN_AND_EVENT` or
    /// `true`. ``GenAICore/withContentCapture(_:isolation:_:)`` can narrow it, never widen it.
    public var contentCapture: ContentCapture {
        didSet { isCaptureChosen = true }
    }
    /// The generation of the GenAI conventions that spans and events follow.
    ///
    /// Where code says nothing, `LAST9_GENAI_CONVENTIONS` (`v1.36.0`, `v1.41.1`) or else `OTEL_SEMCONV_STABILITY_OPT_IN`
    /// with `gen_ai_latest_experimental`. Default ``GenAIConventions/v1_36``, as OpenTelemetry asks of instrumentations;
    /// `Last9.install()` defaults to ``GenAIConventions/latest``.
    public var conventions: GenAIConventions
    /// Whether each model call is also told in one log record, `gen_ai.client.inference.operation.details`.
    ///
    /// Only from ``GenAIConventions/latest`` on; content is in it where ``contentCapture`` has events. Default: whether
    /// ``contentCapture`` has events when the settings are created, `OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT`.
    public var emitsOperationDetails: Bool
    /// Whether content that other libraries record is exported even where content is switched off. Default false.
    ///
    /// Where content is switched off, by ``contentCapture`` in code, by the environment or by
    /// ``GenAICore/withContentCapture(_:isolation:_:)``, it is removed from every span and log record before export,
    /// whoever recorded it: messages, tool arguments and results, documents and queries, by the names of the GenAI
    /// conventions in all their versions, of OpenInference and of OpenLLMetry. Where nothing was said about content,
    /// instrumentations of this package record none, and what others record is left alone.
    public var exportsForeignContent = false
    /// Whether ``contentCapture`` was chosen by code or by the environment.
    private(set) var isCaptureChosen: Bool

    /// Creates settings.
    ///
    /// - Parameters:
    ///   - contentCapture: Used where the environment says nothing; `nil` means nowhere.
    ///   - conventions: `nil` leaves the choice to the environment.
    ///   - usualConventions: Used where neither code nor the environment says anything.
    ///   - emitsOperationDetails: `nil` leaves the choice to the environment.
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
        // A value that cannot be understood means no content: it may have been an attempt to switch it off.
        self.contentCapture = environment.choice(variable, of: words) ?? (isSet ? .nowhere : contentCapture ?? .nowhere)
        self.conventions = conventions ?? GenAIConventions(environment: environment) ?? usualConventions
        self.emitsOperationDetails =
            emitsOperationDetails ?? environment.bool("OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT")
            ?? self.contentCapture.contains(.events)
        isCaptureChosen = isSet || contentCapture != nil
    }
}

extension GenAIConventions {
    /// The generation that the environment chooses.
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
    /// Whether content is removed before export, whoever recorded it.
    ///
    /// - Parameter isForbidden: Whether the scopes around forbid content.
    func removesContent(isForbidden: Bool) -> Bool {
        (isForbidden || contentCapture == .nowhere && isCaptureChosen) && !exportsForeignContent
    }

    /// Whether content is removed of what is recorded in a context.
    func removesContent(in context: GenAIContext) -> Bool {
        removesContent(isForbidden: !context.allowsContentCapture)
    }

    /// The settings in one word, for an atomic.
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

    /// The settings without content where the scopes around forbid it.
    public func narrowed(by context: GenAIContext) -> InstrumentationSettings {
        var settings = self
        if !context.allowsContentCapture { settings.contentCapture = .nowhere }
        return settings
    }
}

/// The places where content may be recorded.
public struct ContentCapture: OptionSet, Sendable, Hashable {
    /// The places as bits.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// In attributes of spans.
    public static let spans = ContentCapture(rawValue: 1)
    /// In log records.
    public static let events = ContentCapture(rawValue: 2)
    /// Both in spans and in log records.
    public static let everywhere: ContentCapture = [.spans, .events]
    /// No content at all.
    public static let nowhere: ContentCapture = []
}

/// A generation of the OpenTelemetry GenAI semantic conventions.
///
/// Generations are ordered; one that is not less than ``latest`` has its names.
public struct GenAIConventions: Sendable, Hashable, Comparable {
    // Inlinable, since every call asks several times.
    @usableFromInline let generation: UInt8

    @inlinable
    init(generation: UInt8) {
        self.generation = generation
    }

    /// Version 1.36.0 and before: `gen_ai.system`, messages as log records.
    @inlinable public static var v1_36: GenAIConventions { GenAIConventions(generation: 0) }
    /// Version 1.41.1: `gen_ai.provider.name`, messages as attributes.
    @inlinable public static var latest: GenAIConventions { GenAIConventions(generation: 1) }
    /// The unreleased state of semantic-conventions-genai: ``latest`` with renamed metrics and further attributes.
    ///
    /// May change in any release of this package, as it does at its source. Only code can choose it.
    @inlinable public static var development: GenAIConventions { GenAIConventions(generation: 2) }

    /// Whether one is older than the other.
    @inlinable
    public static func < (one: GenAIConventions, other: GenAIConventions) -> Bool {
        one.generation < other.generation
    }
}
