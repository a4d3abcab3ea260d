// SPDX-License-Identifier: MIT

/// What has to be looked at when its time has come, for as long as it is not over.
///
/// The one timer of a transport serves all its exchanges from here. Decides, and knows no clock or lock.
struct DeadlineQueue<Element> {
    typealias Instant = ContinuousClock.Instant

    private struct Watched {
        var element: Element
        var instant: Instant
    }

    private var watched: [Int: Watched] = [:]
    /// The earliest first, among it some that are watched no longer or were moved. Exchanges have like limits, so a new
    /// one nearly always belongs at the end.
    private var order: [(instant: Instant, number: Int)] = []

    /// How many are watched.
    var count: Int { watched.count }
    /// How many places are held, those of removed ones included.
    var heldCount: Int { order.count }

    /// Sees to it that an element comes up at an instant; one that comes up earlier anyway stays as it is.
    mutating func watch(_ element: Element, number: Int, until instant: Instant?) {
        guard let instant else { return }
        if let known = watched[number], known.instant <= instant { return }
        watched[number] = Watched(element: element, instant: instant)
        order.insert((instant, number), at: place(of: instant))
    }

    /// Forgets an element, and gives its place back soon.
    mutating func remove(_ number: Int) {
        guard watched.removeValue(forKey: number) != nil, order.count > 2 * watched.count + 32 else { return }
        order = order.filter(isCurrent)
    }

    /// When to come back; `nil` if nothing is watched.
    mutating func next() -> Instant? {
        if let first = order.firstIndex(where: isCurrent), first > 0 { order.removeFirst(first) }
        if watched.isEmpty { order = [] }
        return order.first?.instant
    }

    /// Takes out all whose time has come.
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

    /// The place behind everything that is not later.
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
