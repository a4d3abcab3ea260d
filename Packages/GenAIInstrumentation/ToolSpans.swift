// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

/// Runs a closure as the execution of a tool, in an `execute_tool` span.
///
/// The span is `TraceSpan.current` inside. Arguments and result are content: they are recorded, and their closures
/// called, only if that is allowed. If the result is text, its size is recorded in any case.
///
/// Source: semantic conventions 1.36.0 and 1.41.1, span `gen_ai.execute_tool.internal`.
///
/// - Parameters:
///   - name: Attribute `gen_ai.tool.name`, and part of the span's name.
///   - callID: Attribute `gen_ai.tool.call.id`.
///   - type: Attribute `gen_ai.tool.type`.
///   - description: Attribute `gen_ai.tool.description`.
///   - arguments: Attribute `gen_ai.tool.call.arguments`; maps and arrays become JSON text. For an `Encodable` value
///     use `AttributeValue(encoding:)`.
///   - attributes: Additional attributes of the span.
///   - tracer: The tracer for the span; `nil` means the global provider's.
///   - result: Converts the result to `gen_ai.tool.call.result`. `nil` means its text, or the JSON text of its
///     `Encodable` conformance.
///   - operation: The tool.
public func executeTool<Value, Failure: Error>(
    _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
    arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
    tracer: TracerProvider.Tracer? = nil,
    isolation: isolated (any Actor)? = #isolation, recording result: ((Value) -> AttributeValue?)? = nil,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let tool = ToolSpan(name, callID, type, description, attributes, tracer, arguments: arguments)
    return try await tool.tracer.withSpan(tool.name, attributes: tool.attributes) { span async throws(Failure) in
        let value = try await operation()
        tool.record(value, result, on: span)
        return value
    }
}

/// Runs a synchronous closure as the execution of a tool; see the asynchronous form.
public func executeTool<Value, Failure: Error>(
    _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
    arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
    tracer: TracerProvider.Tracer? = nil,
    recording result: ((Value) -> AttributeValue?)? = nil, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let tool = ToolSpan(name, callID, type, description, attributes, tracer, arguments: arguments)
    return try tool.tracer.withSpan(tool.name, attributes: tool.attributes) { span throws(Failure) in
        let value = try operation()
        tool.record(value, result, on: span)
        return value
    }
}

/// Asks whether a tool may run, and then runs it, in one `execute_tool` span.
///
/// The decision is the span's attribute `last9.tool.approval`: `approved` or `refused`. The parameters are those of the
/// form without approval.
///
/// - Parameter approve: Returns the decision; may ask a person. The span is current inside.
/// - Throws: ``ToolRefused`` if `approve` refuses, and the errors of `approve` and `operation`.
public func executeTool<Value>(
    _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
    arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
    tracer: TracerProvider.Tracer? = nil,
    isolation: isolated (any Actor)? = #isolation, recording result: ((Value) -> AttributeValue?)? = nil,
    approving approve: () async throws -> ToolApproval, _ operation: () async throws -> Value
) async throws -> Value {
    try await executeTool(
        name, callID: callID, type: type, description: description, arguments: arguments(), attributes: attributes,
        tracer: tracer, recording: result
    ) {
        let approval = try await approve()
        TraceSpan.current?.setAttribute("last9.tool.approval", .string(approval.isApproved ? "approved" : "refused"))
        guard approval.isApproved else { throw ToolRefused(tool: name, reason: approval.reason) }
        return try await operation()
    }
}

/// The decision whether a tool may run.
public struct ToolApproval: Sendable, Hashable {
    /// Indicates whether the tool may run.
    public var isApproved: Bool
    /// The reason for a refusal, for the model and the program.
    public var reason: String?

    /// The tool may run.
    public static let approved = ToolApproval(isApproved: true)

    /// The tool may not run.
    public static func refused(_ reason: String? = nil) -> ToolApproval {
        ToolApproval(isApproved: false, reason: reason)
    }
}

/// The error of a tool that was not run because it was refused.
public struct ToolRefused: ErrorTypeProviding, Hashable, CustomStringConvertible {
    /// The tool's name.
    public var tool: String
    /// The reason for the refusal.
    public var reason: String?

    /// Creates a refusal.
    public init(tool: String, reason: String? = nil) {
        self.tool = tool
        self.reason = reason
    }

    /// The value of `error.type`.
    public var errorType: String { "tool_refused" }
    /// The tool and the reason.
    public var description: String { contentFreeDescription + (reason.map { ": \($0)" } ?? "") }
    /// The tool.
    public var contentFreeDescription: String { "the tool \(tool) was refused" }
}

/// The start and the end of a tool's span.
private struct ToolSpan {
    let tracer: TracerProvider.Tracer
    let name: String
    let attributes: Attributes
    private let captures: Bool

    init(
        _ name: String, _ callID: String?, _ type: ToolType?, _ description: String?, _ further: Attributes,
        _ tracer: TracerProvider.Tracer?, arguments: () -> AttributeValue?
    ) {
        self.tracer = tracer ?? .ofGlobalProvider
        self.name = "execute_tool \(name)"
        captures = self.tracer.capturesContent
        var attributes = further
        attributes[.genAIOperationName] = .executeTool
        attributes[.genAIToolName] = name
        attributes[.genAIToolCallID] = callID
        attributes[.genAIToolType] = type
        attributes[.genAIToolDescription] = description
        if captures { attributes[.genAIToolCallArguments] = arguments()?.spanContent }
        self.attributes = attributes
    }

    func record<Value>(_ value: Value, _ result: ((Value) -> AttributeValue?)?, on span: TraceSpan) {
        guard span.isRecording else { return }
        guard captures else {
            // A value is not encoded only to measure it.
            if let text = value as? String { span.setAttribute(.toolResultSize, text.utf8.count) }
            return
        }
        let recorded = result.map { $0(value) } ?? AttributeValue(content: value)
        guard let content = recorded?.spanContent else { return }
        span.setAttribute(.toolResultSize, content.contentText.utf8.count)
        span.setAttribute(.genAIToolCallResult, content)
    }
}

extension AttributeKey where Value == Int {
    /// The size of a tool's result as the model receives it, in bytes of UTF-8.
    static var toolResultSize: AttributeKey { AttributeKey("last9.tool.result.size") }
}
