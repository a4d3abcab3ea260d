// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry
import Synchronization

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

/// Encodes batches, sends them and judges the answers: what the exporters of all signals share.
final class OTLPClient<Item: OTLPItem>: Sendable {
    /// What became of one request, or of the wish to send it.
    private enum Outcome {
        case accepted(OTLPAnswer.PartialSuccess)
        case oversized(String)
        case failed(ExportError)
        case retryable(ExportError, after: Duration?)
        /// On the disk, for later.
        case kept
    }

    private struct State {
        var isShutDown = false
        var statistics = OTLPStatistics()
        var losses: [ExportError.Code: Int] = [:]
    }

    private let settings: OTLPSettings
    private let transport: any HTTPTransport
    private let clock: any Clock<Duration>
    private let jitter: @Sendable () -> Double
    private let spool: Spool?
    // The deadline bounds the attempts. Without one they go on until the task is cancelled or the exporter shut down.
    private let backoff = Backoff(initialDelay: .seconds(1), maximumDelay: .seconds(5), maximumAttempts: .max)
    private let state = Mutex(State())
    // Taken out while an export runs, so that no lock is held meanwhile.
    private let spareEncoder = Mutex<RequestEncoder?>(nil)

    init(
        settings: OTLPSettings, transport: any HTTPTransport, clock: any Clock<Duration>,
        jitter: @escaping @Sendable () -> Double, spool: Spool? = nil
    ) {
        self.settings = settings
        self.transport = transport
        self.clock = clock
        self.jitter = jitter
        self.spool = spool
        spool?.start { [weak self] piece in await self?.deliver(piece) ?? .gone }
    }

    var statistics: OTLPStatistics {
        var statistics = state.withLock { $0.statistics }
        statistics.failed += spool?.lostWeight ?? 0
        statistics.waitingOnDisk = spool?.waitingWeight ?? 0
        return statistics
    }
    /// The items that were rejected or failed, by the reason; those deleted from the spool as `other`.
    var losses: [ExportError.Code: Int] {
        var losses = state.withLock { $0.losses }
        if let lost = spool?.lostWeight, lost > 0 { losses[.other, default: 0] += lost }
        return losses
    }
    var encoding: OTLPProtocol { settings.encoding }

    /// Tries to send what is on the disk.
    func forceFlush() async throws(ExportError) {
        guard let spool, await !spool.flush() else { return }
        throw ExportError(.unavailable, "\(spool.waitingWeight) \(Item.signal.noun) wait on the disk for the server")
    }

    func shutdown() async {
        state.withLock { $0.isShutDown = true }
        spareEncoder.withLock { $0 = nil }
        await spool?.shutdown()
    }

    /// Delivers a batch, in parts where it is too large for one request.
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
            case .failed(let error), .retryable(let error, _):
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
        let text = presentable(partial.message)
        if partial.rejectedCount > 0 {
            let message = "the server refused \(partial.rejectedCount) \(Item.signal.noun)"
            losses.add(
                min(partial.rejectedCount, part.weight),
                ExportError(.rejected, text.isEmpty ? message : "\(message): \(text)"))
        } else if !text.isEmpty {
            report("the server took all \(Item.signal.noun), with a warning: \(text)", key: "warning")
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
        var request = request(with: body, encoding: settings.encoding)
        var attempt = 0
        while true {
            attempt += 1
            request.timeouts = HTTPTimeouts(total: deadline.remaining)
            let outcome = await send(request, isRetry: attempt > 1)
            guard case .retryable(let error, let retryAfter) = outcome else { return outcome }
            let delay = backoff.delay(
                afterFailedAttempt: attempt, serverDelay: retryAfter, remaining: deadline.remaining, jitter: jitter())
            guard let delay else { return .failed(error) }
            do { try await clock.sleep(for: delay) } catch { return .failed(Self.cancelled) }
        }
    }

    private func request(with body: RequestEncoder.Body, encoding: OTLPProtocol) -> HTTPRequest {
        var headers = settings.headers
        headers["Content-Type"] = encoding == .httpProtobuf ? "application/x-protobuf" : "application/json"
        headers["Content-Encoding"] = body.isCompressed ? "gzip" : nil
        if headers["User-Agent"] == nil { headers["User-Agent"] = "OTel-OTLP-Exporter-Swift/\(packageVersion)" }
        return HTTPRequest(method: "POST", url: settings.url, headers: headers, body: body.bytes)
    }

    private func send(_ request: HTTPRequest, isRetry: Bool) async -> Outcome {
        let isShutDown = state.withLock { state in
            if !state.isShutDown {
                state.statistics.requests += 1
                state.statistics.retries += isRetry ? 1 : 0
            }
            return state.isShutDown
        }
        if isShutDown { return .failed(ExportError(.shutDown, "the exporter has been shut down")) }
        do throws(HTTPError) {
            return judge(try await answer(to: request))
        } catch {
            return judge(error)
        }
    }

    private func answer(to request: HTTPRequest) async throws(HTTPError) -> OTLPAnswer {
        let response = try await transport.send(request)
        do throws(HTTPError) {
            let body = try await response.body.collect(upTo: settings.maximumResponseBytes)
            return OTLPAnswer(status: response.status, headers: response.headers, body: body)
        } catch {
            // The status says what became of the batch, but an endless answer is an error by the specification.
            if error.code == .tooLarge && (200..<300).contains(response.status) { throw error }
            return OTLPAnswer(status: response.status, headers: response.headers, body: nil)
        }
    }

    private func judge(_ answer: OTLPAnswer) -> Outcome {
        if answer.isSuccess { return judge(success: answer) }
        if answer.isRedirect {
            let target = answer.headers["Location"].flatMap(redirectHost).map(presentable) ?? "another path"
            return .failed(
                ExportError(
                    .rejected, "the server redirects to \(target) (\(answer.status)); redirects are not followed"))
        }
        let words = presentable(answer.statusMessage)
        let text = "the server answered \(answer.status)" + (words.isEmpty ? "" : ": \(words)")
        if answer.status == 413 { return .oversized(text) }
        guard answer.isRetryable else { return .failed(ExportError(.rejected, text)) }
        let now = Duration.nanoseconds(Int64(clamping: systemUnixNanoseconds()))
        return .retryable(ExportError(.unavailable, text), after: RetryAfter.delay(in: answer.headers, now: now))
    }

    private func judge(success answer: OTLPAnswer) -> Outcome {
        if answer.isWebPage {
            return .failed(ExportError(.invalidResponse, "a web page came back: this is not the URL of an OTLP server"))
        }
        do {
            return .accepted(try answer.partialSuccess())
        } catch {
            state.withLock { $0.statistics.unreadableAnswers += 1 }
            report(
                "the server's answer of success cannot be read; whether it took all \(Item.signal.noun) is unknown",
                key: "unreadable")
            return .accepted(OTLPAnswer.PartialSuccess())
        }
    }

    private func judge(_ error: HTTPError) -> Outcome {
        let text = presentable(error.message)
        switch error.code {
        case .connection: return .retryable(ExportError(.unreachable, text), after: nil)
        case .tls: return .failed(ExportError(.unreachable, text))
        case .shutDown: return .failed(ExportError(.shutDown, text))
        case .timedOut: return .failed(ExportError(.timedOut, text))
        case .cancelled: return .failed(Self.cancelled)
        case .tooLarge: return .failed(ExportError(.tooLarge, text))
        case .protocolViolation: return .failed(ExportError(.invalidResponse, text))
        default: return .failed(ExportError(.other, text))
        }
    }

    private static var cancelled: ExportError { ExportError(.cancelled, "the export was cancelled") }

    /// Foreign text as a message may hold it: one line, not long, and without the values of our headers.
    private func presentable(_ text: String) -> String {
        var line = String(text.prefix(1_024))
        for field in settings.headers.fields {
            for secret in [field.value[...]] + field.value.split(separator: " ") where secret.utf8.count >= 4 {
                line.replace(secret, with: "***")
            }
        }
        let printable = line.unicodeScalars.prefix(256).map { scalar in
            scalar.properties.generalCategory == .control ? " " : Character(scalar)
        }
        return String(printable)
    }
}

// MARK: - By way of the disk

extension OTLPClient {
    /// Sends a body once; what the server cannot take now is kept.
    private func deliverOrKeep(
        _ body: RequestEncoder.Body, _ weight: Int, _ spool: Spool, until deadline: Deadline
    ) async -> Outcome {
        var error = ExportError(.unavailable, "the server is away and the batch cannot be kept")
        if !spool.isPaused {
            var request = request(with: body, encoding: settings.encoding)
            request.timeouts = HTTPTimeouts(total: deadline.remaining)
            let outcome = await send(request, isRetry: false)
            switch outcome {
            case .retryable(let reason, let delay):
                error = reason
                spool.noteFailure(after: delay)
            case .failed(let reason) where reason.isPassing:
                error = reason
                if reason.code != .cancelled { spool.noteFailure(after: nil) }
            default: return outcome
            }
        } else if state.withLock({ $0.isShutDown }) {
            return .failed(ExportError(.shutDown, "the exporter has been shut down"))
        }
        return spool.keep(body, encoding: settings.encoding, weight: weight) ? .kept : .failed(error)
    }

    /// Sends a batch from the disk.
    private func deliver(_ piece: Spool.Piece) async -> Spool.Verdict {
        let body = RequestEncoder.Body(bytes: piece.bytes, isCompressed: piece.entry.isCompressed)
        var request = request(with: body, encoding: piece.entry.encoding)
        request.timeouts = HTTPTimeouts(total: settings.timeout)
        let weight = piece.entry.weight
        switch await send(request, isRetry: true) {
        case .accepted(let partial):
            let rejected = min(max(0, partial.rejectedCount), weight)
            settle(delivered: weight - rejected, rejected: rejected)
            if rejected > 0 { report("the server refused \(rejected) \(Item.signal.noun) from the disk", key: "kept") }
        case .retryable(_, let delay): return .unavailable(after: delay)
        case .failed(let error) where error.isPassing || error.code == .shutDown: return .unavailable(after: nil)
        case .failed(let error):
            settle(rejected: weight, code: error.code)
            report("dropped \(weight) \(Item.signal.noun) from the disk: \(error.message)", key: "kept")
        case .oversized(let reason):
            settle(rejected: weight, code: .tooLarge)
            report("dropped \(weight) \(Item.signal.noun) from the disk: \(reason)", key: "kept")
        case .kept: return .unavailable(after: nil)
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

/// What of a batch was not delivered, and why first.
private struct Losses<Item: OTLPItem> {
    private(set) var rejected = 0
    private(set) var failed = 0
    /// Not lost: on the disk.
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
    /// Whether it is about these items, so that others may still fare better.
    fileprivate var isRejection: Bool { code == .rejected || code == .tooLarge || code == .invalidResponse }
    /// Whether the same batch may fare better later.
    fileprivate var isPassing: Bool {
        code == .unreachable || code == .unavailable || code == .timedOut || code == .cancelled
    }
}

// MARK: - Making one

extension OTLPClient {
    /// Weighs the settings and makes a transport where none is given.
    convenience init(
        _ configuration: OTLPConfiguration, environment: TelemetryEnvironment, transport: (any HTTPTransport)?
    ) throws(ConfigurationError) {
        let settings = try OTLPSettings(configuration, signal: Item.signal, environment: environment)
        let chosen: any HTTPTransport
        if let transport { chosen = transport } else { chosen = try settings.tls.makeTransport() }
        // Retries go on even when every thread of Swift's pool waits for room in a queue.
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
        do throws(HTTPError) {
            return try makeDefaultTransport(configuration)
        } catch {
            let file = clientCertificate ?? clientKey ?? authority
            throw ConfigurationError(
                .unavailable, option: file?.option ?? "certificateFile", value: file?.path, advice: error.message)
        }
    }
}
