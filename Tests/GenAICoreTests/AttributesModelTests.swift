// SPDX-License-Identifier: MIT
import GenAITelemetryTesting
import Testing

@testable import GenAICore

/// The plainest map that keeps order: what ``Attributes`` has to behave like.
private struct Model: Equatable {
    var entries: [Entry] = []

    struct Entry: Equatable {
        var key: String
        var value: AttributeValue
    }

    subscript(name: String) -> AttributeValue? {
        get { entries.first { $0.key == name }?.value }
        set {
            let index = entries.firstIndex { $0.key == name }
            switch (newValue, index) {
            case (.null?, _): break
            case (let value?, let index?): entries[index].value = value
            case (let value?, nil): if !name.isEmpty { entries.append(Entry(key: name, value: value)) }
            case (nil, let index?): entries.remove(at: index)
            case (nil, nil): break
            }
        }
    }

    init(_ attributes: Attributes = [:]) {
        entries = attributes.map { Entry(key: $0.key, value: $0.value) }
    }
}

@Suite("Attributes against a plain array")
struct AttributesModelTests {
    /// Names of the conventions as literals and as strings made at run time, others, and ones whose identifiers collide.
    static let names: [String] =
        NumberedNames.texts.prefix(20) + NumberedNames.texts.suffix(20).map { String(Array($0)) }
        + (0..<30).map { "app.\($0)" } + hostileNames(30) + ["", "é", "名前"]

    /// Different names that have the same ``NameID``.
    static func hostileNames(_ count: Int) -> [String] {
        // The hash sees the first 8 and the last 16 bytes.
        (0..<count).map { number in
            "hostile-" + String(repeating: "0", count: 8 - String(number).count) + "\(number)" + "-and-the-same-end"
        }
    }

    @Test("behave like it under random writes, copies, merges and removals", arguments: 0..<40)
    func randomWrites(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        // Few names stay small; many grow an index.
        let names = Array(Self.names.shuffled(using: &random).prefix([6, 30, 110][seed % 3]))
        var maps = [Attributes()]
        var models = [Model()]
        for step in 0..<600 {
            let place = Int.random(in: maps.indices, using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0 where maps.count < 6:
                maps.append(maps[place])
                models.append(models[place])
            case 1:
                let other = Int.random(in: maps.indices, using: &random)
                maps[place].merge(maps[other])
                for entry in models[other].entries { models[place][entry.key] = entry.value }
            case 2:
                maps[place].reserveCapacity(Int.random(in: 0..<80, using: &random))
            case 3:
                var unique = UniqueAttributes(maps[place])
                Self.write(step, names, to: &unique, &models[place], &random)
                maps[place] = unique.take()
            case 4:
                maps[place] = maps[place].mapValues { $0 == 7 ? 8 : $0 }
                for index in models[place].entries.indices where models[place].entries[index].value == 7 {
                    models[place].entries[index].value = 8
                }
            default:
                guard let name = names.randomElement(using: &random) else { continue }
                let value = Self.value(step, &random)
                maps[place][name] = value
                models[place][name] = value
            }
        }
        for (map, model) in zip(maps, models) { Self.expectSame(map, model, names) }
    }

    private static func write(
        _ step: Int, _ names: [String], to unique: inout UniqueAttributes, _ model: inout Model,
        _ random: inout SeededRandom
    ) {
        let limits = AttributeLimits(count: 40, valueLength: nil, depth: 64)
        for _ in 0..<5 {
            guard let name = names.randomElement(using: &random), let value = value(step, &random) else { continue }
            let isTaken =
                model[name] != nil || model.entries.count < 40 || AttributeLimits.exempts(name) || name.isEmpty
                || value == .null
            let isStored = unique.insert(
                Attribute(key: name, value: value), value.plainByteCount, within: limits)
            #expect(isStored == isTaken)
            if isTaken { model[name] = value }
        }
    }

    private static func value(_ step: Int, _ random: inout SeededRandom) -> AttributeValue? {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: nil
        case 1: .null
        case 2: .string("a text on the heap, number \(step)")
        case 3: ["list", .int(step)]
        case 4: ["map": .int(step)]
        case 5: .bytes([1, 2, 3])
        default: .int(step % 10)
        }
    }

    private static func expectSame(_ map: Attributes, _ model: Model, _ names: [String]) {
        #expect(Model(map) == model)
        #expect(map.count == model.entries.count)
        for name in names { #expect(map[name] == model[name] && map.contains(name: name) == (model[name] != nil)) }
        let rebuilt = Attributes(map.reversed())
        #expect(rebuilt == map)
        #expect(rebuilt.hashValue == map.hashValue)
        #expect(rebuilt.approximateByteCount == map.approximateByteCount)
        #expect(map.hasNested || !map.contains { if case .map = $0.value { true } else { false } })
    }

    @Test("spread names that were made to collide")
    func hostile() throws {
        let names = Self.hostileNames(32_000)
        #expect(Set(names.map { NameID(of: $0) }).count == 1)
        let attributes = Attributes(names.enumerated().map { Attribute(key: $1, value: .int($0)) })
        #expect(attributes.count == 32_000)
        #expect(attributes[names[31_999]] == 31_999 && attributes["hostile-"] == nil)
        let index = try #require(attributes.handle?.header.pointee.index)
        // By chance a table that is half full has runs of a few dozen; without a seeded hash it is one of 32,000.
        #expect(index.longestRun < 500)
    }
}
