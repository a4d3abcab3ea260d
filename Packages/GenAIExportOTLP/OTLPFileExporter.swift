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

/// Appends OTLP/JSON to a file: one export request as one line, which collectors read back.
///
/// Takes all three signals; one exporter may serve several pipelines, whose lines then mix. A batch is written by the
/// exporting thread, as a whole or not at all: after an error the file is cut back to the last whole line. The file is
/// neither rotated nor bounded. It holds prompts and completions where those are recorded: it is created for the user
/// alone, and so are directories above it that do not exist; the permissions of a file that exists stay as they are.
///
/// Source: OpenTelemetry protocol file exporter specification, JSON lines.
public final class OTLPFileExporter: SpanExporter, LogRecordExporter, MetricExporter {
    private let path: String
    /// `nil` after the shutdown.
    private let file: Mutex<Int32?>

    /// Opens the file for appending, and creates it where there is none.
    ///
    /// - Throws: `ConfigurationError` with code `unavailable` when the file cannot be opened.
    public init(path: String) throws(ConfigurationError) {
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            PrivateDirectory.create(String(path[..<slash]))
        }
        // Without blocking, or a named pipe that nobody reads would stop the program.
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
    /// - Throws: `ExportError` with code `other` when the file cannot be written, `shutDown` after the shutdown.
    public func export(_ batch: [SpanData]) async throws(ExportError) {
        try append(batch)
    }

    /// Appends one line for the batch; throws as for spans.
    public func export(_ batch: [LogRecord]) async throws(ExportError) {
        try append(batch)
    }

    /// Appends one line for the batch; throws as for spans.
    public func export(_ batch: [MetricData]) async throws(ExportError) {
        try append(batch)
    }

    /// Makes sure that what was written is on the disk.
    ///
    /// - Throws: `ExportError` with code `other` when the system reports that it is not.
    public func forceFlush() async throws(ExportError) {
        let failure: Int32? = file.withLock { descriptor in
            guard let descriptor, synchronize(descriptor) != 0 else { return nil }
            // Pipes and terminals have no disk to wait for.
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

/// Writes all of the bytes or, where the file allows, none; `nil` or the number of the error.
private func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    let end = lseek(descriptor, 0, SEEK_END)
    guard let failure = writeAll(bytes, to: descriptor) else { return nil }
    if end >= 0 { _ = ftruncate(descriptor, end) }
    return failure
}

/// Brings what was written to the disk itself.
private func synchronize(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
        // There `fsync` stops at the drive's cache; not all file systems know the full form.
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
    #endif
    return fsync(descriptor)
}
