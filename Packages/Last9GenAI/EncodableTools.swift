// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

/// Runs a closure as the execution of a tool, with arguments and result recorded as JSON.
///
/// Like `executeTool(_:callID:type:description:arguments:attributes:isolation:recording:_:)`, for types that encode
/// themselves. What cannot be encoded is left out; nothing is encoded where content is not recorded.
///
/// - Parameters:
///   - arguments: What the tool is given, and what `operation` is called with.
///   - tracer: Makes the span. `nil` takes the global provider.
public func executeTool<Arguments: Encodable, Value: Encodable, Failure: Error>(
    _ name: String, encoding arguments: Arguments, callID: String? = nil, type: ToolType? = .function,
    description: String? = nil, attributes: Attributes = [:], tracer: Tracer? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: (Arguments) async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await (tracer ?? Tracer.ofGlobalProvider).executeTool(
        name, callID: callID, type: type, description: description, arguments: AttributeValue(encoding: arguments),
        attributes: attributes, recording: { AttributeValue(encoding: $0) }
    ) { () async throws(Failure) in try await operation(arguments) }
}
