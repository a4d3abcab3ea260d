import GenAICore
// SPDX-License-Identifier: MIT
import GenAIInstrumentation

extension AttributeValue {
    /// The minimum limit of an element, so that its marker fits.
    private static let smallest = 24

    /// Returns the value, or a value of the same shape with its longest texts shortened.
    ///
    /// Small members and elements stay whole; the large ones share the remaining space evenly. If there are more of
    /// them than there is space for markers, the last ones are left out.
    ///
    /// - Parameter limit: The number of bytes as JSON text, without quotation marks of a plain text and escapes.
    func shortened(to limit: Int) -> AttributeValue {
        let room = max(limit, Self.smallest)
        return jsonSize <= room + 2 ? self : fitted(to: room + 2, levels: Self.deepestJSONSize)
    }

    private func fitted(to limit: Int, levels: Int) -> AttributeValue {
        guard jsonSize(levels: levels) > limit else { return self }
        switch self {
        case .string(let text): return .string(text.shortened(to: limit - 2))
        case .array(let elements) where levels > 0: return .array(Self.fitted(elements, limit, levels))
        case .map(let members) where levels > 0: return .map(Self.fitted(members, limit, levels))
        case .bool, .int, .double, .null: return self
        case .bytes, .array, .map: return .string(truncationMarker)
        }
    }

    private static func fitted(_ elements: [AttributeValue], _ limit: Int, _ levels: Int) -> [AttributeValue] {
        let room = limit - 2
        let kept = elements.prefix(max(1, room / smallest))
        let cap = share(of: room, sizes: kept.map { $0.jsonSize(levels: levels - 1) + 1 })
        var fitted = kept.map { $0.fitted(to: cap - 1, levels: levels - 1) }
        if kept.count < elements.count { fitted[fitted.count - 1] = .string(truncationMarker) }
        return fitted
    }

    private static func fitted(_ members: Attributes, _ limit: Int, _ levels: Int) -> Attributes {
        let room = limit - 2
        let kept = members.prefix(max(1, room / smallest))
        let names = kept.reduce(0) { $0 + min($1.key.utf8.count, room) + 4 }
        let cap = share(of: room - names, sizes: kept.map { $0.value.jsonSize(levels: levels - 1) })
        var fitted: Attributes = [:]
        fitted.reserveCapacity(kept.count)
        for member in kept {
            fitted[member.key.shortened(to: room)] = member.value.fitted(to: cap, levels: levels - 1)
        }
        if kept.count < members.count { fitted[truncationMarker] = true }
        return fitted
    }

    // Returns the largest size such that the sizes, each counted up to it, add up to no more than the space.
    private static func share(of room: Int, sizes: [Int]) -> Int {
        var rest = room
        var count = sizes.count
        for size in sizes.sorted() {
            if size * count > rest { break }
            rest -= size
            count -= 1
        }
        return max(smallest, count > 0 ? rest / count : room)
    }
}
