// SPDX-License-Identifier: MIT

import GenAICore

// The generated table is text, one row a line, fields separated by tabs:
//
//     P  provider  fallback,fallback  clauses on provider names  clauses on model names  host rules  route,route
//     Z  zone      thousandths        clauses on model names              a zone of the provider above, before its models
//     M  model     clauses on names   shortest billed audio in ms
//     $  first day  second-second@weekdays  unit=price>bound:price unit=price …      a period of the model above
//     ?  key=value  first day  second-second@weekdays  unit=price …                     a variant of it, after its periods
//
// Weekdays are digits, 1 for Monday. Clauses are separated by blanks, any of them suffices; `&` ties clauses that must hold together.
// Prices are dollars per million tokens, or per the unit's own size.

extension PriceTableBuilder {
    /// Parses a generated table; `nil` if it is invalid.
    init?(generated text: [UInt8]) {
        self.init()
        pool = text
        let done = text.withUnsafeBufferPointer { bytes in
            var reader = PriceTableReader(bytes: bytes)
            return reader.read(into: &self)
        }
        guard done else { return nil }
    }
}

/// Reads the lines of a generated table and appends the rows they describe.
private struct PriceTableReader {
    typealias Field = Range<Int>

    let bytes: UnsafeBufferPointer<UInt8>
    private var fallbacks: [[Field]] = []
    private let units: [(name: [UInt8], kind: PricedUnit.Kind)]

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        units = PricedUnit.Kind.allCases.map { (Array($0.name.utf8), $0) }
    }

    mutating func read(into table: inout PriceTableBuilder) -> Bool {
        table.rates.reserveCapacity(4_096)
        var start = 0
        while start < bytes.count {
            let end = index(of: "\n", in: start..<bytes.count)
            if start < end, !readLine(start..<end, into: &table) { return false }
            start = end + 1
        }
        return resolveFallbacks(in: &table)
    }

    private mutating func readLine(_ line: Field, into table: inout PriceTableBuilder) -> Bool {
        var fields = split(line, at: "\t")
        while fields.count < 7 { fields.append(line.upperBound..<line.upperBound) }
        switch bytes[line.lowerBound] {
        case UInt8(ascii: "P"): return readProvider(fields, into: &table)
        case UInt8(ascii: "Z"): return readZone(fields, into: &table)
        case UInt8(ascii: "M"): return readModel(fields, into: &table)
        case UInt8(ascii: "$"): return readPeriod(fields, into: &table)
        case UInt8(ascii: "?"): return readVariant(fields, into: &table)
        default: return false
        }
    }

    private mutating func readProvider(_ fields: [Field], into table: inout PriceTableBuilder) -> Bool {
        fallbacks.append(split(fields[2], at: ","))
        guard let names = readClauses(fields[3], into: &table), let models = readClauses(fields[4], into: &table),
            let hosts = readClauses(fields[5], into: &table)
        else { return false }
        let count = UInt32(table.models.count)
        table.providers.append(
            .init(
                id: text(fields[1]), models: .init(start: count, end: count), fallbacks: [], nameClauses: names,
                modelClauses: models, hosts: hosts, routes: split(fields[6], at: ",").map { Array(bytes[$0]) },
                zones: .init(start: UInt32(table.zones.count), end: UInt32(table.zones.count))))
        return true
    }

    private func readZone(_ fields: [Field], into table: inout PriceTableBuilder) -> Bool {
        guard !table.providers.isEmpty, let thousandths = integer(fields[2]), thousandths > 0,
            let models = readClauses(fields[3], into: &table)
        else { return false }
        table.zones.append(.init(name: text(fields[1]), models: models, thousandths: Int64(thousandths)))
        table.providers[table.providers.count - 1].zones.end = UInt32(table.zones.count)
        return true
    }

    private func readModel(_ fields: [Field], into table: inout PriceTableBuilder) -> Bool {
        guard !table.providers.isEmpty else { return false }
        let clauses: PriceTable.Rows
        if fields[2].isEmpty {
            clauses = table.appendClause(.equals, text(fields[1]))
        } else {
            guard let read = readClauses(fields[2], into: &table) else { return false }
            clauses = read
        }
        let (period, variant) = (UInt32(table.periods.count), UInt32(table.variants.count))
        table.models.append(
            .init(
                id: text(fields[1]), clauses: clauses, periods: .init(start: period, end: period),
                variants: .init(start: variant, end: variant), shortestAudioMilliseconds: integer(fields[3]) ?? 0))
        table.providers[table.providers.count - 1].models.end = UInt32(table.models.count)
        return true
    }

    private func readPeriod(_ fields: [Field], into table: inout PriceTableBuilder) -> Bool {
        guard let model = table.models.indices.last, table.models[model].variants.isEmpty,
            let condition = readCondition(fields[1], fields[2]),
            let rates = readRates(fields[3], into: &table)
        else { return false }
        table.periods.append(.init(condition: condition, rates: rates))
        table.models[model].periods.end = UInt32(table.periods.count)
        if !condition.isAlways { table.models[model].periodsDependOnTime = true }
        return true
    }

    private func readVariant(_ fields: [Field], into table: inout PriceTableBuilder) -> Bool {
        let pair = split(fields[1], at: "=")
        guard let model = table.models.indices.last, pair.count == 2,
            let key = PriceContext.Key(rawValue: String(decoding: bytes[pair[0]], as: UTF8.self)),
            let condition = readCondition(fields[2], fields[3]), let rates = readRates(fields[4], into: &table)
        else { return false }
        let firstList = table.lists.count
        for period in table.models[model].periods.range {
            table.lists.append(table.appendRates(table.periods[period].rates, replacedBy: rates))
        }
        if key == .searchContext { table.models[model].variantsDependOnSearch = true }
        table.variants.append(
            .init(
                key: key, value: String(decoding: bytes[pair[1]], as: UTF8.self), condition: condition, rates: rates,
                firstList: firstList))
        table.models[model].variants.end = UInt32(table.variants.count)
        return true
    }

    private func readCondition(_ date: Field, _ window: Field) -> PriceTable.Condition? {
        var condition = PriceTable.Condition()
        if !date.isEmpty {
            guard let day = CivilDate.day(bytes[date]) else { return nil }
            condition.firstDay = day
            condition.firstDayText = text(date)
        }
        if !window.isEmpty {
            let at = index(of: "@", in: window)
            let ends = split(window.lowerBound..<at, at: "-")
            if ends.count == 2, let start = integer(ends[0]), let end = integer(ends[1]) {
                (condition.windowStart, condition.windowEnd) = (start, end)
            } else if !ends.isEmpty {
                return nil
            }
            for digit in bytes[min(at + 1, window.upperBound)..<window.upperBound] {
                guard (UInt8(ascii: "1")...UInt8(ascii: "7")).contains(digit) else { return nil }
                condition.weekdays |= 1 << (digit - UInt8(ascii: "1"))
            }
        }
        return condition
    }

    private func readRates(_ field: Field, into table: inout PriceTableBuilder) -> PriceTable.RateList? {
        var prices: [(unit: PricedUnit.Kind, price: ModelPricing.Price)] = []
        for word in split(field, at: " ") {
            let equals = index(of: "=", in: word)
            guard let unit = units.first(where: { $0.name.elementsEqual(bytes[word.lowerBound..<equals]) })?.kind
            else { return nil }
            let steps = split(min(equals + 1, word.upperBound)..<word.upperBound, at: ">")
            guard let base = steps.first, let pico = self.price(base) else { return nil }
            var price = ModelPricing.Price(pico: pico)
            for step in steps.dropFirst() {
                let parts = split(step, at: ":")
                guard parts.count == 2, let above = integer(parts[0]), let pico = self.price(parts[1])
                else { return nil }
                price.tiers.append(.init(aboveInputTokens: above, pico: pico))
            }
            prices.append((unit, price))
        }
        return table.appendRates(prices)
    }

    private func readClauses(_ field: Field, into table: inout PriceTableBuilder) -> PriceTable.Rows? {
        let start = UInt32(table.clauses.count)
        for alternative in split(field, at: " ") {
            let parts = split(alternative, at: "&")
            for (position, part) in parts.enumerated() {
                guard let first = part.first, let kind = NameClause.Kind(rawValue: bytes[first]) else { return nil }
                let joins = position < parts.count - 1
                let value = part.dropFirst()
                table.clauses.append(NameClause(kind, text(value), in: bytes[value], joinsNext: joins))
            }
        }
        return .init(start: start, end: UInt32(table.clauses.count))
    }

    private func resolveFallbacks(in table: inout PriceTableBuilder) -> Bool {
        for (provider, names) in fallbacks.enumerated() {
            for name in names {
                guard
                    let other = table.providers.firstIndex(where: { bytes[$0.id.range].elementsEqual(bytes[name]) })
                else { return false }
                table.providers[provider].fallbacks.append(other)
            }
        }
        return true
    }

    // MARK: - Fields

    private func text(_ field: Field) -> PriceTable.Text {
        .init(start: UInt32(field.lowerBound), count: UInt32(field.count))
    }

    private func price(_ field: Field) -> Int64? {
        DecimalText.scaled(bytes[field], by: DecimalText.picoDigits).flatMap { Int64(exactly: $0) }
    }

    private func integer(_ field: Field) -> Int? {
        DecimalText.scaled(bytes[field], by: 0).flatMap { Int(exactly: $0) }
    }

    private func index(of character: Unicode.Scalar, in field: Field) -> Int {
        let byte = UInt8(ascii: character)
        var position = field.lowerBound
        while position < field.upperBound, bytes[position] != byte { position += 1 }
        return position
    }

    /// Returns the parts of a field; none if it is empty.
    private func split(_ field: Field, at separator: Unicode.Scalar) -> [Field] {
        var parts: [Field] = []
        var start = field.lowerBound
        while start < field.upperBound {
            let end = index(of: separator, in: start..<field.upperBound)
            parts.append(start..<end)
            start = end + 1
        }
        return parts
    }
}
