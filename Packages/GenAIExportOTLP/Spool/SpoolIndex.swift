// SPDX-License-Identifier: MIT

/// The properties of a spooled batch that are encoded in its file name.
struct SpoolEntry: Hashable {
    var createdNanoseconds: UInt64
    /// Distinguishes entries of the same nanosecond.
    var sequence: UInt64
    /// The number of items in the batch.
    var weight: Int
    var checksum: UInt32
    var encoding: BodyEncoding
    var isCompressed: Bool
    var byteCount: Int

    /// The file name. Names sort in the order in which the batches were stored.
    var name: String {
        let kind = (encoding == .protobuf ? "pb" : "json") + (isCompressed ? ".gz" : "")
        let sum = padded(String(checksum, radix: 16), to: 8)
        return "\(padded("\(createdNanoseconds)", to: 20))-\(padded("\(sequence)", to: 8))-\(weight)-\(sum).\(kind)"
    }
}

extension SpoolEntry {
    // Far above the weights that this package writes, and low enough that sums cannot overflow.
    private static let heaviest = 1 << 24
    static let largest = Int(clamping: Int64(1) << 40)

    /// Parses a file name; `nil` for files that are not the spool's.
    init?(name: String, byteCount: Int) {
        let parts = name.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let fields = parts[0].split(separator: "-")
        guard fields.count == 4, let created = UInt64(fields[0]), let sequence = UInt64(fields[1]),
            let weight = Int(fields[2]), 0...Self.heaviest ~= weight, 0...Self.largest ~= byteCount,
            let checksum = UInt32(fields[3], radix: 16)
        else { return nil }
        self.init(
            createdNanoseconds: created, sequence: sequence, weight: weight, checksum: checksum,
            encoding: parts[1].hasPrefix("pb") ? .protobuf : .json, isCompressed: parts[1].hasSuffix(".gz"),
            byteCount: byteCount)
        guard self.name == name else { return nil }
    }
}

private func padded(_ digits: String, to width: Int) -> String {
    String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// The batches on the disk, and the decisions which ones to delete. Pure: no file and no clock.
struct SpoolIndex {
    /// The maximum number of files, however small they are.
    static let maximumCount = 65_536

    private let maximumBytes: Int
    private let maximumAgeNanoseconds: UInt64
    /// The oldest first.
    private(set) var entries: [SpoolEntry] = []
    private(set) var byteCount = 0
    /// The number of items in the entries.
    private(set) var weight = 0
    /// The entry being sent, which does not expire and is not displaced meanwhile.
    private var sending: SpoolEntry?

    init(_ spool: DiskSpool) {
        maximumBytes = min(max(0, spool.maximumBytes), SpoolEntry.largest)
        let seconds = UInt64(max(0, spool.maximumAge.components.seconds))
        let (nanoseconds, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        maximumAgeNanoseconds = overflows ? .max : nanoseconds
    }

    /// Adds the batches found on the disk, the oldest first, and returns those that exceed the limits.
    mutating func insert(found: [SpoolEntry]) -> [SpoolEntry] {
        var kept: [SpoolEntry] = []
        var evicted: [SpoolEntry] = []
        for entry in found.reversed() {
            let fits = entry.byteCount <= maximumBytes - byteCount && entry.weight <= Int.max - weight
            guard fits, kept.count < Self.maximumCount else {
                evicted.append(entry)
                continue
            }
            kept.append(entry)
            byteCount += entry.byteCount
            weight += entry.weight
        }
        entries = kept.reversed()
        return evicted
    }

    /// Returns whether a batch can be stored at all.
    func fits(_ byteCount: Int) -> Bool { byteCount <= maximumBytes }

    /// Adds a batch, and returns the oldest ones that must be deleted for it.
    mutating func insert(_ entry: SpoolEntry) -> [SpoolEntry] {
        let place = entries.lastIndex { $0.order < entry.order }.map { $0 + 1 } ?? 0
        entries.insert(entry, at: place)
        byteCount += entry.byteCount
        weight += entry.weight
        var evicted: [SpoolEntry] = []
        while byteCount > maximumBytes || entries.count > Self.maximumCount,
            let oldest = entries.first(where: { $0 != sending && $0 != entry })
        {
            remove(oldest)
            evicted.append(oldest)
        }
        return evicted
    }

    /// Removes and returns the batches that are too old.
    mutating func expire(at now: UInt64) -> [SpoolEntry] {
        let expired = entries.filter {
            $0 != sending && now > $0.createdNanoseconds && now - $0.createdNanoseconds > maximumAgeNanoseconds
        }
        for entry in expired { remove(entry) }
        return expired
    }

    /// Returns the oldest batch and marks it as being sent.
    mutating func beginSending() -> SpoolEntry? {
        sending = entries.first
        return sending
    }

    /// Ends the sending of the current batch, which is removed or stays for another attempt.
    mutating func endSending(removing: Bool) {
        if removing, let sending { remove(sending) }
        sending = nil
    }

    private mutating func remove(_ entry: SpoolEntry) {
        guard let place = entries.firstIndex(of: entry) else { return }
        entries.remove(at: place)
        byteCount -= entry.byteCount
        weight -= entry.weight
    }
}

extension SpoolEntry {
    var order: (UInt64, UInt64) { (createdNanoseconds, sequence) }
}
