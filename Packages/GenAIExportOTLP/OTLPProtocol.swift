// SPDX-License-Identifier: MIT

/// The protocol of an exporter's requests, which includes the encoding of their bodies.
public struct OTLPProtocol: RawRepresentable, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Protobuf over HTTP, which every OTLP server supports.
    public static let httpProtobuf = OTLPProtocol(known: "http/protobuf")
    /// JSON over HTTP: larger, but readable on the way.
    public static let httpJSON = OTLPProtocol(known: "http/json")
    /// Protobuf in unary gRPC calls, usually at port 4317.
    ///
    /// Requires HTTP/2. On Linux, that takes a libcurl with HTTP/2, and works with and without TLS. On Apple platforms,
    /// URLSession supports it with TLS only, and does not report the status of a call without a response message unless
    /// that is in the head. Without HTTP/2, the exporter reports it once and uses ``httpProtobuf``, at port 4318
    /// instead of 4317.
    public static let grpc = OTLPProtocol(known: "grpc")

    /// All protocols.
    public static let allCases = [httpProtobuf, httpJSON, grpc]

    /// The name in `OTEL_EXPORTER_OTLP_PROTOCOL`.
    public let rawValue: String

    private init(known name: String) {
        rawValue = name
    }

    /// Creates a protocol from its name; `nil` for an unknown one.
    public init?(rawValue: String) {
        guard let known = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = known
    }

    /// The name.
    public var description: String { rawValue }

    /// The encoding of bodies.
    var encoding: BodyEncoding { self == .httpJSON ? .json : .protobuf }
}

/// The encoding of a batch.
enum BodyEncoding: Hashable, Sendable {
    case protobuf, json
}

/// The compression of an exporter's request bodies.
public enum OTLPCompression: String, Sendable, Hashable, CaseIterable {
    /// No compression. Not named `none`, which an optional would take for `nil`.
    case uncompressed = "none"
    /// Gzip: prompts shrink to a fraction, for some CPU time on the exporting thread.
    case gzip
}
