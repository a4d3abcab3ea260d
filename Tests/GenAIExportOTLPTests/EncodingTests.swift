// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Testing

@testable import GenAIExportOTLP

@Suite("Encoding")
struct EncodingTests {
    @Test("takes one byte per seven bits of a varint", arguments: 0..<64 as Range<UInt64>)
    func varintSize(bit: UInt64) throws {
        let power: UInt64 = 1 << bit
        for value in [power, power - 1, UInt64.max >> (63 - bit)] {
            var writer = ProtobufWriter()
            writer.varint(1, value, always: true)
            #expect(writer.count == 1 + ProtobufWriter.size(ofVarint: value))
            #expect(try WireMessage(writer.withBytes { Array($0) }).fields.first?.content == .varint(value))
        }
    }

    @Test("nests right whether the guess of a length was too small, right or too large")
    func lengths() throws {
        for length in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152] {
            for guess in [0, 127, 128, 16_384, 2_097_152] {
                var writer = ProtobufWriter()
                writer.message(1, expecting: guess) { outer in
                    outer.bytes(2, [UInt8](repeating: 7, count: length))
                    outer.message(3, expecting: guess) { $0.varint(4, 5) }
                }
                writer.varint(6, 7)
                let message = try WireMessage(writer.withBytes { Array($0) })
                let inner = try message.messages(1)[0]
                #expect(inner.fields.map(\.number) == (length == 0 ? [3] : [2, 3]))
                #expect(try message.messages(1, 3)[0].all(4) == [.varint(5)])
                #expect(message.all(6) == [.varint(7)])
            }
        }
    }

    @Test("gives the same bytes from a buffer used before")
    func reuse() {
        let batches = [[GoldenVectors.everyField], spans(500, contentBytes: 5_000), [GoldenVectors.defaults]]
        var writer = ProtobufWriter()
        for batch in batches {
            writer.reset(keeping: 10_000)
            writer.traces(batch[...])
            #expect(writer.withBytes { Array($0) } == protobuf(batch))
        }
    }

    @Test("sends what is nested too deep as JSON text, so that no parser refuses the batch")
    func depth() throws {
        var array: AttributeValue = "leaf"
        var map: AttributeValue = "leaf"
        for _ in 0..<60 { (array, map) = ([array], ["k": map]) }
        let batch = [GoldenVectors.span(attributes: ["array": array, "map": map])]
        #expect(try depth(of: WireMessage(protobuf(batch))) < 100)
        for text in [json(batch), String(decoding: protobuf(batch), as: UTF8.self)] {
            #expect(text.components(separatedBy: "leaf").count == 3, "nothing is lost")
        }
        #expect(json(batch).contains(#""stringValue":"[[[[[["#))
    }

    @Test("takes part of a batch by its own indices")
    func slices() throws {
        let batch = spans(10)
        var writer = ProtobufWriter()
        writer.traces(batch[3..<6])
        #expect(try spanNames(writer.withBytes { Array($0) }) == ["3", "4", "5"])
    }

    @Test("writes ids as lower-case hexadecimal digits and large numbers as text")
    func jsonRules() throws {
        let text = json([GoldenVectors.everyField])
        #expect(text.contains(#""traceId":"4bf92f3577b34da6a3ce929d0e0e4736""#))
        #expect(text.contains(#""spanId":"00f067aa0ba902b7","#))
        #expect(text.contains(#""startTimeUnixNano":"1700000000123456789""#))
        #expect(text.contains(#""intValue":"4242""#))
        #expect(text.contains(#""kind":3"#))
    }

    /// Returns the nesting of messages, counting every field that can be read as one.
    private func depth(of message: WireMessage) -> Int {
        let inner = message.fields.compactMap { field -> Int? in
            guard case .delimited(let bytes) = field.content, !bytes.isEmpty else { return nil }
            return (try? WireMessage(bytes)).map { depth(of: $0) }
        }
        return 1 + (inner.max() ?? 0)
    }
}

@Suite("File exporter")
struct FileExporterTests {
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "otlp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory.appending(path: "telemetry.jsonl").path)
    }

    @Test("appends one line for each batch of any signal")
    func lines() async throws {
        try await withDirectory { path in
            for _ in 0..<2 {  // the second one finds the file there
                let exporter = try OTLPFileExporter(path: path)
                try await exporter.export([GoldenVectors.everyField])
                try await exporter.export([GoldenVectors.logEveryField])
                try await exporter.export(GoldenVectors.numbers)
                try await exporter.export([SpanData]())
                try await exporter.forceFlush()
                await exporter.shutdown()
            }
            let once = [
                json([GoldenVectors.everyField]), json([GoldenVectors.logEveryField]), json(GoldenVectors.numbers),
            ]
            let expected = (once + once).map { $0 + "\n" }.joined()
            #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
        }
    }

    @Test("keeps lines whole when many tasks write")
    func concurrent() async throws {
        try await withDirectory { path in
            let exporter = try OTLPFileExporter(path: path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { try await exporter.export(spans(20, contentBytes: 1_000)) } }
                try await group.waitForAll()
            }
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 50)
            #expect(lines.allSatisfy { $0 == json(spans(20, contentBytes: 1_000)) })
        }
    }

    @Test("says at once that a file cannot be opened")
    func unopenable() throws {
        let error = try #require(throws: ConfigurationError.self) { try OTLPFileExporter(path: "/proc/no/such/file") }
        #expect(error.code == .unavailable && error.value == "/proc/no/such/file")
    }

    @Test("refuses batches after the shutdown")
    func shutdown() async throws {
        try await withDirectory { path in
            let exporter = try OTLPFileExporter(path: path)
            await exporter.shutdown()
            await exporter.shutdown()
            let error = await #expect(throws: ExportError.self) { try await exporter.export(spans(1)) }
            #expect(error?.code == .shutDown)
        }
    }

    @Test("serves all pipelines that share it until the last of them is shut down")
    func sharedByPipelines() async throws {
        try await withDirectory { path in
            let exporter = try OTLPFileExporter(path: path)
            let spanProcessor = BatchSpanProcessor(exporter: exporter)
            let logProcessor = BatchLogRecordProcessor(exporter: exporter)
            spanProcessor.onEnd(GoldenVectors.everyField)
            await spanProcessor.shutdown(timeout: .seconds(60))
            var record = GoldenVectors.logEveryField
            logProcessor.onEmit(&record, context: GenAIContext())
            await logProcessor.shutdown(timeout: .seconds(60))
            let expected = [json([GoldenVectors.everyField]), json([GoldenVectors.logEveryField])]
            #expect(try String(contentsOfFile: path, encoding: .utf8) == expected.map { $0 + "\n" }.joined())
            let error = await #expect(throws: ExportError.self) { try await exporter.export(spans(1)) }
            #expect(error?.code == .shutDown)
        }
    }

    #if os(Linux)
        @Test("reports a disk that is full")
        func full() async throws {
            let exporter = try OTLPFileExporter(path: "/dev/full")
            let error = await #expect(throws: ExportError.self) { try await exporter.export(spans(1)) }
            #expect(error?.code == .other && error?.message.contains("/dev/full") == true)
        }
    #endif
}
