// SPDX-License-Identifier: MIT
public import GenAICore

/// The answer of a model, in terms that all providers share. All properties are optional.
///
/// The `append` functions assemble an answer that arrives in pieces. Within a ``ModelCall`` they store only what the
/// record needs: no content if that is off, and a limited number of bytes if it is on.
public struct ModelAnswer: Sendable, Hashable {
    /// The provider's identifier of the answer. Attribute `gen_ai.response.id`.
    public var id: String?
    /// The model that answered. Attribute `gen_ai.response.model`.
    public var model: String?
    /// The provider that answered, if it is not the one in the request.
    public var provider: ProviderName?
    /// The output messages, one for each choice. Content.
    public var messages: [Message]
    /// The finish reason of each choice in the provider's words. If empty, those of the messages are used.
    ///
    /// Attribute `gen_ai.response.finish_reasons`.
    public var finishReasons: [String]
    /// The tokens and other units used by the call. Its cost is computed from them.
    public var usage: TokenUsage?
    /// The service tier that served the call. Attribute `openai.response.service_tier`.
    public var serviceTier: String?
    /// The fingerprint of the server's configuration. Attribute `openai.response.system_fingerprint`.
    public var systemFingerprint: String?
    /// The number of dimensions of the vectors; only for embeddings.
    public var embeddingDimensions: Int?
    /// Additional attributes of the call's span.
    public var attributes: Attributes
    /// The pieces from which ``messages`` are assembled.
    var pieces = AnswerPieces()

    /// Creates an answer.
    public init(
        id: String? = nil, model: String? = nil, provider: ProviderName? = nil, messages: [Message] = [],
        finishReasons: [String] = [], usage: TokenUsage? = nil, serviceTier: String? = nil, attributes: Attributes = [:]
    ) {
        self.id = id
        self.model = model
        self.provider = provider
        self.messages = messages
        self.finishReasons = finishReasons
        self.usage = usage
        self.serviceTier = serviceTier
        self.attributes = attributes
    }

    /// The finish reasons, from the messages if none are given separately.
    var allFinishReasons: [String] {
        finishReasons.isEmpty ? messages.compactMap(\.finishReason) : finishReasons
    }

    /// The finish reason of one choice.
    func finishReason(at index: Int) -> String? {
        messages.indices.contains(index) && messages[index].finishReason != nil
            ? messages[index].finishReason : finishReasons.indices.contains(index) ? finishReasons[index] : nil
    }
}

// MARK: - Pieces

extension ModelAnswer {
    /// Adds text to a choice.
    ///
    /// - Parameters:
    ///   - choice: The provider's index of the choice.
    ///   - block: The provider's index of the content block, if it has one; `nil` appends to the last text.
    public mutating func appendText(_ text: String, choice: Int = 0, block: Int? = nil) {
        append(text, .text, choice, block)
    }

    /// Adds reasoning to a choice; see ``appendText(_:choice:block:)``.
    public mutating func appendReasoning(_ text: String, choice: Int = 0, block: Int? = nil) {
        append(text, .reasoning, choice, block)
    }

    /// Adds a tool call, or a piece of one.
    ///
    /// The call of a piece is determined from its identifier, index and name and from the arguments so far, because
    /// servers number calls in different ways.
    ///
    /// - Parameters:
    ///   - index: The provider's index of the call.
    ///   - arguments: A piece of the arguments, which is appended to the earlier ones.
    public mutating func appendToolCall(
        index: Int? = nil, id: String? = nil, name: String? = nil, arguments: String? = nil, type: String? = nil,
        choice: Int = 0
    ) {
        let piece = ToolCallAssembly.Piece(index: index, id: id, name: name, arguments: arguments ?? "", type: type)
        appendToolCalls([piece], choice: choice)
    }

    /// Adds the tool call pieces of one chunk.
    package mutating func appendToolCalls(_ calls: [ToolCallAssembly.Piece], choice: Int = 0) {
        guard !calls.isEmpty, let message = position(ofChoice: choice) else { return }
        for (piece, placement) in zip(calls, pieces.place(calls, choice)) {
            guard let part = pieces.position(ofCall: placement, piece.index, message, &messages),
                case .toolCall(var call) = messages[message].parts[part]
            else { continue }
            messages[message].parts[part] = .text("")  // so that the arguments grow in place
            if call.id == nil, let id = placement.id { call.id = pieces.kept(id, asContent: false) }
            if let name = placement.name, name != call.name {
                call.name = pieces.kept(name, asContent: false) ?? call.name
            }
            if let type = piece.type { call.type = type }
            if placement.arguments == .replace { call.arguments = nil }
            if placement.arguments != .ignore, !piece.arguments.isEmpty, let more = pieces.kept(piece.arguments) {
                call.arguments = (call.arguments.take() ?? "") + more
            }
            messages[message].parts[part] = .toolCall(call)
        }
    }

    /// Sets the finish reason of a choice.
    public mutating func finish(_ reason: String, choice: Int = 0) {
        guard let message = position(ofChoice: choice) else { return }
        messages[message].finishReason = reason
    }

    /// Begins a choice, even if it has no content yet.
    ///
    /// - Parameter role: The author; `nil` leaves it unchanged. The initial one is the assistant.
    public mutating func begin(choice: Int = 0, role: Message.Role? = nil) {
        guard let message = position(ofChoice: choice), let role else { return }
        messages[message].role = role
    }

    /// Removes the messages, because the complete ones will be added.
    package mutating func removeContent() {
        messages = []
        pieces.removeAll()
    }

    /// Returns whether a content block has begun.
    package func hasBlock(_ block: Int, choice: Int = 0) -> Bool {
        pieces.slots.contains { $0.choice == choice && $0.number == block }
    }

    private mutating func append(_ text: String, _ kind: AnswerPieces.Kind, _ choice: Int, _ block: Int?) {
        guard let message = position(ofChoice: choice), let more = pieces.kept(text) else { return }
        guard let part = pieces.position(ofBlock: block, kind, message, choice, &messages) else { return }
        switch messages[message].parts[part] {
        case .text(var known):
            messages[message].parts[part] = .text("")  // so that the text grows in place
            known += more
            messages[message].parts[part] = .text(known)
        case .reasoning(var known):
            messages[message].parts[part] = .text("")
            known += more
            messages[message].parts[part] = .reasoning(known)
        default: break
        }
    }

    /// Returns the position of a choice's message. Messages are in the order of the choices' indices.
    private mutating func position(ofChoice number: Int) -> Int? {
        if let position = pieces.choices.firstIndex(of: number) { return position }
        guard pieces.choices.count < AnswerPieces.mostChoices else { return pieces.refuse() }
        let position = pieces.choices.firstIndex { $0 > number } ?? pieces.choices.count
        pieces.choices.insert(number, at: position)
        for index in pieces.slots.indices where pieces.slots[index].message >= position {
            pieces.slots[index].message += 1
        }
        messages.insert(Message(role: .assistant, parts: []), at: min(position, messages.count))
        return position
    }
}

/// The pieces of an answer, and the limit of what is kept. Ignored when answers are compared.
struct AnswerPieces: Sendable {
    static let mostChoices = 128
    static let mostParts = 1_024
    /// The maximum number of bytes of names and identifiers that are kept if content is off.
    private static let outlineLimit = 65_536

    enum Kind { case text, reasoning, toolCall }

    /// The part of a message that a provider's index stands for.
    struct Slot {
        var choice: Int
        var number: Int?
        var kind: Kind
        /// The number of a tool call among those of its message, in the order in which they began.
        var call: Int?
        var message: Int
        var part: Int
    }

    /// The providers' indices of the messages.
    var choices: [Int] = []
    var slots: [Slot] = []
    private var assemblies: [Int: ToolCallAssembly] = [:]
    /// The hashes of the containers whose use was counted.
    private var containers: Set<Int> = []
    /// Indicates whether content is kept.
    var keepsContent = true
    /// The maximum number of bytes that are kept.
    var limit = Int.max
    private var size = 0
    /// Indicates whether anything was left out because of the limit.
    private(set) var isCut = false

    /// Returns the part of a text that fits the limit; `nil` if content is off or nothing fits.
    mutating func kept(_ text: String, asContent: Bool = true) -> String? {
        guard keepsContent || !asContent else { return nil }
        let room = (keepsContent ? limit : min(limit, Self.outlineLimit)) - size
        guard text.utf8.count > room else {
            size += text.utf8.count
            return text
        }
        guard !isCut else { return nil }
        isCut = true
        size = limit
        return text.prefix(ofBytes: max(0, room)) + truncationMarker
    }

    /// Removes all pieces and keeps the limits.
    mutating func removeAll() {
        choices = []
        slots = []
        assemblies = [:]
        size = 0
        isCut = false
    }

    /// Returns whether a call of a tool uses no container, or the first use of the one that it runs in.
    mutating func isCounted(_ call: ServerToolCall) -> Bool {
        guard call.usesContainer else { return true }
        guard containers.count < Self.mostParts else { return false }
        return containers.insert(call.container.hashValue).inserted
    }

    /// Returns the provider's index of a choice.
    func number(at position: Int) -> Int { choices.indices.contains(position) ? choices[position] : position }

    /// Notes that something was left out.
    mutating func refuse() -> Int? {
        isCut = true
        return nil
    }

    /// Returns the part of a content block, which is created if it is new.
    mutating func position(
        ofBlock number: Int?, _ kind: Kind, _ message: Int, _ choice: Int, _ messages: inout [Message]
    ) -> Int? {
        let known = slots.lastIndex { slot in
            slot.message == message && (number == nil ? true : slot.number == number)
        }
        if let known, slots[known].kind == kind { return slots[known].part }
        return begin(number, kind, message, kind == .text ? .text("") : .reasoning(""), &messages)
    }

    /// Returns the calls that pieces of a choice belong to; none if the limit is exceeded.
    mutating func place(_ calls: [ToolCallAssembly.Piece], _ choice: Int) -> [ToolCallAssembly.Placement] {
        guard slots.count < Self.mostParts else {
            isCut = true
            return []
        }
        return assemblies[choice, default: ToolCallAssembly()].place(calls)
    }

    /// Returns the part of a tool call, which is created if it is new.
    mutating func position(
        ofCall placement: ToolCallAssembly.Placement, _ number: Int?, _ message: Int, _ messages: inout [Message]
    ) -> Int? {
        guard placement.isNew else {
            return slots.first { $0.message == message && $0.call == placement.position }?.part
        }
        let part = Message.Part.toolCall(.init(name: ""))
        return begin(number, .toolCall, message, part, &messages, call: placement.position)
    }

    private mutating func begin(
        _ number: Int?, _ kind: Kind, _ message: Int, _ part: Message.Part, _ messages: inout [Message],
        call: Int? = nil
    ) -> Int? {
        guard slots.count < Self.mostParts else { return refuse() }
        messages[message].parts.append(part)
        let position = messages[message].parts.count - 1
        slots.append(
            Slot(
                choice: choices[message], number: number, kind: kind, call: call, message: message, part: position))
        return position
    }
}

extension AnswerPieces: Hashable {
    static func == (one: AnswerPieces, other: AnswerPieces) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
}
