// SPDX-License-Identifier: MIT
import Testing

@testable import GenAICore

@Suite("Attributes")
struct AttributesTests {
    @Test("keep the order in which names were first set")
    func order() {
        var attributes: Attributes = ["b": 1, "a": 2]
        attributes["c"] = 3
        attributes["b"] = 4
        #expect(attributes.map(\.key) == ["b", "a", "c"])
        #expect(attributes.map(\.value) == [4, 2, 3])
    }

    @Test("hold each name once, the last value winning")
    func lastWins() {
        let attributes: Attributes = ["a": 1, "b": 2, "a": 3]
        #expect(attributes.count == 2)
        #expect(attributes["a"] == 3)
    }

    @Test("are read and written through typed keys")
    func typedKeys() {
        var attributes = Attributes()
        attributes[.genAIUsageInputTokens] = 12
        attributes[.genAIOperationName] = .chat
        attributes[.genAIResponseFinishReasons] = ["stop"]
        #expect(attributes["gen_ai.usage.input_tokens"] == .int(12))
        #expect(attributes["gen_ai.operation.name"] == "chat")
        #expect(attributes[.genAIResponseFinishReasons] == ["stop"])
        #expect(attributes[AttributeKey<String>("gen_ai.usage.input_tokens")] == nil)
    }

    @Test("lose a name that is set to nil, and only that")
    func removal() {
        var attributes: Attributes = ["a": 1, "b": 2, "c": 3]
        attributes["b"] = nil
        attributes[AttributeKey<Int>("absent")] = nil
        #expect(attributes.map(\.key) == ["a", "c"])
        #expect(!attributes.contains(name: "b"))
        attributes["b"] = 4
        #expect(attributes.map(\.key) == ["a", "c", "b"])
        #expect(attributes["b"] == 4)
    }

    @Test("store neither empty names nor null, which leaves an old value as it is")
    func refusals() {
        var attributes: Attributes = ["": 1, "a": .null, "b": 2]
        attributes["b"] = AttributeValue.null
        attributes.merge(["": 3])
        #expect(attributes == ["b": 2])
    }

    @Test("keep null inside arrays and maps")
    func nestedNull() {
        let attributes: Attributes = ["list": [1, .null]]
        #expect(attributes["list"] == .array([.int(1), .null]))
    }

    @Test("are equal in whatever order, and hash alike")
    func equality() {
        let one: Attributes = ["a": 1, "b": 2, "c": 3]
        let other: Attributes = ["c": 3, "a": 1, "b": 2]
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(Set([one, other]).count == 1)
    }

    @Test(
        "differ by a value, a name or a count",
        arguments: [["a": 1, "b": 3], ["a": 1, "c": 2], ["a": 1], ["a": 1, "b": 2, "c": 3], [:]] as [Attributes])
    func inequality(other: Attributes) {
        let one: Attributes = ["a": 1, "b": 2]
        #expect(one != other)
        #expect(other != one)
    }

    @Test("have value semantics")
    func valueSemantics() {
        let original: Attributes = ["a": 1]
        var copy = original
        copy["a"] = 2
        copy["b"] = 3
        #expect(original == ["a": 1])
    }

    @Test("merge with the other map winning and its new names behind")
    func merging() {
        let one: Attributes = ["a": 1, "b": 2]
        #expect(Array(one.merging(["b": 3, "c": 4])) == Array(["a": 1, "b": 3, "c": 4] as Attributes))
        #expect(Attributes().merging(one) == one)
        #expect(one.merging([:]) == one)
        var roomy = Attributes()
        roomy.reserveCapacity(16)
        roomy.merge(one)
        #expect(Array(roomy) == Array(one))
    }

    @Test("refuse a further name at the limit but still change a held one")
    func limit() {
        let before: Attributes = ["a": 1, "b": 2]
        let limits = AttributeLimits(count: 2, valueLength: 3, depth: 1)
        var attributes = UniqueAttributes(before)
        let entries: [(String, AttributeValue, isStored: Bool)] = [
            ("c", 3, false), ("a", "longer", true), ("user.id", 5, true), ("", 6, true), ("d", .null, true),
        ]
        for (name, value, expected) in entries {
            let isStored = attributes.insert(
                Attribute(key: name, value: value), value.plainByteCount, within: limits)
            #expect(isStored == expected)
        }
        let count = attributes.count
        let taken = attributes.take()
        let rest = attributes.take()
        #expect(count == 3 && rest.isEmpty)
        #expect(taken == ["a": "lon", "b": 2, "user.id": 5])
        #expect(before == ["a": 1, "b": 2])
    }

    @Test("take no more memory for the usual number than malloc keeps for a thread")
    func usualSize() {
        let storage = AttributeStorage.make(capacity: Attributes.usualCapacity, parent: nil)
        let start = UnsafeRawPointer(Unmanaged.passUnretained(storage).toOpaque())
        let end = UnsafeRawPointer(storage.handle.elements + Attributes.usualCapacity)
        #expect(end - start <= 1_032)
        #expect(end - start > 1_032 - MemoryLayout<Attribute>.stride)
    }

    @Test("change nothing that others hold, whoever gave them", arguments: [0, 1, 3, 4, 10])
    func ownership(count: Int) {
        let given = Attributes((0..<count).map { Attribute(key: "k\($0)", value: .int($0)) })
        let limits = AttributeLimits(count: .max, valueLength: nil, depth: 64)
        var own = UniqueAttributes(given)
        for name in ["gen_ai.request.model", "k0", "other"] {
            let isStored = own.insert(Attribute(key: name, value: "own"), 3, within: limits)
            #expect(isStored)
        }
        #expect(Array(given) == (0..<count).map { Attribute(key: "k\($0)", value: .int($0)) })
        let changed = own.take()
        #expect(changed["gen_ai.request.model"] == "own" && changed["k0"] == "own" && changed["other"] == "own")
    }

    static let shared: Attributes = ["a": 1, "b": "two", "c": 3.0, "d": true, "e": "five"]

    @Test("chain to a shared map without changing it")
    func chaining() {
        var longer = Self.shared
        for number in 0..<50 { longer["n\(number)"] = .int(number) }
        #expect(Self.shared.count == 5)
        #expect(longer.count == 55)
        #expect(longer.map(\.key) == ["a", "b", "c", "d", "e"] + (0..<50).map { "n\($0)" })
        #expect(longer["b"] == "two")
        #expect(longer["n49"] == 49)
        var runs: [Int] = []
        longer.withRuns { runs.append($0.count) }
        #expect(runs == [5, 50])
        #expect(longer == Attributes(Array(longer)))
        #expect(longer.hashValue == Attributes(Array(longer)).hashValue)
        #expect(longer.approximateByteCount == Attributes(Array(longer)).approximateByteCount)
    }

    @Test("change and remove what a shared map holds for themselves alone")
    func changingShared() {
        var one = Self.shared
        one["f"] = 6
        var two = one
        two["g"] = 7
        one["a"] = 10
        two["b"] = nil
        two["f"] = 60
        #expect(Self.shared == ["a": 1, "b": "two", "c": 3.0, "d": true, "e": "five"])
        #expect(Array(one) == Array(["a": 10, "b": "two", "c": 3.0, "d": true, "e": "five", "f": 6] as Attributes))
        #expect(Array(two) == Array(["a": 1, "c": 3.0, "d": true, "e": "five", "f": 60, "g": 7] as Attributes))
    }

    @Test("outlive the map that they chain to")
    func outliving() {
        func longer() -> Attributes {
            let short = Attributes((0..<6).map { Attribute(key: "k\($0)", value: .string("value \($0)")) })
            var longer = short
            longer["last"] = "value"
            return longer
        }
        #expect(longer()["k5"] == "value 5")
    }

    #if os(Linux) || os(macOS)
        @Test("trap beyond the end, as collections do")
        func beyondTheEnd() async {
            await #expect(processExitsWith: .failure) { _ = AttributesTests.shared[5] }
            await #expect(processExitsWith: .failure) { _ = AttributesTests.shared[-1] }
            await #expect(processExitsWith: .failure) { _ = Attributes()[0] }
        }
    #endif

    @Test("find the names of a set, in a shared part and in their own, also where they are made while the program runs")
    func values() {
        let names = NumberedNames.texts.prefix(31)
        let set = ConventionNameSet(names.map { AttributeName($0) })
        var attributes = Attributes(names.prefix(10).map { Attribute(key: $0, value: .string($0)) })
        let short = attributes
        attributes["other"] = 1
        for name in names.suffix(10) { attributes[String(Array(name))] = .string(name) }
        attributes.withValues(of: set) { values in
            for (index, name) in names.enumerated() { #expect(values[index]?.pointee == attributes[name]) }
        }
        Attributes().withValues(of: set) { values in
            for index in names.indices { #expect(values[index] == nil) }
        }
        #expect(attributes.count == 21)
        #expect(short.count == 10)
    }

    @Test("replace every value of a copy, in their own part and in a shared one")
    func mapValues() {
        var attributes = Self.shared
        attributes["f"] = ["nested", [1]]
        let mapped = attributes.mapValues { value in
            if case .int = value { .null } else { .string(value.jsonText) }
        }
        #expect(mapped.map(\.key) == attributes.map(\.key))
        #expect(mapped["a"] == .null && mapped["b"] == "\"two\"" && mapped["f"] == "[\"nested\",[1]]")
        #expect(attributes["a"] == 1 && Self.shared["b"] == "two")
        #expect(Attributes().mapValues { _ in 1 }.isEmpty)
    }

    @Test("find every name in a map of a hundred thousand, also after removals and changes of a copy")
    func large() {
        let names = (0..<100_000).map { "k\($0)" }
        var attributes = Attributes(names.enumerated().map { Attribute(key: $1, value: .int($0)) })
        let before = attributes
        attributes["k70000"] = -1
        attributes["k99999"] = nil
        attributes["k5"] = nil
        attributes["new"] = 1
        #expect(attributes.count == 99_999)
        let wrong = names.indices.filter { index in
            let expected: AttributeValue? = [5: nil, 70_000: -1, 99_999: nil][index, default: .int(index)]
            return attributes[names[index]] != expected || before[names[index]] != .int(index)
        }
        #expect(wrong.isEmpty)
        #expect(attributes["new"] == 1 && before["new"] == nil)
    }

    /// Names that are alike in length, in their last bytes or in their first ones.
    static let alikeNames: [String] =
        (0..<64).map { "gen_ai.prompt.\($0).content" } + (0..<64).map { "\($0).application.attribute.of.some.length" }
        + (0..<64).map { "n\($0)" } + ["é", "e\u{301}", "🦜", "名前", "a", "ab", "abc", "abcdefg", "abcdefgh"]

    @Test("tell alike names apart, however many there are")
    func alike() {
        var attributes = Attributes()
        for (number, name) in Self.alikeNames.enumerated() { attributes[name] = .int(number) }
        #expect(attributes.count == Self.alikeNames.count)
        for (number, name) in Self.alikeNames.enumerated() { #expect(attributes[name] == .int(number)) }
        #expect(attributes["gen_ai.prompt.64.content"] == nil)
        for name in Self.alikeNames.shuffled() { attributes[name] = nil }
        #expect(attributes.isEmpty)
    }

    @Test("find a name whatever string it comes in")
    func representations() {
        let attributes: Attributes = ["gen_ai.request.model": 1, "user.id": 2]
        let text = "prefix gen_ai.request.model"
        #expect(attributes[String(text.dropFirst(7))] == 1)
        #expect(attributes[String(decoding: Array("user.id".utf8), as: UTF8.self)] == 2)
    }

    @Test("keep the estimate of their memory up to date with every change")
    func byteCount() {
        var attributes: Attributes = ["text": "12345", "number": 1, "list": ["ab", 2], "map": ["k": "abc"]]
        func addedUp() -> Int {
            attributes.reduce(0) { $0 + MemoryLayout<Attribute>.stride + $1.value.approximateByteCount }
        }
        #expect(attributes.approximateByteCount == addedUp())
        attributes["text"] = .string(String(repeating: "x", count: 1_000))
        #expect(attributes.approximateByteCount == addedUp())
        attributes["text"] = nil
        attributes.merge(["number": "two", "bytes": .bytes([1, 2, 3])])
        #expect(attributes.approximateByteCount == addedUp())
        attributes["new"] = "four"
        #expect(attributes.approximateByteCount == addedUp())
    }

    @Test("need no more than 40 bytes each, so that a span's fit one block")
    func size() {
        #expect(MemoryLayout<Attribute>.stride == 40)
        #expect(MemoryLayout<AttributeValue>.stride == 24)
    }
}
