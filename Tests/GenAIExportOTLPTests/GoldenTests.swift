// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Testing

@testable import GenAIExportOTLP

@Suite("Golden vectors of the official protobuf classes")
struct GoldenTests {
    @Test("spans are encoded to the same bytes", arguments: GoldenVectors.traces)
    func traces(vector: GoldenVector<SpanData>) throws {
        try expectSameBytes(vector)
    }

    @Test("log records are encoded to the same bytes", arguments: GoldenVectors.logs)
    func logs(vector: GoldenVector<LogRecordData>) throws {
        try expectSameBytes(vector)
    }

    @Test("metrics are encoded to the same bytes", arguments: GoldenVectors.metrics)
    func metrics(vector: GoldenVector<MetricData>) throws {
        try expectSameBytes(vector)
    }

    @Test("spans are encoded to the same JSON", arguments: GoldenVectors.traces)
    func tracesJSON(vector: GoldenVector<SpanData>) throws {
        try expectSameJSON(vector)
    }

    @Test("log records are encoded to the same JSON", arguments: GoldenVectors.logs)
    func logsJSON(vector: GoldenVector<LogRecordData>) throws {
        try expectSameJSON(vector)
    }

    @Test("metrics are encoded to the same JSON", arguments: GoldenVectors.metrics)
    func metricsJSON(vector: GoldenVector<MetricData>) throws {
        try expectSameJSON(vector)
    }

    @Test("every vector on disk has its telemetry here")
    func complete() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: fixtures.path)
        let onDisk = files.filter { $0.hasSuffix(".base64") }.map { String($0.dropLast(7)) }
        let here = GoldenVectors.traces.map(\.name) + GoldenVectors.logs.map(\.name) + GoldenVectors.metrics.map(\.name)
        #expect(Set(onDisk) == Set(here))
    }

    private func expectSameBytes<Item: OTLPItem>(
        _ vector: GoldenVector<Item>, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let text = try String(contentsOf: fixtures.appending(path: "\(vector.name).base64"), encoding: .utf8)
        let golden = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
        let bytes = protobuf(vector.batch)
        // The independent reader says where they part; equal bytes alone would be enough.
        try expectSame(
            WireMessage(bytes), WireMessage(Array(golden)), path: vector.name, sourceLocation: sourceLocation)
        #expect(bytes == Array(golden), sourceLocation: sourceLocation)
    }

    private func expectSame(
        _ ours: WireMessage, _ theirs: WireMessage, path: String, sourceLocation: SourceLocation
    ) throws {
        try #require(
            ours.fields.map(\.number) == theirs.fields.map(\.number), "\(path)", sourceLocation: sourceLocation)
        for (our, their) in zip(ours.fields, theirs.fields) where our.content != their.content {
            let here = "\(path)/\(our.number)"
            if case .delimited(let one) = our.content, case .delimited(let other) = their.content,
                let one = try? WireMessage(one), let other = try? WireMessage(other)
            {
                try expectSame(one, other, path: here, sourceLocation: sourceLocation)
            } else {
                #expect(our.content == their.content, "\(here)", sourceLocation: sourceLocation)
            }
        }
    }

    private func expectSameJSON<Item: OTLPItem>(
        _ vector: GoldenVector<Item>, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let golden = try Data(contentsOf: fixtures.appending(path: "\(vector.name).json"))
        let theirs = try JSONSerialization.jsonObject(with: golden) as? NSDictionary
        let ours = try JSONSerialization.jsonObject(with: Data(json(vector.batch).utf8)) as? NSDictionary
        #expect(ours != nil && ours == theirs, "\(json(vector.batch).prefix(4_000))", sourceLocation: sourceLocation)
    }
}

let fixtures = URL(filePath: #filePath).appending(path: "../../Fixtures/otlp").standardizedFileURL

func protobuf<Item: OTLPItem>(_ batch: [Item]) -> [UInt8] {
    var writer = ProtobufWriter()
    Item.encode(batch[...], into: &writer)
    return writer.withBytes { Array($0) }
}

func json<Item: OTLPItem>(_ batch: [Item]) -> String {
    var writer = JSONWriter()
    Item.encode(batch[...], into: &writer)
    return String(decoding: writer.bytes, as: UTF8.self)
}
