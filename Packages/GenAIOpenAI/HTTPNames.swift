// SPDX-License-Identifier: MIT

public import GenAIHTTP

// Nested, so that the names do not clash with those of server frameworks, which have their own `HTTPHeaders` and
// `HTTPRequest`. A program that uses its own HTTP client imports GenAIHTTP.
extension OpenAIClient {
    /// The header fields of a request or a response.
    public typealias Headers = HTTPHeaders
    /// The time limits of a request.
    public typealias Timeouts = HTTPTimeouts
}
