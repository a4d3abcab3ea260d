// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

/// Runs a closure that searches for documents, in a `retrieval` span.
///
/// The span is `TraceSpan.current` inside. Query and documents are content: they are recorded, and their closures
/// called, only if that is allowed.
///
/// Source: semantic conventions 1.41.1, span `gen_ai.retrieval.client`.
///
/// - Parameters:
///   - dataSource: Attribute `gen_ai.data_source.id`, and part of the span's name.
///   - query: Attribute `gen_ai.retrieval.query.text`.
///   - topK: Attribute `gen_ai.request.top_k`: the number of requested documents.
///   - provider: The provider that runs the data source, if that is a GenAI provider.
///   - isRemote: Whether another process performs the search, which makes the span's kind `client`. `nil` means that it
///     does if `provider` or `server.address` is given.
///   - attributes: Additional attributes of the span, such as `server.address` of a database.
///   - tracer: The tracer for the span; `nil` means the global provider's.
///   - documents: Converts the result to `gen_ai.retrieval.documents`: an array of maps with `id` and `score`.
///   - operation: The search.
public func retrieve<Value, Failure: Error>(
    from dataSource: String? = nil, query: @autoclosure () -> String? = nil, topK: Int? = nil,
    provider: ProviderName? = nil, isRemote: Bool? = nil, attributes: Attributes = [:],
    tracer: TracerProvider.Tracer? = nil,
    isolation: isolated (any Actor)? = #isolation, recording documents: (Value) -> AttributeValue? = { _ in nil },
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let search = RetrievalSpan(dataSource, topK, provider, isRemote, attributes, tracer, query: query)
    return try await search.tracer.withSpan(search.name, kind: search.kind, attributes: search.attributes) {
        span async throws(Failure) in
        let value = try await operation()
        if search.captures { span.setAttribute(.genAIRetrievalDocuments, documents(value)?.spanContent) }
        return value
    }
}

/// Runs a synchronous closure that searches for documents; see the asynchronous form.
public func retrieve<Value, Failure: Error>(
    from dataSource: String? = nil, query: @autoclosure () -> String? = nil, topK: Int? = nil,
    provider: ProviderName? = nil, isRemote: Bool? = nil, attributes: Attributes = [:],
    tracer: TracerProvider.Tracer? = nil,
    recording documents: (Value) -> AttributeValue? = { _ in nil }, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let search = RetrievalSpan(dataSource, topK, provider, isRemote, attributes, tracer, query: query)
    return try search.tracer.withSpan(search.name, kind: search.kind, attributes: search.attributes) {
        span throws(Failure) in
        let value = try operation()
        if search.captures { span.setAttribute(.genAIRetrievalDocuments, documents(value)?.spanContent) }
        return value
    }
}

/// The start of a retrieval's span.
private struct RetrievalSpan {
    let tracer: TracerProvider.Tracer
    let name: String
    let kind: TraceSpan.Kind
    let attributes: Attributes
    let captures: Bool

    init(
        _ dataSource: String?, _ topK: Int?, _ provider: ProviderName?, _ isRemote: Bool?, _ further: Attributes,
        _ tracer: TracerProvider.Tracer?, query: () -> String?
    ) {
        let tracer = tracer ?? .ofGlobalProvider
        self.tracer = tracer
        name = dataSource.map { "retrieval \($0)" } ?? "retrieval"
        kind = isRemote ?? (provider != nil || further[.serverAddress] != nil) ? .client : .internal
        captures = tracer.capturesContent
        var attributes = provider.map { tracer.conventions.identity(of: $0) } ?? [:]
        attributes.merge(further)
        attributes[.genAIOperationName] = .retrieval
        attributes[.genAIDataSourceID] = dataSource
        attributes[.genAIRequestTopK] = topK.map(Double.init)
        if captures { attributes[.genAIRetrievalQueryText] = query() }
        self.attributes = attributes
    }
}
