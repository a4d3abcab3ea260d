// SPDX-License-Identifier: MIT
import CZlib
import GenAITelemetry

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The files of one process and signal. A lock, which ends with the process however it ends, keeps others out.
final class SpoolDirectory: Sendable {
    let path: String
    private let lock: Int32

    private init(path: String, lock: Int32) {
        self.path = path
        self.lock = lock
    }

    deinit {
        close(lock)
    }

    /// Takes the first directory that no other process uses, and the files of all others that none uses any more.
    static func claim(_ spool: DiskSpool, signal: OTLPSignal) throws(ConfigurationError) -> SpoolDirectory {
        let base = "\(spool.directory)/\(signal.variable.lowercased())"
        for slot in 0..<1_000 {
            let path = "\(base)-\(slot)"
            guard makeDirectory(path) else { break }
            guard let directory = SpoolDirectory(locking: path) else { continue }
            for other in (slot + 1)..<(slot + 64) { directory.adopt("\(base)-\(other)") }
            return directory
        }
        throw ConfigurationError(
            .unavailable, option: "spool.directory", value: spool.directory,
            advice: "no directory in it can be created, written and locked")
    }

    private convenience init?(locking path: String) {
        let descriptor = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.init(path: path, lock: descriptor)
    }

    private func adopt(_ other: String) {
        guard FileManager.default.fileExists(atPath: other), let abandoned = SpoolDirectory(locking: other)
        else { return }
        for entry in abandoned.entries() { rename("\(other)/\(entry.name)", "\(path)/\(entry.name)") }
    }

    private static func makeDirectory(_ path: String) -> Bool {
        if FileManager.default.fileExists(atPath: path) { return true }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return true
        } catch {
            return false
        }
    }

    /// The batches in the directory; deletes what a killed process had not finished writing.
    func entries() -> [SpoolEntry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { name in
            if name.hasSuffix(".part") { unlink("\(path)/\(name)") }
            var status = stat()
            guard stat("\(path)/\(name)", &status) == 0 else { return nil }
            return SpoolEntry(name: name, byteCount: Int(status.st_size))
        }
    }

    /// Writes a batch, as a whole or not at all.
    func write(_ bytes: [UInt8], as entry: SpoolEntry) -> Bool {
        let part = "\(path)/\(entry.name).part"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Darwin)
                let count = rest.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #elseif canImport(Glibc)
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #elseif canImport(Musl)
                let count = rest.withUnsafeBytes { Musl.write(descriptor, $0.baseAddress, $0.count) }
            #else
                let count = rest.withUnsafeBytes { Android.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        guard rest.isEmpty, rename(part, "\(path)/\(entry.name)") == 0 else {
            unlink(part)
            return false
        }
        return true
    }

    /// Reads a batch; `nil` when it is gone or damaged.
    func read(_ entry: SpoolEntry) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: "\(path)/\(entry.name)") else { return nil }
        let bytes = Array(data)
        return Self.checksum(bytes) == entry.checksum ? bytes : nil
    }

    func delete(_ entry: SpoolEntry) {
        unlink("\(path)/\(entry.name)")
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, z_size_t($0.count)) })
    }
}
