// SPDX-License-Identifier: MIT

// A program that plugs its own HTTP client needs the seam's types, and the target behind them is no product.
@_exported public import GenAIHTTP
