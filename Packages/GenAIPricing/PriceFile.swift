// SPDX-License-Identifier: MIT
public struct PriceFile: Sendable { let prices: [String: ModelPricing] }
public struct LivePrices {}
