// SPDX-License-Identifier: MIT
import GenAITelemetry

/// What an OTLP exporter has done since it was made.
///
/// Every item given to it, or found on the disk at the start, ends up in one of ``delivered``, ``rejected``,
/// ``failed`` and ``waitingOnDisk``.
public struct OTLPStatistics: Sendable, Hashable {
    /// Spans, log records or data points that the server took.
    public var delivered = 0
    /// Items that the server refused, or that fit into no request.
    public var rejected = 0
    /// Items that could not be delivered for another reason: no connection, no answer in time, shutdown; with a spool
    /// also those deleted from it.
    public var failed = 0
    /// Items that the spool keeps for later; see ``OTLPConfiguration/spool``.
    public var waitingOnDisk = 0
    /// Requests sent, repeated ones included.
    public var requests = 0
    /// Requests that were repeats.
    public var retries = 0
    /// Answers with a status of success whose content could not be read; their items count as delivered.
    public var unreadableAnswers = 0
}
