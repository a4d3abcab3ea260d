// SPDX-License-Identifier: MIT

/// The limits of one map of attributes: of a span, an event, a link or a log record.
@usableFromInline
package struct AttributeLimits: Sendable {
    /// The maximum number of names.
    @usableFromInline package let count: Int
    /// The maximum number of characters of a text and of bytes of a `bytes` value.
    @usableFromInline package let valueLength: Int
    /// The maximum nesting of arrays and maps.
    package let depth: Int

    /// Creates limits.
    package init(count: Int, valueLength: Int?, depth: Int) {
        self.count = count
        self.valueLength = valueLength ?? .max
        self.depth = depth
    }

    /// Returns whether a name is stored even beyond the limit, because dashboards require it.
    static func exempts(_ name: String) -> Bool {
        if name.hasPrefix("gen_ai.") {
            return !name.hasPrefix("gen_ai.prompt.") && !name.hasPrefix("gen_ai.completion.")
        }
        return name.hasPrefix("workflow.") || ["user.id", "error.type", "server.address", "server.port"].contains(name)
    }
}

extension Attributes {
    /// Applies the limits to the attributes.
    ///
    /// - Returns: The number of attributes that were dropped.
    @inline(__always)
    package mutating func limit(_ limits: AttributeLimits) -> Int {
        mayExceed(limits) ? cut(limits) : 0
    }

    @inline(never)
    private mutating func cut(_ limits: AttributeLimits) -> Int {
        var kept = UniqueAttributes()
        var droppedCount = 0
        for attribute in self where !kept.insert(attribute, attribute.value.plainByteCount, within: limits) {
            droppedCount += 1
        }
        self = kept.take()
        return droppedCount
    }

    /// Returns whether any attribute may exceed a limit; mostly decided from the totals alone.
    ///
    /// - Parameter heldCount: The number of other attributes that count towards the limit.
    @inline(__always)
    package func mayExceed(_ limits: AttributeLimits, besides heldCount: Int = 0) -> Bool {
        if count + heldCount > limits.count { return true }
        return (hasNested || limits.valueLength != .max || limits.depth < 1) && holdsExceeding(limits)
    }

    private func holdsExceeding(_ limits: AttributeLimits) -> Bool {
        var exceeds = false
        withRuns { run in
            for index in run.indices where run[index].value.exceeds(limits) { exceeds = true }
        }
        return exceeds
    }
}

extension AttributeValue {
    /// Cuts texts and bytes, also inside arrays and maps, and replaces arrays and maps that are nested too deep by
    /// `null`.
    mutating func limit(_ limits: AttributeLimits) {
        // Elements of flat lists within usual limits need not be checked.
        guard limits.valueLength != .max || limits.depth < 1 || isNested, exceeds(limits) else { return }
        self = limited(limits)
    }

    /// Returns whether the value exceeds a limit; `depth` is the depth of the value itself.
    fileprivate func exceeds(_ limits: AttributeLimits, depth: Int = 1) -> Bool {
        switch self {
        case .string(let text): text.utf8.count > limits.valueLength
        case .bytes(let bytes): bytes.count > limits.valueLength
        case .array(let values):
            depth > limits.depth || values.indices.contains { values[$0].exceeds(limits, depth: depth + 1) }
        case .map(let attributes):
            depth > limits.depth || attributes.contains { $0.value.exceeds(limits, depth: depth + 1) }
        case .bool, .int, .double, .null: false
        }
    }

    private func limited(_ limits: AttributeLimits, depth: Int = 1) -> AttributeValue {
        switch self {
        case .string(let text):
            guard text.utf8.count > limits.valueLength else { return self }
            return .string(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limits.valueLength))))
        case .bytes(let bytes):
            return .bytes(Array(bytes.prefix(limits.valueLength)))
        case .array(let values):
            guard depth <= limits.depth else { return .null }
            return .array(values.map { $0.limited(limits, depth: depth + 1) })
        case .map(let attributes):
            guard depth <= limits.depth else { return .null }
            return .map(attributes.mapValues { $0.limited(limits, depth: depth + 1) })
        case .bool, .int, .double, .null: return self
        }
    }
}
