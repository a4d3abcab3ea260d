// SPDX-License-Identifier: MIT
import CZlib
import GenAITelemetry
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The files of one process and signal. A lock keeps other processes out; it is released when the process ends, however
/// it ends.
final class SpoolDirectory: Sendable {
    /// The path, for messages.
    let path: String
    private let files: PrivateDirectory
    /// The descriptor that holds the lock; -1 after its release.
    private let lock: Mutex<Int32>

    private init(path: String, files: PrivateDirectory, lock: Int32) {
        self.path = path
        self.files = files
        self.lock = Mutex(lock)
    }

    deinit {
        release()
    }

    /// Releases the lock, so that another exporter, of this process or another, can adopt the files. Idempotent.
    func release() {
        lock.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    /// Locks the first directory that no other process uses, and adopts the files of all those that are no longer used.
    ///
    /// - Throws: ``ConfigurationError`` with code `unavailable` if other users could have put files there.
    static func claim(_ spool: DiskSpool, signal: OTLPSignal) throws(ConfigurationError) -> SpoolDirectory {
        func unavailable(_ advice: String) -> ConfigurationError {
            ConfigurationError(.unavailable, option: "spool.directory", value: spool.directory, advice: advice)
        }
        let base: PrivateDirectory
        do throws(PrivateDirectory.Refusal) {
            base = try PrivateDirectory(path: spool.directory)
        } catch {
            throw unavailable(error.advice)
        }
        let prefix = "\(signal.variable.lowercased())-"
        var refusal = "more than \(slotCount) processes use it"
        for slot in 0..<slotCount {
            let name = "\(prefix)\(slot)"
            let files: PrivateDirectory
            do throws(PrivateDirectory.Refusal) {
                files = try PrivateDirectory(name, in: base, creates: true)
            } catch {
                refusal = "\(name): \(error.advice)"
                continue
            }
            do throws(PrivateDirectory.Refusal) {
                guard let directory = try SpoolDirectory(locking: files, path: "\(spool.directory)/\(name)") else {
                    continue
                }
                directory.adoptAll(in: base, prefix: prefix, except: name)
                return directory
            } catch {
                // The next directory would fare no better.
                throw unavailable("\(name): \(error.advice)")
            }
        }
        throw unavailable(refusal)
    }

    /// The maximum number of processes that share a directory.
    private static let slotCount = 1_000

    private convenience init?(locking files: PrivateDirectory, path: String) throws(PrivateDirectory.Refusal) {
        guard let lock = try files.lock("lock") else { return nil }
        self.init(path: path, files: files, lock: lock)
    }

    /// Moves the files of all processes that have ended into this directory.
    private func adoptAll(in base: PrivateDirectory, prefix: String, except own: String) {
        for name in base.names() where name.hasPrefix(prefix) && name != own {
            guard Int(name.dropFirst(prefix.count)) != nil,
                let theirs = try? PrivateDirectory(name, in: base, creates: false),
                let abandoned = try? SpoolDirectory(locking: theirs, path: name)
            else { continue }
            for entry in abandoned.entries() { theirs.move(entry.name, to: files) }
        }
    }

    /// Returns the batches in the directory, the oldest first. Deletes files that a killed process had not finished
    /// writing.
    func entries() -> [SpoolEntry] {
        let entries = files.names().compactMap { name -> SpoolEntry? in
            if name.hasSuffix(".part") { files.delete(name) }
            return files.size(of: name).flatMap { SpoolEntry(name: name, byteCount: $0) }
        }
        return entries.sorted { $0.order < $1.order }
    }

    /// Writes a batch, as a whole or not at all.
    func write(_ bytes: [UInt8], as entry: SpoolEntry) -> Bool {
        files.write(bytes, to: entry.name)
    }

    /// Reads a batch, which is damaged too if its checksum is another.
    func read(_ entry: SpoolEntry) -> PrivateDirectory.Reading {
        let reading = files.read(entry.name, byteCount: entry.byteCount)
        if case .whole(let bytes) = reading, Self.checksum(bytes) != entry.checksum { return .damaged }
        return reading
    }

    func delete(_ entry: SpoolEntry) {
        files.delete(entry.name)
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, z_size_t($0.count)) })
    }
}
