// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing
import GenAITelemetry
import Testing

@testable import GenAIReport

@Suite("OTLP JSON lines")
struct OTLPReaderTests {
    private func read(_ line: String, wantsAll: Bool = true) throws -> OTLPReader {
        var reader = OTLPReader(FactIndex(), wantsAll: wantsAll)
        try Array(line.utf8).withUnsafeBufferPointer { try reader.read($0) }
        return reader
    }

    private static let span = #"""
        {"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","parentSpanId":"1112131415161718",\#
        "name":"chat gpt-4o","kind":3,"startTimeUnixNano":"1000","endTimeUnixNano":"3000",\#
        "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},\#
        {"value":{"intValue":"12"},"key":"gen_ai.usage.input_tokens"},\#
        {"key":"gen_ai.usage.output_tokens","value":{"intValue":7}},\#
        {"key":"gen_ai.usage.cost_usd","value":{"doubleValue":4.264e-05}}],"status":{"code":2,"message":"gone"}}
        """#

    @Test(
        "finds the facts of a span wherever its members stand, with and without the whole span",
        arguments: [true, false])
    func facts(wantsAll: Bool) throws {
        let scopes = #""scopeSpans":[{"spans":[\#(Self.span)],"scope":{"name":"s"}}]"#
        let resource = #""resource":{"attributes":[{"key":"service.name","value":{"stringValue":"desk"}}]}"#
        for members in [scopes + "," + resource, resource + "," + scopes] {
            let reader = try read(#"{"resourceSpans":[{\#(members)}]}"#, wantsAll: wantsAll)
            let span = try #require(reader.spans.first)
            #expect(span.facts.kind == .model)
            #expect(span.facts.usage.inputTokens == 12)
            #expect(span.facts.usage.outputTokens == 7)
            #expect(span.facts.recordedCost == USD("0.00004264"))
            #expect(span.facts.error == "gone")
            #expect(span.facts.durationNanoseconds == 2_000)
            #expect(span.resource.attributes["service.name"] == "desk")
            #expect((span.data?.attributes.count == 4) == wantsAll)
        }
    }

    @Test(
        "refuses a broken line as a whole",
        arguments: [
            "", "[]", "{", #"{"resourceSpans":[{"scopeSpans":[{"spans":[\#(OTLPReaderTests.span)]}]}"#, "{}x", "no",
        ])
    func brokenLines(line: String) {
        #expect(throws: JSONSyntaxError.self) { try read(line) }
    }

    @Test("passes over members of a type that was not expected")
    func oddTypes() throws {
        let line = #"{"resourceSpans":[7,{"scopeSpans":{"a":1}},{"scopeSpans":[{"spans":["x",{"traceId":5}]}]}]}"#
        let reader = try read(line)
        #expect(reader.spans.isEmpty)
        #expect(reader.isRequest)
    }
}
