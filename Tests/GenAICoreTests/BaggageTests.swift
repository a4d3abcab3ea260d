// SPDX-License-Identifier: MIT
import GenAICore
import Testing

@Suite("Baggage")
struct BaggageTests {
    static let readable: [(header: String, entries: [String])] = [
        ("", []), (" ", []), (",,", []),
        ("userId=alice", ["userId: alice"]),
        (
            "userId=alice,serverNode=DF%2028,isProduction=false",
            ["userId: alice", "serverNode: DF 28", "isProduction: false"]
        ),
        ("userId =   alice", ["userId: alice"]),
        (" a = 1 ,\tb\t=\t2 ", ["a: 1", "b: 2"]),
        ("a=", ["a: "]),
        ("a=b=c==", ["a: b=c=="]),
        ("a=%E5%90%8D%f0%9f%a6%9c", ["a: 名🦜"]),
        ("a=100%,b=%2,c=%zz,d=%%41", ["a: 100%", "b: %2", "c: %zz", "d: %A"]),
        ("a=%FF", ["a: \u{FFFD}"]),
        ("a=1;p;q=2 ; r = %203", ["a: 1 [p] [q 2] [r  3]"]),
        ("a=1;", ["a: 1"]),
        ("!#$%&'*+-.^_`|~=1", ["!#$%&'*+-.^_`|~: 1"]),
        ("%41=1", ["%41: 1"]),
        // of equal keys the last wins, in the place of the first
        ("a=1,b=2,a=3", ["a: 3", "b: 2"]),
        ("a=1,A=2", ["a: 1", "A: 2"]),
        // malformed members are skipped
        ("a=1,b,c=2", ["a: 1", "c: 2"]),
        ("=1,a=1", ["a: 1"]),
        ("a b=1,c=1", ["c: 1"]),
        ("naïve=1,c=1", ["c: 1"]),
        ("a=x y,c=1", ["c: 1"]),
        ("a=\"1\",b=\\,c=1", ["c: 1"]),
        ("a=é,c=1", ["c: 1"]),
        ("a=1\u{0},b=\r\n,c=1", ["c: 1"]),
        ("a=1;p q,b=1;=2,c=1", ["c: 1"]),
        ("(a)=1,c=1", ["c: 1"]),
    ]

    @Test("is read from a header, malformed members skipped", arguments: readable)
    func reading(header: String, entries: [String]) {
        let described = Baggage(header).entries.map { entry in
            let properties = entry.properties.map { property in
                " [\(property.key)\(property.value.map { " \($0)" } ?? "")]"
            }
            return "\(entry.key): \(entry.value)\(properties.joined())"
        }
        #expect(described == entries)
    }

    static let writable: [(value: String, header: String)] = [
        ("alice", "k=alice"), ("", "k="), ("DF 28", "k=DF%2028"), ("a,b;c\\d\"e", "k=a%2Cb%3Bc%5Cd%22e"),
        ("100%", "k=100%25"), ("%41", "k=%2541"), ("名", "k=%E5%90%8D"), ("\n\u{0}\u{7F}", "k=%0A%00%7F"),
        ("a=b/c?d:e", "k=a=b/c?d:e"),
    ]

    @Test("is written percent-encoded and read back as it was", arguments: writable)
    func writing(value: String, header: String) {
        var baggage = Baggage()
        baggage["k"] = value
        #expect(baggage.header == header)
        #expect(Baggage(header)["k"] == value)
    }

    @Test("keeps properties on the way through")
    func properties() throws {
        var baggage = Baggage("a=1;public;ttl=3%2C")
        #expect(baggage.header == "a=1;public;ttl=3%2C")
        baggage["a"] = "2"
        #expect(baggage.header == "a=2")
        baggage.set("a", "3", properties: [try #require(Baggage.Property(key: "p", value: "x y"))])
        #expect(baggage.header == "a=3;p=x%20y")
        #expect(Baggage.Property(key: "p q") == nil)
    }

    @Test("ignores keys that are not tokens", arguments: ["", "a b", "a=b", "a,b", "ключ", "a\"", "a\n"])
    func badKeys(key: String) {
        var baggage = Baggage()
        baggage[key] = "1"
        #expect(baggage.isEmpty)
    }

    @Test("loses a key set to nil")
    func removal() {
        var baggage = Baggage("a=1,b=2")
        baggage["a"] = nil
        #expect(baggage.header == "b=2")
    }

    @Test("passes on what the limits of W3C promise")
    func withinLimits() {
        let entries = (0..<64).map { "key\($0)=\(String(repeating: "v", count: 100))" }.joined(separator: ",")
        #expect(Baggage(entries).header == entries)
        let whole = "a=" + String(repeating: "v", count: Baggage.byteLimit - 2)
        #expect(Baggage(whole).header == whole)
    }

    @Test("drops whole members beyond the limits, when read and when written")
    func beyondLimits() {
        let many = (0..<200).map { "k\($0)=v" }.joined(separator: ",")
        #expect(Baggage(many).entries.count == Baggage.entryLimit)
        let tooLong = "a=1," + "b=" + String(repeating: "v", count: Baggage.byteLimit) + ",c=1"
        #expect(Baggage(tooLong).entries.map(\.key) == ["a"])
        var baggage = Baggage("a=1")
        baggage["b"] = String(repeating: " ", count: Baggage.byteLimit / 2)
        baggage["c"] = "2"
        #expect(baggage.header == "a=1,c=2")
        for number in 0..<300 { baggage["n\(number)"] = "" }
        #expect(Baggage(baggage.header).entries.count == Baggage.entryLimit)
    }
}
