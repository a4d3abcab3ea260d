// SPDX-License-Identifier: MIT

/// Determines the tool call that each piece of a stream belongs to, and the way in which the piece continues it.
///
/// The rule of identity, for every client: **a piece belongs to the call that its identifier names; its index is a
/// hint.** Servers give indices to items that are not calls, give all calls the same index, or give none, and
/// identifiers change, are empty or are missing. In full:
///
/// - A piece with the identifier of a call continues it, whatever its index.
/// - A piece with a new identifier begins another call, unless the call with its index still has no identifier. Without
///   a name it begins one only after complete arguments, because some servers create an identifier for each piece.
/// - A piece without an identifier belongs to the call of its index, or else to the call of the previous piece.
/// - A piece with a name begins another call after complete arguments. So does each named piece of a list except the
///   first. Before the arguments, a name that is the same or an extension of the earlier one replaces it; any other is
///   a piece and is appended.
/// - Arguments are appended. Complete arguments that are sent twice count once, and `{}` before the arguments is
///   ignored. A piece that begins with all earlier text, at a place where JSON allows no object, replaces the
///   arguments.
///
/// Only the progress of the arguments is stored, not their text.
package struct ToolCallAssembly: Sendable {
    /// A piece of a call, as it arrives.
    package struct Piece: Sendable {
        package var index: Int?
        package var id: String?
        package var name: String?
        package var arguments: String
        package var type: String?

        /// Creates a piece. Empty values count as missing.
        package init(index: Int?, id: String?, name: String?, arguments: String, type: String? = nil) {
            self.index = index
            self.id = id.flatMap { $0.isEmpty ? nil : $0 }
            self.name = name.flatMap { $0.isEmpty ? nil : $0 }
            self.arguments = arguments
            self.type = type.flatMap { $0.isEmpty ? nil : $0 }
        }

        /// Indicates whether the piece has a name or an identifier, which only the first piece of a call needs.
        fileprivate var isBeginning: Bool { name != nil || id != nil }
        fileprivate var isBlank: Bool { arguments.utf8.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) } }
    }

    /// The call that a piece belongs to.
    package struct Placement: Sendable {
        /// The number of the call, in the order in which the calls began.
        package var position: Int
        /// Indicates whether the call begins here.
        package var isNew: Bool
        /// The identifier of the call; `nil` until it is known.
        package var id: String?
        /// The name of the call, as received so far.
        package var name: String?
        /// The use of the piece's arguments.
        package var arguments: Arguments
    }

    /// The use of a piece of arguments.
    package enum Arguments: Sendable {
        /// They are appended to the earlier ones.
        case append
        /// They replace the earlier ones.
        case replace
        /// They are ignored, because they are a repetition.
        case ignore
    }

    private struct Call: Sendable {
        var id: String?
        var name: String?
        /// The index of its last piece.
        var index: Int?
        var arguments = JSONProgress()
    }

    private var calls: [Call] = []
    private var positionsByIndex: [Int: Int] = [:]
    private var positionsByID: [String: Int] = [:]
    /// The position of the call that the last piece belongs to.
    private var current: Int?

    /// Creates an assembly before the first piece.
    package init() {}

    /// The number of calls.
    package var count: Int { calls.count }

    /// Adds the pieces of one chunk and returns the calls that they belong to.
    package mutating func place(_ pieces: [Piece]) -> [Placement] {
        var named: Set<Int> = []
        var placements: [Placement] = []
        for (offset, piece) in pieces.enumerated() {
            let isPlaced = pieces.count > 1 && positionsByIndex.isEmpty && offset < calls.count
            var position = position(of: piece, hint: isPlaced ? offset : nil)
            if let known = position, named.contains(known), isAnother(piece, calls[known]) { position = nil }
            let target = position ?? begin()
            if piece.name != nil { named.insert(target) }
            let use = add(piece, to: target)
            placements.append(
                Placement(
                    position: target, isNew: position == nil, id: calls[target].id, name: calls[target].name,
                    arguments: use))
        }
        return placements
    }

    private mutating func begin() -> Int {
        calls.append(Call())
        return calls.count - 1
    }

    /// Returns the position of the call that a piece continues; `nil` if it begins one.
    ///
    /// - Parameter hint: The position that the index of the piece in its list suggests; `nil` for none.
    private func position(of piece: Piece, hint: Int?) -> Int? {
        if let id = piece.id, let known = positionsByID[id] {
            let isElsewhere = piece.index != nil && calls[known].index != nil && piece.index != calls[known].index
            let isAnother = piece.name != nil && !piece.isBlank && calls[known].arguments.isComplete
            return isElsewhere && isAnother ? nil : known
        }
        let known: Int
        if let index = piece.index {
            guard let numbered = positionsByIndex[index] ?? (piece.isBeginning ? nil : current) else { return nil }
            known = numbered
        } else {
            guard let last = piece.isBeginning ? current : hint ?? current else { return nil }
            known = last
        }
        return continues(piece, calls[known]) ? known : nil
    }

    /// Returns whether a piece begins another call after one that was named in the same list.
    private func isAnother(_ piece: Piece, _ known: Call) -> Bool {
        guard let name = piece.name, piece.id == nil || piece.id != known.id else { return false }
        return piece.index == nil || name != known.name
    }

    /// Returns whether a piece with a new or missing identifier continues a call.
    private func continues(_ piece: Piece, _ known: Call) -> Bool {
        if piece.id != nil, known.id != nil {
            return piece.name == nil && (!known.arguments.isComplete || piece.isBlank)
        }
        guard let name = piece.name, let knownName = known.name else { return true }
        if known.arguments.isComplete { return name == knownName && piece.isBlank }
        if name == knownName || name.hasPrefix(knownName) { return true }
        return piece.index != nil && known.arguments.isEmpty
    }

    private mutating func add(_ piece: Piece, to position: Int) -> Arguments {
        current = position
        if let index = piece.index {
            positionsByIndex[index] = position
            calls[position].index = index
        }
        if let id = piece.id, calls[position].id == nil {
            positionsByID[id] = position
            calls[position].id = id
        }
        if let name = piece.name, name != calls[position].name {
            if let known = calls[position].name {
                if calls[position].arguments.isEmpty {
                    calls[position].name = name.hasPrefix(known) ? name : known + name
                }
            } else {
                calls[position].name = name
            }
        }
        return calls[position].arguments.add(piece.arguments)
    }
}

/// Tracks whether a JSON object or list that arrives in pieces is complete. Accepts other texts too.
private struct JSONProgress: Sendable {
    /// The position in the innermost object or list.
    private enum Place { case beforeKey, afterKey, beforeValue, afterValue }

    private var objects: [Bool] = []
    private var place = Place.beforeValue
    private var isInString = false
    private var isEscaped = false
    private var isContainer = false
    private var text = TextIdentity()
    /// Indicates whether only white space has been received.
    private(set) var isEmpty = true

    /// Indicates whether the outermost object or list has ended. Never true for other values, whose end cannot be
    /// detected.
    var isComplete: Bool { isContainer && objects.isEmpty && !isInString }

    /// Adds a piece and returns its use.
    mutating func add(_ piece: String) -> ToolCallAssembly.Arguments {
        guard isContainer, piece.utf8.first == UInt8(ascii: "{") || piece.utf8.first == UInt8(ascii: "[") else {
            return append(piece)
        }
        if isComplete {
            if text == TextIdentity(of: piece) { return .ignore }
            return text == TextIdentity(of: "{}") ? replace(with: piece) : append(piece)
        }
        let restarts = (isInString || place != .beforeValue) && text == TextIdentity(of: piece, prefix: text.count)
        return restarts ? replace(with: piece) : append(piece)
    }

    private mutating func replace(with piece: String) -> ToolCallAssembly.Arguments {
        self = JSONProgress()
        _ = append(piece)
        return .replace
    }

    private mutating func append(_ piece: String) -> ToolCallAssembly.Arguments {
        for byte in piece.utf8 {
            text.add(byte)
            follow(byte)
        }
        return .append
    }

    private mutating func follow(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                place = place == .beforeKey ? .afterKey : .afterValue
            }
            return
        }
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): return
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if isEmpty { isContainer = true }
            let isObject = byte == UInt8(ascii: "{")
            objects.append(isObject)
            place = isObject ? .beforeKey : .beforeValue
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            _ = objects.popLast()
            place = .afterValue
        case UInt8(ascii: ":"): place = .beforeValue
        case UInt8(ascii: ","): place = objects.last == true ? .beforeKey : .beforeValue
        default: place = .afterValue
        }
        isEmpty = false
    }
}

/// The length and hash (FNV-1a, 64 bits) of a text, for comparing texts that are not stored.
private struct TextIdentity: Sendable, Equatable {
    private(set) var count = 0
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    init() {}

    /// Creates the identity of a text, or of its first bytes if it is longer than `prefix`.
    init(of text: String, prefix: Int = .max) {
        for byte in text.utf8.prefix(prefix) { add(byte) }
    }

    mutating func add(_ byte: UInt8) {
        count += 1
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
