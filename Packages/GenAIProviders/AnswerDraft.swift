// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// A partially received answer: texts that grow, tool calls that come in pieces, usage that is reported more than once.
///
/// Content beyond a limit is left out, and `isCut` says so.
struct AnswerDraft: Sendable {
    /// The maximum number of choices in one answer.
    private static let mostChoices = 128
    /// The maximum number of parts of one choice.
    private static let mostParts = 1_024

    /// The properties of the answer besides its messages.
    var answer = ModelAnswer()
    /// The failure that the provider reported.
    var failure: ProviderFailure?
    /// Indicates whether the response contains anything of a model's answer.
    var isRecognised = false
    /// Indicates whether anything other than a finish reason shows that the answer is complete.
    var isComplete = false
    /// The usage in the head of the response: a stated cost.
    var headUsage = TokenUsage()
    /// Indicates whether content is kept.
    var keepsContent = true
    /// The number of received pieces of content.
    private(set) var pieceCount = 0
    /// Indicates whether content was left out.
    private(set) var isCut = false

    private var choices: [Choice] = []
    private var contentLeft: Int

    private struct Choice: Sendable {
        var index: Int
        var role = Message.Role.assistant
        var parts: [Part] = []
        var finishReason: String?
    }

    private struct Part: Sendable {
        enum Kind: Sendable, Equatable { case text, reasoning, toolCall, whole(Message.Part) }
        var slot: Int
        var kind: Kind
        var text = ""
        var id: String?
        var name = ""

        var messagePart: Message.Part {
            switch kind {
            case .text: .text(text)
            case .reasoning: .reasoning(text)
            case .toolCall: .toolCall(Message.ToolCall(id: id, name: name, arguments: text.isEmpty ? nil : text))
            case .whole(let part): part
            }
        }
    }

    /// Creates an empty draft.
    ///
    /// - Parameter contentLimit: The maximum number of bytes of text, reasoning and arguments.
    init(contentLimit: Int) { contentLeft = contentLimit }

    /// Indicates whether there is content but no finish reason: the stream was interrupted.
    var lacksEnd: Bool { !isComplete && pieceCount > 0 && choices.allSatisfy { $0.finishReason == nil } }

    /// The answer as received so far.
    var modelAnswer: ModelAnswer {
        var answer = answer
        if let cost = headUsage.statedCost, answer.usage?.statedCost == nil {
            answer.usage = answer.usage ?? TokenUsage()
            answer.usage?.statedCost = cost
        }
        answer.messages = choices.sorted { $0.index < $1.index }.map { choice in
            Message(
                role: choice.role, parts: choice.parts.sorted { $0.slot < $1.slot }.map(\.messagePart),
                finishReason: choice.finishReason)
        }
        return answer
    }
}

// MARK: - Filling in

extension AnswerDraft {
    /// Sets the identifier, the model or a similar property. Empty values are ignored: providers repeat these
    /// properties, some without a value.
    mutating func set(_ property: WritableKeyPath<ModelAnswer, String?>, _ value: WireValue?) {
        guard let text = value?.identifier else { return }
        isRecognised = true
        answer[keyPath: property] = text
    }

    /// Sets the role.
    mutating func setRole(_ role: WireValue?, choice: Int = 0) {
        guard let text = role?.nonEmptyString, let position = position(ofChoice: choice) else { return }
        choices[position].role = text == "model" ? .assistant : Message.Role(rawValue: text)
    }

    /// Sets the finish reason.
    mutating func setFinishReason(_ reason: WireValue?, choice: Int = 0) {
        guard let text = reason?.nonEmptyString, let position = position(ofChoice: choice) else { return }
        choices[position].finishReason = text
        isRecognised = true
    }

    /// Adds text to the part of a slot; without a slot, to the last part if it is text too.
    mutating func addText(_ text: String?, choice: Int = 0, slot: Int? = nil) {
        add(text, kind: .text, choice: choice, slot: slot)
    }

    /// Adds reasoning to the part of a slot; without a slot, to the last part if it is reasoning too.
    mutating func addReasoning(_ text: String?, choice: Int = 0, slot: Int? = nil) {
        add(text, kind: .reasoning, choice: choice, slot: slot)
    }

    /// Adds a complete part.
    mutating func addPart(_ part: Message.Part, choice: Int = 0, slot: Int? = nil) {
        switch part {
        case .text(let text): addText(text, choice: choice, slot: slot)
        case .reasoning(let text): addReasoning(text, choice: choice, slot: slot)
        case .toolCall(let call):
            beginToolCall(id: call.id, name: call.name, choice: choice, slot: slot)
            addArguments(call.arguments, choice: choice, slot: slot)
        default:
            guard let position = position(ofChoice: choice) else { return }
            append(Part(slot: slot ?? nextSlot(position), kind: .whole(part)), to: position)
            pieceCount += 1
            isRecognised = true
        }
    }

    /// Begins a tool call. Its arguments follow, complete or in pieces.
    mutating func beginToolCall(id: String?, name: String, choice: Int = 0, slot: Int? = nil) {
        guard let position = position(ofChoice: choice) else { return }
        append(Part(slot: slot ?? nextSlot(position), kind: .toolCall, id: id, name: name), to: position)
        pieceCount += 1
        isRecognised = true
    }

    /// Adds a piece of the arguments of the call in a slot; without a slot, of the last call.
    mutating func addArguments(_ text: String?, choice: Int = 0, slot: Int? = nil) {
        guard let text, !text.isEmpty, let position = position(ofChoice: choice),
            let part = choices[position].parts.lastIndex(where: {
                $0.kind == .toolCall && (slot == nil || $0.slot == slot)
            })
        else { return }
        choices[position].parts[part].text += taken(text)
        pieceCount += 1
    }

    /// Removes the arguments of the call in a slot, because they are sent again from their start.
    mutating func removeArguments(choice: Int, slot: Int) {
        guard let position = position(ofChoice: choice),
            let part = choices[position].parts.lastIndex(where: { $0.kind == .toolCall && $0.slot == slot })
        else { return }
        contentLeft += choices[position].parts[part].text.utf8.count
        choices[position].parts[part].text = ""
    }

    /// Sets the identifier and the name of the call in a slot. Some providers send names in pieces.
    mutating func nameToolCall(id: String?, name: String?, choice: Int, slot: Int) {
        guard let position = position(ofChoice: choice),
            let part = choices[position].parts.lastIndex(where: { $0.kind == .toolCall && $0.slot == slot })
        else { return }
        if let id { choices[position].parts[part].id = id }
        if let name { choices[position].parts[part].name = name }
    }

    /// Replaces the parts in a slot.
    mutating func replace(slot: Int, choice: Int = 0, with parts: [Message.Part]) {
        guard let position = position(ofChoice: choice) else { return }
        let pieces = pieceCount
        for part in choices[position].parts where part.slot == slot { contentLeft += part.text.utf8.count }
        choices[position].parts.removeAll { $0.slot == slot }
        for part in parts { addPart(part, choice: choice, slot: slot) }
        pieceCount = pieces
    }

    /// Removes all parts of a choice, because the complete ones follow.
    mutating func removeParts(choice: Int = 0) {
        guard let position = position(ofChoice: choice) else { return }
        for part in choices[position].parts { contentLeft += part.text.utf8.count }
        choices[position].parts = []
    }

    private mutating func add(_ text: String?, kind: Part.Kind, choice: Int, slot: Int?) {
        guard let text, !text.isEmpty, let position = position(ofChoice: choice) else { return }
        pieceCount += 1
        isRecognised = true
        let part = choices[position].parts.lastIndex { slot == nil || $0.slot == slot }
        if let part, choices[position].parts[part].kind == kind {
            choices[position].parts[part].text += taken(text)
        } else {
            append(Part(slot: slot ?? nextSlot(position), kind: kind, text: taken(text)), to: position)
        }
    }

    private mutating func append(_ part: Part, to position: Int) {
        guard choices[position].parts.count < Self.mostParts else { return isCut = true }
        choices[position].parts.append(part)
    }

    private func nextSlot(_ position: Int) -> Int { (choices[position].parts.last?.slot ?? -1) + 1 }

    /// Returns the part of the text that the limit allows.
    private mutating func taken(_ text: String) -> String {
        guard keepsContent else { return "" }
        let count = text.utf8.count
        guard count > contentLeft else {
            contentLeft -= count
            return text
        }
        isCut = true
        var end = text.utf8.index(text.startIndex, offsetBy: contentLeft)
        while end > text.startIndex, String.Index(end, within: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        contentLeft = 0
        return String(text[..<end])
    }

    private mutating func position(ofChoice index: Int) -> Int? {
        if let position = choices.firstIndex(where: { $0.index == index }) { return position }
        guard choices.count < Self.mostChoices else {
            isCut = true
            return nil
        }
        choices.append(Choice(index: index))
        return choices.count - 1
    }
}

/// A failure reported by the provider.
struct ProviderFailure: Sendable, Hashable {
    /// The provider's name for the kind of failure, such as `overloaded_error`. Low cardinality.
    var type: String
    /// A description for people; may quote content.
    var message: String?
}
