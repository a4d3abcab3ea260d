// SPDX-License-Identifier: MIT
import GenAICore
import Testing

@testable import GenAITelemetry

@Suite("Series index")
struct MetricSeriesIndexTests {
    @Test("numbers sets in the order they come, and finds each of thousands again")
    func manySets() {
        var index = SeriesIndex()
        let sets = (0..<3000).map { number -> Attributes in ["k": .int(number), "text": .string("value \(number)")] }
        for (number, set) in sets.enumerated() {
            let hash = AttributeHash.of(set, filter: nil)
            #expect(index.find(hash, set, filter: nil) == nil)
            #expect(index.insert(hash, set) == number)
        }
        for (number, set) in sets.enumerated() {
            #expect(index.find(AttributeHash.of(set, filter: nil), set, filter: nil) == number)
        }
    }

    @Test("tells sets of equal hash apart")
    func collisions() {
        var index = SeriesIndex()
        for number in 0..<100 { #expect(index.insert(7, ["k": .int(number)]) == number) }
        for number in 0..<100 { #expect(index.find(7, ["k": .int(number)], filter: nil) == number) }
        #expect(index.find(7, ["k": 100], filter: nil) == nil)
    }

    @Test("hashes hardly ever collide, for texts of all lengths and for numbers")
    func spread() {
        var hashes: Set<UInt64> = []
        for number in 0..<5000 {
            hashes.insert(AttributeHash.of(["k": .int(number)], filter: nil))
            hashes.insert(AttributeHash.of(["k": .double(Double(number) + 0.5)], filter: nil))
            hashes.insert(AttributeHash.of(["k": .string("v\(number)")], filter: nil))
            hashes.insert(AttributeHash.of(["a longer key \(number)": "the same"], filter: nil))
            hashes.insert(AttributeHash.of(["k": .string(String(repeating: "x", count: number))], filter: nil))
        }
        #expect(hashes.count == 25_000)
        // The low bits choose the slot.
        #expect(Set(hashes.map { $0 & 0xFFFF }).count > 19_000)
    }

    @Test("the hash neither depends on order nor on attributes that the filter drops")
    func independence() {
        let one: Attributes = ["a": 1, "b": "x", "c": true]
        let other: Attributes = ["c": true, "a": 1, "b": "x"]
        #expect(AttributeHash.of(one, filter: nil) == AttributeHash.of(other, filter: nil))
        let filtered = AttributeHash.of(["a": 1, "b": "x", "d": 4], filter: .dropping(["d"]))
        #expect(filtered == AttributeHash.of(["b": "x", "a": 1], filter: nil))
        #expect(AttributeHash.of(["a": "b"], filter: nil) != AttributeHash.of(["b": "a"], filter: nil))
    }
}

@Suite("Wildcards")
struct MetricWildcardTests {
    static let patterns: [(String, String, Bool)] = [
        ("", "", true), ("", "a", false), ("*", "", true), ("**", "ab", true), ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-b-b", false), ("?", "", false), ("a?c", "abc", true), ("*.duration", "x.duration", true),
        ("*.duration", "x.durations", false), ("*a*a*", "aa", true), ("*a*a*", "a", false),
    ]

    @Test("a star stands for any characters, a question mark for one", arguments: patterns)
    func pattern(pattern: String, text: String, matches: Bool) {
        #expect(wildcard(pattern, matches: text) == matches)
    }
}
