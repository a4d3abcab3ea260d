// SPDX-License-Identifier: MIT
// Packages: vapor (Vapor)
//
// One server span for each request, in the caller's trace and conversation, and telemetry that is shut down with the
// application. Copy this file into your program, then:
//
//     let telemetry = try Last9.install()
//     app.middleware.use(Last9Middleware(telemetry.tracerProvider))
//     app.lifecycle.use(Last9Lifecycle(telemetry))
import GenAICore
import GenAITelemetry
import Last9GenAI
import Vapor

/// Records each request as a server span and continues the trace and the conversation of its headers.
struct Last9Middleware: AsyncMiddleware {
    private let tracer: TracerProvider.Tracer
    private let identity: PropagatedIdentity

    /// - Parameters:
    ///   - provider: The provider for the spans: that of `Last9.install`.
    ///   - identity: The parts of the callers' identity to accept: none for a public service, `.conversation` and
    ///     `.user` behind your own gateway.
    init(_ provider: TracerProvider, accepting identity: PropagatedIdentity = []) {
        self.identity = identity
        tracer = provider.tracer(named: "vapor")
    }

    func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        let surroundings = GenAIContext.current.extracting(accepting: identity) { request.headers.first(name: $0) }
        // The route's pattern has low cardinality; its path does not.
        let route = request.route.map { "/" + $0.path.map(\.description).joined(separator: "/") }
        let method = request.method.rawValue
        var attributes: Attributes = [
            "http.request.method": .string(method), "url.path": .string(request.url.path),
        ]
        if let route { attributes["http.route"] = .string(route) }
        let name = route.map { "\(method) \($0)" } ?? method
        return try await tracer.withSpan(name, kind: .server, attributes: attributes, context: surroundings) { span in
            let response = try await next.respond(to: request)
            span.setAttribute("http.response.status_code", .int(Int(response.status.code)))
            if response.status.code >= 500 { span.setStatus(.error(description: "")) }
            return response
        }
    }
}

/// Shuts telemetry down with the application.
struct Last9Lifecycle: LifecycleHandler {
    private let telemetry: Last9Telemetry

    init(_ telemetry: Last9Telemetry) { self.telemetry = telemetry }

    func shutdownAsync(_ application: Application) async {
        await telemetry.shutdown()
    }
}
