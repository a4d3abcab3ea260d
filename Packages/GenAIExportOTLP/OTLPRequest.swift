// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP

extension OTLPSettings {
    /// Returns the request for a body; `nil` if the protocol cannot carry it.
    ///
    /// - Parameter timeout: The time limit of the exchange.
    func request(with body: RequestEncoder.Body, encoding: BodyEncoding, timeout: Duration?) -> HTTPRequest? {
        var request =
            wireProtocol == .grpc
            ? callRequest(with: body, encoding: encoding, timeout: timeout)
            : postRequest(with: body, encoding: encoding)
        if request?.headers["User-Agent"] == nil {
            request?.headers["User-Agent"] = "OTel-OTLP-Exporter-Swift/\(packageVersion)"
        }
        request?.timeouts = HTTPTimeouts(total: timeout)
        return request
    }

    private func postRequest(with body: RequestEncoder.Body, encoding: BodyEncoding) -> HTTPRequest? {
        var headers = headers
        headers["Content-Type"] = encoding == .protobuf ? "application/x-protobuf" : "application/json"
        headers["Content-Encoding"] = body.isCompressed ? "gzip" : nil
        return HTTPRequest(method: "POST", url: url, headers: headers, body: body.bytes)
    }

    /// Returns a unary call. Source: gRPC over HTTP/2, "Requests".
    private func callRequest(
        with body: RequestEncoder.Body, encoding: BodyEncoding, timeout: Duration?
    ) -> HTTPRequest? {
        guard encoding == .protobuf, let frame = GRPCMessage.framed(body.bytes, isCompressed: body.isCompressed)
        else { return nil }
        var headers = headers
        headers["Content-Type"] = "application/grpc"
        headers["TE"] = "trailers"
        headers["grpc-encoding"] = body.isCompressed ? "gzip" : nil
        headers["grpc-accept-encoding"] = "identity,gzip"
        // gRPC compresses the message, not the body of HTTP.
        headers["Accept-Encoding"] = "identity"
        if let timeout, timeout > .zero {
            // At most eight digits are allowed; a day is long enough for a limit.
            let milliseconds = min(timeout, .seconds(86_400)) / .milliseconds(1)
            headers["grpc-timeout"] = "\(max(1, Int(milliseconds)))m"
        }
        var request = HTTPRequest(method: "POST", url: url, headers: headers, body: frame)
        request.requiresHTTP2 = true
        return request
    }
}
