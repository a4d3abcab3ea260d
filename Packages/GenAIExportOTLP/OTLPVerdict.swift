// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry

/// The result of one request.
enum OTLPVerdict {
    case accepted(OTLPAnswer.PartialSuccess)
    /// Accepted, but the rest of the response cannot be read.
    case unreadable
    /// Too large for the server; smaller parts may be accepted.
    case oversized(String)
    case failed(ExportError)
    /// The same request may succeed later, after the delay that the server asks for.
    case retryable(ExportError, after: Duration?)
}

extension OTLPSettings {
    /// Returns the result that a response means, with advice for a rejection.
    func judge(_ answer: OTLPAnswer) -> OTLPVerdict {
        wireProtocol == .grpc ? judge(call: answer) : judge(post: answer)
    }

    /// Returns the result that an exchange without a response means, with advice.
    func judge(_ error: HTTPTransportError) -> OTLPVerdict {
        let text = presentable(error.message) + hint(for: error)
        switch error.code {
        case .connection: return .retryable(ExportError(.unreachable, text), after: nil)
        case .tls: return .failed(ExportError(.unreachable, text))
        case .shutDown: return .failed(ExportError(.shutDown, text))
        case .timedOut: return .failed(ExportError(.timedOut, text))
        case .cancelled: return .failed(ExportError(.cancelled, "the export was cancelled"))
        case .tooLarge: return .failed(ExportError(.tooLarge, text))
        case .protocolViolation: return .failed(ExportError(.invalidResponse, text))
        default: return .failed(ExportError(.other, text))
        }
    }

    /// Returns foreign text in a form for messages: one line, limited in length, and without secrets.
    func presentable(_ text: String) -> String {
        let scalars = secrets.masked(text, limit: 1_024).unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? " " : Character(scalar)
        }
        return String(String(scalars).split(separator: " ").joined(separator: " ").prefix(200))
    }
}

extension OTLPSettings {
    /// Returns a line about one export for `OTEL_LOG_LEVEL=debug`.
    func exportLine(weight: Int, byteCount: Int, isCompressed: Bool, outcome: String, duration: Duration) -> String {
        let size = "\(byteCount) bytes" + (isCompressed ? " of gzip" : "")
        return "\(weight) \(signal.noun), \(size) by \(wireProtocol) to \(withoutSecrets(url: url)): \(outcome) after "
            + "\(Int(duration / .milliseconds(1))) ms"
    }
}

// MARK: - OTLP over HTTP

extension OTLPSettings {
    private func judge(post answer: OTLPAnswer) -> OTLPVerdict {
        if answer.isSuccess {
            if answer.isWebPage { return .failed(ExportError(.invalidResponse, noServer("a web page came back"))) }
            return (try? answer.partialSuccess()).map { .accepted($0) } ?? .unreadable
        }
        if answer.isRedirect {
            let target = answer.headers["Location"].flatMap(redirectHost).map(presentable) ?? "another path"
            return .failed(
                ExportError(
                    .rejected,
                    "the server redirects to \(target) (\(answer.status)); redirects are not followed, so that no key "
                        + "is sent to another host: set the final URL as OTEL_EXPORTER_OTLP_ENDPOINT"))
        }
        let words = presentable(answer.reason)
        var text = "the server answered \(answer.status)" + (words.isEmpty ? "" : ": \(words)")
        if answer.status == 413 { return .oversized(text) }
        guard answer.isRetryable else {
            if let hint = hint(forStatus: answer.status) { text += "; \(hint)" }
            return .failed(ExportError(.rejected, text))
        }
        let now = Duration.nanoseconds(Int64(clamping: systemUnixNanoseconds()))
        return .retryable(ExportError(.unavailable, text), after: RetryAfter.delay(in: answer.headers, now: now))
    }

    private func noServer(_ finding: String) -> String {
        "\(finding) from \(withoutSecrets(url: url)): this is not the URL of an OTLP server; check "
            + "OTEL_EXPORTER_OTLP_ENDPOINT"
    }

    /// Returns advice for a status that retrying does not change.
    private func hint(forStatus status: Int) -> String? {
        let shown = withoutSecrets(url: url)
        switch status {
        case 401, 403:
            return "check the key in OTEL_EXPORTER_OTLP_HEADERS, for example Authorization=Bearer%20KEY"
        case 404, 405:
            if let doubled = doubledPath {
                return
                    "\(doubled) occurs twice in \(shown): leave it out of OTEL_EXPORTER_OTLP_ENDPOINT, to which it is "
                    + "appended"
            }
            return "the server accepts no \(signal.noun) at \(shown): check the path of OTEL_EXPORTER_OTLP_ENDPOINT, "
                + "or set OTEL_\(signal.variable)_EXPORTER=none for a server without \(signal.noun)"
        case 415:
            return wireProtocol == .httpJSON
                ? "\(shown) does not accept JSON: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
                : "\(shown) does not accept protobuf: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json, or check the path"
        default: return nil
        }
    }

    private var doubledPath: String? {
        let path = url.prefix { $0 != "?" }
        return OTLPSignal.all.map(\.path).first { path.hasSuffix("/\($0)/\(signal.path)") }.map { "/\($0)" }
    }

    /// Returns advice for a missing response from a server that accepts connections.
    private func hint(for error: HTTPTransportError) -> String {
        guard error.code == .connection || error.code == .protocolViolation else { return "" }
        let authority = url.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
            .first
        switch (authority?.split(separator: ":").last, wireProtocol == .grpc) {
        case ("4317", false):
            return "; port 4317 is that of gRPC: use port 4318, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc"
        case ("4318", true):
            return
                "; port 4318 is that of OTLP over HTTP: use port 4317, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
        default: return ""
        }
    }
}

// MARK: - OTLP over gRPC

extension OTLPAnswer {
    /// The status of a gRPC response without one, because the platform hides trailers or the connection ended before
    /// them. A message is sent only if the call succeeded.
    fileprivate var unnamedStatus: GRPCStatus? {
        guard isSuccess, headers["Content-Type"]?.lowercased().hasPrefix("application/grpc") == true else { return nil }
        return body?.isEmpty == false
            ? GRPCStatus(code: 0) : GRPCStatus(code: 14, message: "the response ended before its status")
    }
}

extension OTLPSettings {
    private func judge(call answer: OTLPAnswer) -> OTLPVerdict {
        let named = GRPCStatus(trailers: answer.trailers, head: answer.headers)
        guard let status = named ?? answer.unnamedStatus else { return judge(foreign: answer) }
        guard status.code != 0 else {
            guard let body = answer.body,
                let message = try? GRPCMessage.message(
                    in: body, encoding: answer.headers["grpc-encoding"], limit: maximumResponseBytes),
                let partial = try? OTLPAnswer.partialSuccess(protobuf: message)
            else { return .unreadable }
            return .accepted(partial)
        }
        let words = presentable(status.message)
        var text = "the server answered \(status.name)" + (words.isEmpty ? "" : ": \(words)")
        if status.isTooLarge { return .oversized(text) }
        guard status.isRetryable else {
            if let hint = hint(for: status) { text += "; \(hint)" }
            return .failed(ExportError(.rejected, text))
        }
        return .retryable(ExportError(.unavailable, text), after: status.retryDelay)
    }

    /// Returns the result of a response that is not gRPC: from a proxy, or from a server that supports HTTP only.
    private func judge(foreign answer: OTLPAnswer) -> OTLPVerdict {
        if answer.isSuccess {
            return .failed(ExportError(.invalidResponse, noServer("a response without a gRPC status came back")))
        }
        let status = GRPCStatus(httpStatus: answer.status)
        let words = presentable(answer.reason)
        let text = "the server answered HTTP \(answer.status)" + (words.isEmpty ? "" : ": \(words)")
        if status.isRetryable { return .retryable(ExportError(.unavailable, text), after: nil) }
        let hint = hint(for: status).map { "; \($0)" } ?? ""
        return .failed(ExportError(.rejected, text + hint))
    }

    private func hint(for status: GRPCStatus) -> String? {
        switch status.code {
        case 7, 16: hint(forStatus: 401)
        case 12:
            "the server accepts no \(signal.noun) over gRPC at \(withoutSecrets(url: url)): check OTEL_EXPORTER_OTLP_ENDPOINT, or "
                + "set OTEL_\(signal.variable)_EXPORTER=none for a server without \(signal.noun)"
        default: nil
        }
    }
}
