// SPDX-License-Identifier: MIT
import Last9GenAI

/// The cost of a unit as a function of their number, which must not grow more than linearly in total.
let growthWorkloads: [Workload] =
    [10, 100, 1_000].map(attributes) + [1, 10, 100, 1_000].map(promptKilobytes) + [1, 10, 100, 1_000].map(messages)
    + [1, 4, 16, 64].map(tasks) + ConversationGrowth.workloads

private func attributes(_ count: Int) -> Workload {
    let name = "growth.attributes.\(count)"
    return Workload(name: name, countsAllocations: false) { runner in
        let names = (0..<count).map { "custom.attribute.\($0)" }
        let tracer = CallData.provider([CountingProcessor()], change: { $0.limits.attributeCount = 2_000 })
            .tracer(named: "bench")
        try await runner.measure(name, suffix: "_per_attribute", units: count) { times in
            for _ in 0..<times {
                let span = tracer.startSpan("chat gpt-4o")
                for name in names { span.setAttribute(name, 1) }
                span.end()
            }
        }
    }
}

/// A prompt from log record over span to request body.
private func promptKilobytes(_ count: Int) -> Workload {
    let name = "growth.prompt_kb.\(count)"
    return Workload(name: name, countsAllocations: false) { runner in
        var configuration = LogToSpanProcessor.Configuration()
        configuration.maxContentLength = .max
        configuration.maxTotalLength = .max
        configuration.maxBytesPerSpan = 16 << 20
        let text = String(String(repeating: "Tell me about the weather. ", count: count * 40).prefix(count * 1_000))
        let conversation = Conversation(LogToSpanProcessor(configuration), content: text)
        try await runner.measure(name, suffix: "_per_kb", units: count) { conversation.hold(1, times: $0) }
    }
}

private func messages(_ count: Int) -> Workload {
    let name = "growth.messages.\(count)"
    return Workload(name: name, countsAllocations: false) { runner in
        let conversation = Conversation(LogToSpanProcessor())
        try await runner.measure(name, suffix: "_per_message", units: count) { conversation.hold(count, times: $0) }
    }
}

/// Tasks that make spans at the same time; processor time, which waiting for each other would raise.
private func tasks(_ count: Int) -> Workload {
    let name = "growth.tasks.\(count)"
    return Workload(name: name, countsAllocations: false) { runner in
        let tracer = CallData.provider([Last9SpanProcessor(), CountingProcessor()]).tracer(named: "bench")
        try await runner.measure(name, suffix: "_per_span", units: count * 100) { times in
            for _ in 0..<times {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<count {
                        group.addTask { CallData.withScopes { chatSpans(tracer, 100) } }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }
}
