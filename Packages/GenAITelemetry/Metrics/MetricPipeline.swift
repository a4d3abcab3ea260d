// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// All streams of one reader. Readers do not share state: each one sees every measurement.
final class MetricPipeline: Sendable {
    /// The streams of one library.
    fileprivate struct ScopeStreams {
        let scope: InstrumentationScope
        var streams: [MetricStore] = []
        var observables: [(instrument: ObservableCore, streams: [ObservedStream])] = []
        var names: Set<String> = []
    }

    fileprivate struct State {
        var scopes: [ScopeStreams] = []
        var collectionCount: UInt64 = 0
    }

    private let shared: MetricShared
    private let state = Mutex(State())

    init(shared: MetricShared) {
        self.shared = shared
    }

    /// Adds streams to collect.
    func register(_ streams: [MetricStore], scope: InstrumentationScope) {
        let clashes = state.withLock { state in
            state.update(scope) { entry in
                entry.streams += streams
                return entry.claim(streams.map(\.description.name))
            }
        }
        reportClashes(clashes, scope)
    }

    /// Adds an observable instrument and its streams.
    func register(_ instrument: ObservableCore, _ streams: [ObservedStream], scope: InstrumentationScope) {
        let clashes = state.withLock { state in
            state.update(scope) { entry in
                entry.observables.append((instrument, streams))
                return entry.claim(streams.map(\.description.name))
            }
        }
        reportClashes(clashes, scope)
    }

    /// Runs the callbacks and returns all metrics that have a point.
    func collect() -> [MetricData] {
        let (scopes, number) = state.withLock { state in
            state.collectionCount += 1
            return (state.scopes, state.collectionCount)
        }
        var metrics: [MetricData] = []
        for entry in scopes {
            for (instrument, streams) in entry.observables {
                let observations = instrument.observe()
                let nanoseconds = shared.now()
                for stream in streams {
                    let content = stream.collect(observations, at: nanoseconds, collection: number)
                    if let content { metrics.append(data(stream.description, entry.scope, content)) }
                }
            }
            let nanoseconds = shared.now()
            for stream in entry.streams {
                guard let content = stream.collect(at: nanoseconds) else { continue }
                metrics.append(data(stream.description, entry.scope, content))
            }
        }
        return metrics
    }

    private func data(
        _ stream: StreamDescription, _ scope: InstrumentationScope, _ content: MetricData.Content
    ) -> MetricData {
        MetricData(
            name: stream.name, description: stream.description, unit: stream.unit, content: content, scope: scope,
            resource: shared.resource)
    }

    private func reportClashes(_ names: [String], _ scope: InstrumentationScope) {
        for name in names {
            Diagnostics.report(
                .warning, "Meter",
                "several metrics of \(scope.name) are called \(name) but differ in kind, unit, description or number "
                    + "type; all of them are exported")
        }
    }
}

extension MetricPipeline.State {
    fileprivate mutating func update<Result>(
        _ scope: InstrumentationScope, _ change: (inout MetricPipeline.ScopeStreams) -> Result
    ) -> Result {
        if let index = scopes.firstIndex(where: { $0.scope == scope }) { return change(&scopes[index]) }
        var entry = MetricPipeline.ScopeStreams(scope: scope)
        defer { scopes.append(entry) }
        return change(&entry)
    }
}

extension MetricPipeline.ScopeStreams {
    /// Returns those of the names that other streams have already.
    fileprivate mutating func claim(_ claimed: [String]) -> [String] {
        claimed.filter { !names.insert($0.lowercased()).inserted }
    }
}
