// SPDX-License-Identifier: MIT

import GenAIInstrumentation

/// The tool calls of a message, assembled from the pieces of a stream by the rule of ``ToolCallAssembly``.
struct PartialToolCalls: Sendable {
    private var assembly = ToolCallAssembly()
    /// The calls as received so far.
    private(set) var calls: [ChatMessage.ToolCall] = []

    /// Adds the pieces of one chunk.
    mutating func add(_ pieces: [ChatMessage.ToolCall]) {
        for (piece, placement) in zip(pieces, assembly.place(pieces.map(\.piece))) {
            if placement.isNew { calls.append(ChatMessage.ToolCall()) }
            calls[placement.position].add(piece, placement)
        }
    }
}

extension ChatMessage.ToolCall {
    /// The name of the tool; empty while unknown.
    var name: String { function?.name ?? custom?.name ?? "" }
    /// The arguments of the call: JSON for functions, free text for custom tools.
    var arguments: String { function?.arguments ?? custom?.input ?? "" }

    /// The piece in the form that all clients share.
    var piece: ToolCallAssembly.Piece {
        ToolCallAssembly.Piece(index: index, id: id, name: name, arguments: arguments, type: type)
    }

    fileprivate mutating func add(_ piece: ChatMessage.ToolCall, _ placement: ToolCallAssembly.Placement) {
        id = placement.id
        if let type = piece.type.nonEmpty { self.type = type }
        if let new = piece.function {
            if type == nil { type = "function" }
            var known = function ?? Function()
            function = nil  // so that the arguments are grown in place
            known.name = placement.name
            switch placement.arguments {
            case .append: known.arguments += new.arguments
            case .replace: known.arguments = new.arguments
            case .ignore: break
            }
            known.additional.merge(new.additional)
            function = known
        }
        if let new = piece.custom {
            var known = custom ?? Custom()
            custom = nil
            known.name = placement.name
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
}
