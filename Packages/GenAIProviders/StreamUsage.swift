// SPDX-License-Identifier: MIT
import GenAICore

/// Asks streams of OpenAI's chat and completions formats for the usage that they otherwise leave out.
package enum StreamUsage {
    /// Returns the body with `stream_options.include_usage` added, or `nil` where there is nothing to add.
    ///
    /// That is where the request is for no stream in this format, where it says itself whether it wants the usage, where
    /// the provider reports it without being asked, and where the body is not JSON. Nothing else of the body changes.
    package static func added(to body: some Collection<UInt8>, method: String, url: String) -> [UInt8]? {
        guard ModelCallRecogniser.mayRecognise(method: method, url: url), let url = CallURL(url),
            let route = Route(url), route == .openAIChat || route == .openAICompletions,
            route.knownProvider(of: url) != .mistralAI
        else { return nil }
        let bytes = Array(body)
        return insertion(in: bytes).map { insertion in
            var bytes = bytes
            bytes.replaceSubrange(insertion.range, with: insertion.text.utf8)
            return bytes
        }
    }

    private struct Insertion {
        var range: Range<Int>
        var text: String
    }

    /// The streaming options of a request.
    private enum Options {
        case absent
        case null(at: Int)
        /// An object without `include_usage`; its contents begin at an offset.
        case object(at: Int, isEmpty: Bool)
        case complete
    }

    private static func insertion(in body: [UInt8]) -> Insertion? {
        let read = try? JSONReader.read(body) { (reader) throws(JSONSyntaxError) in
            var isStream = false
            var options = Options.absent
            try reader.enterObject()
            let start = reader.offset
            while let name = try reader.nextMember() {
                switch name {
                case "stream": isStream = try reader.kind() == .bool ? reader.bool() : skip(&reader)
                case "stream_options": options = try readOptions(&reader)
                default: try reader.skipValue()
                }
            }
            return (start: start, options: isStream ? options : .complete)
        }
        guard let read else { return nil }
        let wish = #""include_usage":true"#
        switch read.options {
        case .absent: return Insertion(range: read.start..<read.start, text: #""stream_options":{\#(wish)},"#)
        case .null(let offset): return Insertion(range: offset..<(offset + 4), text: "{\(wish)}")
        case .object(let offset, let isEmpty):
            return Insertion(range: offset..<offset, text: isEmpty ? wish : wish + ",")
        case .complete: return nil
        }
    }

    private static func skip(_ reader: inout JSONReader) throws(JSONSyntaxError) -> Bool {
        try reader.skipValue()
        return false
    }

    private static func readOptions(_ reader: inout JSONReader) throws(JSONSyntaxError) -> Options {
        switch try reader.kind() {
        case .null:
            try reader.null()
            return .null(at: reader.offset - 4)
        case .object: break
        default:
            try reader.skipValue()
            return .complete
        }
        try reader.enterObject()
        let start = reader.offset
        var (isEmpty, isComplete) = (true, false)
        while let name = try reader.nextMember() {
            isEmpty = false
            if case "include_usage" = name { isComplete = true }
            try reader.skipValue()
        }
        return isComplete ? .complete : .object(at: start, isEmpty: isEmpty)
    }
}
