// SPDX-License-Identifier: MIT

public import GenAIHTTP

// Nested, so that a program meets the names only where it needs them: frameworks for servers have their own
// `HTTPHeaders` and `HTTPRequest`. A program that plugs its own HTTP client imports GenAIHTTP.
extension OpenAIClient {
    /// The header fields of a request or a response.
    public typealias Headers = HTTPHeaders
    /// The times a request waits.
    public typealias Timeouts = HTTPTimeouts
}
