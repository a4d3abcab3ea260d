// SPDX-License-Identifier: MIT

import Foundation
import GenAICore
import GenAIPricing

/// The source data of the bundled table, read independently of the implementation.
struct PriceData: Sendable {
    struct Model: Sendable {
        var provider: String
        var id: String
        /// A name that a clause of the model's mentions.
        var name: String
        /// The prices in force on the day the tests use, and their tiers, by unit.
        var prices: [String: Decimal]
        var tiers: [(above: Int, prices: [String: Decimal])]

        /// Indicates whether the cost of every single count is an integer of pico-dollars.
        var isExact: Bool {
            let all = prices.values + tiers.flatMap(\.prices.values)
            return all.allSatisfy { $0.exponent >= -6 }
        }
    }

    struct Unit: Decodable, Sendable {
        var usage_key: String
        var per: Int
        var dimensions: [String: String]
    }

    /// 2026-11-20T20:00:00Z, in no daily window.
    static let evening: Int64 = 1_795_204_800

    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scripts/data/prices.json")

    var providerCount = 0
    var models: [Model] = []
    var units: [String: Unit] = [:]

    init() throws {
        let data = try Data(contentsOf: Self.file)
        units = try JSONDecoder().decode(Units.self, from: data).units
        let root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        let providers = root["providers"] as? [[String: Any]] ?? []
        providerCount = providers.count
        let additions = try Self.additions()
        for provider in providers {
            let id = provider["id"] as? String ?? ""
            var all = provider["models"] as? [[String: Any]] ?? []
            let added = additions.models.filter { $0["provider"] as? String == id }.map { addition in
                // On the day the tests use, no name is served by another model any more: it has its own price.
                guard addition["served_by"] != nil else { return addition }
                let own = all.first { $0["id"] as? String == addition["id"] as? String }
                return addition.merging(["prices": own?["prices"] ?? []]) { $1 }
            }
            for addition in added where addition["match"] == nil {
                for index in all.indices where all[index]["id"] as? String == addition["id"] as? String {
                    all[index].merge(addition) { $1 }
                }
            }
            all = added.filter { $0["match"] != nil } + all
            if additions.routers.contains(id) { all.append(["id": ":free", "match": ["ends_with": ":free"]]) }
            for model in all where isPriced(model, id) { models.append(Self.model(model, id, Set(units.keys))) }
        }
    }

    /// Models without any price cost nothing only where that is known.
    private func isPriced(_ model: [String: Any], _ provider: String) -> Bool {
        let id = model["id"] as? String ?? ""
        let isFree = id.hasSuffix(":free") || id.hasPrefix("gemma-") && provider == "google" || id == "moderation"
        let prices = model["prices"] as? [[String: Any]] ?? []
        return isFree || prices.allSatisfy { !Set($0.keys).isDisjoint(with: units.keys) }
    }

    private static func additions() throws -> (models: [[String: Any]], routers: [String]) {
        let file = file.deletingLastPathComponent().appending(path: "price-additions.json")
        let root = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        let providers = root["providers"] as? [String: [String: Any]] ?? [:]
        return (root["models"] as? [[String: Any]] ?? [], providers.filter { $0.value["routes"] != nil }.map(\.key))
    }

    private struct Units: Decodable {
        var units: [String: Unit]
    }

    private static func model(_ model: [String: Any], _ provider: String, _ units: Set<String>) -> Model {
        var inForce: [String: Any] = [:]
        for (index, entry) in (model["prices"] as? [[String: Any]] ?? []).enumerated() {
            let start = entry["from"] as? String ?? ""
            if index == 0 || (entry["daily_utc"] == nil && start <= "2026-11-20") { inForce = entry }
        }
        let tiers = inForce["tiers"] as? [[String: Any]] ?? []
        return Model(
            provider: provider, id: model["id"] as? String ?? "", name: firstName(model["match"]) ?? "",
            prices: decimals(inForce, units),
            tiers: tiers.map { ($0["above_input_tokens"] as? Int ?? 0, decimals($0, units)) })
    }

    private static func decimals(_ entry: [String: Any], _ units: Set<String>) -> [String: Decimal] {
        entry.filter { units.contains($0.key) }.compactMapValues { ($0 as? String).flatMap { Decimal(string: $0) } }
    }

    private static func firstName(_ clause: Any?) -> String? {
        guard let clause = clause as? [String: Any] else { return nil }
        for (kind, value) in clause {
            if kind == "regex" { continue }
            if let text = value as? String { return text }
            for part in value as? [Any] ?? [] {
                if let name = firstName(part) { return name }
            }
        }
        return nil
    }
}

/// The cost of a call to one model by the rules in the file's "semantics", in `Decimal`, by inclusion of dimensions.
struct DecimalBill {
    private struct Line {
        var usageKey: String
        var price: Decimal
        var tiers: [(above: Int, price: Decimal)]
        var per: Decimal
        /// The earlier lines whose counts are part of this one's.
        var parts: [Int]
    }

    private var lines: [Line] = []

    init(_ model: PriceData.Model, _ units: [String: PriceData.Unit]) {
        let order = model.prices.keys.sorted {
            (units[$0]?.dimensions.count ?? 0, $0) > (units[$1]?.dimensions.count ?? 0, $1)
        }
        for (index, name) in order.enumerated() {
            guard let unit = units[name], let price = model.prices[name] else { continue }
            let parts = (0..<index).filter { other in
                unit.dimensions.allSatisfy { units[order[other]]?.dimensions[$0.key] == $0.value }
            }
            let tiers = model.tiers.compactMap { tier in tier.prices[name].map { (tier.above, $0) } }
            lines.append(
                Line(usageKey: unit.usage_key, price: price, tiers: tiers, per: Decimal(unit.per), parts: parts))
        }
    }

    /// The total, `nil` where parts exceed the whole.
    func total(_ counts: [String: Int]) -> Decimal? {
        let input = counts["input_tokens"] ?? 0
        var own: [Int] = []
        var total = Decimal(0)
        for line in lines {
            let count =
                counts[line.usageKey, default: line.usageKey == "requests" ? 1 : 0]
                - line.parts.reduce(0) { $0 + own[$1] }
            guard count >= 0 else { return nil }
            own.append(count)
            let price = line.tiers.last { input > $0.above }?.price ?? line.price
            total += Decimal(count) * price / line.per
        }
        return total
    }
}
