// SPDX-License-Identifier: MIT

/// Where an exporter keeps batches that the server cannot take now, and how many.
///
/// For apps that go offline and for servers whose backend does. With a spool an export does not wait and retry: what
/// fails for a reason that may pass (no connection, no answer in time, 429, 502, 503, 504) or is cancelled goes to
/// the disk at once, and so does all that follows while the server is known to be away. A task sends the files one
/// by one, the oldest first, beside new batches, with waits after failures that grow to 30 s, or as `Retry-After` says
/// but for no more than five minutes. Each
/// is deleted when the server has answered, so it is sent twice only if that answer is lost. Files of a process that
/// was killed are sent by the next one that uses the directory; processes that run at the same time share it without
/// sending each other's files.
///
/// A file holds the body of one request, so prompts and completions where those are recorded: only the user may read
/// it. Endpoint and headers are never written. A crash of the whole machine can lose the last files written.
public struct DiskSpool: Sendable, Hashable {
    /// The directory, which is created with its parents where it does not exist. The signals share it.
    ///
    /// It has to be the user's own, no link, and not writable by others, who could put files into it to be sent; else
    /// creating the exporter throws. Sockets, links and files of others in it are left alone.
    public var directory: String
    /// The most bytes of files, for each signal and process; beyond it the oldest are deleted and counted as failed.
    ///
    /// Default: 64 MiB. No variable.
    public var maximumBytes = 64 << 20
    /// How long a batch is kept; then it is deleted and counted as failed.
    ///
    /// Default: 3 days. No variable.
    public var maximumAge = Duration.seconds(3 * 86_400)

    /// Creates a spool in a directory.
    public init(directory: String) {
        self.directory = directory
    }
}
