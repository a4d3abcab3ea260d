// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// opentelemetry/proto/trace/v1/trace.proto and collector/trace/v1/trace_service.proto, opentelemetry-proto 1.10.0.

extension ProtobufWriter {
    /// Writes the body of an `ExportTraceServiceRequest`, which is the same as that of `TracesData`.
    mutating func traces(_ batch: ArraySlice<SpanData>) {
        for group in grouped(batch) {
            message(1, expecting: batch.count * 2_048) { resourceSpans in
                resourceSpans.resource(1, group.resource)
                for scope in group.scopes { resourceSpans.scopeSpans(2, scope, of: batch) }
                resourceSpans.string(3, group.resource.schemaURL ?? "")
            }
        }
    }

    private mutating func scopeSpans(_ field: Int, _ group: ScopeGroup, of batch: ArraySlice<SpanData>) {
        message(field, expecting: group.positions.count * 2_048) { scopeSpans in
            scopeSpans.scope(1, group.scope)
            for position in group.positions { scopeSpans.span(2, batch[position]) }
            scopeSpans.string(3, group.scope.schemaURL ?? "")
        }
    }

    private mutating func span(_ field: Int, _ span: SpanData) {
        message(field, expecting: 1_024) { message in
            message.traceID(1, span.context.traceID)
            message.spanID(2, span.context.spanID)
            message.string(3, span.context.traceState.description)
            if let parent = span.parent { message.spanID(4, parent.spanID) }
            message.string(5, span.name)
            message.varint(6, UInt64(span.kind.rawValue))
            message.fixed64(7, span.startNanoseconds)
            message.fixed64(8, span.endNanoseconds)
            message.attributes(9, span.attributes)
            message.count(10, span.droppedAttributesCount)
            for event in span.events { message.event(11, event) }
            message.count(12, span.droppedEventsCount)
            for link in span.links { message.link(13, link) }
            message.count(14, span.droppedLinksCount)
            message.status(15, span.status)
            message.fixed32(16, spanFlags(span.context.flags, isRemote: span.parent?.isRemote ?? false))
        }
    }

    private mutating func event(_ field: Int, _ event: TraceSpan.Event) {
        message(field, expecting: 128) { message in
            message.fixed64(1, event.nanoseconds)
            message.string(2, event.name)
            message.attributes(3, event.attributes)
            message.count(4, event.droppedAttributesCount)
        }
    }

    private mutating func link(_ field: Int, _ link: TraceSpan.Link) {
        message(field, expecting: 64) { message in
            message.traceID(1, link.context.traceID)
            message.spanID(2, link.context.spanID)
            message.string(3, link.context.traceState.description)
            message.attributes(4, link.attributes)
            message.count(5, link.droppedAttributesCount)
            message.fixed32(6, spanFlags(link.context.flags, isRemote: link.context.isRemote))
        }
    }

    private mutating func status(_ field: Int, _ status: TraceSpan.Status) {
        switch status {
        case .unset: break
        case .ok:
            header(field, length: 2)
            varint(3, 1)
        case .error(let description):
            message(field, expecting: 64) { message in
                message.string(2, description)
                message.varint(3, 2)
            }
        }
    }
}
