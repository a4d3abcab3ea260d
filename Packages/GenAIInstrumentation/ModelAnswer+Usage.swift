// SPDX-License-Identifier: MIT
public import GenAICore

extension ModelAnswer {
    /// Applies a cumulative usage report: counts that it contains replace the earlier ones, the others stay.
    ///
    /// See ``GenAICore/TokenUsage/update(withCumulative:)``.
    public mutating func updateUsage(withCumulative report: TokenUsage) {
        usage = usage.map { $0.updated(withCumulative: report) } ?? report
    }

    /// Adds a usage report that counts only what was used since the last one.
    public mutating func addUsage(_ increment: TokenUsage) {
        usage = (usage ?? TokenUsage()) + increment
    }
}
