// SPDX-License-Identifier: MIT

/// The way in which the name of a call's model led to a price. Every match but ``asGiven`` is an inference.
public struct NameMatch: Sendable, Hashable, CustomStringConvertible {
    let step: UInt8

    /// The name as given, except for letter case, surrounding blanks and the format of a date in it.
    public static let asGiven = NameMatch(step: 0)
    /// The name without its prefix, as in `azure/gpt-4o` or `models/gemini-2.5-pro`.
    public static let withoutPrefix = NameMatch(step: 1)
    /// The name without its date or `-latest`, because this snapshot has no price of its own.
    public static let withoutDate = NameMatch(step: 2)
    /// The base model of a fine-tuned one, used only if the caller's own prices have just the base model.
    public static let fineTunedBase = NameMatch(step: 4)
    /// The name without its route, as in `openai/gpt-4o:nitro` at OpenRouter. The price is that of the default route.
    public static let withoutRoute = NameMatch(step: 3)

    /// A word for log lines.
    public var description: String {
        switch step {
        case 0: "as given"
        case 1: "without prefix"
        case 2: "without date"
        case 3: "without route"
        default: "base of the fine-tuned model"
        }
    }
}

/// The spellings under which a table may list a model, the closest first. Pure.
struct NameForms {
    struct Form: Equatable {
        var name: [UInt8]
        var match: NameMatch
        /// The part before the name, up to a slash or colon: possibly a provider.
        var prefix: [UInt8]?
        /// The part between the prefix and the name: possibly a region, as in `azure/eu/gpt-4o`.
        var zone: [UInt8]?
    }

    /// The maximum length of a name. A longer one is unknown without a search.
    static let longestName = 512
    private static let mostPrefixes = 4
    /// Path segments that name no provider.
    private static let pathWords = ["models", "model", "publishers", "endpoints", "converse", "invoke"].map {
        Array($0.utf8)
    }

    private(set) var forms: [Form] = []

    init(_ name: String) {
        guard let bytes = Self.folded(name) else { return }
        addPrefixForms(bytes)
        let plain = forms
        addFineTuned(plain)
        for form in forms where form.match != .fineTunedBase { addRewrittenDate(form) }
        for form in plain { addUndated(form) }
    }

    /// Returns the name in lower case, without surrounding blanks and control characters; `nil` if it is empty or too
    /// long.
    static func folded(_ name: String) -> [UInt8]? {
        guard name.utf8.count <= longestName else { return nil }
        var bytes = name.utf8.drop { $0 <= 0x20 }.map(\.lowercased)
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        return bytes.isEmpty ? nil : bytes
    }

    private mutating func add(
        _ name: some Sequence<UInt8>, _ match: NameMatch, prefix: [UInt8]?, zone: [UInt8]? = nil
    ) {
        let form = Form(name: Array(name), match: match, prefix: prefix, zone: zone)
        let isNew = !forms.contains { $0.name == form.name && $0.prefix == form.prefix && $0.zone == form.zone }
        if !form.name.isEmpty, isNew { forms.append(form) }
    }

    /// Adds a name derived from a form, with the same prefix and zone.
    private mutating func add(_ name: some Sequence<UInt8>, _ match: NameMatch, like form: Form) {
        add(name, match, prefix: form.prefix, zone: form.zone)
    }

    /// Adds the forms of `a/b/c`: `b/c` from `a`, `c` from `b`, and `c` from `a` in the zone `b`.
    private mutating func addPrefixForms(_ name: [UInt8]) {
        if name.starts(with: "arn:aws".utf8), let slash = name.lastIndex(of: UInt8(ascii: "/")) {
            add(name, .asGiven, prefix: Array("bedrock".utf8))
            return add(name[(slash + 1)...], .withoutPrefix, prefix: Array("bedrock".utf8))
        }
        var rest = name[...]
        var prefix: [UInt8]?
        var zones: [(prefix: [UInt8]?, zone: [UInt8], name: ArraySlice<UInt8>)] = []
        for _ in 0..<Self.mostPrefixes {
            guard let end = Self.prefixEnd(rest) else { break }
            let word = Array(rest[..<end])
            if prefix == nil { add(name, .asGiven, prefix: Self.pathWords.contains(word) ? nil : word) }
            rest = rest[(end + 1)...]
            if !Self.pathWords.contains(word) {
                zones.append((prefix, word, rest))
                prefix = word
            }
            add(rest, .withoutPrefix, prefix: prefix)
        }
        add(name, .asGiven, prefix: nil)
        for form in zones { add(form.name, .withoutPrefix, prefix: form.prefix, zone: form.zone) }
    }

    /// Returns the end of a leading `word/` or `word:`. A colon ends only a plain word: `v1:0` and `ft:` are not
    /// prefixes.
    private static func prefixEnd(_ name: ArraySlice<UInt8>) -> Int? {
        guard let end = name.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") }),
            end > name.startIndex
        else { return nil }
        if name[end] == UInt8(ascii: "/") { return end }
        let word = name[..<end]
        return word.contains(UInt8(ascii: ".")) || word.elementsEqual("ft".utf8) ? nil : end
    }

    /// Adds `ft:gpt-4o-mini` for `ft:gpt-4o-mini:org::id`. Also adds the base model `gpt-4o-mini`, which is used only
    /// with the caller's own prices.
    private mutating func addFineTuned(_ plain: [Form]) {
        for form in plain where form.name.starts(with: "ft:".utf8) {
            let base = form.name.dropFirst(3).prefix { $0 != UInt8(ascii: ":") }
            add(Array("ft:".utf8) + base, .asGiven, like: form)
            let undated = Self.undated(base)
            if let undated { add(Array("ft:".utf8) + undated, .withoutDate, like: form) }
            add(base, .fineTunedBase, like: form)
            if let undated { add(undated, .fineTunedBase, like: form) }
        }
    }

    /// Adds the name without its date or `-latest`.
    private mutating func addUndated(_ form: Form) {
        if let name = Self.undated(form.name[...]) { add(name, .withoutDate, like: form) }
    }

    private static func undated(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let latest = "-latest".utf8
        if name.count > latest.count, name.suffix(latest.count).elementsEqual(latest) {
            return name.dropLast(latest.count)
        }
        for (length, isDate) in [(10, isDashed), (8, isCompact), (7, isMonth)] {
            guard name.count > length + 1, isDate(name.suffix(length)) else { continue }
            let separator = name[name.endIndex - length - 1]
            if separator == UInt8(ascii: "-") || separator == UInt8(ascii: "@") { return name.dropLast(length + 1) }
        }
        return nil
    }

    /// Adds `-2026-01-31` for `-20260131`.
    private mutating func addRewrittenDate(_ form: Form) {
        guard form.name.count > 9 else { return }
        let dash = UInt8(ascii: "-")
        for start in 1...(form.name.count - 8) {
            let end = start + 8
            let date = form.name[start..<end]
            guard form.name[start - 1] == dash, Self.isCompact(date),
                end == form.name.count || form.name[end] == dash || form.name[end] == UInt8(ascii: ":")
            else { continue }
            let dashed = Array(date.prefix(4)) + [dash] + date.dropFirst(4).prefix(2) + [dash] + date.suffix(2)
            add(Array(form.name[..<start]) + dashed + form.name[end...], form.match, like: form)
        }
    }

    // MARK: - Dates

    private static func isDashed(_ text: ArraySlice<UInt8>) -> Bool {
        text.starts(with: "20".utf8) && CivilDate.day(text) != nil
    }

    private static func isCompact(_ text: ArraySlice<UInt8>) -> Bool {
        let dash = UInt8(ascii: "-")
        guard text.allSatisfy(\.isDigit) else { return false }
        return isDashed((Array(text.prefix(4)) + [dash] + text.dropFirst(4).prefix(2) + [dash] + text.suffix(2))[...])
    }

    /// Returns whether the text is a month and a year, as in `08-2024`.
    private static func isMonth(_ text: ArraySlice<UInt8>) -> Bool {
        isDashed((Array(text.suffix(4)) + [UInt8(ascii: "-")] + text.prefix(2) + Array("-01".utf8))[...])
            && text.dropFirst(2).first == UInt8(ascii: "-")
    }
}
