// SPDX-License-Identifier: MIT

/// Assembles a streamed response.
///
/// Add every event in order; ``response`` is the response so far at any time. The last event has the whole output. If a
/// server leaves it out there, or the stream is interrupted, the output is assembled from finished items and from the
/// pieces of unfinished ones. Empty members of an item of the last event are filled in from its pieces too.
public struct ResponseAccumulator: Sendable {
    /// The response so far; `nil` before the first event about it.
    public var response: ModelResponse? {
        guard known != nil || !items.isEmpty else { return nil }
        var response = known ?? ModelResponse()
        if response.output.isEmpty {
            response.output = items.sorted { $0.key < $1.key }.map(\.value.item)
        } else {
            for index in response.output.indices where response.output[index].isHollow {
                let id = response.output[index].id.nonEmpty
                guard let position = id.flatMap({ positionsByID[$0] }) ?? (items[index] == nil ? nil : index) else {
                    continue
                }
                response.output[index] = items[position]?.filling(response.output[index]) ?? response.output[index]
            }
        }
        return response
    }

    private var known: ModelResponse?
    private var items: [Int: PartialItem] = [:]
    private var positionsByID: [String: Int] = [:]
    private var current = 0

    /// Creates an accumulator before the first event.
    public init() {}

    /// Adds an event.
    public mutating func add(_ event: ModelResponse.Event) {
        if let snapshot = event.response { known = snapshot.updating(known) }
        switch event.type {
        case .outputItemAdded, .outputItemDone:
            guard let item = event.item else { return }
            let isDone = event.type == .outputItemDone
            let position = position(of: event, item.id, isNew: !isDone)
            items[position, default: PartialItem()].set(item, isDone: isDone)
        default:
            guard event.isPiece else { return }
            let position = position(of: event, event.itemID, isNew: items.isEmpty)
            items[position, default: PartialItem()].add(event)
        }
    }

    /// Returns the position of the item that an event is about. Servers without positions send the item's identifier,
    /// or send the items one after another.
    private mutating func position(of event: ModelResponse.Event, _ id: String?, isNew: Bool) -> Int {
        let named = id.nonEmpty.flatMap { positionsByID[$0] }
        current = event.outputIndex ?? named ?? (isNew ? (items.keys.max() ?? -1) + 1 : current)
        if let id = id.nonEmpty { positionsByID[id] = current }
        return current
    }
}

extension ModelResponse {
    /// Returns the response, completed with the members of an earlier event that this one leaves out.
    fileprivate func updating(_ earlier: ModelResponse?) -> ModelResponse {
        guard let earlier else { return self }
        var response = self
        if id.isEmpty { response.id = earlier.id }
        if model.isEmpty { response.model = earlier.model }
        response.createdAt = createdAt ?? earlier.createdAt
        response.usage = usage ?? earlier.usage
        response.serviceTier = serviceTier ?? earlier.serviceTier
        response.previousResponseID = previousResponseID ?? earlier.previousResponseID
        return response
    }
}

extension ModelResponse.Event {
    /// Indicates whether the event contains a piece of an item.
    fileprivate var isPiece: Bool {
        [
            .outputTextDelta, .outputTextDone, .refusalDelta, .refusalDone, .contentPartDone,
            .functionCallArgumentsDelta, .functionCallArgumentsDone, .customToolCallInputDelta, .reasoningTextDelta,
            .reasoningSummaryTextDelta,
        ].contains(type)
    }
}

/// An item of a response, assembled from its pieces.
private struct PartialItem: Sendable {
    fileprivate struct Part: Sendable {
        var text = ""
        var refusal = ""
    }

    private var known = ResponseItem()
    private var isDone = false
    private var parts: [Int: Part] = [:]
    private var thoughts: [Int: String] = [:]
    private var summaries: [Int: String] = [:]
    private var arguments = ""
    private var input = ""

    /// The item, with empty members filled in from the received pieces.
    var item: ResponseItem {
        var item = known
        if item.content.isEmpty, !parts.isEmpty {
            item.content = .parts(parts.sorted { $0.key < $1.key }.map(\.value.part))
            if item.type == nil { item.type = .message }
            item.role = item.role ?? .assistant
        }
        if item.content.isEmpty, !thoughts.isEmpty { item.content = .parts(Self.parts(thoughts, "reasoning_text")) }
        if item.summary?.isEmpty != false, !summaries.isEmpty {
            item.summary = Self.parts(summaries, "summary_text")
        }
        if item.type == nil, !thoughts.isEmpty || !summaries.isEmpty { item.type = .reasoning }
        if !arguments.isEmpty, item.arguments == nil || item.arguments == "" || item.arguments == "{}" {
            item.arguments = arguments
            if item.type == nil { item.type = .functionCall }
        }
        if !input.isEmpty, item.input.nonEmpty == nil { item.input = input }
        return item
    }

    /// Returns an item with its empty members filled in from the received pieces.
    func filling(_ item: ResponseItem) -> ResponseItem {
        var copy = self
        copy.known = item
        return copy.item
    }

    private static func parts(_ texts: [Int: String], _ type: String) -> [ResponseContentPart] {
        texts.sorted { $0.key < $1.key }.map { _, text in
            var part = ResponseContentPart.text(text)
            part.type = type
            return part
        }
    }

    mutating func set(_ item: ResponseItem, isDone: Bool) {
        guard isDone || !self.isDone else { return }
        known = item
        self.isDone = isDone
    }

    mutating func add(_ event: ModelResponse.Event) {
        let place = event.contentIndex ?? 0
        switch event.type {
        case .outputTextDelta: parts[place, default: Part()].text += event.delta ?? ""
        case .outputTextDone: if let text = event.text { parts[place, default: Part()].text = text }
        case .refusalDelta: parts[place, default: Part()].refusal += event.delta ?? ""
        case .refusalDone: if let text = event.refusal { parts[place, default: Part()].refusal = text }
        case .contentPartDone:
            if let text = event.part?.text, !text.isEmpty { parts[place, default: Part()].text = text }
        case .functionCallArgumentsDelta: arguments += event.delta ?? ""
        case .functionCallArgumentsDone:
            if let whole = event.arguments.nonEmpty { arguments = whole }
            if known.name == nil { known.name = event.additional["name"]?.stringValue }
        case .customToolCallInputDelta: input += event.delta ?? ""
        case .reasoningTextDelta: thoughts[place, default: ""] += event.delta ?? ""
        case .reasoningSummaryTextDelta:
            summaries[event.additional["summary_index"]?.intValue ?? 0, default: ""] += event.delta ?? ""
        default: break
        }
    }
}

extension PartialItem.Part {
    fileprivate var part: ResponseContentPart {
        var part = ResponseContentPart()
        part.type = text.isEmpty && !refusal.isEmpty ? "refusal" : "output_text"
        if part.type == "refusal" { part.refusal = refusal } else { part.text = text }
        return part
    }
}

extension ResponseItem {
    /// Indicates whether the item has empty members that its pieces may have.
    fileprivate var isHollow: Bool {
        content.isEmpty && summary?.isEmpty != false && arguments.nonEmpty == nil && input.nonEmpty == nil
    }
}

extension ResponseContent? {
    fileprivate var isEmpty: Bool {
        switch self {
        case nil: true
        case .text(let text): text.isEmpty
        case .parts(let parts): parts.isEmpty
        }
    }
}
