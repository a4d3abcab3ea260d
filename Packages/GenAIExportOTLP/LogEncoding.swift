// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// opentelemetry/proto/logs/v1/logs.proto and collector/logs/v1/logs_service.proto, opentelemetry-proto 1.10.0.

extension ProtobufWriter {
    /// Writes the body of an `ExportLogsServiceRequest`, which is the same as that of `LogsData`.
    mutating func logs(_ batch: ArraySlice<LogRecordData>) {
        for group in grouped(batch) {
            message(1, expecting: batch.count * 1_024) { resourceLogs in
                resourceLogs.resource(1, group.resource)
                for scope in group.scopes { resourceLogs.scopeLogs(2, scope, of: batch) }
                resourceLogs.string(3, group.resource.schemaURL ?? "")
            }
        }
    }

    private mutating func scopeLogs(_ field: Int, _ group: ScopeGroup, of batch: ArraySlice<LogRecordData>) {
        message(field, expecting: group.positions.count * 1_024) { scopeLogs in
            scopeLogs.scope(1, group.scope)
            for position in group.positions { scopeLogs.logRecord(2, batch[position]) }
            scopeLogs.string(3, group.scope.schemaURL ?? "")
        }
    }

    private mutating func logRecord(_ field: Int, _ record: LogRecordData) {
        message(field, expecting: 512) { message in
            message.fixed64(1, record.nanoseconds ?? 0)
            message.varint(2, UInt64(record.severity?.rawValue ?? 0))
            message.string(3, record.severityText ?? "")
            if let body = record.body { message.anyValue(5, body) }
            message.attributes(6, record.attributes)
            message.count(7, record.droppedAttributesCount)
            if let context = record.spanContext {
                message.fixed32(8, UInt32(context.flags.rawValue))
                message.traceID(9, context.traceID)
                message.spanID(10, context.spanID)
            }
            message.fixed64(11, record.observedNanoseconds ?? 0)
            message.string(12, record.eventName ?? "")
        }
    }
}
