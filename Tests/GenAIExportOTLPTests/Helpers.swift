// SPDX-License-Identifier: MIT
import CZlib
import GenAICore
import GenAIHTTP
import GenAITelemetry
import LoopbackServer
import Synchronization
import Testing

@testable import GenAIExportOTLP

/// A clock that does not wait: sleeping moves it on, and is remembered.
final class SkippingClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private let state = Mutex<(now: Duration, waits: [Duration])>((.zero, []))

    var now: Instant { Instant(offset: state.withLock { $0.now }) }
    var minimumResolution: Duration { .zero }
    /// The requested durations of all sleeps.
    var waits: [Duration] { state.withLock { $0.waits } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.waits.append(deadline.offset - state.now)
            state.now = max(state.now, deadline.offset)
        }
    }
}

/// A client for spans that talks to a server through the package's own transport.
func client<Item: OTLPItem>(
    for items: Item.Type = SpanData.self, to url: String, _ configuration: OTLPConfiguration = OTLPConfiguration(),
    transport: (any HTTPTransport)? = nil, clock: any Clock<Duration> = SkippingClock()
) throws -> OTLPClient<Item> {
    var configuration = configuration
    configuration.endpoint = url
    let settings = try OTLPSettings(configuration, signal: Item.signal, environment: TelemetryEnvironment([:]))
    let own = transport ?? makeDefaultTransport()
    return OTLPClient(settings: settings, transport: own, clock: clock, jitter: { 1 })
}

/// Spans named "0", "1" and so on.
func spans(_ count: Int, contentBytes: Int = 10) -> [SpanData] {
    let content = AttributeValue.string(String(repeating: "c", count: contentBytes))
    var context = GoldenVectors.context
    context.flags = .sampled
    return (0..<count).map { number in
        SpanData(
            name: "\(number)", context: context, startNanoseconds: 0, attributes: ["content": content],
            scope: GoldenVectors.scope, resource: GoldenVectors.resource)
    }
}

/// The names of the spans in a request's body.
func spanNames(_ body: [UInt8]) throws -> [String] {
    try WireMessage(body).messages(1, 2, 2).flatMap { $0.texts(5) }
}

/// Expects an export to fail, and returns why.
func failure<Item: OTLPItem>(
    _ client: OTLPClient<Item>, _ batch: [Item], sourceLocation: SourceLocation = #_sourceLocation
) async throws -> ExportError {
    do throws(ExportError) {
        try await client.export(batch)
    } catch {
        return error
    }
    try #require(Bool(false), "the export went well", sourceLocation: sourceLocation)
    throw ExportError(.other, "not reached")
}

/// A protobuf message of fields that are numbers, texts or messages.
func message(_ fields: (Int, [UInt8])...) -> [UInt8] {
    fields.flatMap { number, content in
        [UInt8(number << 3 | 2), UInt8(content.count)] + content
    }
}

/// Undoes gzip with zlib.
func gunzip(_ bytes: [UInt8], upTo limit: Int = 1 << 24) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var input = bytes
    var result = Z_OK
    let output = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        input.withUnsafeMutableBufferPointer { source in
            (stream.next_in, stream.avail_in) = (source.baseAddress, UInt32(source.count))
            (stream.next_out, stream.avail_out) = (buffer.baseAddress, UInt32(limit))
            result = inflate(&stream, Z_FINISH)
        }
        count = limit - Int(stream.avail_out)
    }
    return result == Z_STREAM_END ? output : nil
}

extension LoopbackServer.Reply {
    /// An answer in protobuf.
    static func protobuf(_ status: Int, _ body: [UInt8]) -> Self {
        response(status, headers: [("Content-Type", "application/x-protobuf")], body: body)
    }

    /// The response of an OTLP server that accepted everything.
    static var accepted: Self { protobuf(200, []) }
}
