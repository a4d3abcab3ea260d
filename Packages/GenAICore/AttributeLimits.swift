// SPDX-License-Identifier: MIT

/// The limits of one map of attributes: of a span, an event, a link or a log record.
@usableFromInline
package struct AttributeLimits: Sendable {
    /// The most names.
    @usableFromInline package let count: Int
    /// The most characters of a text and bytes of a `bytes` value.
    @usableFromInline package let valueLength: Int
    /// The depth to which arrays and maps may be nested.
    package let depth: Int

    /// Creates limits.
    package init(count: Int, valueLength: Int?, depth: Int) {
        self.count = count
        self.valueLength = valueLength ?? .max
        self.depth = depth
    }

    /// Whether a name is stored beyond the count: those that dashboards cannot do without.
    static func exempts(_ name: String) -> Bool {
        if name.hasPrefix("gen_ai.") {
            return !name.hasPrefix("gen_ai.prompt.") && !name.hasPrefix("gen_ai.completion.")
        }
        return name.hasPrefix("workflow.") || ["user.id", "error.type", "server.address", "server.port"].contains(name)
    }
}

extension Attributes {
    /// Cuts the attributes to limits.
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

    /// Whether the attributes have to be gone through; mostly said without a look at them.
    ///
    /// - Parameter heldCount: The number of attributes there are beside these.
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
    /// Cuts texts and bytes, within arrays and maps as well, and replaces arrays and maps that lie too deep by `null`.
    mutating func limit(_ limits: AttributeLimits) {
        // Flat lists within usual limits need no look at their elements.
        guard limits.valueLength != .max || limits.depth < 1 || isNested, exceeds(limits) else { return }
        self = limited(limits)
    }

    /// Whether the value has to be changed to fit; the depth of the value itself is `depth`.
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
