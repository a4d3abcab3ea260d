// SPDX-License-Identifier: MIT

/// The tool calls of a message, assembled from the pieces of a stream.
///
/// The rule of identity: **a piece belongs to the call that its identifier names; its index is a hint.** Servers give
/// indices to items that are not calls, give all calls the same index, or give none, and identifiers change, are empty
/// or are missing. In full:
///
/// - A piece with the identifier of a call continues it, whatever its index.
/// - A piece with a new identifier begins another call, unless the call with its index still has no identifier. Without
///   a name it begins one only after complete arguments, because some servers create an identifier for each piece.
/// - A piece without an identifier belongs to the call of its index, or else to the call of the previous piece.
/// - A piece with a name begins another call after complete arguments. So does each named piece of a list except the
///   first. Before the arguments, a name that is the same or an extension of the earlier one replaces it; any other is
///   a piece and is appended.
/// - Arguments are appended. Complete arguments that are sent twice count once, and `{}` before the arguments is
///   ignored.
///
/// ``JSONMapper`` handles numbers as identifiers, arguments as an object, and a single call outside a list.
struct ToolCallAssembly: Sendable {
    private struct Call: Sendable {
        var call: ChatMessage.ToolCall
        /// The index of its last piece.
        var index: Int?
        var arguments = JSONProgress()

        var name: String? { (call.function?.name ?? call.custom?.name).nonEmpty }

        mutating func add(_ piece: ChatMessage.ToolCall) { call.add(piece, &arguments) }
    }

    private var parts: [Call] = []
    private var positionsByIndex: [Int: Int] = [:]
    private var positionsByID: [String: Int] = [:]
    /// The position of the call that the last piece belongs to.
    private var current: Int?

    /// The number of calls.
    var count: Int { parts.count }

    /// The calls as received so far.
    var calls: [ChatMessage.ToolCall] { parts.map(\.call) }

    /// Adds the pieces of one chunk and returns the positions of the calls they belong to.
    ///
    /// - Parameter keepsArguments: Whether arguments are stored, not only tracked.
    @discardableResult
    mutating func add(_ pieces: [ChatMessage.ToolCall], keepsArguments: Bool = true) -> [Int] {
        var named: Set<Int> = []
        var positions: [Int] = []
        for (offset, piece) in pieces.enumerated() {
            let isPlaced = pieces.count > 1 && positionsByIndex.isEmpty && offset < parts.count
            var position = position(of: piece, hint: isPlaced ? offset : nil)
            if let known = position, named.contains(known), isAnother(piece, parts[known]) { position = nil }
            let target = position ?? begin()
            if piece.newName != nil { named.insert(target) }
            add(piece, to: target, keepsArguments)
            positions.append(target)
        }
        return positions
    }

    private mutating func begin() -> Int {
        parts.append(Call(call: ChatMessage.ToolCall()))
        return parts.count - 1
    }

    /// Returns the position of the call that a piece continues; `nil` if it begins one.
    ///
    /// - Parameter hint: The position that the index of the piece in its list suggests; `nil` for none.
    private func position(of piece: ChatMessage.ToolCall, hint: Int?) -> Int? {
        if let id = piece.id.nonEmpty, let known = positionsByID[id] {
            let isElsewhere = piece.index != nil && parts[known].index != nil && piece.index != parts[known].index
            let isAnother = piece.newName != nil && !piece.text.isBlank && parts[known].arguments.isComplete
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
        return continues(piece, parts[known]) ? known : nil
    }

    /// Returns whether a piece begins another call after one that was named in the same list.
    private func isAnother(_ piece: ChatMessage.ToolCall, _ known: Call) -> Bool {
        guard let name = piece.newName, piece.id.nonEmpty == nil || piece.id != known.call.id else { return false }
        return piece.index == nil || name != known.name
    }

    /// Returns whether a piece with a new or missing identifier continues a call.
    private func continues(_ piece: ChatMessage.ToolCall, _ known: Call) -> Bool {
        if piece.id.nonEmpty != nil, known.call.id != nil {
            return piece.newName == nil && (!known.arguments.isComplete || piece.text.isBlank)
        }
        guard let name = piece.newName, let knownName = known.name else { return true }
        if known.arguments.isComplete { return name == knownName && piece.text.isBlank }
        if name == knownName || name.hasPrefix(knownName) { return true }
        return piece.index != nil && known.arguments.isEmpty
    }

    private mutating func add(_ piece: ChatMessage.ToolCall, to position: Int, _ keepsArguments: Bool) {
        current = position
        if let index = piece.index {
            positionsByIndex[index] = position
            parts[position].index = index
        }
        if let id = piece.id.nonEmpty, parts[position].call.id == nil {
            positionsByID[id] = position
            parts[position].call.id = id
        }
        parts[position].add(piece)
        if !keepsArguments {
            parts[position].call.function?.arguments = ""
            parts[position].call.custom?.input = ""
        }
    }
}

/// Assigns the tool call pieces in a stream's chunks to calls, without storing their arguments.
struct ToolCallNumbering: Sendable {
    private static let mostCalls = 1_024

    private var calls: [Int: ToolCallAssembly] = [:]
    private var count = 0

    /// Sets the index of each piece of a choice to the position of its call, and its name to the one received so far.
    mutating func number(_ choice: inout ChatCompletionChunk.Choice) {
        guard count < Self.mostCalls else { return }
        let positions = calls[choice.index, default: ToolCallAssembly()].add(
            choice.delta.toolCalls, keepsArguments: false)
        let known = calls[choice.index]?.calls ?? []
        count = calls.values.reduce(0) { $0 + $1.count }
        for (piece, position) in positions.enumerated() {
            choice.delta.toolCalls[piece].index = position
            guard choice.delta.toolCalls[piece].newName != nil else { continue }
            choice.delta.toolCalls[piece].function?.name = known[position].function?.name
            choice.delta.toolCalls[piece].custom?.name = known[position].custom?.name
        }
    }
}

extension ChatMessage.ToolCall {
    fileprivate var newName: String? { (function?.name ?? custom?.name).nonEmpty }
    fileprivate var text: String { function?.arguments ?? custom?.input ?? "" }
    /// Indicates whether the piece has a name or an identifier, which only the first piece of a call needs.
    fileprivate var isBeginning: Bool { newName != nil || id.nonEmpty != nil }

    fileprivate mutating func add(_ piece: ChatMessage.ToolCall, _ progress: inout JSONProgress) {
        if let type = piece.type.nonEmpty { self.type = type }
        if let new = piece.function {
            if type == nil { type = "function" }
            var known = function ?? Function()
            function = nil  // so that the arguments are grown in place
            known.name.join(name: new.name, isOpen: progress.isEmpty)
            known.arguments.join(arguments: new.arguments, &progress)
            known.additional.merge(new.additional)
            function = known
        }
        if let new = piece.custom {
            var known = custom ?? Custom()
            custom = nil
            known.name.join(name: new.name, isOpen: known.input.isEmpty)
            known.input += new.input
            known.additional.merge(new.additional)
            custom = known
        }
        additional.merge(piece.additional)
    }
}

extension String? {
    /// The text; `nil` if it is missing or empty.
    var nonEmpty: String? { self?.isEmpty == false ? self : nil }

    fileprivate mutating func join(name: String?, isOpen: Bool) {
        guard let name = name.nonEmpty, name != self else { return }
        guard let known = nonEmpty else { return self = name }
        if isOpen { self = name.hasPrefix(known) ? name : known + name }
    }
}

extension String {
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }

    fileprivate mutating func join(arguments piece: String, _ progress: inout JSONProgress) {
        if progress.isComplete, piece.first == "{" {
            if piece == self { return }
            if self == "{}" {
                self = ""
                progress = JSONProgress()
            }
        }
        progress.add(piece)
        self += piece
    }
}

/// Tracks whether a JSON object or list that arrives in pieces is complete.
private struct JSONProgress: Sendable {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// Indicates whether only white space has been received.
    private(set) var isEmpty = true
    private var isContainer = false

    /// Indicates whether the outermost object or list has ended. Never true for other values, whose end cannot be
    /// detected.
    var isComplete: Bool { isContainer && depth == 0 }

    mutating func add(_ piece: String) {
        for byte in piece.utf8 { add(byte) }
    }

    private mutating func add(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): return
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if isEmpty { isContainer = true }
            depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth = max(depth - 1, 0)
        default: break
        }
        isEmpty = false
    }
}
