// SPDX-License-Identifier: MIT
import Last9GenAI

// Two users talk to a support desk at the same time. One asks three questions: a simple one, one that is answered from
// a manual (embeddings, retrieval, reranking, a streamed answer), and one that an agent answers with a tool.
//
//     swift run quickstart                                   # no key, no account, no network
//     OPENAI_API_KEY=… swift run quickstart                  # a real model (OPENAI_BASE_URL: any compatible server)
//     OTEL_EXPORTER_OTLP_ENDPOINT=… swift run quickstart     # sends the telemetry to a collector as well

do {
    try await Quickstart().run()
} catch {
    fail("\(error)")
}
