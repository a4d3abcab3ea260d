// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// What a log record says about the messages of a model call. Decides by name alone.
enum MessageEvent: Equatable {
    /// A message sent to the model; the role is the one the name implies.
    case prompt(role: String)
    /// An answer of the model.
    case completion
    /// The newer convention's single event, with all messages in its attributes.
    case details

    /// Recognises a record, or returns `nil` for any other one.
    init?(_ record: borrowing LogRecord) {
        if let name = record.eventName {
            self.init(name: name)
        } else if case .string(let name)? = record.attributes["event.name"] {
            // Where SDKs kept the name before log records had a field for it.
            self.init(name: name)
        } else {
            return nil
        }
    }

    /// Recognises an event's name.
    ///
    /// Source: semantic-conventions v1.36.0 and v1.41.1, GenAI events. `gen_ai.developer.message` is in neither, but
    /// OpenAI instrumentations send it; other roles are taken in the same way.
    init?(name: String) {
        switch name {
        // The most frequent first: each comparison in vain takes time.
        case "gen_ai.choice": self = .completion
        case "gen_ai.user.message": self = .prompt(role: "user")
        case "gen_ai.system.message": self = .prompt(role: "system")
        case "gen_ai.assistant.message": self = .prompt(role: "assistant")
        case "gen_ai.tool.message": self = .prompt(role: "tool")
        case "gen_ai.developer.message": self = .prompt(role: "developer")
        case "gen_ai.client.inference.operation.details": self = .details
        default:
            guard let role = Self.role(in: name) else { return nil }
            self = .prompt(role: role)
        }
    }

    // The middle of `gen_ai.{role}.message`, when it is one word: longer paths are events of single vendors.
    private static func role(in name: String) -> String? {
        let prefix = "gen_ai."
        let suffix = ".message"
        guard name.utf8.count > prefix.utf8.count + suffix.utf8.count, name.hasPrefix(prefix), name.hasSuffix(suffix)
        else { return nil }
        let role = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
        guard role.allSatisfy({ $0 != UInt8(ascii: ".") }) else { return nil }
        return String(role)
    }
}
