// SPDX-License-Identifier: MIT

import GenAITelemetry
import Synchronization

/// The servers that reject requests for the token usage of streams (`stream_options`); one list for the process.
final class UsageRefusals: Sendable {
    static let shared = UsageRefusals()
    private static let mostServers = 64

    private let servers = Mutex<[String]>([])

    func contains(_ server: String) -> Bool {
        servers.withLock { $0.contains(server) }
    }

    /// Remembers a server and reports it. If there are very many, only the latest are remembered.
    func insert(_ server: String) {
        let isNew = servers.withLock { servers in
            guard !servers.contains(server) else { return false }
            servers.append(server)
            if servers.count > Self.mostServers { servers.removeFirst() }
            return true
        }
        guard isNew else { return }
        Diagnostics.report(
            .warning, "OpenAIClient",
            "\(server) rejects stream_options: token usage is no longer requested for its streams, so tokens and "
                + "costs may be missing. Set Configuration.requestsStreamUsage to false to avoid the first, failing attempt.",
            key: "stream_options \(server)")
    }
}

extension APICall {
    /// The call without the request for usage that the client adds itself.
    var withoutUsageQuestion: APICall {
        guard case .object(var body)? = body, case .object(var options)? = body["stream_options"] else { return self }
        options["include_usage"] = nil
        body["stream_options"] = options.isEmpty ? nil : .object(options)
        var call = self
        call.body = .object(body)
        call.asksForUsage = false
        return call
    }
}
