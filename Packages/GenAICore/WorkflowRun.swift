// SPDX-License-Identifier: MIT
import Synchronization

/// One run of a workflow: from the entry into its scope to the exit, with everything that is called in between.
///
/// Runs nest; what an inner one uses is used by the outer ones too.
package final class WorkflowRun: Sendable {
    /// The sums of a run.
    package struct Totals: Sendable, Hashable {
        /// Calls to models.
        package var llmCalls = 0
        /// Calls to tools.
        package var toolCalls = 0
        /// The cost of all calls whose price is known.
        package var cost = USD.zero

        package init(llmCalls: Int = 0, toolCalls: Int = 0, cost: USD = .zero) {
            self.llmCalls = llmCalls
            self.toolCalls = toolCalls
            self.cost = cost
        }
    }

    private let outer: WorkflowRun?
    private let state = Mutex(Totals())

    package init(within outer: WorkflowRun?) { self.outer = outer }

    /// The sums so far.
    package var totals: Totals { state.withLock { $0 } }

    /// Adds to this run and to those around it.
    ///
    /// - Returns: The sums of this run, the new ones included.
    @discardableResult
    package func add(_ new: Totals) -> Totals {
        outer?.add(new)
        return state.withLock { totals in
            totals.llmCalls &+= new.llmCalls
            totals.toolCalls &+= new.toolCalls
            totals.cost += new.cost
            return totals
        }
    }
}
