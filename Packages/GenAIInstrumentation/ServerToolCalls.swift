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

    /// Creates a call.
    package init(type: String?, status: String?, action: String?) {
        self.type = type
        self.status = status
        self.action = action
    }
}

extension TokenUsage {
    /// Adds the use of the provider's tools, if the usage does not contain it.
    ///
    /// A web search is billed for each call that searched. Opening a page that was found is not billed, nor is a failed
    /// call.
    package mutating func countServerTools(_ calls: some Sequence<ServerToolCall>) {
        var (web, storage) = (0, 0)
        for call in calls where call.status != "failed" {
            if call.type == "web_search_call", call.action == nil || call.action == "search" { web += 1 }
            if call.type == "file_search_call" { storage += 1 }
        }
        if web > 0 { webSearches = max(webSearches ?? 0, web) }
        if storage > 0 { storageSearches = max(storageSearches ?? 0, storage) }
    }
}
