// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// An item that OTLP groups by resource and scope.
protocol Grouped {
    /// The resource that produced it.
    var resource: Resource { get }
    /// The library that produced it.
    var scope: InstrumentationScope { get }
}

extension SpanData: Grouped {}
extension LogRecordData: Grouped {}
extension MetricData: Grouped {}

/// The items of one resource, in the order of the batch.
struct ResourceGroup {
    let resource: Resource
    var scopes: [ScopeGroup]
}

/// The items of one scope, as indices into the batch.
struct ScopeGroup {
    let scope: InstrumentationScope
    var positions: [Int]
}

/// Groups a batch by resource and scope. Groups are in the order of their first items, items in the order of the batch.
func grouped(_ batch: ArraySlice<some Grouped>) -> [ResourceGroup] {
    var groups: [ResourceGroup] = []
    var (outer, inner) = (0, 0)
    for position in batch.indices {
        let (resource, scope) = (batch[position].resource, batch[position].scope)
        // Neighbouring items mostly share the same storage of both, which is quick to test.
        let isSame =
            !groups.isEmpty && groups[outer].resource.isIdentical(to: resource)
            && groups[outer].scopes[inner].scope.isIdentical(to: scope)
        if !isSame {
            outer = index(of: resource, in: &groups)
            inner = index(of: scope, in: &groups[outer].scopes)
        }
        groups[outer].scopes[inner].positions.append(position)
    }
    return groups
}

private func index(of resource: Resource, in groups: inout [ResourceGroup]) -> Int {
    let known =
        groups.firstIndex { $0.resource.isIdentical(to: resource) } ?? groups.firstIndex { $0.resource == resource }
    if let known { return known }
    groups.append(ResourceGroup(resource: resource, scopes: []))
    return groups.count - 1
}

private func index(of scope: InstrumentationScope, in groups: inout [ScopeGroup]) -> Int {
    let known = groups.firstIndex { $0.scope.isIdentical(to: scope) } ?? groups.firstIndex { $0.scope == scope }
    if let known { return known }
    groups.append(ScopeGroup(scope: scope, positions: []))
    return groups.count - 1
}
