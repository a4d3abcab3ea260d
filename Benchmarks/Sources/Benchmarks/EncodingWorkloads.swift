// SPDX-License-Identifier: MIT
import Foundation
import GenAIHTTP
import Last9GenAI
import Synchronization

/// Takes requests without sending them, and answers that all is well.
final class NoNetwork: HTTPTransport {
    private let lastBody = Mutex<[UInt8]>([])
    private let answer: [UInt8]

    init(answer: [UInt8] = []) {
        self.answer = answer
    }

    /// The body of the last request.
    var body: [UInt8] { lastBody.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        lastBody.withLock { $0 = request.body }
        return HTTPResponse(status: 200, body: HTTPBody(answer))
    }
}

/// Keeps the spans it sees.
final class KeepingProcessor: SpanProcessor {
    private let spans = Mutex<[SpanData]>([])

    /// The spans so far, which are forgotten.
    func take() -> [SpanData] {
        spans.withLock { spans in
            defer { spans = [] }
            return spans
        }
    }

    func onEnd(_ span: SpanData) {
        spans.withLock { $0.append(span) }
    }
}

/// Exports of 512 chat spans with content up to the network, which is not there.
let encodingWorkloads: [Workload] = [
    Workload(name: "w2") { runner in
        let batch = try await contentSpans(512)
        let encoding = try await measureExport("w2", of: batch, .uncompressed, runner)
        guard !runner.options.allocationsOnly else { return }
        runner.record("w2.bytes_per_span", Double(encoding.body.count) / 512)
        let copying = try await runner.measure("w2.memcpy", suffix: "_per_span", units: 512) { count in
            copy(encoding.body, count)
        }
        runner.record("w2.memcpy_ratio", encoding.time.cpu / copying.cpu)
    },
    Workload(name: "w2.gzip", countsAllocations: false) { runner in
        let batch = try await contentSpans(512)
        let plain = try await measureExport("w2.plain", of: batch, .uncompressed, runner)
        let gzip = try await measureExport("w2.gzip", of: batch, .gzip, runner)
        runner.record("w2.gzip.share", 1 - plain.time.cpu / gzip.time.cpu)
        runner.record("w2.gzip.size_ratio", Double(gzip.body.count) / Double(plain.body.count))
    },
]

/// Finished chat spans with a prompt, a completion and one event; without costs, which the peers do not have.
func contentSpans(_ count: Int) async throws -> [SpanData] {
    let kept = KeepingProcessor()
    let tracer = CallData.provider([kept]).tracer(named: "bench", version: "1.0")
    CallData.withScopes {
        for _ in 0..<count {
            let span = tracer.startSpan("chat gpt-4o", kind: .client)
            CallData.describe(span)
            span.setAttribute(.genAIPrompt, CallData.prompt)
            span.setAttribute(.genAICompletion, CallData.completion)
            span.addEvent("gen_ai.choice", attributes: ["index": 0, "finish_reason": "stop"])
            span.end()
        }
    }
    return kept.take()
}

/// The body that an export of the batch sends.
func exportedBody(of batch: [SpanData]) async throws -> [UInt8] {
    let network = NoNetwork()
    try await exporter(network, .uncompressed).export(batch)
    return network.body
}

private func measureExport(
    _ name: String, of batch: [SpanData], _ compression: OTLPCompression, _ runner: Runner
) async throws -> (body: [UInt8], time: Timing) {
    let network = NoNetwork()
    let exporter = try exporter(network, compression)
    let time = try await runner.measure(name, suffix: "_per_span", units: batch.count) { count in
        for _ in 0..<count { try await exporter.export(batch) }
    }
    return (network.body, time)
}

func exporter(_ network: NoNetwork, _ compression: OTLPCompression) throws -> OTLPSpanExporter {
    var configuration = OTLPConfiguration()
    configuration.endpoint = "http://localhost:4318"
    configuration.compression = compression
    return try OTLPSpanExporter(configuration, environment: TelemetryEnvironment([:]), transport: network)
}

private func copy(_ bytes: [UInt8], _ count: Int) {
    let target = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    defer { target.deallocate() }
    bytes.withUnsafeBytes { source in
        for _ in 0..<count {
            target.copyMemory(from: source)
            blackHole(target)
        }
    }
}
