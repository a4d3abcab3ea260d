// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// What there is to measure about a call that is over.
struct CallMeasurements: Sendable {
    /// What the call did.
    var operation: OperationName
    /// What distinguishes the series.
    var attributes: Attributes
    /// The `error.type` of a call that failed.
    var errorType: String?
    /// From the request to the end of the answer.
    var seconds: Double
    /// From the request to the first chunk of a stream.
    var secondsToFirstChunk: Double?
    /// Between one chunk of a stream and the next.
    var secondsPerChunk: [Double] = []
    /// What the call used up.
    var usage: TokenUsage?
}

/// The instruments of one generation of the conventions.
///
/// The metrics of chunks came with the latest generation; the unreleased one renames all of them.
struct CallInstruments: Sendable {
    private let duration: MetricHistogram<Double>
    private let embeddingsDuration: MetricHistogram<Double>
    private let timeToFirstChunk: MetricHistogram<Double>?
    private let timePerChunk: MetricHistogram<Double>?
    private let tokens: any TokenInstruments

    init(_ meter: Meter, _ conventions: GenAIConventions) {
        if conventions == .development {
            duration = meter.histogram(.genAIClientInferenceDuration)
            embeddingsDuration = meter.histogram(.genAIClientEmbeddingsDuration)
            timeToFirstChunk = meter.histogram(.genAIClientInferenceTimeToFirstChunk)
            timePerChunk = meter.histogram(.genAIClientInferenceTimePerOutputChunk)
            tokens = TokenCounters(meter)
        } else {
            let isLatest = conventions >= .latest
            duration = meter.histogram(.genAIClientOperationDuration)
            embeddingsDuration = duration
            timeToFirstChunk = isLatest ? meter.histogram(.genAIClientOperationTimeToFirstChunk) : nil
            timePerChunk = isLatest ? meter.histogram(.genAIClientOperationTimePerOutputChunk) : nil
            tokens = TokenHistogram(usage: meter.histogram(.genAIClientTokenUsage, of: Int.self))
        }
    }

    /// Whether anyone collects.
    var isEnabled: Bool { duration.isEnabled }

    /// Whether the time of each chunk is wanted.
    var measuresChunks: Bool { timePerChunk != nil }

    /// Records one call.
    func record(_ call: CallMeasurements, context: GenAIContext) {
        var attributes = call.attributes
        if let usage = call.usage { tokens.record(usage, of: call.operation, attributes, context) }
        if let seconds = call.secondsToFirstChunk {
            timeToFirstChunk?.record(seconds, attributes: attributes, context: context)
        }
        if !call.secondsPerChunk.isEmpty, let timePerChunk = timePerChunk?.bound(to: attributes) {
            for seconds in call.secondsPerChunk { timePerChunk.record(seconds, context: context) }
        }
        attributes[.errorType] = call.errorType
        let histogram = call.operation == .embeddings ? embeddingsDuration : duration
        histogram.record(call.seconds, attributes: attributes, context: context)
    }
}

/// Measures tokens. The generations differ in the kind of instrument.
private protocol TokenInstruments: Sendable {
    func record(
        _ usage: TokenUsage, of operation: OperationName, _ attributes: Attributes, _ context: GenAIContext)
}

/// One histogram for both directions, as released.
private struct TokenHistogram: TokenInstruments {
    let usage: MetricHistogram<Int>

    func record(
        _ usage: TokenUsage, of operation: OperationName, _ attributes: Attributes, _ context: GenAIContext
    ) {
        var attributes = attributes
        for (type, count) in [(TokenType.input, usage.inputTokens), (.output, usage.outputTokens)] {
            guard let count else { continue }
            attributes[.genAITokenType] = type
            self.usage.record(count, attributes: attributes, context: context)
        }
    }
}

/// A histogram per direction and a counter per kind of token, as unreleased.
private struct TokenCounters: TokenInstruments {
    private let input: MetricHistogram<Int>
    private let output: MetricHistogram<Int>
    private let embeddingsInput: MetricHistogram<Int>
    private let inputUsage: MetricCounter<Int>
    private let outputUsage: MetricCounter<Int>
    private let cacheReadUsage: MetricCounter<Int>
    private let cacheWriteUsage: MetricCounter<Int>
    private let reasoningUsage: MetricCounter<Int>

    init(_ meter: Meter) {
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
            // What is left is text as a rule; nothing says so.
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

/// Keeps a client's instruments, which are not looked up for each call.
final class InstrumentCache: Sendable {
    private struct Entry {
        let provider: MeterProvider
        let conventions: GenAIConventions
        let instruments: CallInstruments
    }

    private let last = Mutex<Entry?>(nil)

    /// The instruments, or `nil` where nobody collects.
    func instruments(of provider: MeterProvider, _ conventions: GenAIConventions) -> CallInstruments? {
        let known = last.withLock { last in
            last.flatMap { $0.provider === provider && $0.conventions == conventions ? $0.instruments : nil }
        }
        if let known { return known.isEnabled ? known : nil }
        let instruments = CallInstruments(provider.meter(named: InstrumentationScope.openAIClient.name), conventions)
        guard instruments.isEnabled else { return nil }
        last.withLock { $0 = Entry(provider: provider, conventions: conventions, instruments: instruments) }
        return instruments
    }
}

extension Meter {
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
