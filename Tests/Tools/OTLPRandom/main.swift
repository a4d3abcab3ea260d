// SPDX-License-Identifier: MIT
import GenAICore
import GenAIExportOTLP
import GenAIHTTP
import GenAITelemetry
import Synchronization

// usage: otlp-random traces|logs|metrics COUNT SEED
//
// Prints COUNT lines. Each is a JSON object with a random batch as it is in memory ("source") and what the exporters
// send for it ("protobuf" in base64, and "json" as text). Scripts/check-otlp-roundtrip compares the three.

/// Keeps the last body instead of sending it.
final class Catcher: HTTPTransport {
    private let last = Mutex<[UInt8]>([])

    var body: [UInt8] { last.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        last.withLock { $0 = request.body }
        return HTTPResponse(status: 200)
    }
}

/// The body that an exporter sends.
func body(
    _ encoding: OTLPProtocol, export: (OTLPConfiguration, Catcher) async throws -> Void
) async throws -> [UInt8] {
    let catcher = Catcher()
    try await export(OTLPConfiguration(protocol: encoding), catcher)
    return catcher.body
}

func printLine<Item>(
    _ batch: [Item], dump: (inout JSONWriter, Item) -> Void,
    export: (OTLPConfiguration, Catcher) async throws -> Void
) async throws {
    let protobuf = try await body(.httpProtobuf, export: export)
    let json = try await body(.httpJSON, export: export)
    var line = JSONWriter()
    line.object { object in
        object.key("source")
        object.array { array in
            for item in batch { dump(&array, item) }
        }
        object.key("protobuf")
        object.base64(protobuf)
        object.key("json")
        object.string(String(decoding: json, as: UTF8.self))
    }
    print(String(decoding: line.bytes, as: UTF8.self))
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let count = Int(arguments[2]), let seed = UInt64(arguments[3]) else {
    throw ConfigurationError(
        .invalidValue, option: "arguments", advice: "usage: otlp-random traces|logs|metrics COUNT SEED")
}
let environment = TelemetryEnvironment([:])
for index in 0..<count {
    var random = RandomTelemetry(seed: seed &+ UInt64(index))
    let numbers = 0...(index % 8)
    switch arguments[1] {
    case "traces":
        let batch = numbers.map { random.span($0) }
        try await printLine(batch, dump: { $0.dump($1) }) { configuration, catcher in
            try await OTLPSpanExporter(configuration, environment: environment, transport: catcher).export(batch)
        }
    case "logs":
        let batch = numbers.map { random.logRecord($0) }
        try await printLine(batch, dump: { $0.dump($1) }) { configuration, catcher in
            try await OTLPLogRecordExporter(configuration, environment: environment, transport: catcher).export(batch)
        }
    default:
        let batch = numbers.map { random.metric($0) }
        try await printLine(batch, dump: { $0.dump($1) }) { configuration, catcher in
            try await OTLPMetricExporter(configuration, environment: environment, transport: catcher).export(batch)
        }
    }
}
