// SPDX-License-Identifier: MIT

package import GenAICore

/// A call of a tool that the provider itself runs, in the terms of OpenAI's Responses API.
package struct ServerToolCall: Sendable {
    /// The type of the item, such as `web_search_call`.
    package var type: String?
    /// The state of the item.
    package var status: String?
    /// The kind of action, for a web search: `search`, `open_page` or `find_in_page`.
    package var action: String?

    /// The identifier of the container in which the call ran, if it names one.
    package var container: String?

    /// Creates a call.
    package init(type: String?, status: String?, action: String?, container: String? = nil) {
        self.type = type
        self.status = status
        self.action = action
        self.container = container
    }

    /// Indicates whether the call ran in a container of the provider. A shell without one is the caller's.
    var usesContainer: Bool {
        type == "code_interpreter_call" || type == "shell_call" && container != nil
    }
}

extension TokenUsage {
    /// Adds the use of the provider's tools, if the usage does not contain it.
    ///
    /// A web search is billed for each call that searched. Opening a page that was found is not billed, nor is a failed
    /// search. A container is billed once, whatever became of the calls that ran in it; calls that name none share one.
    package mutating func countServerTools(_ calls: some Sequence<ServerToolCall>) {
        var (web, storage) = (0, 0)
        var containers: Set<String?> = []
        for call in calls {
            if call.usesContainer { containers.insert(call.container) }
            guard call.status != "failed" else { continue }
            if call.type == "web_search_call", call.action == nil || call.action == "search" { web += 1 }
            if call.type == "file_search_call" { storage += 1 }
        }
        if web > 0 { webSearches = max(webSearches ?? 0, web) }
        if storage > 0 { storageSearches = max(storageSearches ?? 0, storage) }
        if !containers.isEmpty { codeSessions = max(codeSessions ?? 0, containers.count) }
    }
}

extension ModelAnswer {
    /// Adds the use of a provider's tool that a stream reports, until a report of the whole use replaces the count.
    package mutating func countServerTool(_ call: ServerToolCall) {
        guard pieces.isCounted(call) else { return }
        var tools = TokenUsage()
        tools.countServerTools([call])
        if !tools.isEmpty { addUsage(tools) }
    }
}
