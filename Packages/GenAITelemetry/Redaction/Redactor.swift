// SPDX-License-Identifier: MIT
import GenAICore

/// Removes personal data and secrets from all exported telemetry, at one point that each span and log record passes.
///
/// Set it on a provider. Spans are redacted after all processors have finished and before any exporter sees them. Log
/// records are redacted before the first processor, and again before the batch and simple processors. It redacts the
/// names of spans, events, attributes and members of maps; texts and large integers in attributes, events, links and
/// bodies; and the description of a status. It sees complete texts, before limits cut them. It does not redact
/// resources, which the operator sets, and metrics, which contain no content.
///
/// JSON in text stays JSON: the rules apply to its member names and inside its string values. Runs on the thread that
/// ends the span, in time linear in the text.
public struct Redactor: Sendable {
    /// The rules, applied one after another in this order.
    public var rules: [RedactionRule]
    /// The attributes that are left unchanged. Default: identifiers and names that no person writes.
    public var exemptAttributes: Set<String>
    private let custom: (@Sendable (String) -> String)?

    /// Creates a redactor.
    ///
    /// - Parameters:
    ///   - rules: The rules. Default: ``RedactionRule/standard``.
    ///   - exemptAttributes: The attributes that are left unchanged.
    ///   - custom: Called with each text after the rules, but not with names of attributes, members and log events.
    ///     Returns the text to export. Called on the thread that ends the span. It must be quick, and must return its
    ///     own result unchanged.
    public init(
        rules: [RedactionRule] = RedactionRule.standard, exemptAttributes: Set<String> = Self.defaultExemptions,
        custom: (@Sendable (String) -> String)? = nil
    ) {
        self.rules = rules
        self.exemptAttributes = exemptAttributes
        self.custom = custom
    }

    /// The identifiers and names of the conventions that rules might mistake for something else.
    public static let defaultExemptions: Set<String> = [
        "gen_ai.operation.name", "gen_ai.request.model", "gen_ai.response.model", "gen_ai.response.id",
        "gen_ai.system", "gen_ai.provider.name", "gen_ai.tool.name", "gen_ai.tool.call.id", "gen_ai.prompt.hash",
        "server.address", "error.type", "exception.type",
    ]

    /// Returns the text after all rules have been applied.
    public func redact(_ text: String) -> String {
        redacted(text, levels: 8) ?? text
    }

    /// Returns the redacted text; `nil` if nothing changes.
    func redacted(_ text: String, levels: Int) -> String? {
        if levels > 0, JSONRedaction.looksLikeJSON(text) {
            var json = JSONRedaction(self, levels: levels - 1)
            return json.redacted(text)
        }
        return redactedPlain(text)
    }

    /// Returns the text redacted as plain text; `nil` if nothing changes.
    func redactedPlain(_ text: String) -> String? {
        var result = redactedName(text)
        if let custom {
            let changed = custom(result ?? text)
            if changed != result ?? text { result = changed }
        }
        return result
    }

    /// Returns a name redacted by the rules only; `nil` if nothing changes.
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
    public func redact(_ record: inout LogRecordData) {
        if let name = record.eventName.flatMap(redactedName) { record.eventName = name }
        redact(&record.attributes)
        if let body = record.body, let changed = redacted(body, levels: 128) { record.body = changed }
        if let text = record.severityText, let changed = redactedPlain(text) { record.severityText = changed }
    }

    private func redact(_ attributes: inout Attributes) {
        if let changed = redacted(attributes, levels: 128, exempt: exemptAttributes) { attributes = changed }
    }

    /// Returns the redacted attributes or members; `nil` if nothing changes.
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

    /// Returns the redacted value; `nil` if nothing changes. Values nested deeper than `levels` are removed, because
    /// they are not checked.
    private func redacted(_ value: AttributeValue, levels: Int) -> AttributeValue? {
        switch value {
        case .string(let text): return redacted(text, levels: 8).map(AttributeValue.string)
        case .int(let number):
            // A card number may be stored as a number. Numbers of fewer than twelve digits are not checked.
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

/// Assigns unique names, because values of different attributes must not end up in one.
private struct FreeNames {
    private let entries: Attributes
    private var taken: Set<String>?
    /// The last number used for each name, so that many equal names need no search.
    private var numbers: [String: Int] = [:]

    init(_ entries: Attributes) {
        self.entries = entries
    }

    /// Returns a name, with a number after it if it is taken.
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
