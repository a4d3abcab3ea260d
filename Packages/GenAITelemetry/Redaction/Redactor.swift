// SPDX-License-Identifier: MIT
import GenAICore

/// Removes personal data and secrets from everything that is exported: the one place that each span and log record
/// passes.
///
/// Set it on a provider. Spans pass it after all processors have had their last word and before any exporter sees
/// them; log records pass it before the first processor, and again before the batch and simple processors. What it
/// sees: the names of spans, events, attributes and members of maps; texts and large whole numbers in attributes, events,
/// links and bodies; the description of a status. It sees texts whole, before limits cut them. Not resources, which the
/// operator sets, and not metrics, which hold no content.
///
/// JSON in text stays JSON: the rules apply to its member names and inside its string values. Runs on the thread that
/// ends the span, in time linear in the text.
public struct Redactor: Sendable {
    /// What is removed. Applied one after the other, in this order.
    public var rules: [RedactionRule]
    /// Attributes that are left as they are. Default: identifiers and names that no person writes.
    public var exemptAttributes: Set<String>
    private let custom: (@Sendable (String) -> String)?

    /// Creates a redactor.
    ///
    /// - Parameters:
    ///   - rules: What is removed. Default ``RedactionRule/standard``.
    ///   - exemptAttributes: Attributes that are left as they are.
    ///   - custom: Sees each text after the rules, but no names of attributes, members and log events, and returns what
    ///     is to be exported. Called on whatever thread ends the span; must be quick, and must return the same when it is
    ///     given its own result.
    public init(
        rules: [RedactionRule] = RedactionRule.standard, exemptAttributes: Set<String> = Self.defaultExemptions,
        custom: (@Sendable (String) -> String)? = nil
    ) {
        self.rules = rules
        self.exemptAttributes = exemptAttributes
        self.custom = custom
    }

    /// Identifiers and names by the conventions, which rules could mistake for something else.
    public static let defaultExemptions: Set<String> = [
        "gen_ai.operation.name", "gen_ai.request.model", "gen_ai.response.model", "gen_ai.response.id",
        "gen_ai.system", "gen_ai.provider.name", "gen_ai.tool.name", "gen_ai.tool.call.id", "gen_ai.prompt.hash",
        "server.address", "error.type", "exception.type",
    ]

    /// The text without what the rules remove.
    public func redact(_ text: String) -> String {
        redacted(text, levels: 8) ?? text
    }

    /// The text redacted, or `nil` when there is nothing to change.
    func redacted(_ text: String, levels: Int) -> String? {
        if levels > 0, JSONRedaction.looksLikeJSON(text) {
            var json = JSONRedaction(self, levels: levels - 1)
            switch json.redact(text) {
            case .unchanged: return nil
            case .changed(let result): return result
            case .notJSON: break
            }
        }
        return redactedPlain(text)
    }

    /// The text redacted as it is, or `nil` when there is nothing to change.
    func redactedPlain(_ text: String) -> String? {
        var result = redactedName(text)
        if let custom {
            let changed = custom(result ?? text)
            if changed != result ?? text { result = changed }
        }
        return result
    }

    /// A name redacted by the rules alone, or `nil` when there is nothing to change.
    func redactedName(_ name: String) -> String? {
        var result: String?
        var scanned = ScannedText(name)
        for rule in rules {
            guard let changed = rule.redacted(scanned) else { continue }
            result = changed
            scanned = ScannedText(changed)
        }
        return result
    }
}

// MARK: - Signals

extension Redactor {
    /// Redacts a finished span.
    public func redact(_ span: inout SpanData) {
        if let name = redactedPlain(span.name) { span.name = name }
        redact(&span.attributes)
        for index in span.events.indices {
            if let name = redactedPlain(span.events[index].name) { span.events[index].name = name }
            redact(&span.events[index].attributes)
        }
        for index in span.links.indices { redact(&span.links[index].attributes) }
        if case .error(let description) = span.status, let changed = redacted(description, levels: 8) {
            span.status = .error(description: changed)
        }
    }

    /// Redacts a log record.
    public func redact(_ record: inout LogRecord) {
        if let name = record.eventName.flatMap(redactedName) { record.eventName = name }
        redact(&record.attributes)
        if let body = record.body, let changed = redacted(body, levels: 128) { record.body = changed }
        if let text = record.severityText, let changed = redactedPlain(text) { record.severityText = changed }
    }

    private func redact(_ attributes: inout Attributes) {
        if let changed = redacted(attributes, levels: 128, exempt: exemptAttributes) { attributes = changed }
    }

    /// The attributes or members redacted, or `nil` when there is nothing to change.
    private func redacted(_ entries: Attributes, levels: Int, exempt: Set<String> = []) -> Attributes? {
        var result: [Attribute] = []
        var hasChanged = false
        var names = FreeNames(entries)
        for entry in entries {
            let isExempt = exempt.contains(entry.key)
            let name = isExempt ? nil : redactedName(entry.key)
            let value = isExempt ? nil : redacted(entry.value, levels: levels - 1)
            guard name != nil || value != nil else {
                result.append(entry)
                continue
            }
            hasChanged = true
            result.append(Attribute(key: name.map { names.next($0) } ?? entry.key, value: value ?? entry.value))
        }
        return hasChanged ? Attributes(result) : nil
    }

    /// The value redacted, or `nil` when there is nothing to change. What is nested deeper than `levels` is removed:
    /// nobody would see it, and nobody would have checked it.
    private func redacted(_ value: AttributeValue, levels: Int) -> AttributeValue? {
        switch value {
        case .string(let text): return redacted(text, levels: 8).map(AttributeValue.string)
        case .int(let number):
            // A card number may well be a number; nothing shorter than twelve digits is looked for.
            guard Int64(number) >= 100_000_000_000 else { return nil }
            return redactedPlain(String(number)).map(AttributeValue.string)
        case .array(let values):
            guard levels > 0 else { return .null }
            let changed = values.map { redacted($0, levels: levels - 1) }
            guard changed.contains(where: { $0 != nil }) else { return nil }
            return .array(zip(values, changed).map { $1 ?? $0 })
        case .map(let entries):
            guard levels > 0 else { return .null }
            return redacted(entries, levels: levels).map(AttributeValue.map)
        case .bool, .double, .bytes, .null: return nil
        }
    }
}

/// Names that are not taken: what was said under two addresses must not become one.
private struct FreeNames {
    private let entries: Attributes
    private var taken: Set<String>?
    /// The last number behind a name, so that many alike need no search.
    private var numbers: [String: Int] = [:]

    init(_ entries: Attributes) {
        self.entries = entries
    }

    /// A name, with a number behind it where it is taken.
    mutating func next(_ name: String) -> String {
        var names = taken ?? Set(entries.map(\.key))
        taken = nil
        var free = name
        while !names.insert(free).inserted {
            let number = numbers[name, default: 1] + 1
            numbers[name] = number
            free = "\(name)_\(number)"
        }
        taken = names
        return free
    }
}
