// SPDX-License-Identifier: MIT

/// Converts a JSON tree to prices. Pure.
enum PriceFileReader {
    /// An error in the tree, with its place.
    struct Fault: Error {
        var code: PriceFileError.Code
        var message: String
        var line: Int
        var key: String

        init(_ message: String, _ item: JSONItem, _ key: String, code: PriceFileError.Code = .unexpectedValue) {
            (self.code, self.message, line, self.key) = (code, message, item.line, key)
        }
    }

    private static let scales: [String: ModelPricing.TokenScale] = [
        "token": .token, "thousand_tokens": .thousandTokens, "million_tokens": .millionTokens,
    ]

    static func prices(in root: JSONItem) throws(Fault) -> [String: ModelPricing] {
        let members = try object(root, "the file")
        var prices: [String: ModelPricing] = [:]
        var hasModels = false
        for member in members {
            guard member.key == "models" else {
                throw Fault("unknown key; expected \"models\"", member.item, member.key)
            }
            hasModels = true
            for model in try object(member.item, "models") {
                prices[model.key] = try pricing(model.item, "models.\(model.key)")
            }
        }
        guard hasModels else { throw Fault("no \"models\"", root, "the file") }
        return prices
    }

    private static func pricing(_ item: JSONItem, _ key: String) throws(Fault) -> ModelPricing {
        let members = try object(item, key)
        let scale = try scale(members, key)
        var pricing = ModelPricing.free
        var isFree = false
        for member in members {
            let here = "\(key).\(member.key)"
            switch member.key {
            case "per", "tiers", "periods": break
            case "free":
                guard case .bool(let value) = member.item.value else {
                    throw Fault("not true or false", member.item, here)
                }
                isFree = value
            default:
                let unit = try unit(member, here)
                pricing.set(try price(member.item, unit, scale, here), for: unit)
            }
        }
        if isFree, members.count > 1 { throw Fault("both free and priced", item, key) }
        if !isFree, pricing == .free { throw Fault("no price; use \"free\": true if it costs nothing", item, key) }
        for member in members where member.key == "tiers" {
            try addTiers(member.item, to: &pricing, scale, "\(key).tiers")
        }
        for member in members where member.key == "periods" {
            try addPeriods(member.item, to: &pricing, scale, "\(key).periods")
        }
        return pricing
    }

    private static func addPeriods(
        _ item: JSONItem, to pricing: inout ModelPricing, _ scale: ModelPricing.TokenScale, _ key: String
    ) throws(Fault) {
        for (index, part) in try array(item, key).enumerated() {
            let here = "\(key)[\(index)]"
            let members = try object(part, here)
            var prices = ModelPricing.free
            for member in members where !["from", "daily_utc", "weekdays"].contains(member.key) {
                let place = "\(here).\(member.key)"
                let unit = try unit(member, place)
                guard pricing[unit] != nil else { throw Fault("a period without a usual price", member.item, place) }
                prices.set(try price(member.item, unit, scale, place), for: unit)
            }
            guard prices != .free else { throw Fault("no price", part, here) }
            pricing.addPrices(prices, during: try period(members, part, here))
        }
    }

    private static func period(_ members: [JSONMember], _ item: JSONItem, _ key: String) throws(Fault) -> PricePeriod {
        var firstDay: String?
        var window: (start: String, end: String)?
        var weekdays: Set<Int> = []
        for member in members {
            let here = "\(key).\(member.key)"
            switch member.key {
            case "from":
                firstDay = try string(member.item, here)
                guard PricePeriod(from: firstDay) != nil else {
                    throw Fault("not a date such as 2026-08-17", member.item, here)
                }
            case "daily_utc":
                var times: [String] = []
                for time in try array(member.item, here) { times.append(try string(time, here)) }
                guard times.count == 2, PricePeriod(window: (times[0], times[1])) != nil else {
                    throw Fault("not two times such as [\"01:00\", \"04:00\"]", member.item, here)
                }
                window = (times[0], times[1])
            case "weekdays":
                for day in try array(member.item, here) {
                    guard case .number(let text) = day.value, let number = Int(text), (1...7).contains(number) else {
                        throw Fault("not a day of the week from 1 (Monday) to 7 (Sunday)", day, here)
                    }
                    weekdays.insert(number)
                }
            default: break
            }
        }
        guard firstDay != nil || window != nil || !weekdays.isEmpty,
            let period = PricePeriod(from: firstDay, window: window, weekdays: weekdays)
        else { throw Fault("no \"from\", \"daily_utc\" or \"weekdays\"", item, key) }
        return period
    }

    private static func addTiers(
        _ item: JSONItem, to pricing: inout ModelPricing, _ scale: ModelPricing.TokenScale, _ key: String
    ) throws(Fault) {
        for (index, tier) in try array(item, key).enumerated() {
            let here = "\(key)[\(index)]"
            let members = try object(tier, here)
            guard let above = members.first(where: { $0.key == "above_input_tokens" }) else {
                throw Fault("no \"above_input_tokens\"", tier, here)
            }
            guard case .number(let text) = above.item.value, let bound = Int(text), bound >= 0 else {
                throw Fault("not a whole number of tokens", above.item, "\(here).above_input_tokens")
            }
            for member in members where member.key != above.key {
                let place = "\(here).\(member.key)"
                let unit = try unit(member, place)
                guard pricing[unit] != nil else { throw Fault("a tier without a base price", member.item, place) }
                pricing.addTier(above: bound, try price(member.item, unit, scale, place), for: unit)
            }
        }
    }

    // MARK: - Values

    private static func object(_ item: JSONItem, _ key: String) throws(Fault) -> [JSONMember] {
        guard case .object(let members) = item.value else { throw Fault("not an object", item, key) }
        return members
    }

    private static func array(_ item: JSONItem, _ key: String) throws(Fault) -> [JSONItem] {
        guard case .array(let items) = item.value else { throw Fault("not a list", item, key) }
        return items
    }

    private static func string(_ item: JSONItem, _ key: String) throws(Fault) -> String {
        guard case .string(let text) = item.value else { throw Fault("not a string", item, key) }
        return text
    }

    private static func scale(_ members: [JSONMember], _ key: String) throws(Fault) -> ModelPricing.TokenScale {
        guard let member = members.first(where: { $0.key == "per" }) else { return .millionTokens }
        guard case .string(let name) = member.item.value, let scale = scales[name] else {
            throw Fault("not one of \(scales.keys.sorted().joined(separator: ", "))", member.item, "\(key).per")
        }
        return scale
    }

    private static func unit(_ member: JSONMember, _ key: String) throws(Fault) -> PricedUnit {
        guard let kind = PricedUnit.Kind(name: member.key) else { throw Fault("unknown unit", member.item, key) }
        return PricedUnit(kind: kind)
    }

    private static func price(
        _ item: JSONItem, _ unit: PricedUnit, _ scale: ModelPricing.TokenScale, _ key: String
    ) throws(Fault) -> Int64 {
        let text: String
        switch item.value {
        case .number(let number): text = number
        case .string(let string): text = string
        default: throw Fault("not a price", item, key)
        }
        guard let pico = ModelPricing.pico(text, unit.isTokens ? scale : .millionTokens) else {
            throw Fault("not a price from 0 to 9,000,000", item, key, code: .unusablePrice)
        }
        return pico
    }
}
