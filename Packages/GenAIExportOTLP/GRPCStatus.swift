// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The status of a gRPC call.
///
/// Source: gRPC over HTTP/2, "Responses"; `google/rpc/status.proto` and `error_details.proto`.
struct GRPCStatus: Equatable {
    /// The code; 0 is success.
    var code: Int
    /// The server's message; may be empty.
    var message = ""
    /// The delay that `google.rpc.RetryInfo` asks for; `nil` if there is none.
    var retryDelay: Duration?

    private static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]

    /// The name and the code.
    var name: String {
        Self.names.indices.contains(code) ? "\(Self.names[code]) (\(code))" : "status \(code)"
    }

    /// Indicates whether the same call may succeed later.
    ///
    /// Source: OTLP specification, "Failures" of OTLP/gRPC: RESOURCE_EXHAUSTED only if the server gives a delay.
    var isRetryable: Bool {
        switch code {
        case 1, 4, 10, 11, 14, 15: true
        case 8: retryDelay != nil
        default: false
        }
    }

    /// Indicates whether the message is too large for the server, read from its text because there is no code for this.
    var isTooLarge: Bool {
        guard code == 8 || code == 11 else { return false }
        let message = message.lowercased()
        return ["larger than max", "too large", "exceeds maximum", "exceeds the max"].contains(where: message.contains)
    }
}

extension GRPCStatus {
    /// Reads the trailer fields, or those of the head in a response without others; `nil` if neither contains a status.
    init?(trailers: HTTPHeaders?, head: HTTPHeaders) {
        for fields in [trailers, head] {
            guard let fields, let code = fields["grpc-status"].flatMap({ Int($0) }), code >= 0 else { continue }
            self.code = code
            message = ASCII.lenientlyPercentDecoded((fields["grpc-message"] ?? "")[...])
            retryDelay = fields["grpc-status-details-bin"].flatMap(Self.retryDelay)
            return
        }
        return nil
    }

    /// Creates the status for a response that is not gRPC. Source: gRPC, "HTTP to gRPC Status Code Mapping".
    init(httpStatus: Int) {
        switch httpStatus {
        case 400: code = 13
        case 401: code = 16
        case 403: code = 7
        case 404: code = 12
        case 429, 502, 503, 504: code = 14
        default: code = 2
        }
    }

    /// Returns the `retry_delay` of a `RetryInfo` among the details of a `google.rpc.Status`.
    private static func retryDelay(_ field: String) -> Duration? {
        let text = field.filter { $0 != "=" }
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let status = Data(base64Encoded: padded) else { return nil }
        return try? retryDelay(status: Array(status)[...])
    }

    private static func retryDelay(status: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) -> Duration? {
        var reader = ProtobufReader(status)
        while let (field, value) = try reader.next() {
            guard field == 3, case .bytes(let detail) = value else { continue }
            let parts = try fields(of: detail)
            guard case .bytes(let type) = parts[1], case .bytes(let info) = parts[2],
                String(decoding: type, as: UTF8.self).hasSuffix("/google.rpc.RetryInfo"),
                case .bytes(let delay)? = try fields(of: info)[1]
            else { continue }
            let duration = try fields(of: delay)
            return .seconds(number(duration[1], upTo: 86_400))
                + .nanoseconds(number(duration[2], upTo: 999_999_999))
        }
        return nil
    }

    private static func fields(
        of message: ArraySlice<UInt8>
    ) throws(ProtobufReader.Malformed) -> [UInt64: ProtobufReader.Value] {
        var fields: [UInt64: ProtobufReader.Value] = [:]
        var reader = ProtobufReader(message)
        while let (field, value) = try reader.next() { fields[field] = value }
        return fields
    }

    private static func number(_ value: ProtobufReader.Value?, upTo limit: Int64) -> Int64 {
        guard case .varint(let bits) = value else { return 0 }
        return min(max(0, Int64(bitPattern: bits)), limit)
    }
}
