// SPDX-License-Identifier: MIT
public import GenAICore

extension ModelAnswer {
    /// Takes a report of usage that repeats all tokens so far: what it has replaces what was known, the rest stays.
    ///
    /// See ``GenAICore/TokenUsage/update(withCumulative:)``.
    public mutating func updateUsage(withCumulative report: TokenUsage) {
        usage = usage.map { $0.updated(withCumulative: report) } ?? report
    }

    /// Takes a report of usage that counts only what came since the last one.
    public mutating func addUsage(_ increment: TokenUsage) {
        usage = (usage ?? TokenUsage()) + increment
    }
}
