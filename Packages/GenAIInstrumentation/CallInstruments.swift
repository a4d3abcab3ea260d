// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// The measurements of a finished call.
struct CallMeasurements: Sendable {
    /// The kind of call.
    var operation: OperationName
    /// The attributes of the series.
    var attributes: Attributes
    /// The `error.type` of a failed call.
    var errorType: String?
    /// The time from the request to the end of the answer.
    var seconds: Double
    /// The time from the request to the first chunk of a stream.
    var secondsToFirstChunk: Double?
    /// The times between successive chunks of a stream that are not recorded yet.
    var secondsPerChunk: [Double] = []
    /// The tokens that the call used.
    var usage: TokenUsage?
}

/// The instruments for one generation of the conventions.
///
/// The latest generation added the metrics of chunks; the unreleased one renames all of them.
final class CallInstruments: Sendable {
    /// The attributes of scopes and spans that series go by beside the call's own.
    private let dimensions: [AttributeName]
    private let duration: MetricHistogram<Double>
    private let embeddingsDuration: MetricHistogram<Double>
    private let timeToFirstChunk: MetricHistogram<Double>?
    private let timePerChunk: MetricHistogram<Double>?
    /// The tokens of both directions, in released generations.
    private let tokens: MetricHistogram<Int>?
    /// The tokens in the unreleased generation.
    private let counters: TokenCounters?
    /// A cache of the last series: a client rarely uses more than a few models.
    private let series = Mutex<[(attributes: Attributes, instruments: BoundInstruments)]>([])
    private static let seriesCapacity = 8

    init(_ meter: MeterProvider.Meter, _ conventions: GenAIConventions, dimensions: [AttributeName]) {
        self.dimensions = dimensions
        if conventions == .development {
            duration = meter.histogram(.genAIClientInferenceDuration)
            embeddingsDuration = meter.histogram(.genAIClientEmbeddingsDuration)
            timeToFirstChunk = meter.histogram(.genAIClientInferenceTimeToFirstChunk)
            timePerChunk = meter.histogram(.genAIClientInferenceTimePerOutputChunk)
            tokens = nil
            counters = TokenCounters(meter)
        } else {
            let isLatest = conventions >= .latest
            duration = meter.histogram(.genAIClientOperationDuration)
            embeddingsDuration = duration
            timeToFirstChunk = isLatest ? meter.histogram(.genAIClientOperationTimeToFirstChunk) : nil
            timePerChunk = isLatest ? meter.histogram(.genAIClientOperationTimePerOutputChunk) : nil
            tokens = meter.histogram(.genAIClientTokenUsage)
            counters = nil
        }
    }

    /// Indicates whether measurements are collected.
    var isEnabled: Bool { duration.isEnabled }

    /// Indicates whether the time of each chunk is recorded.
    var measuresChunks: Bool { timePerChunk != nil }

    /// Adds the dimensions that the scopes around or the call's span have.
    func addDimensions(of span: TraceSpan?, in context: GenAIContext, to attributes: inout Attributes) {
        let stamp = context.stamp
        for name in dimensions where !attributes.contains(name) {
            guard let value = stamp[name] ?? span?[name.text] else { continue }
            attributes.insert(name, value, value.plainByteCount)
        }
    }

    /// Records one call.
    func record(_ call: CallMeasurements, context: GenAIContext) {
        let series = series(of: call.attributes)
        if let usage = call.usage {
            if let count = usage.inputTokens { series.inputTokens?.record(count, context: context) }
            if let count = usage.outputTokens { series.outputTokens?.record(count, context: context) }
            counters?.record(usage, of: call.operation, call.attributes, context)
        }
        if let seconds = call.secondsToFirstChunk {
            timeToFirstChunk?.record(seconds, attributes: call.attributes, context: context)
        }
        recordChunks(call.secondsPerChunk, of: call.attributes, context: context)
        guard let errorType = call.errorType else { return series.duration.record(call.seconds, context: context) }
        var attributes = call.attributes
        attributes[.errorType] = errorType
        duration(of: call.attributes).record(call.seconds, attributes: attributes, context: context)
    }

    /// Records times between chunks of a stream that has not ended yet.
    func recordChunks(_ seconds: [Double], of attributes: Attributes, context: GenAIContext) {
        guard !seconds.isEmpty, let timePerChunk = timePerChunk?.bound(to: attributes) else { return }
        for seconds in seconds { timePerChunk.record(seconds, context: context) }
    }

    private func series(of attributes: Attributes) -> BoundInstruments {
        let known = series.withLock { entries in entries.first { $0.attributes == attributes }?.instruments }
        if let known { return known }
        let new = bind(to: attributes)
        series.withLock { entries in
            if entries.count == Self.seriesCapacity { entries.removeFirst() }
            entries.append((attributes, new))
        }
        return new
    }

    private func duration(of attributes: Attributes) -> MetricHistogram<Double> {
        attributes[.genAIOperationName] == .embeddings ? embeddingsDuration : duration
    }

    private func bind(to attributes: Attributes) -> BoundInstruments {
        func tokens(_ type: TokenType) -> MetricHistogram<Int>.Bound? {
            var attributes = attributes
            attributes[.genAITokenType] = type
            return self.tokens?.bound(to: attributes)
        }
        return BoundInstruments(
            duration: duration(of: attributes).bound(to: attributes), inputTokens: tokens(.input),
            outputTokens: tokens(.output))
    }
}

/// The instruments of one series, cached so that it is not looked up for each call.
private struct BoundInstruments: Sendable {
    let duration: MetricHistogram<Double>.Bound
    let inputTokens: MetricHistogram<Int>.Bound?
    let outputTokens: MetricHistogram<Int>.Bound?
}

/// A histogram for each direction and a counter for each kind of token, in the unreleased generation.
private struct TokenCounters: Sendable {
    private let input: MetricHistogram<Int>
    private let output: MetricHistogram<Int>
    private let embeddingsInput: MetricHistogram<Int>
    private let inputUsage: MetricCounter<Int>
    private let outputUsage: MetricCounter<Int>
    private let cacheReadUsage: MetricCounter<Int>
    private let cacheWriteUsage: MetricCounter<Int>
    private let reasoningUsage: MetricCounter<Int>

    init(_ meter: MeterProvider.Meter) {
        input = meter.histogram(.genAIClientInferenceOperationInputTokens)
        output = meter.histogram(.genAIClientInferenceOperationOutputTokens)
        embeddingsInput = meter.histogram(.genAIClientEmbeddingsOperationInputTokens)
        inputUsage = meter.counter(.genAIClientInferenceUsageInputTokens)
        outputUsage = meter.counter(.genAIClientInferenceUsageOutputTokens)
        cacheReadUsage = meter.counter(.genAIClientInferenceUsageCacheReadInputTokens)
        cacheWriteUsage = meter.counter(.genAIClientInferenceUsageCacheWriteInputTokens)
        reasoningUsage = meter.counter(.genAIClientInferenceUsageReasoningOutputTokens)
    }

    func record(
        _ usage: TokenUsage, of operation: OperationName, _ attributes: Attributes, _ context: GenAIContext
    ) {
        if operation == .embeddings {
            if let count = usage.inputTokens {
                embeddingsInput.record(count, attributes: attributes, context: context)
            }
            return
        }
        if let count = usage.inputTokens { input.record(count, attributes: attributes, context: context) }
        if let count = usage.outputTokens { output.record(count, attributes: attributes, context: context) }
        func add(_ total: Int?, image: Int? = nil, audio: Int? = nil, to counter: MetricCounter<Int>) {
            guard let total else { return }
            // The rest is usually text, but no field says so.
            let rest = max(0, total &- (image ?? 0) &- (audio ?? 0))
            for (modality, count) in [(TokenModality.unknown, rest), (.image, image), (.audio, audio)] {
                guard let count, count > 0 else { continue }
                var attributes = attributes
                attributes[.genAITokenModality] = modality
                counter.add(count, attributes: attributes, context: context)
            }
        }
        add(usage.inputTokens, image: usage.inputImageTokens, audio: usage.inputAudioTokens, to: inputUsage)
        add(usage.outputTokens, image: usage.outputImageTokens, audio: usage.outputAudioTokens, to: outputUsage)
        add(usage.cacheReadTokens, to: cacheReadUsage)
        add(usage.cacheWriteTokens, to: cacheWriteUsage)
        add(usage.reasoningTokens, to: reasoningUsage)
    }
}

extension MeterProvider.Meter {
    fileprivate func histogram<Value: MetricValue>(
        _ definition: MetricDefinition, of type: Value.Type = Value.self
    ) -> MetricHistogram<Value> {
        histogram(
            named: definition.name, unit: definition.unit, description: definition.description,
            bounds: definition.boundaries, of: type)
    }

    fileprivate func counter(_ definition: MetricDefinition) -> MetricCounter<Int> {
        counter(named: definition.name, unit: definition.unit, description: definition.description)
    }
}
