// SPDX-License-Identifier: MIT
import GenAITelemetry

/// The counts of an OTLP exporter since it was created.
///
/// Every item that is given to it, or found on the disk at the start, is counted in exactly one of ``delivered``,
/// ``rejected``, ``failed`` and ``waitingOnDisk``.
public struct OTLPStatistics: Sendable, Hashable {
    /// Spans, log records or data points that the server accepted.
    public var delivered = 0
    /// Items that the server rejected, or that fit into no request.
    public var rejected = 0
    /// Items that could not be delivered for another reason: no connection, no response in time, shutdown. With a
    /// spool, also those deleted from it.
    public var failed = 0
    /// Items in the spool for later delivery; see ``OTLPConfiguration/spool``.
    public var waitingOnDisk = 0
    /// Requests sent, retries included.
    public var requests = 0
    /// Requests that were retries.
    public var retries = 0
    /// Responses with a status of success whose content could not be read. Their items count as delivered.
    public var unreadableAnswers = 0

    /// Creates statistics, for tests.
    public init(
        delivered: Int = 0, rejected: Int = 0, failed: Int = 0, waitingOnDisk: Int = 0, requests: Int = 0,
        retries: Int = 0, unreadableAnswers: Int = 0
    ) {
        self.delivered = delivered
        self.rejected = rejected
        self.failed = failed
        self.waitingOnDisk = waitingOnDisk
        self.requests = requests
        self.retries = retries
        self.unreadableAnswers = unreadableAnswers
    }
}
