// SPDX-License-Identifier: MIT

import GenAICore
import GenAIHTTP

extension HTTPHeaders {
    /// The server's identifier of the request.
    var requestID: String? {
        self["x-request-id"] ?? self["apim-request-id"]
    }

    /// The server's statement whether to retry (`x-should-retry`).
    var shouldRetry: Bool? {
        switch self["x-should-retry"] {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// The delay that the server asks for.
    var retryAfter: Duration? {
        RetryAfter.delay(in: self, now: .nanoseconds(Int64(clamping: systemUnixNanoseconds())))
    }

    /// The limits of the account; `nil` if the response has none of the fields.
    var rateLimits: OpenAIClientError.RateLimits? {
        var limits = OpenAIClientError.RateLimits()
        limits.requestLimit = self["x-ratelimit-limit-requests"].flatMap { Int($0) }
        limits.requestsRemaining = self["x-ratelimit-remaining-requests"].flatMap { Int($0) }
        limits.requestsReset = self["x-ratelimit-reset-requests"].flatMap(Duration.init(goText:))
        limits.tokenLimit = self["x-ratelimit-limit-tokens"].flatMap { Int($0) }
        limits.tokensRemaining = self["x-ratelimit-remaining-tokens"].flatMap { Int($0) }
        limits.tokensReset = self["x-ratelimit-reset-tokens"].flatMap(Duration.init(goText:))
        return limits == OpenAIClientError.RateLimits() ? nil : limits
    }
}

extension Duration {
    /// Parses the form that rate-limit headers use: `1s`, `6m0s`, `1h2m3.5s`, `120ms`; a number without a unit means
    /// seconds.
    init?(goText text: String) {
        if let seconds = Double(text), seconds.isFinite, seconds >= 0, seconds < 1e9 {
            self = .seconds(seconds)
            return
        }
        var total = Duration.zero
        var rest = text[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(digits), number < 1e9, let seconds = Self.secondsPerUnit[String(unit)] else {
                return nil
            }
            total += .seconds(number * seconds)
        }
        guard !text.isEmpty else { return nil }
        self = total
    }

    private static let secondsPerUnit: [String: Double] = [
        "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9,
    ]
}
