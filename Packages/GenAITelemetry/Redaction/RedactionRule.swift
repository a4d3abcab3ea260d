// SPDX-License-Identifier: MIT
import GenAICore

/// One kind of text to remove.
///
/// The scanners are hand-written and examine each byte a limited number of times, whatever the text. Digits, blanks and
/// dashes of all scripts count as those of ASCII, and invisible characters are ignored.
public struct RedactionRule: Sendable {
    /// The name of the rule.
    public let name: String
    /// The replacement for matching text.
    public var replacement: String
    private let matches: @Sendable (UnsafeBufferPointer<UInt8>) -> [Range<Int>]

    init(
        _ name: String, replacement: String,
        matches: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> [Range<Int>]
    ) {
        self.name = name
        self.replacement = replacement
        self.matches = matches
    }

    /// All predefined rules: card numbers, e-mail addresses, phone numbers, API keys.
    public static let standard: [RedactionRule] = [paymentCard, email, phoneNumber, apiKey]

    /// Replaces e-mail addresses with `[email]`.
    public static let email = RedactionRule("email", replacement: "[email]", matches: emailAddresses)
    /// Replaces numbers of payment cards with `[card]`: 13 to 19 digits with a valid check digit, with blanks and
    /// dashes between them.
    public static let paymentCard = RedactionRule("payment_card", replacement: "[card]", matches: paymentCards)
    /// Replaces phone numbers with `[phone]`: international ones with a plus, and national ones written in groups.
    ///
    /// Digits without any separator are not treated as a phone number, because they may be anything.
    public static let phoneNumber = RedactionRule("phone_number", replacement: "[phone]", matches: phoneNumbers)
    /// Replaces API keys, access tokens and bearer tokens of well-known forms with `[api_key]`.
    public static let apiKey = RedactionRule("api_key", replacement: "[api_key]", matches: apiKeys)

    /// Returns the text with matches replaced; `nil` if there are none.
    func redacted(_ text: ScannedText) -> String? {
        text.replacing(matches, with: replacement)
    }
}

// MARK: - E-mail addresses

private func emailAddresses(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var position = 0
    while let at = text[position...].firstIndex(of: UInt8(ascii: "@")) {
        position = at + 1
        var start = at
        let floor = ranges.last?.upperBound ?? 0
        while start > floor, isLocalPart(text[start - 1]) { start -= 1 }
        while start < at, text[start] == UInt8(ascii: ".") { start += 1 }
        var end = at + 1
        while end < text.count, isDomain(text[end]) { end += 1 }
        while end > at + 1, text[end - 1] == UInt8(ascii: ".") || text[end - 1] == UInt8(ascii: "-") { end -= 1 }
        guard start < at, hasTopLevelDomain(text[(at + 1)..<end]) else { continue }
        ranges.append(start..<end)
        position = end
    }
    return ranges
}

/// Returns whether the domain has at least two labels, and its last label at least two characters.
private func hasTopLevelDomain(_ domain: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard let dot = domain.lastIndex(of: UInt8(ascii: ".")), dot > domain.startIndex else { return false }
    let last = domain[(dot + 1)...]
    return last.count >= 2 && last.contains { !ASCII.isDigit($0) }
}

private func isLocalPart(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte >= 0x80 || "._%+-".utf8.contains(byte)
}

private func isDomain(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte >= 0x80 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
}

// MARK: - Numbers

/// A run of digits.
private struct DigitGroup {
    var start: Int
    var end: Int
    var count: Int { end - start }
}

private func digitGroups(in text: UnsafeBufferPointer<UInt8>) -> [DigitGroup] {
    var groups: [DigitGroup] = []
    var position = 0
    while position < text.count {
        guard ASCII.isDigit(text[position]) else {
            position += 1
            continue
        }
        let start = position
        while position < text.count, ASCII.isDigit(text[position]) { position += 1 }
        groups.append(DigitGroup(start: start, end: position))
    }
    return groups
}

private func paymentCards(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    let groups = digitGroups(in: text)
    var ranges: [Range<Int>] = []
    var first = 0
    while first < groups.count {
        guard let last = lastGroupOfCard(groups, from: first, text) else {
            first += 1
            continue
        }
        ranges.append(groups[first].start..<groups[last].end)
        first = last + 1
    }
    return ranges
}

/// Returns the last group of the longest card number that begins with a group. Examines at most 19 digits.
private func lastGroupOfCard(_ groups: [DigitGroup], from first: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int? {
    // Issuers' numbers begin with 2 to 6; a 1 is mostly a time stamp.
    let start = groups[first].start
    guard ("2"..."6").contains(Character(Unicode.Scalar(text[start]))), !isAlphanumeric(before: start, text) else {
        return nil
    }
    var digits: [UInt8] = []
    var found: Int?
    var index = first
    while index < groups.count, digits.count + groups[index].count <= 19 {
        let group = groups[index]
        if index > first {
            let gap = groups[index - 1].end
            guard group.start - gap == 1, text[gap] == UInt8(ascii: " ") || text[gap] == UInt8(ascii: "-") else {
                break
            }
        }
        digits += text[group.start..<group.end].map { $0 - UInt8(ascii: "0") }
        if digits.count >= 13, isLuhnValid(digits), !isAlphanumeric(at: group.end, text) { found = index }
        index += 1
    }
    return found
}

private func isLuhnValid(_ digits: [UInt8]) -> Bool {
    var sum = 0
    for (place, digit) in digits.reversed().enumerated() {
        let doubled = Int(digit) * (place.isMultiple(of: 2) ? 1 : 2)
        sum += doubled > 9 ? doubled - 9 : doubled
    }
    return sum.isMultiple(of: 10)
}

private func phoneNumbers(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    let groups = digitGroups(in: text)
    var ranges: [Range<Int>] = []
    var first = 0
    while first < groups.count {
        guard let (start, last) = phoneNumber(groups, from: first, text) else {
            first += 1
            continue
        }
        ranges.append(start..<groups[last].end)
        first = last + 1
    }
    return ranges
}

/// Returns the longest phone number that begins with a group. Examines at most 15 digits.
private func phoneNumber(
    _ groups: [DigitGroup], from first: Int, _ text: UnsafeBufferPointer<UInt8>
) -> (start: Int, last: Int)? {
    var start = groups[first].start
    if start > 0, text[start - 1] == UInt8(ascii: "(") { start -= 1 }
    let isInternational = start > 0 && text[start - 1] == UInt8(ascii: "+")
    if isInternational { start -= 1 }
    guard !isAlphanumeric(before: start, text) else { return nil }
    var counts: [Int] = []
    var digits = 0
    var found: Int?
    var index = first
    while index < groups.count, digits + groups[index].count <= 15 {
        if index > first, !isPhoneGap(text[groups[index - 1].end..<groups[index].start]) { break }
        counts.append(groups[index].count)
        digits += groups[index].count
        let isNumber =
            isInternational
            ? digits >= 8
            : counts == [3, 3, 4] || counts == [1, 3, 3, 4] && text[groups[first].start] == UInt8(ascii: "1")
                || counts.count >= 2 && text[groups[first].start] == UInt8(ascii: "0") && (9...12).contains(digits)
        if isNumber, !isAlphanumeric(at: groups[index].end, text) { found = index }
        index += 1
    }
    return found.map { (start, $0) }
}

/// Returns whether this is one or two characters that people write between the groups of a phone number.
private func isPhoneGap(_ gap: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    (1...2).contains(gap.count) && gap.allSatisfy { " -.()/".utf8.contains($0) }
}

// MARK: - Keys

/// The prefixes of keys, and the minimum number of characters that follow.
private let keyForms: [(prefix: [UInt8], minimum: Int)] = [
    ("sk-", 16), ("sk_live_", 8), ("sk_test_", 8), ("rk_live_", 8), ("pk_live_", 8), ("ghp_", 20), ("gho_", 20),
    ("ghu_", 20), ("ghs_", 20), ("ghr_", 20), ("github_pat_", 20), ("glpat-", 16), ("xoxb-", 10), ("xoxp-", 10),
    ("xoxa-", 10), ("xoxs-", 10), ("xapp-", 10), ("AKIA", 16), ("ASIA", 16), ("AIza", 30), ("ya29.", 20),
    ("hf_", 20), ("gsk_", 20), ("xai-", 20), ("r8_", 20), ("pplx-", 20), ("npm_", 20), ("pypi-", 20), ("SG.", 20),
    ("eyJ", 40), ("dop_v1_", 20), ("whsec_", 16),
].map { (Array($0.0.utf8), $0.1) }

private func apiKeys(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var position = 0
    var followsBearer = false
    while position < text.count {
        guard isKeyCharacter(text[position]) else {
            // "Bearer" refers to the word after exactly one blank.
            if text[position] != UInt8(ascii: " ") { followsBearer = false }
            position += 1
            continue
        }
        let start = position
        while position < text.count, isKeyCharacter(text[position]) { position += 1 }
        var end = position
        while end > start, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        let word = UnsafeBufferPointer(rebasing: text[start..<end])
        if followsBearer && word.count >= 16 || isKey(word) {
            while position < text.count, "+/=~".utf8.contains(text[position]) || isKeyCharacter(text[position]) {
                position += 1
                end = position
            }
            ranges.append(start..<end)
        }
        followsBearer = word.count == 6 && String(decoding: word, as: UTF8.self).lowercased() == "bearer"
    }
    return ranges
}

private func isKey(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    keyForms.contains { word.count >= $0.prefix.count + $0.minimum && word.starts(with: $0.prefix) }
}

private func isKeyCharacter(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
}

// MARK: - Characters

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    ASCII.isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26
}

private func isAlphanumeric(before index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    index > 0 && isAlphanumeric(text[index - 1])
}

private func isAlphanumeric(at index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    index < text.count && isAlphanumeric(text[index])
}
