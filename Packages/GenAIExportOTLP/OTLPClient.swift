// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry
import Synchronization

/// Encodes batches, sends them and evaluates the responses: the shared part of all signals' exporters.
final class OTLPClient<Item: OTLPItem>: Sendable {
    /// The result for a part of a batch.
    private enum Outcome {
        case accepted(OTLPAnswer.PartialSuccess)
        case oversized(String)
        case failed(ExportError)
        /// Stored on the disk for later.
        case kept
    }

    private struct State {
        var isShutDown = false
        var statistics = OTLPStatistics()
        var losses: [ExportError.Code: Int] = [:]
        /// Set once the pipeline has begun to shut down. From then on, nothing waits long for an unavailable server.
        var lastChance: Deadline?
    }

    private let settings: OTLPSettings
    /// `nil` after the shutdown, so that its threads and connections are freed even if the exporter stays.
    private let transport: Mutex<(any HTTPTransport)?>
    private let clock: any Clock<Duration>
    private let jitter: @Sendable () -> Double
    private let spool: Spool?
    // The deadline limits the attempts. Without one they continue until the task is cancelled or the exporter is shut
    // down.
    private let backoff = Backoff(initialDelay: .seconds(1), maximumDelay: .seconds(5), maximumAttempts: .max)
    private let state = Mutex(State())
    /// Ends the waits between attempts.
    private let shutdownBegins = Interruption()
    // Taken out while an export runs, so that no lock is held meanwhile.
    private let spareEncoder = Mutex<RequestEncoder?>(nil)

    init(
        settings: OTLPSettings, transport: any HTTPTransport, clock: any Clock<Duration>,
        jitter: @escaping @Sendable () -> Double, spool: Spool? = nil
    ) {
        self.settings = settings
        self.transport = Mutex(transport)
        self.clock = clock
        self.jitter = jitter
        self.spool = spool
        spool?.start { [weak self] piece in await self?.deliver(piece) ?? .gone }
    }

    deinit {
        spool?.stop()
    }

    var statistics: OTLPStatistics {
        var statistics = state.withLock { $0.statistics }
        statistics.failed += spool?.lostWeight ?? 0
        statistics.waitingOnDisk = spool?.waitingWeight ?? 0
        return statistics
    }
    /// The items that were rejected or failed, by reason. Those deleted from the spool count as `other`.
    var losses: [ExportError.Code: Int] {
        var losses = state.withLock { $0.losses }
        if let lost = spool?.lostWeight, lost > 0 { losses[.other, default: 0] += lost }
        return losses
    }
    /// The protocol of the requests.
    var wireProtocol: OTLPProtocol { settings.wireProtocol }
    /// The URL of the requests, without what may be secret.
    var destination: String { withoutSecrets(url: settings.url) }

    /// Tries to send the batches on the disk.
    func forceFlush() async throws(ExportError) {
        guard let spool, await !spool.flush() else { return }
        throw ExportError(.unavailable, "\(spool.waitingWeight) \(Item.signal.noun) wait on the disk for the server")
    }

    /// Announces the shutdown: later exports do not wait long for an unavailable server.
    func prepareForShutdown() {
        state.withLock { state in
            if state.lastChance == nil { state.lastChance = Deadline(Self.lastWait, clock: clock) }
        }
        shutdownBegins.raise()
    }

    /// The maximum wait at the shutdown for a server that refuses connections.
    private static var lastWait: Duration { .seconds(2) }

    func shutdown() async {
        state.withLock { $0.isShutDown = true }
        shutdownBegins.raise()
        spareEncoder.withLock { $0 = nil }
        await spool?.shutdown()
        transport.withLock { $0 = nil }
    }

    /// Delivers a batch, in parts if it is too large for one request.
    func export(_ batch: [Item]) async throws(ExportError) {
        guard !batch.isEmpty else { return }
        let deadline = Deadline(settings.timeout, clock: clock)
        var encoder = spareEncoder.withLock { $0.take() } ?? RequestEncoder()
        var losses = Losses<Item>()
        var waiting = [batch[...]]
        while let part = waiting.popLast() {
            switch await deliver(part, with: &encoder, until: deadline) {
            case .accepted(let partial): accept(partial, of: part, &losses)
            case .oversized where part.count > 1:
                let middle = part.startIndex + part.count / 2
                waiting += [part[middle...], part[..<middle]]
            case .oversized(let reason): losses.add(part, ExportError(.tooLarge, reason))
            case .kept: losses.kept += part.weight
            case .failed(let error):
                losses.add(part, error)
                if !error.isRejection {
                    for part in waiting { losses.add(part, error) }
                    waiting = []
                }
            }
        }
        encoder.trim()
        putBack(encoder)
        try conclude(batch, losses)
    }

    private func putBack(_ encoder: consuming RequestEncoder) {
        var returned = Optional(encoder)
        spareEncoder.withLock { $0 = returned.take() }
    }

    private func accept(_ partial: OTLPAnswer.PartialSuccess, of part: ArraySlice<Item>, _ losses: inout Losses<Item>) {
        let text = settings.presentable(partial.message)
        if partial.rejectedCount > 0 {
            let message = "the server rejected \(partial.rejectedCount) \(Item.signal.noun)"
            losses.add(
                min(partial.rejectedCount, part.weight),
                ExportError(.rejected, text.isEmpty ? message : "\(message): \(text)"))
        } else if !text.isEmpty {
            report("the server accepted all \(Item.signal.noun), with a warning: \(text)", key: "warning")
        }
    }

    private func conclude(_ batch: [Item], _ losses: Losses<Item>) throws(ExportError) {
        let weight = batch[...].weight
        state.withLock { state in
            state.statistics.delivered += weight - losses.rejected - losses.failed - losses.kept
            state.statistics.rejected += losses.rejected
            state.statistics.failed += losses.failed
            state.losses.merge(losses.byCode, uniquingKeysWith: +)
        }
        guard var error = losses.error else { return }
        let lost = losses.rejected + losses.failed
        error.rejectedCount = lost == weight ? nil : lost
        throw error
    }

    private func report(_ text: String, key: String) {
        Diagnostics.report(.warning, "OTLPExporter", text, key: "\(Item.signal.path) \(key)")
    }
}

// MARK: - One request

extension OTLPClient {
    private func deliver(
        _ part: ArraySlice<Item>, with encoder: inout RequestEncoder, until deadline: Deadline
    ) async -> Outcome {
        guard let body = encoder.body(of: part, settings: settings) else {
            return .oversized("\(Item.signal.noun) larger than a request's \(settings.maximumRequestBytes) bytes")
        }
        if let spool { return await deliverOrKeep(body, part.weight, spool, until: deadline) }
        var attempt = 0
        while true {
            attempt += 1
            let request = Attempt(
                body: body, encoding: settings.wireProtocol.encoding, weight: part.weight, isRetry: attempt > 1)
            switch await send(request, timeout: deadline.remaining) {
            case .accepted(let partial): return .accepted(partial)
            case .unreadable: return .accepted(OTLPAnswer.PartialSuccess())
            case .oversized(let reason): return .oversized(reason)
            case .failed(let error): return .failed(error)
            case .retryable(let error, let retryAfter):
                let delay = backoff.delay(
                    afterFailedAttempt: attempt, serverDelay: retryAfter,
                    remaining: remaining(after: error, until: deadline), jitter: jitter())
                guard let delay else { return .failed(error) }
                guard await shutdownBegins.wait(for: delay, clock: clock) else {
                    return .failed(ExportError(.cancelled, "the export was cancelled"))
                }
            }
        }
    }

    /// Returns the remaining time; at the shutdown it is short if the server is unavailable.
    private func remaining(after error: ExportError, until deadline: Deadline) -> Duration? {
        guard error.code == .unreachable, let rest = state.withLock({ $0.lastChance })?.remaining else {
            return deadline.remaining
        }
        return min(rest, deadline.remaining ?? rest)
    }

    /// One request to send.
    private struct Attempt {
        var body: RequestEncoder.Body
        var encoding: BodyEncoding
        var weight: Int
        var isRetry: Bool
    }

    private func send(_ attempt: Attempt, timeout: Duration?) async -> OTLPVerdict {
        guard let request = settings.request(with: attempt.body, encoding: attempt.encoding, timeout: timeout) else {
            return .failed(ExportError(.rejected, "gRPC supports neither JSON nor messages above 4 GiB"))
        }
        let isShutDown = state.withLock { state in
            if !state.isShutDown {
                state.statistics.requests += 1
                state.statistics.retries += attempt.isRetry ? 1 : 0
            }
            return state.isShutDown
        }
        guard !isShutDown, let transport = transport.withLock({ $0 }) else {
            return .failed(ExportError(.shutDown, "the exporter has been shut down"))
        }
        let start = ContinuousClock.now
        let verdict: OTLPVerdict
        var outcome = ""
        do throws(HTTPTransportError) {
            let answer = try await answer(to: request, by: transport)
            outcome = "status \(answer.status)"
            verdict = settings.judge(answer)
        } catch {
            outcome = "\(error.code)"
            verdict = settings.judge(error)
        }
        if Diagnostics.isDebugging {
            let line = settings.exportLine(
                weight: attempt.weight, byteCount: request.body.count, isCompressed: attempt.body.isCompressed,
                outcome: outcome, duration: ContinuousClock.now - start)
            Diagnostics.report(.debug, "OTLPExporter", line)
        }
        if case .unreadable = verdict { noteUnreadable() }
        return verdict
    }

    private func answer(
        to request: HTTPRequest, by transport: any HTTPTransport
    ) async throws(HTTPTransportError) -> OTLPAnswer {
        let response = try await transport.send(request)
        do throws(HTTPTransportError) {
            let body = try await response.body.collect(upTo: settings.maximumResponseBytes)
            return OTLPAnswer(
                status: response.status, headers: response.headers, body: body, trailers: response.body.trailers)
        } catch {
            // The status decides about the batch. The body is read all the same: an endless response is an error by the
            // specification, and the status of gRPC comes last.
            let isSuccess = (200..<300).contains(response.status)
            if isSuccess, error.code == .tooLarge || settings.wireProtocol == .grpc { throw error }
            return OTLPAnswer(status: response.status, headers: response.headers, body: nil)
        }
    }

    private func noteUnreadable() {
        state.withLock { $0.statistics.unreadableAnswers += 1 }
        report(
            "the server's response of success cannot be read; whether it accepted all \(Item.signal.noun) is unknown",
            key: "unreadable")
    }
}

// MARK: - By way of the disk

extension OTLPClient {
    /// Sends a body once. If the server is unavailable, stores it.
    private func deliverOrKeep(
        _ body: RequestEncoder.Body, _ weight: Int, _ spool: Spool, until deadline: Deadline
    ) async -> Outcome {
        var error = ExportError(.unavailable, "the server is unavailable and the batch cannot be stored")
        let encoding = settings.wireProtocol.encoding
        if !spool.isPaused {
            let attempt = Attempt(body: body, encoding: encoding, weight: weight, isRetry: false)
            switch await send(attempt, timeout: deadline.remaining) {
            case .retryable(let reason, let delay):
                error = reason
                spool.noteFailure(after: delay)
            case .failed(let reason) where reason.isPassing:
                error = reason
                if reason.code != .cancelled { spool.noteFailure(after: nil) }
            case .failed(let reason): return .failed(reason)
            case .accepted(let partial): return .accepted(partial)
            case .unreadable: return .accepted(OTLPAnswer.PartialSuccess())
            case .oversized(let reason): return .oversized(reason)
            }
        } else if state.withLock({ $0.isShutDown }) {
            return .failed(ExportError(.shutDown, "the exporter has been shut down"))
        }
        return spool.keep(body, encoding: encoding, weight: weight) ? .kept : .failed(error)
    }

    /// Sends a batch from the disk.
    private func deliver(_ piece: Spool.Piece) async -> Spool.Verdict {
        let weight = piece.entry.weight
        let body = RequestEncoder.Body(bytes: piece.bytes, isCompressed: piece.entry.isCompressed)
        let attempt = Attempt(body: body, encoding: piece.entry.encoding, weight: weight, isRetry: true)
        switch await send(attempt, timeout: settings.timeout) {
        case .accepted(let partial):
            let rejected = min(max(0, partial.rejectedCount), weight)
            settle(delivered: weight - rejected, rejected: rejected)
            if rejected > 0 { report("the server rejected \(rejected) \(Item.signal.noun) from the disk", key: "kept") }
        case .unreadable: settle(delivered: weight, rejected: 0)
        case .retryable(_, let delay): return .unavailable(after: delay)
        case .failed(let error) where error.isPassing || error.code == .shutDown: return .unavailable(after: nil)
        case .failed(let error):
            settle(rejected: weight, code: error.code)
            report("dropped \(weight) \(Item.signal.noun) from the disk: \(error.message)", key: "kept")
        case .oversized(let reason):
            settle(rejected: weight, code: .tooLarge)
            report("dropped \(weight) \(Item.signal.noun) from the disk: \(reason)", key: "kept")
        }
        return .settled
    }

    private func settle(delivered: Int = 0, rejected: Int, code: ExportError.Code = .rejected) {
        state.withLock { state in
            state.statistics.delivered += delivered
            state.statistics.rejected += rejected
            if rejected > 0 { state.losses[code, default: 0] += rejected }
        }
    }
}

// MARK: - Accounts

/// The undelivered items of a batch, and the first reason.
private struct Losses<Item: OTLPItem> {
    private(set) var rejected = 0
    private(set) var failed = 0
    /// Not lost: stored on the disk.
    var kept = 0
    private(set) var byCode: [ExportError.Code: Int] = [:]
    private(set) var error: ExportError?

    mutating func add(_ part: ArraySlice<Item>, _ error: ExportError) {
        add(part.weight, error)
    }

    mutating func add(_ weight: Int, _ error: ExportError) {
        if error.isRejection { rejected += weight } else { failed += weight }
        byCode[error.code, default: 0] += weight
        if self.error == nil { self.error = error }
    }
}

extension ArraySlice where Element: OTLPItem {
    fileprivate var weight: Int { reduce(0) { $0 + $1.weight } }
}

extension ExportError {
    /// Indicates whether the failure concerns only these items, so that others may still be accepted.
    fileprivate var isRejection: Bool { code == .rejected || code == .tooLarge || code == .invalidResponse }
    /// Indicates whether the same batch may be accepted later.
    fileprivate var isPassing: Bool {
        code == .unreachable || code == .unavailable || code == .timedOut || code == .cancelled
    }
}

// MARK: - Making one

extension OTLPClient {
    /// Resolves the settings and creates a transport if none is given.
    convenience init(
        _ configuration: OTLPConfiguration, environment: TelemetryEnvironment, transport: (any HTTPTransport)?
    ) throws(ConfigurationError) {
        let chosen: any HTTPTransport
        if let transport {
            chosen = transport
        } else {
            chosen = try OTLPVariables(environment: environment, signal: Item.signal)
                .tlsFiles(configuration).makeTransport()
        }
        let settings = try OTLPSettings(
            configuration, signal: Item.signal, environment: environment, hasHTTP2: chosen.supportsHTTP2)
        // Retries continue even if every thread of Swift's pool waits for space in a queue.
        let clock = TimerThreadClock()
        var spool: Spool?
        if let disk = configuration.spool { spool = try Spool(disk, signal: Item.signal, clock: clock) }
        self.init(
            settings: settings, transport: chosen, clock: clock, jitter: { .random(in: 0...1) }, spool: spool)
    }
}

extension OTLPSettings.TLSFiles {
    fileprivate func makeTransport() throws(ConfigurationError) -> any HTTPTransport {
        if let warning = defaultTransportWarning {
            Diagnostics.report(.warning, "OTLPExporter", warning, key: "transport")
        }
        var configuration = HTTPTransportConfiguration()
        configuration.certificateAuthorityFile = authority?.path
        configuration.clientCertificateFile = clientCertificate?.path
        configuration.clientKeyFile = clientKey?.path
        do throws(HTTPTransportError) {
            return try makeDefaultTransport(configuration)
        } catch {
            let file = clientCertificate ?? clientKey ?? authority
            throw ConfigurationError(
                .unavailable, option: file?.option ?? "certificateFile", value: file?.path, advice: error.message)
        }
    }
}
