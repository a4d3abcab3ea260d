// SPDX-License-Identifier: MIT

/// The running transfers and those that wait for a connection to their host.
///
/// Pure: no network. libcurl has such a queue too, but up to 8.15 it can lose the transfer whose turn it is when
/// another one begins at the wrong moment, and then nothing wakes it.
struct TransferQueue<Transfer> {
    private struct Host {
        var runningCount = 0
        var waiting: [Int: Transfer] = [:]
        /// The numbers of waiting transfers in order of arrival, among stale numbers of removed ones.
        var order: [Int] = []
        var nextIndex = 0

        mutating func add(_ transfer: Transfer, number: Int) {
            waiting[number] = transfer
            order.append(number)
        }

        mutating func takeNext() -> Transfer? {
            while nextIndex < order.count {
                let number = order[nextIndex]
                nextIndex += 1
                if let transfer = take(number) { return transfer }
            }
            return nil
        }

        mutating func take(_ number: Int) -> Transfer? {
            guard let transfer = waiting.removeValue(forKey: number) else { return nil }
            if order.count > 2 * waiting.count + 32 {
                order = order[nextIndex...].filter { waiting[$0] != nil }
                nextIndex = 0
            }
            return transfer
        }
    }

    /// The maximum number of running transfers for one host; at least one.
    let limit: Int
    private var hosts: [String: Host] = [:]

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Adds a transfer, and returns it if it is to begin now.
    mutating func add(_ transfer: Transfer, number: Int, host: String) -> Transfer? {
        guard hosts[host, default: Host()].runningCount < limit else {
            hosts[host]?.add(transfer, number: number)
            return nil
        }
        hosts[host, default: Host()].runningCount += 1
        return transfer
    }

    /// Notes the end of a transfer for this host, and returns the next one to begin in its place.
    mutating func takeNext(afterOneOf host: String) -> Transfer? {
        if let next = hosts[host]?.takeNext() { return next }
        hosts[host]?.runningCount -= 1
        if hosts[host]?.runningCount == 0 { hosts[host] = nil }
        return nil
    }

    /// Removes a waiting transfer.
    mutating func remove(_ number: Int) {
        for host in hosts.keys where hosts[host]?.take(number) != nil { return }
    }

    /// Removes and returns all waiting transfers.
    mutating func removeAll() -> [Transfer] {
        defer { hosts = [:] }
        return hosts.values.flatMap(\.waiting.values)
    }
}
