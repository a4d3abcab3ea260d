// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry

/// A finished span of a test.
func span(
    _ name: String, trace: UInt64 = 1, id: UInt64, parent: UInt64? = nil, at milliseconds: UInt64 = 0,
    for duration: UInt64 = 10, error: String? = nil, _ attributes: Attributes = [:]
) -> SpanData {
    let traceID = TraceID(high: 1, low: trace)
    let start = 1_795_000_000_000_000_000 + milliseconds * 1_000_000
    return SpanData(
        name: name, context: SpanContext(traceID: traceID, spanID: SpanID(rawValue: id)),
        parent: parent.map { SpanContext(traceID: traceID, spanID: SpanID(rawValue: $0)) }, startNanoseconds: start,
        endNanoseconds: start + duration * 1_000_000, attributes: attributes,
        status: error.map { .error(description: $0) } ?? .unset, scope: InstrumentationScope(name: "test"),
        resource: Resource(["service.name": "desk"]))
}

/// The attributes of a call to a model.
func call(_ cost: Double? = nil, model: String = "gpt-4o-mini", _ more: Attributes = [:]) -> Attributes {
    var attributes: Attributes = [
        "gen_ai.operation.name": "chat", "gen_ai.request.model": .string(model), "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
    ]
    attributes["gen_ai.usage.cost_usd"] = cost.map { .double($0) }
    return attributes.merging(more)
}

/// A folder that is removed again.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path(percentEncoded: false))
}

/// The recorded files of another SDK.
let fixtures = URL(filePath: #filePath).appending(path: "../../Fixtures/report").standardizedFileURL
