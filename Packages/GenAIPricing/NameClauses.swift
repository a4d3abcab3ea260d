// SPDX-License-Identifier: MIT
import GenAICore

typealias NameBytes = UnsafeBufferPointer<UInt8>

/// A table's clauses, prepared for matching many names.
struct ClauseMatcher {
    let table: PriceTable
    let pool: NameBytes
    let clauses: UnsafeBufferPointer<NameClause>
    let models: UnsafeBufferPointer<PriceTable.Model>

    /// Calls `body` with a matcher that borrows the table's names and clauses.
    static func with<Result>(_ table: PriceTable, _ body: (ClauseMatcher) -> Result) -> Result {
        table.pool.withUnsafeBufferPointer { pool in
            table.clauses.withUnsafeBufferPointer { clauses in
                table.models.withUnsafeBufferPointer { models in
                    body(ClauseMatcher(table: table, pool: pool, clauses: clauses, models: models))
                }
            }
        }
    }

    /// Returns whether any clause, or any run of joined clauses, holds for a lower-case name.
    func any(of rows: PriceTable.Rows, hold name: NameBytes) -> Bool {
        any(of: rows, hold: name, BytePairs(name))
    }

    private func any(of rows: PriceTable.Rows, hold name: NameBytes, _ pairs: BytePairs) -> Bool {
        var index = Int(rows.start)
        let end = Int(rows.end)
        while index < end {
            var holds = true
            var joined = true
            while joined, index < end {
                let clause = clauses[index]
                holds = holds && pairs.mayContain(clause.pairs) && matches(clause, name)
                joined = clause.joinsNext
                index += 1
            }
            if holds { return true }
        }
        return false
    }

    /// Returns the first model of a provider that matches a name, in the order of the table.
    func model(of provider: PriceTable.Provider, named name: NameBytes) -> Int? {
        let pairs = BytePairs(name)
        return provider.models.range.first { any(of: models[$0].clauses, hold: name, pairs) }
    }

    /// Returns the model of a provider that has exactly this identifier.
    func model(of provider: PriceTable.Provider, id: NameBytes) -> Int? {
        provider.models.range.first { pool[models[$0].id.range].elementsEqual(id) }
    }

    private func matches(_ clause: NameClause, _ name: NameBytes) -> Bool {
        let text = NameBytes(rebasing: pool[clause.text.range])
        let after = name.count - text.count
        switch clause.kind {
        case .equals: return after == 0 && name.hasPrefix(text)
        case .startsWith: return name.hasPrefix(text)
        case .contains: return name.firstIndex(of: text) != nil
        case .endsWith: return after >= 0 && name.dropping(after).hasPrefix(text)
        case .compactDate: return after == 8 && name.hasPrefix(text) && name.dropping(text.count).allDigits(8)
        case .dashedDate: return after == 10 && name.hasPrefix(text) && name.dropping(text.count).isDashedDate
        case .digitAfter: return after > 0 && name.hasPrefix(text) && name[text.count].isDigit
        case .lacksWord: return !containsWord(text, name)
        case .lacksSlash: return !name.contains(UInt8(ascii: "/"))
        case .domain:
            guard name.hasSuffix(text) else { return false }
            return after == 0 || name[after - 1] == UInt8(ascii: ".")
        }
    }

    /// Returns whether `word` occurs at the end of the name or before a dash.
    private func containsWord(_ word: NameBytes, _ name: NameBytes) -> Bool {
        var rest = name
        while let index = rest.firstIndex(of: word) {
            let next = index + word.count
            if next == rest.count || rest[next] == UInt8(ascii: "-") { return true }
            rest = rest.dropping(index + 1)
        }
        return false
    }
}

extension UInt8 {
    var isDigit: Bool { ASCII.isDigit(self) }

    /// The byte in ASCII lower case.
    var lowercased: UInt8 { ASCII.lowercased(self) }
}

extension NameBytes {
    func dropping(_ count: Int) -> NameBytes {
        NameBytes(rebasing: self[Swift.min(count, self.count)...])
    }

    func hasPrefix(_ text: NameBytes) -> Bool {
        guard text.count <= count else { return false }
        for index in text.indices where self[index] != text[index] { return false }
        return true
    }

    func hasSuffix(_ text: NameBytes) -> Bool {
        text.count <= count && dropping(count - text.count).hasPrefix(text)
    }

    func firstIndex(of text: NameBytes) -> Int? {
        guard let first = text.first else { return 0 }
        var index = 0
        while index + text.count <= count {
            if self[index] == first, dropping(index).hasPrefix(text) { return index }
            index += 1
        }
        return nil
    }

    func allDigits(_ length: Int) -> Bool {
        count >= length && self[..<length].allSatisfy(\.isDigit)
    }

    /// Indicates whether the name is ten bytes of the shape 2026-01-31.
    var isDashedDate: Bool {
        count == 10 && allDigits(4) && self[4] == UInt8(ascii: "-") && dropping(5).allDigits(2)
            && self[7] == UInt8(ascii: "-") && dropping(8).allDigits(2)
    }
}
