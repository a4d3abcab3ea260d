// SPDX-License-Identifier: MIT
import GenAICore

/// Creates the streams of an instrument for one reader.
struct StreamFactory {
    let shared: MetricShared
    let scope: InstrumentationScope
    let reader: any MetricReader

    /// The properties of a stream to create.
    private struct Plan {
        var stream: StreamDescription
        var aggregation: MetricAggregation.Kind
    }

    func measuredStreams(for instrument: InstrumentDescriptor) -> [MetricStore] {
        plans(for: instrument).compactMap { plan in
            switch plan.aggregation {
            case .drop, .standard:
                return nil
            case .sum:
                return store(
                    plan,
                    SeriesAccumulator(
                        SumAccumulator(isMonotonic: instrument.kind.isMonotonic, zero: instrument.zero)))
            case .lastValue:
                return store(plan, SeriesAccumulator(LastValueAccumulator(zero: instrument.zero)))
            case .explicitBuckets(let bounds, let recordsMinMax):
                let layout = HistogramAccumulator.Layout(
                    bounds: self.bounds(bounds, for: instrument), recordsSum: instrument.kind.isMonotonic,
                    recordsMinMax: recordsMinMax)
                return store(plan, SeriesAccumulator(HistogramAccumulator(layout)))
            case .exponentialBuckets(let maxSize, let maxScale, let recordsMinMax):
                let layout = ExponentialAccumulator.Layout(
                    maxSize: maxSize, maxScale: maxScale, recordsSum: instrument.kind.isMonotonic,
                    recordsMinMax: recordsMinMax)
                return store(plan, SeriesAccumulator(ExponentialAccumulator(layout)))
            }
        }
    }

    func observedStreams(for instrument: InstrumentDescriptor) -> [ObservedStream] {
        plans(for: instrument).compactMap { plan in
            switch plan.aggregation {
            case .drop, .standard:
                return nil
            case .sum:
                return ObservedStream(plan.stream, isMonotonic: instrument.kind.isMonotonic, shared: shared)
            case .lastValue:
                return ObservedStream(plan.stream, isMonotonic: nil, shared: shared)
            case .explicitBuckets, .exponentialBuckets:
                Diagnostics.report(
                    .warning, "Meter", "\(instrument.name): observations cannot be counted in buckets; ignored")
                let isGauge = instrument.kind == .observableGauge
                return ObservedStream(
                    plan.stream, isMonotonic: isGauge ? nil : instrument.kind.isMonotonic, shared: shared)
            }
        }
    }

    private func store(_ plan: Plan, _ accumulator: SeriesAccumulator) -> MetricStore {
        MetricStore(plan.stream, accumulator, shared: shared)
    }

    private func plans(for instrument: InstrumentDescriptor) -> [Plan] {
        let matching = shared.views.filter { $0.selector.matches(instrument, scope: scope) }
        guard !matching.isEmpty else { return [plan(for: instrument, view: nil)] }
        return matching.map { plan(for: instrument, view: $0) }
    }

    private func plan(for instrument: InstrumentDescriptor, view: MetricView?) -> Plan {
        let stream = StreamDescription(
            name: name(for: instrument, view: view), description: view?.description ?? instrument.description,
            unit: instrument.unit, filter: view?.attributes, temporality: reader.temporality(for: instrument.kind),
            cardinalityLimit: max(1, view?.cardinalityLimit ?? shared.cardinalityLimit),
            byteLimit: shared.seriesByteLimit)
        var aggregation = view?.aggregation?.kind ?? .standard
        if aggregation == .standard { aggregation = reader.aggregation(for: instrument.kind).kind }
        if aggregation == .standard { aggregation = instrument.kind.standardAggregation }
        return Plan(stream: stream, aggregation: aggregation)
    }

    private func name(for instrument: InstrumentDescriptor, view: MetricView?) -> String {
        guard let view, let name = view.name else { return instrument.name }
        guard !view.selector.matchesManyNames else {
            Diagnostics.report(
                .warning, "MetricView", "the name \(name) is ignored: the view may match several instruments")
            return instrument.name
        }
        return name
    }

    private func bounds(_ asked: [Double]?, for instrument: InstrumentDescriptor) -> [Double] {
        for bounds in [asked, instrument.bounds].compactMap({ $0 }) {
            if let valid = validBounds(bounds) { return valid }
            Diagnostics.report(
                .warning, "Meter", "\(instrument.name): bucket bounds must be finite and ascending; they are ignored")
        }
        return MetricAggregation.defaultBounds
    }
}

extension InstrumentKind {
    /// The default aggregation.
    fileprivate var standardAggregation: MetricAggregation.Kind {
        switch kind {
        case .counter, .upDownCounter, .observableCounter, .observableUpDownCounter: .sum
        case .gauge, .observableGauge: .lastValue
        case .histogram: .explicitBuckets(bounds: nil, recordsMinMax: true)
        }
    }
}
