// SPDX-License-Identifier: MIT
import GenAICore
public import GenAIPricing

/// Runs a closure whose calls to models are priced by another price book.
///
/// For prices that were agreed for one tenant or one model. Inner scopes take precedence. The book takes precedence
/// over the prices given to ``Last9/install(_:)``.
public func withPrices<Value, Failure: Error>(
    _ prices: PriceBook, isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let prices = LivePrices(prices)
    return try await GenAIContext.current.updating { $0.prices = prices }.run(operation)
}

/// Runs a synchronous closure whose calls to models are priced by another price book.
public func withPrices<Value, Failure: Error>(
    _ prices: PriceBook, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let prices = LivePrices(prices)
    return try GenAIContext.current.updating { $0.prices = prices }.run(operation)
}

extension LivePrices: ScopedPrices {}
