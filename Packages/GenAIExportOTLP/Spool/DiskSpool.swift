// SPDX-License-Identifier: MIT

/// A directory for batches that the server cannot accept now, and its limits.
///
/// For apps that go offline and for servers whose backend does. With a spool, an export does not wait and retry. A
/// batch goes to the disk at once if it fails for a reason that may pass (no connection, no response in time, 429, 502,
/// 503, 504) or is cancelled, and so do all later batches while the server is known to be unavailable. A task sends the
/// files one by one, the oldest first, in parallel with new batches. After failures it waits, for times that grow to 30
/// s, or as long as `Retry-After` says, but never more than five minutes. A file is deleted when the server has
/// responded, so it is sent twice only if that response is lost. Files of a process that was killed are sent by the
/// next one that uses the directory. Processes that run at the same time can share it without sending each other's
/// files.
///
/// A file holds the body of one request, and so prompts and completions if those are recorded: only the user may read
/// it. Endpoint and headers are never written. A crash of the whole machine can lose the last files written.
public struct DiskSpool: Sendable, Hashable {
    /// The path of the directory, which is created with its parents if it does not exist. The signals share it.
    ///
    /// Creating the exporter throws unless the directory belongs to the user, is not a link, and is not writable by
    /// others, who could put files into it to be sent. Sockets, links and files of others in it are ignored.
    public var directory: String
    /// The maximum number of bytes of files, for each signal and process. Beyond it, the oldest are deleted and counted
    /// as failed.
    ///
    /// Default: 64 MiB. No variable.
    public var maximumBytes = 64 << 20
    /// The maximum age of a batch. An older one is deleted and counted as failed.
    ///
    /// Default: 3 days. No variable.
    public var maximumAge = Duration.seconds(3 * 86_400)

    /// Creates a spool in a directory.
    public init(directory: String) {
        self.directory = directory
    }
}
