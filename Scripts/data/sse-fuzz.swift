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
    accumulateValid(input)
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

// MARK: - Valid streams, cut and with pieces sent twice

/// The bytes of the input as choices; 0 where they are used up.
private struct Choices {
    var bytes: ArraySlice<UInt8>

    mutating func number(below limit: Int) -> Int { Int(bytes.popFirst() ?? 0) % limit }

    mutating func text() -> String {
        let words = ["", "a", "b ", "é", "🎉", "{", "}", "\"", "\\", "\n", "[", ":", ",", "日", "0", "null"]
        return (0..<number(below: 6)).map { _ in words[number(below: words.count)] }.joined()
    }

    mutating func pieces(of text: String) -> [String] {
        var rest = Array(text.unicodeScalars)[...]
        var pieces: [String] = []
        while !rest.isEmpty {
            let length = number(below: 4)
            pieces.append(String(String.UnicodeScalarView(rest.prefix(length))))
            rest = rest.dropFirst(max(length, 0))
            if length == 0, bytes.isEmpty { pieces.append(String(String.UnicodeScalarView(rest))); break }
        }
        return pieces.isEmpty ? [""] : pieces
    }
}

/// Makes the stream of an answer that is known, cuts it and sends some of its pieces twice: nothing that was sent is
/// missing from what is put together, and without repetition it is exact.
private func accumulateValid(_ input: [UInt8]) {
    var choices = Choices(bytes: input[...])
    let repeats = choices.number(below: 4) == 0
    let isCut = choices.number(below: 4) == 0
    chat(&choices, repeats: repeats, isCut: isCut)
    completion(&choices, repeats: repeats, isCut: isCut)
    response(&choices, repeats: repeats, isCut: isCut)
}

extension [JSONValue] {
    fileprivate func sent(_ choices: inout Choices, repeats: Bool, isCut: Bool) -> [JSONValue] {
        var events = isCut ? Array(prefix(choices.number(below: count + 1))) : self
        if repeats { events = events.flatMap { choices.number(below: 3) == 0 ? [$0, $0] : [$0] } }
        return events
    }
}

private func chat(_ choices: inout Choices, repeats: Bool, isCut: Bool) {
    let numbering = choices.number(below: 3)
    var deltas: [JSONValue] = choices.pieces(of: choices.text()).map { ["content": .string($0)] }
    deltas += choices.pieces(of: choices.text()).map { ["reasoning": .string($0), "content": ""] }
    var calls: [String] = []
    for number in 0..<choices.number(below: 4) {
        let arguments = JSONValue.object(["k\(number)": .string(choices.text())]).serializedText
        calls.append(arguments)
        for (place, piece) in choices.pieces(of: arguments).enumerated() {
            var function: JSONObject = ["arguments": .string(piece)]
            if place == 0 { function["name"] = "f" }
            var call: JSONObject = ["function": .object(function)]
            if place == 0 || numbering == 2 { call["id"] = .string("call_\(number)") }
            if numbering != 2 { call["index"] = .integer(numbering == 0 ? Int64(number) : 0) }
            deltas.append(["tool_calls": [.object(call)]])
        }
    }
    let chunks = deltas.map { JSONValue.object(["choices": [["index": 0, "delta": $0]]]) }
    var accumulator = ChatAccumulator()
    var (content, reasoning, size) = ("", "", 0)
    for json in chunks.sent(&choices, repeats: repeats, isCut: isCut) {
        guard let chunk = try? ChatCompletionChunk(json: json) else { fatalError("a valid chunk was refused") }
        accumulator.add(chunk)
        content += chunk.choices[0].delta.content ?? ""
        reasoning += chunk.choices[0].delta.reasoning ?? ""
        size += chunk.choices[0].delta.toolCalls.reduce(0) { $0 + ($1.function?.arguments.utf8.count ?? 0) }
    }
    let message = accumulator.completion.choices.first?.message
    guard message?.content ?? "" == content, message?.reasoning ?? "" == reasoning else { fatalError("lost text") }
    let found = message?.toolCalls.map { $0.function?.arguments ?? "" } ?? []
    guard repeats else {
        guard found.reduce(0, { $0 + $1.utf8.count }) == size else { fatalError("lost arguments") }
        if !isCut, found != calls { fatalError("other calls: \(found) for \(calls)") }
        return
    }
    if !isCut, found.count < calls.count { fatalError("lost calls") }
}

private func completion(_ choices: inout Choices, repeats: Bool, isCut: Bool) {
    let pieces = choices.pieces(of: choices.text()) + choices.pieces(of: choices.text())
    let chunks = pieces.map { JSONValue.object(["choices": [["index": 0, "text": .string($0)]]]) }
    var accumulator = CompletionAccumulator()
    var text = ""
    for json in chunks.sent(&choices, repeats: repeats, isCut: isCut) {
        guard let chunk = try? TextCompletion(json: json) else { fatalError("a valid chunk was refused") }
        accumulator.add(chunk)
        text += chunk.choices[0].text
    }
    guard accumulator.completion.choices.first?.text ?? "" == text else { fatalError("lost text") }
}

private func response(_ choices: inout Choices, repeats: Bool, isCut: Bool) {
    var events: [JSONValue] = []
    for index in 0..<(1 + choices.number(below: 3)) {
        let place = JSONValue.integer(Int64(index))
        for piece in choices.pieces(of: choices.text()) {
            events.append([
                "type": "response.output_text.delta", "output_index": place, "item_id": .string("i\(index)"),
                "delta": .string(piece),
            ])
        }
    }
    let sent = events.sent(&choices, repeats: repeats, isCut: isCut)
    let end: JSONValue = ["type": "response.completed", "response": ["status": "completed", "output": []]]
    var accumulator = ResponseAccumulator()
    var text = ""
    for json in sent + [end] {
        guard let event = try? ModelResponse.Event(json: json) else { fatalError("a valid event was refused") }
        accumulator.add(event)
        text += event.delta ?? ""
    }
    guard accumulator.response?.outputText == text else { fatalError("lost text") }
}
