// SPDX-License-Identifier: MIT
//
// The entry point for libFuzzer in Scripts/fuzz-sse, compiled together with the parsers. Not part of the package.

/// Reads the bytes as an event stream, once whole and once in chunks that the bytes themselves determine, and each
/// event as JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    // The first bytes give the lengths of the chunks; the rest is the stream.
    let lengths = input.prefix(4).map { Int($0 % 16) + 1 }
    let stream = Array(input.dropFirst(4))
    let whole = events([stream])
    guard events(pieces(of: stream, lengths)) == whole else { fatalError("other events when cut by \(lengths)") }
    guard events(stream.map { [$0] }) == whole else { fatalError("other events byte by byte") }
    for event in whole ?? [] { readJSON(event.data) }
    accumulate((whole ?? []).compactMap { try? JSONValue(parsing: $0.data) })
    return 0
}

/// Returns the events of a stream in chunks; `nil` if a line or an event is too long.
private func events(_ pieces: [[UInt8]]) -> [ServerSentEvent]? {
    var parser = ServerSentEvents(limit: 512)
    guard let events = try? pieces.flatMap({ try parser.parse($0) }) else { return nil }
    return events + [parser.finish()].compactMap(\.self)
}

private func pieces(of stream: [UInt8], _ lengths: [Int]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = stream[...]
    while !rest.isEmpty {
        let length = lengths[pieces.count % lengths.count]
        pieces.append(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
    }
    return pieces
}

/// Checks that valid JSON is unchanged after it is written and read again.
private func readJSON(_ text: [UInt8]) {
    guard let value = try? JSONValue(parsing: text) else { return }
    let written = value.serialized()
    guard let again = try? JSONValue(parsing: written) else { fatalError("cannot read what was written") }
    guard again == value else { fatalError("another value after writing") }
}

/// Checks that chunks of an answer are assembled without losing text.
private func accumulate(_ events: [JSONValue]) {
    var chat = ChatAccumulator()
    var text: [Int: String] = [:]
    var completion = CompletionAccumulator()
    var response = ResponseAccumulator()
    for event in events {
        if let chunk = try? ChatCompletionChunk(json: event) {
            chat.add(chunk)
            for choice in chunk.choices { text[choice.index, default: ""] += choice.delta.content ?? "" }
        }
        if let chunk = try? TextCompletion(json: event) { completion.add(chunk) }
        if let event = try? ModelResponse.Event(json: event) { response.add(event) }
    }
    for choice in chat.completion.choices where choice.message.content ?? "" != text[choice.index] {
        fatalError("text is missing from the answer")
    }
    _ = chat.completion.usage?.tokenUsage
    _ = chat.completion.json.serialized()
    _ = completion.completion.json.serialized()
    _ = response.response?.json.serialized()
}
