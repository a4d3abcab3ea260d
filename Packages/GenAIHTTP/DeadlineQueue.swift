// SPDX-License-Identifier: MIT

/// Elements with deadlines, and the ones that are due.
///
/// Serves all exchanges of a transport with one timer. Pure: no clock and no lock.
struct DeadlineQueue<Element> {
    typealias Instant = ContinuousClock.Instant

    private struct Watched {
        var element: Element
        var instant: Instant
    }

    private var watched: [Int: Watched] = [:]
    /// Sorted by instant. May contain stale entries for elements that were removed or rescheduled. Exchanges have
    /// similar limits, so a new one nearly always belongs at the end.
    private var order: [(instant: Instant, number: Int)] = []

    /// The number of watched elements.
    var count: Int { watched.count }
    /// The number of entries, stale ones included.
    var heldCount: Int { order.count }

    /// Watches an element until an instant. An earlier deadline of the same element is kept.
    mutating func watch(_ element: Element, number: Int, until instant: Instant?) {
        guard let instant else { return }
        if let known = watched[number], known.instant <= instant { return }
        watched[number] = Watched(element: element, instant: instant)
        order.insert((instant, number), at: place(of: instant))
    }

    /// Stops watching an element. Its entry is freed soon after.
    mutating func remove(_ number: Int) {
        guard watched.removeValue(forKey: number) != nil, order.count > 2 * watched.count + 32 else { return }
        order = order.filter(isCurrent)
    }

    /// Returns the earliest deadline; `nil` if nothing is watched.
    mutating func next() -> Instant? {
        if let first = order.firstIndex(where: isCurrent), first > 0 { order.removeFirst(first) }
        if watched.isEmpty { order = [] }
        return order.first?.instant
    }

    /// Removes and returns all elements whose deadline has passed.
    mutating func takeDue(at now: Instant) -> [(number: Int, element: Element)] {
        let end = order.firstIndex { $0.instant > now } ?? order.endIndex
        var due: [(number: Int, element: Element)] = []
        for entry in order[..<end] where isCurrent(entry) {
            if let element = watched.removeValue(forKey: entry.number)?.element { due.append((entry.number, element)) }
        }
        order.removeFirst(end)
        return due
    }

    private func isCurrent(_ entry: (instant: Instant, number: Int)) -> Bool {
        watched[entry.number]?.instant == entry.instant
    }

    /// Returns the index after all entries that are not later.
    private func place(of instant: Instant) -> Int {
        guard let last = order.last, last.instant > instant else { return order.endIndex }
        var (low, high) = (order.startIndex, order.endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if order[middle].instant <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
