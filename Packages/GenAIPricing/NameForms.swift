// SPDX-License-Identifier: MIT

/// How the name of a call's model led to a price. Everything but ``asGiven`` is an inference to be aware of.
public struct NameMatch: Sendable, Hashable, CustomStringConvertible {
    let step: UInt8

    /// The name as it was given, except for letter case, surrounding blanks and how a date in it is written.
    public static let asGiven = NameMatch(step: 0)
    /// The name without what stands before it, as in `azure/gpt-4o` or `models/gemini-2.5-pro`.
    public static let withoutPrefix = NameMatch(step: 1)
    /// The name without its date or `-latest`: this snapshot has no price of its own.
    public static let withoutDate = NameMatch(step: 2)
    /// The model a fine-tuned one is based on, where only that has a price of the user's own.
    public static let fineTunedBase = NameMatch(step: 4)
    /// The name without its choice of a route, as in `openai/gpt-4o:nitro` at OpenRouter: the price is that of the usual one.
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

/// The ways one model name may be written in a table, the closest first. Pure.
struct NameForms {
    struct Form: Equatable {
        var name: [UInt8]
        var match: NameMatch
        /// What stood before the name, up to a slash or colon, if anything did: maybe a provider.
        var prefix: [UInt8]?
        /// What stood between that and the name: maybe a region, as in `azure/eu/gpt-4o`.
        var zone: [UInt8]?
    }

    /// No name in use is longer. A longer one is unknown without a look.
    static let longestName = 512
    private static let mostPrefixes = 4
    /// Path parts that name no provider.
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

    /// Lower case, without blanks and control characters around; `nil` for an empty or overlong name.
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

    /// Adds a name made of a form's, with its surroundings.
    private mutating func add(_ name: some Sequence<UInt8>, _ match: NameMatch, like form: Form) {
        add(name, match, prefix: form.prefix, zone: form.zone)
    }

    /// `a/b/c` is also `b/c` from `a`, `c` from `b`, and `c` from `a` in the zone `b`.
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

    /// Where a leading `word/` or `word:` ends. A colon ends only a plain word: `v1:0` and `ft:` are no prefixes.
    private static func prefixEnd(_ name: ArraySlice<UInt8>) -> Int? {
        guard let end = name.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") }),
            end > name.startIndex
        else { return nil }
        if name[end] == UInt8(ascii: "/") { return end }
        let word = name[..<end]
        return word.contains(UInt8(ascii: ".")) || word.elementsEqual("ft".utf8) ? nil : end
    }

    /// `ft:gpt-4o-mini:org::id` is priced as `ft:gpt-4o-mini`; by the user's own prices, which may mean both, also as
    /// `gpt-4o-mini`.
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

    /// A name without its date, or without `-latest`.
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

    /// `-20260131` is also written `-2026-01-31`.
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

    /// Month and year, as in `08-2024`.
    private static func isMonth(_ text: ArraySlice<UInt8>) -> Bool {
        isDashed((Array(text.suffix(4)) + [UInt8(ascii: "-")] + text.prefix(2) + Array("-01".utf8))[...])
            && text.dropFirst(2).first == UInt8(ascii: "-")
    }
}
