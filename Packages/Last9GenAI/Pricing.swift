// SPDX-License-Identifier: MIT
import GenAICore
public import GenAIPricing

/// Runs a closure whose calls to models are priced by a price book of the caller's own.
///
/// For calls at prices that were agreed for one tenant or one model; inner scopes win. The book goes before the prices that
/// ``Last9/install(_:)`` was given.
public func withPrices<Value, Failure: Error>(
    _ prices: PriceBook, isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let prices = LivePrices(prices)
    return try await GenAIContext.current.updating { $0.prices = prices }.run(operation)
}

/// Runs a synchronous closure whose calls to models are priced by a price book of the caller's own.
public func withPrices<Value, Failure: Error>(
    _ prices: PriceBook, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let prices = LivePrices(prices)
    return try GenAIContext.current.updating { $0.prices = prices }.run(operation)
}

extension LivePrices: ScopedPrices {}
