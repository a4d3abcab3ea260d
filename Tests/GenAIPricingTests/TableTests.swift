// SPDX-License-Identifier: MIT

import Foundation
import Testing

@testable import GenAIPricing

@Suite("The bundled table")
struct TableTests {
    @Test("holds every provider and model of its source")
    func complete() throws {
        let data = try PriceData()
        #expect(PriceTable.bundled.providers.count == data.providerCount)
        let names = PriceTable.bundled.models.map { PriceTable.bundled.string($0.id) }
        #expect(zip(names, data.models).first { $0 != $1.id } == nil)
        #expect(names.count == data.models.count)
        #expect(data.models.count >= 1_600)
        #expect(PriceSource.bundled.description.hasPrefix("genai-prices "))
    }

    @Test("counts units as its source defines them")
    func units() throws {
        let units = try PriceData().units
        #expect(Set(units.keys) == Set(PricedUnit.Kind.allCases.map(\.name)))
        for kind in PricedUnit.Kind.allCases {
            let unit = try #require(units[kind.name])
            #expect(kind.per == (unit.per == 3_600 ? 3_600_000 : unit.per))
            let parts = PricedUnit.Kind.allCases.filter { other in
                other != kind && unit.dimensions.allSatisfy { units[other.name]?.dimensions[$0.key] == $0.value }
            }
            #expect(kind.parts == parts.reduce(0) { $0 | $1.bit }, "\(kind)")
            #expect(parts.allSatisfy { $0.rawValue < kind.rawValue }, "\(kind)")
            let sides: [String: PricedUnit.Kind.Side] = ["input": .input, "output": .output]
            #expect(kind.side == sides[unit.dimensions["direction"] ?? ""] ?? .neither)
        }
    }

    @Test(
        "is refused when a line is not one",
        arguments: [
            "X\ta", "M\ta", "P\ta\tb", "P\ta\nM\tb\n$\t\t\tinput", "P\ta\nM\tb\n$\t\t\tinptu=1",
            "P\ta\nM\tb\n$\t2026-02-30\t\tinput=1",
            "P\ta\nM\tb\t?", "P\ta\nM\tb\n?\tspeed\t\t\tinput=1", "P\ta\nM\tb\n$\t\t5\tinput=1",
            "P\ta\nM\tb\n$\t\t\tinput=1>x:2", "P\ta\nM\tb\n$\t\t1-2@8\tinput=1", "P\ta\nM\tb\n$\t\t1@1\tinput=1",
            "Z\teu\t1100", "P\ta\nZ\teu\tx", "P\ta\nZ\teu\t0",
        ])
    func malformed(text: String) {
        #expect(PriceTableBuilder(generated: Array(text.utf8)) == nil)
    }
}

@Suite("Days")
struct CivilDateTests {
    @Test("are counted as Foundation counts them, for every day of 500 years")
    func days() throws {
        let calendar = Calendar(identifier: .iso8601)
        for day in stride(from: -100_000, to: 90_000, by: 7) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            var utc = calendar
            utc.timeZone = .gmt
            let parts = utc.dateComponents([.year, .month, .day], from: date)
            let text = String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
            #expect(CivilDate.day(Array(text.utf8)) == day, "\(text)")
        }
    }

    @Test(
        "are not read from what is no date",
        arguments: [
            "", "2026-13-01", "2026-02-29", "2026-1-1", "2026/01/01", "20260101", "2026-00-10", "2026-01-00",
            "abcd-ef-gh",
        ])
    func notDates(text: String) {
        #expect(CivilDate.day(Array(text.utf8)) == nil)
    }

    @Test("split a moment into day and second, before 1970 too")
    func split() {
        #expect(CivilDate.split(unixSeconds: 86_399) == (0, 86_399))
        #expect(CivilDate.split(unixSeconds: -1) == (-1, 86_399))
        #expect(CivilDate.split(unixSeconds: -86_400) == (-1, 0))
    }
}
