// SPDX-License-Identifier: MIT
import GenAICore

/// Counts values in buckets with explicit bounds. A value equal to a bound belongs to the bucket below it.
struct HistogramAccumulator: Sendable {
    /// The settings that all series share.
    struct Layout: Sendable {
        var bounds: [Double]
        /// False if values may be negative, because then the sum does not describe a rate.
        var recordsSum = true
        var recordsMinMax = true
    }

    private struct Cell {
        var count: UInt64 = 0
        var sum = 0.0
        var min = Double.infinity
        var max = -Double.infinity
    }

    let layout: Layout
    private var cells: [Cell] = []
    /// The bucket counts of all series, one series after the other.
    private var counts: [UInt64] = []

    init(_ layout: Layout) {
        self.layout = layout
    }

    private var bucketCount: Int { layout.bounds.count + 1 }

    mutating func appendSeries() {
        cells.append(Cell())
        counts.append(contentsOf: repeatElement(0, count: bucketCount))
    }

    /// Counts a value.
    ///
    /// - Returns: The bucket it belongs to.
    mutating func record(_ number: Double, series: Int) -> Int {
        let bucket = Self.bucket(of: number, bounds: layout.bounds)
        counts[series * bucketCount + bucket] &+= 1
        cells[series].count &+= 1
        cells[series].sum += number
        if number < cells[series].min { cells[series].min = number }
        if number > cells[series].max { cells[series].max = number }
        return bucket
    }

    /// Returns the first bucket whose upper bound is not below the value.
    static func bucket(of value: Double, bounds: [Double]) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if value <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }

    func emptied(capacity: Int) -> HistogramAccumulator {
        var empty = HistogramAccumulator(layout)
        empty.cells.reserveCapacity(capacity)
        empty.counts.reserveCapacity(capacity * bucketCount)
        return empty
    }

    /// Copies the storage that is shared with another copy.
    mutating func unshare() {
        cells = cells.map { $0 }
        counts = counts.map { $0 }
    }

    func content(_ frame: CollectionFrame, _ exemplars: [Int: [MetricExemplar]]) -> MetricData.Content {
        let points = frame.attributes.indices.map { series in
            let cell = cells[series]
            return HistogramPoint(
                attributes: frame.attributes[series], startNanoseconds: frame.start(of: series),
                nanoseconds: frame.nanoseconds, count: cell.count, sum: layout.recordsSum ? cell.sum : nil,
                min: layout.recordsMinMax ? cell.min : nil, max: layout.recordsMinMax ? cell.max : nil,
                bounds: layout.bounds, bucketCounts: Array(counts[series * bucketCount..<(series + 1) * bucketCount]),
                exemplars: exemplars[series] ?? [])
        }
        return .histogram(MetricHistogramData(points: points, temporality: frame.temporality))
    }
}
