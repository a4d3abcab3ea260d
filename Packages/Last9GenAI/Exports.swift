// SPDX-License-Identifier: MIT

// One import is enough: this module exports every product.
@_exported public import GenAIBridge
@_exported public import GenAICore
@_exported public import GenAIExportOTLP
@_exported public import GenAIInstrumentation
@_exported public import GenAIOpenAI
@_exported public import GenAIPricing
@_exported public import GenAIProviders
@_exported public import GenAITelemetry
@_exported public import GenAIURLSession
