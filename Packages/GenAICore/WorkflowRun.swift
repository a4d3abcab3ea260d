// SPDX-License-Identifier: MIT
import Synchronization

/// One run of a workflow, from entering its scope to leaving it.
///
/// Runs nest. The usage of an inner run also counts towards the outer ones.
package final class WorkflowRun: Sendable {
    /// The sums of a run.
    package struct Totals: Sendable, Hashable {
        /// The number of calls to models.
        package var llmCalls = 0
        /// The number of calls to tools.
        package var toolCalls = 0
        /// The cost of all calls with a known price.
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

    /// Adds to this run and to the enclosing ones.
    ///
    /// - Returns: The sums of this run, including the new ones.
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
