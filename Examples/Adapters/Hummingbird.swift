// SPDX-License-Identifier: MIT
// Packages: hummingbird (Hummingbird)
//
// One server span for each request, in the caller's trace and conversation. Copy this file into your program, then:
//
//     let telemetry = try Last9.install()
//     router.add(middleware: Last9Middleware(telemetry.tracerProvider))
//
// Not needed together with `TracingMiddleware` and the tracer of DistributedTracing.swift.
import GenAICore
import GenAITelemetry
import HTTPTypes
import Hummingbird

/// Records each request as a server span and continues the trace and the conversation of its headers.
struct Last9Middleware<Context: RequestContext>: RouterMiddleware {
    private let tracer: TracerProvider.Tracer
    private let identity: PropagatedIdentity

    /// - Parameters:
    ///   - provider: The provider for the spans: that of `Last9.install`.
    ///   - identity: The parts of the callers' identity to accept: none for a public service, `.conversation` and
    ///     `.user` behind your own gateway.
    init(_ provider: TracerProvider, accepting identity: PropagatedIdentity = []) {
        self.identity = identity
        tracer = provider.tracer(named: "hummingbird")
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let surroundings = GenAIContext.current.extracting(accepting: identity) { name in
            HTTPField.Name(name).flatMap { request.headers[$0] }
        }
        let method = request.method.rawValue
        let attributes: Attributes = [
            "http.request.method": .string(method), "url.path": .string(request.uri.path),
        ]
        return try await tracer.withSpan(method, kind: .server, attributes: attributes, context: surroundings) { span in
            let response = try await next(request, context)
            span.setAttribute("http.response.status_code", .int(Int(response.status.code)))
            if response.status.code >= 500 { span.setStatus(.error(description: "")) }
            return response
        }
    }
}
