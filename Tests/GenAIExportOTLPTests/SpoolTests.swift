// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIHTTP
import GenAITelemetry
import GenAITelemetryTesting
import LoopbackServer
import Testing

@testable import GenAIExportOTLP

/// A directory of its own, which is deleted at the end.
final class TemporaryDirectory {
    let path = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)").path()

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The names of all batches below it, the oldest first.
    var batches: [String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.contains(".pb") }.sorted()
    }
}

/// A client with a spool whose waits end when the test moves the clock.
private func client(
    to url: String, _ directory: TemporaryDirectory, clock: ManualClock = ManualClock(),
    now: @escaping @Sendable () -> UnixNanoseconds = systemUnixNanoseconds,
    change: (inout DiskSpool) -> Void = { _ in }
) throws -> OTLPClient<SpanData> {
    var disk = DiskSpool(directory: directory.path)
    change(&disk)
    let settings = try OTLPSettings(
        OTLPConfiguration(endpoint: url), signal: .traces, environment: TelemetryEnvironment([:]))
    return OTLPClient(
        settings: settings, transport: makeDefaultTransport(), clock: clock,
        jitter: { 1 }, spool: try Spool(disk, signal: .traces, clock: clock, now: now, jitter: { 1 }))
}

private func span(_ name: String) -> SpanData { GoldenVectors.span(name, attributes: [:]) }

extension LoopbackServer {
    /// The names of the spans in the requests, in order.
    fileprivate func names(skipping count: Int) throws -> [[String]] {
        try requests.dropFirst(count).map { try spanNames($0.body) }
    }
}

@Suite("Disk spool", .timeLimit(.minutes(1)))
struct SpoolTests {
    private let directory = TemporaryDirectory()
    private let clock = ManualClock()

    @Test("keeps what the server cannot take, and sends it once when it can, the oldest first")
    func outage() async throws {
        let server = try LoopbackServer(replies: [.text(503, "away"), .accepted])
        let client = try client(to: server.url, directory, clock: clock)
        for name in ["1", "2", "3"] { try await client.export([span(name)]) }
        #expect(server.requests.count == 1, "the server is known to be away after the first batch")
        #expect(client.statistics.waitingOnDisk == 3)
        #expect(directory.batches.count == 3)
        await clock.waitForSleeper(dueIn: .seconds(1))
        clock.advance(by: .seconds(1))
        await server.waitForRequests(4)
        try await client.forceFlush()
        #expect(try server.names(skipping: 1) == [["1"], ["2"], ["3"]])
        #expect(client.statistics.delivered == 3 && client.statistics.waitingOnDisk == 0)
        #expect(directory.batches.isEmpty)
        try await client.export([span("4")])
        #expect(try server.names(skipping: 4) == [["4"]])
    }

    @Test("sends new batches beside the old ones once the server is back")
    func newData() async throws {
        let gate = LoopbackServer.Gate()
        let server = try LoopbackServer { request in
            switch request.index {
            case 0: .text(503, "away")
            case 2: LoopbackServer.Reply([.wait(gate)] + LoopbackServer.Reply.accepted.steps)
            default: .accepted
            }
        }
        let client = try client(to: server.url, directory, clock: clock)
        for name in ["1", "2", "3"] { try await client.export([span(name)]) }
        await clock.waitForSleeper(dueIn: .seconds(1))
        clock.advance(by: .seconds(1))
        await server.waitForRequests(3)  // the second batch from the disk now waits for its answer
        try await client.export([span("new")])
        #expect(try spanNames(server.requests[3].body) == ["new"])
        #expect(client.statistics.waitingOnDisk == 2)
        gate.open()
        try await client.forceFlush()
        #expect(client.statistics.delivered == 4)
    }

    @Test("waits longer after each failure, and as long as Retry-After says")
    func waits() async throws {
        let server = try LoopbackServer(replies: [
            .text(503, "away"), .text(503, "away"), .text(503, "away", headers: [("Retry-After", "300")]), .accepted,
        ])
        let client = try client(to: server.url, directory, clock: clock)
        try await client.export([span("1")])
        for seconds in [1, 2, 300] {
            await clock.waitForSleeper(dueIn: .seconds(seconds))
            clock.advance(by: .seconds(seconds))
        }
        await server.waitForRequests(4)
        try await client.forceFlush()
        #expect(client.statistics.delivered == 1)
    }

    @Test("looks soon whether the server is back, however long it asked to be left alone")
    func absurdRetryAfter() async throws {
        let server = try LoopbackServer(replies: [
            .text(503, "away", headers: [("Retry-After", "999999999999999999999")]),
            .text(429, "away", headers: [("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")]), .accepted,
        ])
        let client = try client(to: server.url, directory, clock: clock)
        try await client.export([span("1")])
        for seconds in [300, 300] {
            await clock.waitForSleeper(dueIn: .seconds(seconds))
            clock.advance(by: .seconds(seconds))
        }
        await server.waitForRequests(3)
        try await client.forceFlush()
        #expect(client.statistics.delivered == 1)
    }

    @Test("leaves its files to the next process, which sends them first")
    func restart() async throws {
        do {
            let client = try client(to: try LoopbackServer.refusedURL(), directory, clock: clock)
            for name in ["1", "2"] { try await client.export([span(name)]) }
            await client.shutdown()
        }
        #expect(directory.batches.count == 2)
        let server = try LoopbackServer(replies: [.accepted])
        let client = try client(to: server.url, directory, clock: clock)
        await server.waitForRequests(2)
        try await client.forceFlush()
        #expect(try server.names(skipping: 0) == [["1"], ["2"]])
        #expect(directory.batches.isEmpty)
    }

    @Test("leaves its files to the next exporter of the same process once it is shut down")
    func releasedAtShutdown() async throws {
        let first = try client(to: try LoopbackServer.refusedURL(), directory, clock: clock)
        try await first.export([span("1")])
        await first.shutdown()
        let server = try LoopbackServer(replies: [.accepted])
        let second = try client(to: server.url, directory, clock: clock)
        try await second.forceFlush()
        #expect(try server.names(skipping: 0) == [["1"]])
        await first.shutdown()
    }

    @Test("leaves its files to the next exporter when it is released without a shutdown, however long it was to wait")
    func released() async throws {
        let url = try LoopbackServer.refusedURL()
        do {
            let client = try client(to: url, directory, clock: clock)
            try await client.export([span("1")])
            await clock.waitForSleeper(dueIn: .seconds(1))
        }
        var found = 0
        while found == 0 {
            let next = try client(to: url, directory, clock: clock)
            found = next.statistics.waitingOnDisk
            await next.shutdown()
        }
        #expect(found == 1)
    }

    @Test("does not send the files of a process that lives, and adopts those of one that died")
    func neighbours() async throws {
        var neighbour: Spool? = try Spool(DiskSpool(directory: directory.path), signal: .traces, clock: clock)
        var encoder = RequestEncoder()
        let settings = try OTLPSettings(
            OTLPConfiguration(), signal: .traces, environment: TelemetryEnvironment([:]))
        let encoded = encoder.body(of: [span("theirs")][...], settings: settings)
        let body = try #require(encoded)
        #expect(neighbour?.keep(body, encoding: .protobuf, weight: 1) == true)
        let server = try LoopbackServer(replies: [.accepted])
        do {
            let client = try client(to: server.url, directory, clock: clock)
            try await client.forceFlush()
            #expect(client.statistics.waitingOnDisk == 0)
            #expect(server.requests.isEmpty)
            await client.shutdown()
        }
        withExtendedLifetime(neighbour) {}
        neighbour = nil  // the lock ends, as it does with a killed process
        let client = try client(to: server.url, directory, clock: clock)
        await server.waitForRequests(1)
        try await client.forceFlush()
        #expect(try server.names(skipping: 0) == [["theirs"]])
    }

    @Test("adopts the files of a process that died in a later slot")
    func adoption() async throws {
        let disk = DiskSpool(directory: directory.path)
        do {
            let first = try Spool(disk, signal: .traces, clock: clock)
            let second = try Spool(disk, signal: .traces, clock: clock)
            let body = RequestEncoder.Body(bytes: [1, 2, 3], isCompressed: false)
            #expect(second.keep(body, encoding: .protobuf, weight: 7))
            withExtendedLifetime(first) {}
        }
        #expect(try Spool(disk, signal: .traces, clock: clock).waitingWeight == 7)
    }

    @Test("deletes the oldest when full, counts them, and keeps the account of all items right")
    func full() async throws {
        let url = try LoopbackServer.refusedURL()
        let client = try client(to: url, directory, clock: clock, change: { $0.maximumBytes = 2_000 })
        for name in 0..<40 { try await client.export([span("\(name)")]) }
        let statistics = client.statistics
        #expect(statistics.failed > 0 && statistics.waitingOnDisk > 0)
        #expect(statistics.failed + statistics.waitingOnDisk == 40)
        #expect(directory.batches.count == statistics.waitingOnDisk)
        let error = try await failure(client, spans(1, contentBytes: 5_000))
        #expect(error.code == .unavailable)
        #expect(client.statistics.failed + client.statistics.waitingOnDisk == 41)
    }

    @Test("deletes what is too old without sending it")
    func age() async throws {
        do {
            let client = try client(to: try LoopbackServer.refusedURL(), directory, clock: clock, now: { 1 })
            try await client.export([span("old")])
            await client.shutdown()
        }
        let server = try LoopbackServer(replies: [.accepted])
        let client = try client(to: server.url, directory, clock: clock)
        try await client.forceFlush()
        #expect(server.requests.isEmpty)
        #expect(client.statistics.failed == 1)
        #expect(directory.batches.isEmpty)
    }

    @Test("drops a damaged file and sends the others")
    func damage() async throws {
        do {
            let client = try client(to: try LoopbackServer.refusedURL(), directory, clock: clock)
            for name in ["1", "2"] { try await client.export([span(name)]) }
            await client.shutdown()
        }
        let victim = try #require(directory.batches.first)
        try Data([1, 2, 3]).write(to: URL(filePath: directory.path + "/" + victim))
        let server = try LoopbackServer(replies: [.accepted])
        let client = try client(to: server.url, directory, clock: clock)
        await server.waitForRequests(1)
        try await client.forceFlush()
        #expect(try server.names(skipping: 0) == [["2"]])
        #expect(client.statistics.failed == 1 && client.statistics.delivered == 1)
    }

    @Test("keeps what cannot be read now, and sends it later", .enabled(if: geteuid() != 0, "root reads everything"))
    func unreadable() async throws {
        do {
            let client = try client(to: try LoopbackServer.refusedURL(), directory, clock: clock)
            try await client.export([span("1")])
            await client.shutdown()
        }
        let path = directory.path + "/" + (try #require(directory.batches.first))
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        let server = try LoopbackServer(replies: [.accepted])
        let client = try client(to: server.url, directory, clock: clock)
        await #expect(throws: ExportError.self) { try await client.forceFlush() }
        #expect(client.statistics.failed == 0 && server.requests.isEmpty)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try await client.forceFlush()
        #expect(try server.names(skipping: 0) == [["1"]])
    }

    @Test("drops what the server refuses, and goes on with the next")
    func refusal() async throws {
        let server = try LoopbackServer(replies: [.text(503, "away"), .text(400, "nonsense"), .accepted])
        let client = try client(to: server.url, directory, clock: clock)
        for name in ["1", "2"] { try await client.export([span(name)]) }
        try await client.forceFlush()
        #expect(client.statistics.rejected == 1 && client.statistics.delivered == 1)
        #expect(directory.batches.isEmpty)
    }

    @Test("a flush tries at once, and says when the server is still away")
    func flush() async throws {
        let server = try LoopbackServer(replies: [.text(503, "away"), .text(503, "away"), .accepted])
        let client = try client(to: server.url, directory, clock: clock)
        try await client.export([span("1")])
        await #expect(throws: ExportError.self) { try await client.forceFlush() }
        #expect(server.requests.count == 2)
        try await client.forceFlush()
        #expect(client.statistics.delivered == 1)
    }

    @Test("keeps an export that is cancelled")
    func cancelled() async throws {
        let server = try LoopbackServer(replies: [.hang])
        let client = try client(to: server.url, directory, clock: clock)
        let export = Task { try await client.export([span("1")]) }
        await server.waitForRequests(1)
        export.cancel()
        try await export.value
        #expect(client.statistics.waitingOnDisk == 1)
        await client.shutdown()
        #expect(directory.batches.count == 1)
    }

    @Test("takes nothing after its shutdown")
    func shutdown() async throws {
        let client = try client(to: try LoopbackServer.refusedURL(), directory, clock: clock)
        try await client.export([span("1")])
        await client.shutdown()
        #expect(try await failure(client, [span("2")]).code == .shutDown)
        #expect(directory.batches.count == 1)
    }

    @Test("lets only the user read its files")
    func permissions() async throws {
        let client = try client(to: try LoopbackServer.refusedURL(), directory, clock: clock)
        try await client.export([span("1")])
        let batch = try #require(directory.batches.first)
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path + "/" + batch)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let folder = try FileManager.default.attributesOfItem(atPath: directory.path + "/traces-0")
        #expect(folder[.posixPermissions] as? Int == 0o700)
    }

    @Test("refuses a directory that cannot be used")
    func badDirectory() {
        #expect(throws: ConfigurationError.self) {
            var configuration = OTLPConfiguration()
            configuration.spool = DiskSpool(directory: "/proc/no/such/place")
            _ = try OTLPSpanExporter(configuration, environment: TelemetryEnvironment([:]))
        }
    }
}

@Suite("Spool index")
struct SpoolIndexTests {
    private func entry(_ age: UInt64, bytes: Int = 10, sequence: UInt64 = 1) -> SpoolEntry {
        SpoolEntry(
            createdNanoseconds: age, sequence: sequence, weight: 2, checksum: 0xAB, encoding: .protobuf,
            isCompressed: true, byteCount: bytes)
    }

    private func index(bytes: Int = 30, seconds: Int = 100) -> SpoolIndex {
        var spool = DiskSpool(directory: "")
        spool.maximumBytes = bytes
        spool.maximumAge = .seconds(seconds)
        return SpoolIndex(spool)
    }

    @Test("finds on the disk no more than it may keep, and keeps the newest")
    func found() {
        var index = index()
        let found = (1...5).map { entry(UInt64($0)) } + [entry(6, bytes: .max)]
        #expect(Set(index.insert(found: found)) == [entry(1), entry(2), entry(6, bytes: .max)])
        #expect(index.entries == [entry(3), entry(4), entry(5)])
        #expect(index.byteCount == 30 && index.weight == 6)
    }

    @Test("bears any configuration")
    func extremes() {
        var index = index(bytes: .max, seconds: .max)
        let huge = (0..<10).map { entry(UInt64($0), bytes: SpoolEntry.largest) }
        _ = index.insert(found: huge)
        #expect(index.expire(at: .max).isEmpty)
        index = self.index(bytes: .min, seconds: .min)
        #expect(index.insert(found: huge).count == 10)
    }

    @Test("bounds the number of files, however small they are")
    func count() {
        var index = index(bytes: .max)
        let found = (0..<SpoolIndex.maximumCount + 5).map { entry(UInt64($0), bytes: 0) }
        #expect(index.insert(found: found).count == 5)
        #expect(index.insert(entry(.max, bytes: 0)).count == 1)
    }

    @Test("gives out the oldest first, in whatever order they came")
    func order() {
        var index = index()
        for age in [5, 1, 3] as [UInt64] { #expect(index.insert(entry(age)).isEmpty) }
        var ages: [UInt64] = []
        while let oldest = index.beginSending() {
            ages.append(oldest.createdNanoseconds)
            index.endSending(removing: true)
        }
        #expect(ages == [1, 3, 5])
        #expect(index.byteCount == 0 && index.weight == 0)
    }

    @Test("makes room by the oldest, but neither by the one being sent nor by the newcomer")
    func eviction() {
        var index = index()
        for age in [1, 2, 3] as [UInt64] { _ = index.insert(entry(age)) }
        #expect(index.beginSending() == entry(1))
        #expect(index.insert(entry(4)) == [entry(2)])
        index.endSending(removing: false)
        #expect(index.insert(entry(0, sequence: 2)) == [entry(1)])
        #expect(index.byteCount == 30 && index.weight == 6)
    }

    @Test("expires by age, clocks that were set back included")
    func expiry() {
        var index = index(seconds: 1)
        for age in [1, 2_000_000_000] as [UInt64] { _ = index.insert(entry(age)) }
        #expect(index.expire(at: 0).isEmpty)
        #expect(index.expire(at: 1_000_000_002) == [entry(1)])
        #expect(index.entries == [entry(2_000_000_000)])
    }

    @Test("names say everything and sort by age")
    func names() {
        let entries = [entry(9), entry(10), entry(1_700_000_000_000_000_000, sequence: 2)]
        #expect(entries.map(\.name) == entries.map(\.name).sorted())
        for entry in entries { #expect(SpoolEntry(name: entry.name, byteCount: 10) == entry) }
    }

    @Test(
        "other files are left alone",
        arguments: [
            "lock", "notes.txt", "1-2-3-4.pb", "", ".pb", "00000000000000000009-00000001--2-000000ab.pb.gz",
            "00000000000000000009-00000001-9223372036854775807-000000ab.pb",
        ])
    func foreign(name: String) {
        #expect(SpoolEntry(name: name, byteCount: 1) == nil)
    }

    @Test("a file of a size that nobody can have is left alone")
    func size() {
        #expect(SpoolEntry(name: entry(1).name, byteCount: .max) == nil)
    }
}
