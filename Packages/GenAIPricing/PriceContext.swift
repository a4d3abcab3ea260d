// SPDX-License-Identifier: MIT

/// How a call was made, where that changes its price.
///
/// Values are compared exactly, and one the price table does not know leaves the standard price in force.
/// Where a provider reports the tier it really used, pass that one instead of the one asked for.
public struct PriceContext: Sendable, Hashable {
    /// The service tier of the call, such as `flex`, `priority` or `default`.
    ///
    /// Source: semantic-conventions-genai `openai.response.service_tier` (Development).
    public var serviceTier: String?
    /// How the call was processed: `batch`, or `nil` for the usual way.
    public var processing: String?
    /// The speed asked for, such as `fast` with Anthropic.
    public var speed: String?
    /// The kind of search behind the answer, such as `fast` with Perplexity.
    public var searchType: String?

    /// Creates a context; what is not given leaves the standard price in force.
    public init(
        serviceTier: String? = nil, processing: String? = nil, speed: String? = nil, searchType: String? = nil
    ) {
        self.serviceTier = serviceTier
        self.processing = processing
        self.speed = speed
        self.searchType = searchType
    }

    /// A call made through a batch interface.
    public static let batch = PriceContext(processing: "batch")
    /// A call served when there is room, for less.
    public static let flex = PriceContext(serviceTier: "flex")
    /// A call served ahead of others, for more.
    public static let priority = PriceContext(serviceTier: "priority")

    /// The names the price table uses.
    enum Key: String, Sendable {
        case serviceTier = "service_tier"
        case processing
        case speed
        case searchType = "search_type"
    }

    func has(_ value: String, for key: Key) -> Bool {
        switch key {
        case .serviceTier: Self.isSame(serviceTier, value)
        case .processing: Self.isSame(processing, value)
        case .speed: Self.isSame(speed, value)
        case .searchType: Self.isSame(searchType, value)
        }
    }

    /// By length first: most texts that differ, differ there.
    @inline(__always)
    private static func isSame(_ given: String?, _ value: String) -> Bool {
        guard let given, given.utf8.count == value.utf8.count else { return false }
        return given == value
    }
}
