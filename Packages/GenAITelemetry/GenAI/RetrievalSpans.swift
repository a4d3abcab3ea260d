// SPDX-License-Identifier: MIT
public import GenAICore

extension Tracer {
    /// Runs a closure that looks documents up, in a `retrieval` span.
    ///
    /// The span is ``TraceSpan/current`` inside. Query and documents are content: they are recorded, and their
    /// closures called, only where that is allowed.
    ///
    /// Source: semantic conventions 1.41.1, span `gen_ai.retrieval.client`.
    ///
    /// - Parameters:
    ///   - dataSource: Attribute `gen_ai.data_source.id`, and part of the span's name.
    ///   - query: Attribute `gen_ai.retrieval.query.text`.
    ///   - topK: Attribute `gen_ai.request.top_k`: how many documents are asked for.
    ///   - provider: Who runs the data source, where that is a GenAI provider.
    ///   - attributes: Further attributes of the span, such as `server.address` of a database.
    ///   - documents: What to record as `gen_ai.retrieval.documents`: an array of maps with `id` and `score`.
    ///   - operation: The search.
    public func retrieval<Value, Failure: Error>(
        _ dataSource: String? = nil, query: @autoclosure () -> String? = nil, topK: Int? = nil,
        provider: ProviderName? = nil, attributes: Attributes = [:], isolation: isolated (any Actor)? = #isolation,
        recording documents: (Value) -> AttributeValue? = { _ in nil },
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let captures = capturesContent
        let start = retrievalAttributes(dataSource, captures ? query() : nil, topK, provider, attributes)
        return try await withSpan(retrievalName(dataSource), kind: .client, attributes: start) {
            span async throws(Failure) in
            let value = try await operation()
            if captures { span.setAttribute(.genAIRetrievalDocuments, documents(value)?.spanContent) }
            return value
        }
    }

    /// Runs a synchronous closure that looks documents up; see the asynchronous form.
    public func retrieval<Value, Failure: Error>(
        _ dataSource: String? = nil, query: @autoclosure () -> String? = nil, topK: Int? = nil,
        provider: ProviderName? = nil, attributes: Attributes = [:],
        recording documents: (Value) -> AttributeValue? = { _ in nil },
        _ operation: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let captures = capturesContent
        let start = retrievalAttributes(dataSource, captures ? query() : nil, topK, provider, attributes)
        return try withSpan(retrievalName(dataSource), kind: .client, attributes: start) { span throws(Failure) in
            let value = try operation()
            if captures { span.setAttribute(.genAIRetrievalDocuments, documents(value)?.spanContent) }
            return value
        }
    }

    private func retrievalName(_ dataSource: String?) -> String {
        dataSource.map { "retrieval \($0)" } ?? "retrieval"
    }

    private func retrievalAttributes(
        _ dataSource: String?, _ query: String?, _ topK: Int?, _ provider: ProviderName?, _ further: Attributes
    ) -> Attributes {
        var attributes = provider.map { instrumentation.conventions.identity(of: $0) } ?? [:]
        attributes.merge(further)
        attributes[.genAIOperationName] = .retrieval
        attributes[.genAIDataSourceID] = dataSource
        attributes[.genAIRequestTopK] = topK.map(Double.init)
        attributes[.genAIRetrievalQueryText] = query
        return attributes
    }
}

/// Runs a closure that looks documents up, on the global provider; see
/// ``Tracer/retrieval(_:query:topK:provider:attributes:isolation:recording:_:)``.
public func retrieval<Value, Failure: Error>(
    _ dataSource: String? = nil, query: @autoclosure () -> String? = nil, topK: Int? = nil,
    provider: ProviderName? = nil, attributes: Attributes = [:], isolation: isolated (any Actor)? = #isolation,
    recording documents: (Value) -> AttributeValue? = { _ in nil },
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await Tracer.ofGlobalProvider.retrieval(
        dataSource, query: query(), topK: topK, provider: provider, attributes: attributes, recording: documents,
        operation)
}

/// Runs a synchronous closure that looks documents up, on the global provider; see the asynchronous form.
public func retrieval<Value, Failure: Error>(
    _ dataSource: String? = nil, query: @autoclosure () -> String? = nil, topK: Int? = nil,
    provider: ProviderName? = nil, attributes: Attributes = [:],
    recording documents: (Value) -> AttributeValue? = { _ in nil },
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try Tracer.ofGlobalProvider.retrieval(
        dataSource, query: query(), topK: topK, provider: provider, attributes: attributes, recording: documents,
        operation)
}
