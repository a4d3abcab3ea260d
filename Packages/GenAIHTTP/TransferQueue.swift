// SPDX-License-Identifier: MIT

/// Which transfers may run at once, and which wait until a connection to their host is free.
///
/// Decides, and knows no network. libcurl can keep such a queue too, but up to 8.15 it forgets the transfer whose turn
/// it is when another one begins at the wrong moment, and then nothing wakes it.
struct TransferQueue<Transfer> {
    private struct Host {
        var runningCount = 0
        var waiting: [Int: Transfer] = [:]
        /// Numbers of those that wait in the order they came, among numbers of those that do no longer.
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

    /// The most transfers to run for one host; at least one.
    let limit: Int
    private var hosts: [String: Host] = [:]

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Takes a transfer, and gives it back if it is to begin now.
    mutating func add(_ transfer: Transfer, number: Int, host: String) -> Transfer? {
        guard hosts[host, default: Host()].runningCount < limit else {
            hosts[host]?.add(transfer, number: number)
            return nil
        }
        hosts[host, default: Host()].runningCount += 1
        return transfer
    }

    /// Notes that a transfer has ended which ran for this host, and gives the one to begin in its place.
    mutating func takeNext(afterOneOf host: String) -> Transfer? {
        if let next = hosts[host]?.takeNext() { return next }
        hosts[host]?.runningCount -= 1
        if hosts[host]?.runningCount == 0 { hosts[host] = nil }
        return nil
    }

    /// Takes out a transfer that waits.
    mutating func remove(_ number: Int) {
        for host in hosts.keys where hosts[host]?.take(number) != nil { return }
    }

    /// Takes out all that wait.
    mutating func removeAll() -> [Transfer] {
        defer { hosts = [:] }
        return hosts.values.flatMap(\.waiting.values)
    }
}
