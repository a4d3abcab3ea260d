// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// The kind of message event that a log record is, decided by its name alone.
enum MessageEvent: Equatable {
    /// A message sent to the model. The name implies the role.
    case prompt(role: String)
    /// An answer of the model.
    case completion
    /// The newer convention's single event, with all messages in its attributes.
    case details

    /// Classifies a record; `nil` if it is no message event.
    init?(_ record: borrowing LogRecordData) {
        if let name = record.eventName {
            self.init(name: name)
        } else if case .string(let name)? = record.attributes["event.name"] {
            // SDKs kept the name here before log records had a field for it.
            self.init(name: name)
        } else {
            return nil
        }
    }

    /// Classifies an event name.
    ///
    /// Source: semantic-conventions v1.36.0 and v1.41.1, GenAI events. `gen_ai.developer.message` is in neither, but
    /// OpenAI instrumentations send it. Other roles are accepted in the same way.
    init?(name: String) {
        switch name {
        // The most frequent first, because each failed comparison takes time.
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

    // Returns the middle of `gen_ai.{role}.message` if it is one word. Longer paths are events of single vendors.
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
