// SPDX-License-Identifier: MIT
import Testing

@testable import GenAIProviders

@Suite("JSON in pieces")
struct JSONAssemblerTests {
    private func assemble(_ text: String, cutAt cuts: [Int] = [], limits: JSONAssembler.Limits = .init()) -> [WireValue]
    {
        var assembler = JSONAssembler(limits: limits)
        var values: [WireValue] = []
        let bytes = Array(text.utf8)
        var start = 0
        for cut in cuts + [bytes.count] {
            values += bytes[start..<cut].withUnsafeBufferPointer { assembler.receive($0) }
            start = cut
        }
        return values + assembler.finish()
    }

    @Test("reads every kind of value")
    func kinds() {
        let value = assemble(#" {"a": [1, -2.5e1, true, false, null], "b": {"c": "d"}, "e": []} "#)
        #expect(
            value == [
                .object([
                    .init(
                        name: "a",
                        value: .array([.int(1), .double(-25), .bool(true), .bool(false), .null], count: 5)),
                    .init(name: "b", value: .object([.init(name: "c", value: .string("d"))])),
                    .init(name: "e", value: .array([], count: 0)),
                ])
            ])
    }

    @Test("undoes escapes; halves of surrogate pairs become a replacement character")
    func escapes() {
        #expect(assemble(#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#) == [.string("a\"\\/\u{8}\u{c}\n\r\té😀")])
        #expect(assemble(#""\ud83d x \ude00\ud83d\ud83d\ude00""#) == [.string("\u{FFFD} x \u{FFFD}\u{FFFD}😀")])
        #expect(assemble(#""\ud83d""#) == [.string("\u{FFFD}")])
    }

    @Test("gives the same values however the text is cut")
    func everySplit() {
        let text = #"{"a":"x\u00e9\ud83d\ude00é","b":[1.5,{"c":null}]} 12 "z" [true] {"a":1}"#
        let whole = assemble(text)
        #expect(whole.count == 5)
        for cut in 0...text.utf8.count { #expect(assemble(text, cutAt: [cut]) == whole) }
        #expect(assemble(text, cutAt: Array(0..<text.utf8.count)) == whole)
    }

    @Test("returns of a cut text what was complete, and no half of a number or a name")
    func cutText() {
        #expect(
            assemble(#"{"a":1,"b":[{"c":12"#) == [
                .object([.init(name: "a", value: .int(1)), .init(name: "b", value: .array([.object([])], count: 1))])
            ])
        #expect(assemble(#"{"model":"gpt-4o"#) == [.object([])])
    }

    @Test(
        "stops at what is no JSON",
        arguments: [
            "}", "[1,,2]", "{1:2}", "nope", #"{"a" 1}"#, "[1}", #""\ux""#, String(repeating: "[", count: 1_000),
        ])
    func noJSON(text: String) { #expect(assemble(text) == []) }

    @Test("cuts a long string between characters and keeps what comes behind it")
    func longString() {
        var limits = JSONAssembler.Limits()
        limits.stringBytes = 5
        #expect(
            assemble(#"{"a":"ééé","b":1}"#, limits: limits) == [
                .object([.init(name: "a", value: .string("éé")), .init(name: "b", value: .int(1))])
            ])
    }

    @Test("counts the numbers of a long vector and keeps the usage behind it")
    func vector() {
        let numbers = (0..<3_000).map { "\($0).5" }.joined(separator: ",")
        let value = assemble(#"{"data":[{"embedding":[\#(numbers)]}],"usage":{"prompt_tokens":7}}"#).first
        #expect(value?["data"]?.elements.first?["embedding"]?.elementCount == 3_000)
        #expect(value?["data"]?.elements.first?["embedding"]?.elements.count == 16)
        #expect(value?["usage"]?["prompt_tokens"]?.count == 7)
    }

    @Test("keeps little of a value that is too large, but what lies near its root")
    func largeValue() {
        var limits = JSONAssembler.Limits()
        limits.valueBytes = 10_000
        let rows = (0..<4_000).map { #"{"a":{"b":{"c":{"d":"\#($0) is a text of some length"}}}}"# }
        let value = assemble(#"{"rows":[\#(rows.joined(separator: ","))],"model":"m"}"#, limits: limits).first
        #expect(value?["rows"]?.elementCount == 4_000)
        #expect(value?["rows"].map { $0.jsonText.utf8.count < 40_000 } == true)
        #expect(value?["model"]?.string == "m")
    }
}

@Suite("Server-sent events")
struct EventStreamLinesTests {
    private func read(_ text: String, cutAt cuts: [Int] = []) -> [BodyEvent] {
        var reader = BodyReader()
        var events: [BodyEvent] = []
        let bytes = Array(text.utf8)
        var start = 0
        for cut in cuts + [bytes.count] {
            events += bytes[start..<cut].withUnsafeBufferPointer { reader.receive($0) }
            start = cut
        }
        return events + reader.finish()
    }

    @Test("gives the same events however the stream is cut, with any line ends", arguments: ["\n", "\r\n", "\r"])
    func everySplit(lineEnd: String) {
        let lines = [
            ": hello", "", "event: ping", #"data: {"a":"#, "data: 1}", "id: 7", "", #"data:{"b":2}"#, "",
            "data: [DONE]", "", "event: error", #"data: {"error":"x"}"#, "",
        ]
        let text = lines.joined(separator: lineEnd) + lineEnd
        let whole = read(text)
        #expect(whole.map(\.name) == ["ping", "", "error"])
        #expect(whole.map(\.isError) == [false, false, true])
        #expect(whole.map(\.value.jsonText) == [#"{"a":1}"#, #"{"b":2}"#, #"{"error":"x"}"#])
        for cut in 0...text.utf8.count { #expect(read(text, cutAt: [cut]) == whole) }
        #expect(read(text, cutAt: Array(0..<text.utf8.count)) == whole)
    }

    @Test("counts the last event without its blank line or its line end")
    func lastEvent() {
        #expect(read("data: 1\n\ndata: 2\n").map(\.value) == [.int(1), .int(2)])
        #expect(read("data: 1\n\ndata: [2]").map(\.value) == [.int(1), .int(2)])
    }

    @Test("skips a byte order mark")
    func byteOrderMark() { #expect(read("\u{FEFF}data: 1\n\n").map(\.value) == [.int(1)]) }

    @Test("does not take an event that is not JSON for the beginning of the next one")
    func noJSON() { #expect(read("data: {oops\n\ndata: 3\n\n").map(\.value) == [.int(3)]) }
}

@Suite("Amazon's event stream")
struct AmazonEventStreamTests {
    private func read(_ bytes: [UInt8], cutAt cuts: [Int] = []) -> [BodyEvent] {
        var reader = BodyReader()
        var events: [BodyEvent] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            events += bytes[start..<cut].withUnsafeBufferPointer { reader.receive($0) }
            start = cut
        }
        return events + reader.finish()
    }

    @Test("has the checksum of ISO 3309")
    func checksum() {
        var sum = CRC32()
        sum.update("123456789".utf8)
        #expect(sum.value == 0xCBF4_3926)
    }

    @Test("gives the same messages however the stream is cut")
    func everySplit() {
        let bytes =
            converseEvent("messageStart", #"{"role":"assistant"}"#)
            + amazonMessage([":message-type": "event", ":event-type": "empty"], "")
            + amazonMessage(
                [":message-type": "exception", ":exception-type": "throttlingException"], #"{"message":"slow down"}"#)
            + amazonMessage([":message-type": "error", ":error-code": "500", ":error-message": "oops"], "")
        let whole = read(bytes)
        #expect(whole.map(\.name) == ["messageStart", "empty", "throttlingException", "500"])
        #expect(whole.map(\.isError) == [false, false, true, true])
        #expect(whole.last?.value["message"]?.string == "oops")
        for cut in 0...bytes.count { #expect(read(bytes, cutAt: [cut]) == whole) }
        #expect(read(bytes, cutAt: Array(0..<bytes.count)) == whole)
    }

    @Test("takes no message whose checksum is wrong, nor anything behind it")
    func wrongChecksum() {
        let message = converseEvent("messageStart", #"{"role":"assistant"}"#)
        for index in message.indices.dropFirst() {
            var damaged = message
            damaged[index] ^= 0x10
            #expect(read(message + damaged + message).count == 1, "byte \(index)")
        }
    }
}
