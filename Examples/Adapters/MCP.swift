// SPDX-License-Identifier: MIT
// Packages: swift-sdk (MCP), swift-log (Logging)
//
// The tools of MCP servers, recorded like those that run in the program: a span for each call, with its arguments and
// its result where content is allowed, in the conversation and below the span of the code that calls.
// Copy this file into your program, then:
//
//     try await client.connect(transport: await ObservedTransport(HTTPClientTransport(endpoint: url)))
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import Logging
import MCP

/// A client's transport that records the calls of tools.
actor ObservedTransport<Base: Transport>: Transport {
    let logger: Logger
    private let base: Base
    /// Indicates whether a call carries the identity of its span in `params._meta.traceparent`, so that the server's spans belong
    /// to the same trace. The message is written anew then.
    private let propagatesContext: Bool
    /// The spans of the calls without a result, by the identifier of the request.
    private var calls: [String: TraceSpan] = [:]
    private static var mostCalls: Int { 1_000 }

    init(_ base: Base, propagatesContext: Bool = false) async {
        self.base = base
        self.propagatesContext = propagatesContext
        logger = await base.logger
    }

    func connect() async throws { try await base.connect() }

    func disconnect() async {
        for span in calls.values { span.end() }
        calls = [:]
        await base.disconnect()
    }

    func send(_ data: Data) async throws {
        guard let call = ToolCall(data), calls.count < Self.mostCalls,
            let span = start(call)
        else { return try await base.send(data) }
        calls[call.id] = span
        do {
            try await base.send(propagatesContext ? call.message(carrying: span.context) ?? data : data)
        } catch {
            calls[call.id] = nil
            span.recordError(error)
            span.end()
            throw error
        }
    }

    func receive() -> AsyncThrowingStream<Data, any Swift.Error> {
        AsyncThrowingStream { continuation in
            let reading = Task {
                do {
                    for try await data in await base.receive() {
                        finish(data)
                        continuation.yield(data)
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in reading.cancel() }
        }
    }

    private func start(_ call: ToolCall) -> TraceSpan? {
        guard let tracer = TracerProvider.global?.tracer(named: "mcp") else { return nil }
        var attributes: Attributes = ["mcp.method.name": "tools/call"]
        attributes[.genAIOperationName] = .executeTool
        attributes[.genAIToolName] = call.name
        let span = tracer.startSpan("execute_tool \(call.name)", attributes: attributes)
        if span.contentCapture.contains(.spans), let arguments = call.arguments {
            span.setAttribute("gen_ai.tool.call.arguments", .string(arguments))
        }
        return span
    }

    /// Ends the span of the call that a message answers.
    private func finish(_ data: Data) {
        guard !calls.isEmpty, let answer = ToolAnswer(data), let span = calls.removeValue(forKey: answer.id) else {
            return
        }
        if span.contentCapture.contains(.spans), let result = answer.result {
            span.setAttribute("gen_ai.tool.call.result", .string(result))
        }
        if let failure = answer.failure {
            span.setAttribute("error.type", .string(failure))
            span.setStatus(.error(description: failure))
        }
        span.end()
    }
}

/// A request that calls a tool.
private struct ToolCall {
    var id: String
    var name: String
    var arguments: String?
    private let data: Data

    init?(_ data: Data) {
        guard let message = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            message["method"] as? String == "tools/call", let id = message["id"],
            let parameters = message["params"] as? [String: Any], let name = parameters["name"] as? String
        else { return nil }
        (self.id, self.name, self.data) = ("\(id)", name, data)
        arguments = parameters["arguments"].flatMap(jsonText)
    }

    func message(carrying context: SpanContext) -> Data? {
        guard var message = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            var parameters = message["params"] as? [String: Any]
        else { return nil }
        var meta = parameters["_meta"] as? [String: Any] ?? [:]
        meta["traceparent"] = context.traceparent
        parameters["_meta"] = meta
        message["params"] = parameters
        return try? JSONSerialization.data(withJSONObject: message)
    }
}

/// A response to a request.
private struct ToolAnswer {
    var id: String
    var result: String?
    var failure: String?

    init?(_ data: Data) {
        guard let message = try? JSONSerialization.jsonObject(with: data) as? [String: Any], message["method"] == nil,
            let id = message["id"]
        else { return nil }
        self.id = "\(id)"
        if let error = message["error"] as? [String: Any] {
            failure = error["code"].map { "\($0)" } ?? "error"
        } else if let result = message["result"] as? [String: Any] {
            self.result = result["content"].flatMap(jsonText)
            failure = result["isError"] as? Bool == true ? "tool_error" : nil
        }
    }
}

private func jsonText(_ value: Any) -> String? {
    let data = try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
    return data.map { String(decoding: $0, as: UTF8.self) }
}
