// SPDX-License-Identifier: MIT

extension ProviderName {
    /// The value that stands for a provider nobody named. Source: semantic conventions 1.36.0, `gen_ai.system`.
    package static var other: ProviderName { ProviderName(rawValue: "_OTHER") }
}
