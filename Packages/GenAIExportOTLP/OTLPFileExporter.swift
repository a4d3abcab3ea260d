// SPDX-License-Identifier: MIT
import GenAICore
public import GenAITelemetry
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

/// Appends OTLP/JSON to a file. Each export request is one line, in the format that collectors read.
///
/// Accepts all three signals. One exporter can serve several pipelines, whose lines are then mixed; the last of them that is
/// shut down closes the file. The exporting thread writes a batch as a whole or not at all: after an error, the file is
/// truncated to the last complete line. The file is neither rotated nor limited in size. It contains prompts and
/// completions if those are recorded. Therefore only the user can read the file and the parent directories that the
/// exporter creates; the permissions of an existing file stay as they are.
///
/// Source: OpenTelemetry protocol file exporter specification, JSON lines.
public final class OTLPFileExporter: SpanExporter, LogRecordExporter, MetricExporter {
    private let path: String
    /// `nil` after the shutdown.
    private let file: Mutex<Int32?>

    /// Opens the file for appending, and creates it if it does not exist.
    ///
    /// - Throws: `ConfigurationError` with code `unavailable` if the file cannot be opened.
    public init(path: String) throws(ConfigurationError) {
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            PrivateDirectory.create(String(path[..<slash]))
        }
        // Opened without blocking, because a named pipe without a reader would stop the program.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ConfigurationError(
                .unavailable, option: "path", value: path, advice: "the file cannot be opened: \(systemError())")
        }
        self.path = path
        file = Mutex(descriptor)
    }

    deinit {
        file.withLock { descriptor in
            if let open = descriptor { _ = close(open) }
        }
    }

    /// Appends one line for the batch.
    ///
    /// - Throws: `ExportError` with code `other` if the file cannot be written, `shutDown` after the shutdown.
    public func export(_ batch: [SpanData]) async throws(ExportError) {
        try append(batch)
    }

    /// Appends one line for the batch. Throws the same errors as for spans.
    public func export(_ batch: [LogRecordData]) async throws(ExportError) {
        try append(batch)
    }

    /// Appends one line for the batch. Throws the same errors as for spans.
    public func export(_ batch: [MetricData]) async throws(ExportError) {
        try append(batch)
    }

    /// Flushes the written lines to the disk.
    ///
    /// - Throws: `ExportError` with code `other` if the system reports a failure.
    public func forceFlush() async throws(ExportError) {
        let failure: Int32? = file.withLock { descriptor in
            guard let descriptor, synchronize(descriptor) != 0 else { return nil }
            // Pipes and terminals have no disk to flush to.
            return errno == EINVAL || errno == ENOTSUP ? nil : errno
        }
        if let failure { throw ExportError(.other, "\(path) cannot be flushed: \(systemError(failure))") }
    }

    /// Closes the file. Idempotent.
    public func shutdown() async {
        file.withLock { descriptor in
            if let open = descriptor { _ = close(open) }
            descriptor = nil
        }
    }

    private func append<Item: OTLPItem>(_ batch: [Item]) throws(ExportError) {
        guard !batch.isEmpty else { return }
        var line = JSONWriter()
        Item.encode(batch[...], into: &line)
        line.raw("\n")
        let failure: ExportError? = file.withLock { descriptor in
            guard let descriptor else { return ExportError(.shutDown, "the exporter has been shut down") }
            guard let failure = write(line.bytes, to: descriptor) else { return nil }
            return ExportError(.other, "\(path) cannot be written: \(systemError(failure))")
        }
        if let failure { throw failure }
    }
}

/// Writes all of the bytes or, if the file allows it, none. Returns `nil` or the error number.
private func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    let end = lseek(descriptor, 0, SEEK_END)
    guard let failure = writeAll(bytes, to: descriptor) else { return nil }
    if end >= 0 { _ = ftruncate(descriptor, end) }
    return failure
}

/// Flushes the written bytes to the disk itself.
private func synchronize(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
        // On Apple platforms, `fsync` stops at the drive's cache. Not all file systems support the full form.
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
    #endif
    return fsync(descriptor)
}
