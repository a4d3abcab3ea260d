// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The cost that observation adds to a call to a model through URLSession, with 2 KB of content, and to a request that
/// calls no model.
let sessionWorkloads: [Workload] = [
    Workload(name: "w8") { runner in
        let sink = try Sink()
        defer { sink.stop() }
        // Global, since observed calls are recorded with the global providers; before URLSession.shared is first used.
        let telemetry = try ReadmeSetup.install(exportingTo: sink.endpoint, becomesGlobal: true)
        let plain = URLSession(configuration: .default)
        let call = try request(sink.endpoint + "/v1/chat/completions")
        let other = try request(sink.endpoint + "/search")
        let observed = URLSession(configuration: .default.observingModelCalls())
        for (name, session, request) in [
            ("w8", URLSession.shared, call), ("w8.session", observed, call), ("w8.other", URLSession.shared, other),
        ] {
            let before = telemetry.spansReceived
            let added = try await CallData.withScopes {
                try await runner.measureAdded(
                    ("\(name).plain", "\(name).observed"), units: callCount,
                    without: { try await send(request, plain, times: $0 * callCount) },
                    with: { count in
                        try await send(request, session, times: count * callCount)
                        await telemetry.tracerProvider.forceFlush()
                        await telemetry.loggerProvider.forceFlush()
                    })
            }
            guard (telemetry.spansReceived > before) == (request == call) else {
                throw Failure("\(name) was recorded where it should not, or not where it should")
            }
            runner.recordDifference("\(name).plain.mallocs", "\(name).observed.mallocs", as: "\(name).added.mallocs")
            guard !runner.options.allocationsOnly else { continue }
            runner.record("\(name).overhead_us", added.wall / 1_000)
            runner.record("\(name).overhead_cpu_us", added.cpu / 1_000)
        }
        await telemetry.shutdown()
    }
]

private let callCount = 64

private func send(_ request: URLRequest, _ session: URLSession, times: Int) async throws {
    for _ in 0..<times { blackHole(try await session.data(for: request)) }
}

/// A chat request of 2 KB of text.
private func request(_ url: String) throws -> URLRequest {
    guard let url = URL(string: url) else { throw Failure("no URL: \(url)") }
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.setValue("Bearer sk-x", forHTTPHeaderField: "Authorization")
    let text = String(String(repeating: "Tell me about the weather in Paris. ", count: 60).prefix(2_000))
    request.httpBody = Data(
        """
        {"model":"gpt-4o","messages":[{"role":"user","content":"\(text)"}],"temperature":0.7,"max_completion_tokens":1024}
        """.utf8)
    return request
}

extension Last9Telemetry {
    fileprivate var spansReceived: Int { statistics.spanPipelines.reduce(0) { $0 + $1.queue.received } }
}
