// SPDX-License-Identifier: MIT
public import GenAICore

extension Tracer {
    /// Runs a closure as the execution of a tool, in an `execute_tool` span.
    ///
    /// The span is ``TraceSpan/current`` inside. Arguments and result are content: they are recorded, and their
    /// closures called, only where that is allowed.
    ///
    /// Source: semantic conventions 1.36.0 and 1.41.1, span `gen_ai.execute_tool.internal`.
    ///
    /// - Parameters:
    ///   - name: Attribute `gen_ai.tool.name`, and part of the span's name.
    ///   - callID: Attribute `gen_ai.tool.call.id`.
    ///   - type: Attribute `gen_ai.tool.type`.
    ///   - description: Attribute `gen_ai.tool.description`.
    ///   - arguments: Attribute `gen_ai.tool.call.arguments`; maps and arrays become JSON text.
    ///   - attributes: Further attributes of the span.
    ///   - result: What to record as `gen_ai.tool.call.result`; maps and arrays become JSON text.
    ///   - operation: The tool.
    public func executeTool<Value, Failure: Error>(
        _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
        arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
        isolation: isolated (any Actor)? = #isolation,
        recording result: (Value) -> AttributeValue? = { _ in nil },
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let captures = capturesContent
        let start = toolAttributes(
            name, callID, type, description, captures ? arguments() : nil, attributes)
        return try await withSpan("execute_tool \(name)", attributes: start) { span async throws(Failure) in
            let value = try await operation()
            if captures { span.setAttribute(.genAIToolCallResult, result(value)?.spanContent) }
            return value
        }
    }

    /// Runs a synchronous closure as the execution of a tool; see the asynchronous form.
    public func executeTool<Value, Failure: Error>(
        _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
        arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
        recording result: (Value) -> AttributeValue? = { _ in nil },
        _ operation: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let captures = capturesContent
        let start = toolAttributes(
            name, callID, type, description, captures ? arguments() : nil, attributes)
        return try withSpan("execute_tool \(name)", attributes: start) { span throws(Failure) in
            let value = try operation()
            if captures { span.setAttribute(.genAIToolCallResult, result(value)?.spanContent) }
            return value
        }
    }

    /// Runs a closure as the execution of a tool whose result an attribute can hold; see the form with `recording`.
    public func executeTool<Value: AttributeValueConvertible, Failure: Error>(
        _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
        arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
        isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await executeTool(
            name, callID: callID, type: type, description: description, arguments: arguments(),
            attributes: attributes, recording: { $0.attributeValue }, operation)
    }

    /// Runs a synchronous closure as the execution of a tool whose result an attribute can hold.
    public func executeTool<Value: AttributeValueConvertible, Failure: Error>(
        _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
        arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
        _ operation: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try executeTool(
            name, callID: callID, type: type, description: description, arguments: arguments(),
            attributes: attributes, recording: { $0.attributeValue }, operation)
    }

    private func toolAttributes(
        _ name: String, _ callID: String?, _ type: ToolType?, _ description: String?, _ arguments: AttributeValue?,
        _ further: Attributes
    ) -> Attributes {
        var attributes = further
        attributes[.genAIOperationName] = .executeTool
        attributes[.genAIToolName] = name
        attributes[.genAIToolCallID] = callID
        attributes[.genAIToolType] = type
        attributes[.genAIToolDescription] = description
        attributes[.genAIToolCallArguments] = arguments?.spanContent
        return attributes
    }
}

/// Runs a closure as the execution of a tool on the global provider; see
/// ``Tracer/executeTool(_:callID:type:description:arguments:attributes:isolation:recording:_:)``.
public func executeTool<Value, Failure: Error>(
    _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
    arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
    isolation: isolated (any Actor)? = #isolation,
    recording result: (Value) -> AttributeValue? = { _ in nil },
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await Tracer.ofGlobalProvider.executeTool(
        name, callID: callID, type: type, description: description, arguments: arguments(), attributes: attributes,
        recording: result, operation)
}

/// Runs a synchronous closure as the execution of a tool on the global provider; see the asynchronous form.
public func executeTool<Value, Failure: Error>(
    _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
    arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
    recording result: (Value) -> AttributeValue? = { _ in nil },
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try Tracer.ofGlobalProvider.executeTool(
        name, callID: callID, type: type, description: description, arguments: arguments(), attributes: attributes,
        recording: result, operation)
}

/// Runs a closure as the execution of a tool whose result an attribute can hold, on the global provider.
public func executeTool<Value: AttributeValueConvertible, Failure: Error>(
    _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
    arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await Tracer.ofGlobalProvider.executeTool(
        name, callID: callID, type: type, description: description, arguments: arguments(), attributes: attributes,
        operation)
}

/// Runs a synchronous closure as the execution of a tool whose result an attribute can hold, on the global provider.
public func executeTool<Value: AttributeValueConvertible, Failure: Error>(
    _ name: String, callID: String? = nil, type: ToolType? = .function, description: String? = nil,
    arguments: @autoclosure () -> AttributeValue? = nil, attributes: Attributes = [:],
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try Tracer.ofGlobalProvider.executeTool(
        name, callID: callID, type: type, description: description, arguments: arguments(), attributes: attributes,
        operation)
}
