// SPDX-License-Identifier: MIT
import GenAICore

/// A property by which a report groups calls, such as the model or an attribute.
public struct ReportGrouping: Sendable, Hashable {
    /// The name in reports: `conversation`, `workflow`, `user`, `agent`, `model`, `provider`, `service`, `operation`,
    /// or the name of an attribute.
    public let name: String

    /// Creates a grouping by one of the standard names, or by an attribute.
    ///
    /// - Parameter name: For example `model`, `custom.tenant` or `deployment.environment.name`. `tenant` also finds
    ///   `custom.tenant` and `metadata.tenant`. Attributes of spans take precedence over those of the resource.
    public init(_ name: String) {
        self.name = name
    }

    /// Grouping by conversation.
    public static let conversation = ReportGrouping("conversation")
    /// Grouping by workflow.
    public static let workflow = ReportGrouping("workflow")
    /// Grouping by user.
    public static let user = ReportGrouping("user")
    /// Grouping by agent.
    public static let agent = ReportGrouping("agent")
    /// Grouping by the model that answered, or else the requested one.
    public static let model = ReportGrouping("model")

    /// The groupings of every report.
    public static let standard: [ReportGrouping] = [.conversation, .workflow, .user, .agent, .model]
}

extension ReportGrouping {
    /// The place of a group's name on a span.
    enum Source: Sendable {
        case fact(@Sendable (SpanFacts) -> String?)
        /// Attributes in order of precedence.
        case attributes([String])
    }

    var source: Source {
        switch name {
        case "conversation": .fact { $0.conversation }
        case "workflow": .fact { $0.workflow }
        case "user": .fact { $0.user }
        case "agent": .fact { $0.agent }
        case "model": .fact { $0.model }
        case "provider": .fact { $0.provider }
        case "operation": .fact { $0.operation ?? $0.kind.rawValue }
        case "service": .attributes(["service.name"])
        default: .attributes([name, "custom.\(name)", "metadata.\(name)"])
        }
    }
}

/// Finds the groups that a span belongs to.
struct GroupFinder {
    let groupings: [ReportGrouping]
    let index: FactIndex
    private let sources: [ReportGrouping.Source]
    /// For each grouping by attributes, the positions of its values among the extra names.
    private let places: [Range<Int>]

    init(_ groupings: [ReportGrouping]) {
        self.groupings = groupings
        sources = groupings.map(\.source)
        var names: [String] = []
        var places: [Range<Int>] = []
        for source in sources {
            let start = names.count
            if case .attributes(let candidates) = source { names += candidates }
            places.append(start..<names.count)
        }
        self.places = places
        index = FactIndex(extraNames: names)
    }

    /// Returns the name of the span's group in one grouping.
    func group(_ position: Int, _ facts: SpanFacts, _ resource: Attributes) -> String? {
        switch sources[position] {
        case .fact(let find): return find(facts)
        case .attributes(let names):
            for place in places[position] {
                if let text = facts.extras[place]?.scalarText { return text }
            }
            for name in names {
                if let text = resource[name]?.scalarText { return text }
            }
            return nil
        }
    }
}
