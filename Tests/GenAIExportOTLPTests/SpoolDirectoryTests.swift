// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Testing

@testable import GenAIExportOTLP

/// Files that other users may have put into the spool's directory.
@Suite("Spool directory")
struct SpoolDirectoryTests {
    private let directory = TemporaryDirectory()
    private let bytes: [UInt8] = [1, 2, 3]

    private func spool() throws -> Spool {
        try Spool(DiskSpool(directory: directory.path), signal: .traces, clock: ContinuousClock())
    }

    private func create(_ path: String = "", permissions: Int = 0o700) throws {
        try FileManager.default.createDirectory(
            atPath: directory.path + path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: permissions])
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: directory.path + path)
    }

    private func entry(weight: Int = 7, sequence: UInt64 = 1) -> SpoolEntry {
        SpoolEntry(
            createdNanoseconds: systemUnixNanoseconds(), sequence: sequence, weight: weight,
            checksum: SpoolDirectory.checksum(bytes), encoding: .protobuf, isCompressed: false,
            byteCount: bytes.count)
    }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("is refused where others can write, and the error says what to do", arguments: [0o777, 0o770, 0o722, 0o1777])
    func writable(mode: Int) throws {
        try create(permissions: mode)
        let error = try #require(throws: ConfigurationError.self) { try spool() }
        #expect(error.code == .unavailable && error.value == directory.path)
        #expect(error.advice.contains("chmod 700"))
    }

    @Test("is refused behind a link, also with a slash at the end", arguments: ["", "/"])
    func link(tail: String) throws {
        try create("-target")
        defer { try? FileManager.default.removeItem(atPath: directory.path + "-target") }
        try FileManager.default.createSymbolicLink(
            atPath: directory.path, withDestinationPath: directory.path + "-target")
        let error = try #require(throws: ConfigurationError.self) {
            try Spool(DiskSpool(directory: directory.path + tail), signal: .traces, clock: ContinuousClock())
        }
        #expect(error.advice.contains("link"))
    }

    @Test("is refused when it is another user's", .enabled(if: geteuid() == 0, "only root can give directories away"))
    func foreignOwner() throws {
        try create()
        try #require(chown(directory.path, 12_345, 12_345) == 0)
        let error = try #require(throws: ConfigurationError.self) { try spool() }
        #expect(error.advice.contains("another user"))
    }

    @Test("inside which one was planted is passed over, and nothing planted is sent")
    func plantedDirectory() throws {
        try create()
        try create("/traces-0", permissions: 0o777)
        let planted = directory.path + "/traces-0/" + entry().name
        try Data(bytes).write(to: URL(filePath: planted))
        #expect(try spool().waitingWeight == 0)
        #expect(FileManager.default.fileExists(atPath: planted))
    }

    @Test("sends no link and nothing but plain files")
    func plantedFiles() throws {
        try create("/traces-0")
        let secret = directory.path + "/secret"
        try Data(bytes).write(to: URL(filePath: secret))
        let place = directory.path + "/traces-0/"
        try FileManager.default.createSymbolicLink(atPath: place + entry().name, withDestinationPath: secret)
        #expect(mkfifo(place + entry(sequence: 2).name, 0o600) == 0)
        try create("/traces-0/" + entry(sequence: 3).name)
        #expect(try spool().waitingWeight == 0)
    }

    @Test("bears names that claim any weight, and files of any size")
    func absurdClaims() throws {
        try create("/traces-0")
        for sequence in 1...3 as ClosedRange<UInt64> {
            let path = directory.path + "/traces-0/" + entry(weight: .max, sequence: sequence).name
            try Data(bytes).write(to: URL(filePath: path))
            let sparse = directory.path + "/traces-0/" + entry(weight: 1 << 24, sequence: sequence).name
            try Data(bytes).write(to: URL(filePath: sparse))
            #expect(truncate(sparse, 1 << 42) == 0)
        }
        #expect(try spool().waitingWeight == 0)
    }

    @Test("takes over the files of all processes that ended, however many there were")
    func manyProcesses() throws {
        for slot in [1, 63, 64, 65, 200, 5_000] {
            try create("/traces-\(slot)")
            let path = directory.path + "/traces-\(slot)/" + entry(weight: 1, sequence: UInt64(slot)).name
            try Data(bytes).write(to: URL(filePath: path))
        }
        #expect(try spool().waitingWeight == 6)
    }

    @Test("makes what it creates readable for the user alone, parents included")
    func created() throws {
        defer { withExtendedLifetime(directory) {} }
        let spool = try Spool(DiskSpool(directory: directory.path + "/a/b"), signal: .logs, clock: ContinuousClock())
        withExtendedLifetime(spool) {}
        for path in ["", "/a", "/a/b", "/a/b/logs-0"] { #expect(try permissions(directory.path + path) == 0o700) }
    }

    @Test("an exporter's file and the directories it creates for it are readable for the user alone")
    func exporterFile() async throws {
        let path = directory.path + "/deep/down/spans.jsonl"
        let exporter = try OTLPFileExporter(path: path)
        try await exporter.export(spans(1))
        await exporter.shutdown()
        #expect(try permissions(path) == 0o600)
        #expect(try permissions(directory.path + "/deep") == 0o700)
    }

    @Test("a pipe that nobody reads is an error and stops nobody")
    func pipe() throws {
        try create()
        #expect(mkfifo(directory.path + "/pipe", 0o600) == 0)
        #expect(throws: ConfigurationError.self) { try OTLPFileExporter(path: directory.path + "/pipe") }
    }
}
