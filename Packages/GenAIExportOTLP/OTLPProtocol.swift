// SPDX-License-Identifier: MIT

/// How an exporter makes its requests and encodes what it sends.
public struct OTLPProtocol: RawRepresentable, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Protobuf over HTTP, which every OTLP server understands.
    public static let httpProtobuf = OTLPProtocol(known: "http/protobuf")
    /// JSON over HTTP: larger, but readable on the way.
    public static let httpJSON = OTLPProtocol(known: "http/json")
    /// Protobuf by unary calls of gRPC, usually at port 4317.
    ///
    /// Needs HTTP/2: on Linux a libcurl that has it, without TLS or with it; on Apple platforms URLSession, with TLS
    /// only, where a call that fails without an answer of its own is known by its head alone. Where there is no HTTP/2
    /// the exporter says so once and uses ``httpProtobuf``, at port 4318 in place of 4317.
    public static let grpc = OTLPProtocol(known: "grpc")

    /// All protocols.
    public static let allCases = [httpProtobuf, httpJSON, grpc]

    /// The name in `OTEL_EXPORTER_OTLP_PROTOCOL`.
    public let rawValue: String

    private init(known name: String) {
        rawValue = name
    }

    /// Finds a protocol by its name; `nil` for one that is not known.
    public init?(rawValue: String) {
        guard let known = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = known
    }

    /// The name.
    public var description: String { rawValue }

    /// How bodies are encoded.
    var encoding: BodyEncoding { self == .httpJSON ? .json : .protobuf }
}

/// How a batch becomes bytes.
enum BodyEncoding: Hashable, Sendable {
    case protobuf, json
}

/// How an exporter compresses what it sends.
public enum OTLPCompression: String, Sendable, Hashable, CaseIterable {
    /// Not at all. Not named `none`, which an optional would take for `nil`.
    case uncompressed = "none"
    /// With gzip: prompts shrink to a fraction, for some CPU time on the exporting thread.
    case gzip
}
