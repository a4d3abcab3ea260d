// SPDX-License-Identifier: MIT
import GenAICore

/// Parses JSON values from chunks of text of any size, in limited memory.
///
/// A text may hold several values, as JSON lines do. Long strings are cut, and of lists of numbers only the first few
/// are kept. Once a value has become large, only the members near its root are kept, where models, usage and
/// identifiers are. An answer of any length can therefore be read. Invalid JSON ends the reading without an error.
struct JSONAssembler: Sendable {
    /// The limits of one value.
    struct Limits: Sendable {
        /// The maximum length of a string in bytes.
        var stringBytes = 262_144
        /// The approximate maximum size of a value in bytes. Beyond it, only the members near the root are kept.
        var valueBytes = 2_097_152
        /// The maximum number of elements of a list.
        var elements = 4_096
        /// The maximum number of numbers in a list.
        var numbers = 16
        /// The maximum nesting of lists and objects.
        var depth = 128
    }

    private enum Mode: Sendable {
        case value, firstElement, firstName, name, colon, afterValue, scalar, failed
        case text(isName: Bool)
        case escape(isName: Bool)
        case unicode(isName: Bool, digits: Int, unit: UInt16)
    }

    private struct Frame: Sendable {
        let isObject: Bool
        /// Indicates whether the content of the container is kept.
        let isKept: Bool
        var members: [WireValue.Member] = []
        var elements: [WireValue] = []
        var count = 0
        var name = ""
    }

    private let limits: Limits
    /// Indicates whether the elements of a list at the root are returned as values of their own.
    private let splitsRootList: Bool
    private var mode = Mode.value
    private var frames: [Frame] = []
    private var scratch: [UInt8] = []
    private var highSurrogate: UInt16?
    private var keptBytes = 0
    private var completed: [WireValue] = []
    /// Indicates whether anything was left out.
    private(set) var isCut = false

    /// Creates an assembler at the start of a text.
    init(limits: Limits = Limits(), splitsRootList: Bool = false) {
        (self.limits, self.splitsRootList) = (limits, splitsRootList)
    }

    /// Indicates whether the text turned out to be invalid. Nothing more is read then.
    var hasFailed: Bool {
        if case .failed = mode { true } else { false }
    }

    /// Indicates whether a value has begun that is not complete.
    var isWithinValue: Bool {
        switch mode {
        case .value: !frames.isEmpty
        case .failed: false
        default: true
        }
    }

    /// Reads the next bytes and returns the values that they complete.
    mutating func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> [WireValue] {
        var position = 0
        while position < bytes.count {
            switch mode {
            case .text(let isName): position = readText(bytes, position, isName: isName)
            case .scalar: position = readScalar(bytes, position)
            case .escape(let isName):
                readEscape(bytes[position], isName: isName)
                position += 1
            case .unicode(let isName, let digits, let unit):
                readUnicode(bytes[position], isName: isName, digits: digits, unit: unit)
                position += 1
            case .failed: position = bytes.count
            default: position = readMark(bytes, position)
            }
        }
        return takeCompleted()
    }

    /// Ends the text. Of an incomplete value, only the complete members are returned, because a part of a number or
    /// name would be a different one. Another text may follow.
    mutating func finish() -> [WireValue] {
        if case .scalar = mode, frames.isEmpty { endScalar() }
        if !hasFailed {
            if !frames.isEmpty { isCut = true }
            while !frames.isEmpty { closeContainer() }
        }
        (mode, frames, highSurrogate, keptBytes) = (.value, [], nil, 0)
        return takeCompleted()
    }

    private mutating func takeCompleted() -> [WireValue] {
        guard !completed.isEmpty else { return [] }
        defer { completed = [] }
        return completed
    }
}

// MARK: - Marks

extension JSONAssembler {
    /// Reads a byte outside strings, numbers and words. Returns the position of the next one.
    private mutating func readMark(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
        let byte = bytes[position]
        if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return position + 1 }
        switch (mode, byte) {
        case (.firstElement, UInt8(ascii: "]")), (.firstName, UInt8(ascii: "}")): closeContainer()
        case (.value, _), (.firstElement, _): return beginValue(byte, position)
        case (.firstName, UInt8(ascii: "\"")), (.name, UInt8(ascii: "\"")):
            scratch.removeAll(keepingCapacity: true)
            mode = .text(isName: true)
        case (.colon, UInt8(ascii: ":")): mode = .value
        case (.afterValue, UInt8(ascii: ",")): mode = frames.last?.isObject == true ? .name : .value
        case (.afterValue, UInt8(ascii: "}")) where frames.last?.isObject == true: closeContainer()
        case (.afterValue, UInt8(ascii: "]")) where frames.last?.isObject == false: closeContainer()
        default: mode = .failed
        }
        return position + 1
    }

    private mutating func beginValue(_ byte: UInt8, _ position: Int) -> Int {
        switch byte {
        case UInt8(ascii: "{"): open(isObject: true)
        case UInt8(ascii: "["): open(isObject: false)
        case UInt8(ascii: "\""):
            scratch.removeAll(keepingCapacity: true)
            mode = .text(isName: false)
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            scratch.removeAll(keepingCapacity: true)
            mode = .scalar
            return position
        default: mode = .failed
        }
        return position + 1
    }

    private mutating func open(isObject: Bool) {
        guard frames.count < limits.depth else { return mode = .failed }
        let isKept = keepsNext
        frames.append(Frame(isObject: isObject, isKept: isKept))
        if isKept { keptBytes += 64 }
        mode = isObject ? .firstName : .firstElement
    }

    private mutating func closeContainer() {
        guard let frame = frames.popLast() else { return mode = .failed }
        if splitsRootList, frames.isEmpty, !frame.isObject { return mode = .value }
        guard frame.isKept else { return endValue(nil) }
        endValue(frame.isObject ? .object(frame.members) : .array(frame.elements, count: frame.count))
    }

    /// Indicates whether the next value is kept.
    private var keepsNext: Bool {
        guard let frame = frames.last else { return true }
        guard frame.isKept, frame.isObject || frame.count < limits.elements else { return false }
        if keptBytes < limits.valueBytes { return true }
        return frames.count <= 3 && frame.elements.count < 64 && frame.members.count < 256
    }

    /// Adds a value to its container; `nil` for one that is only counted.
    private mutating func endValue(_ value: WireValue?, isLoss: Bool = true) {
        let isOwnValue = frames.isEmpty || splitsRootList && frames.count == 1 && !frames[0].isObject
        mode = frames.isEmpty ? .value : .afterValue
        guard !isOwnValue else {
            if let value { completed.append(value) }
            keptBytes = 0
            return
        }
        let last = frames.count - 1
        frames[last].count += 1
        guard let value else {
            if isLoss { isCut = true }
            return
        }
        keptBytes += 16
        if frames[last].isObject {
            frames[last].members.append(WireValue.Member(name: frames[last].name, value: value))
        } else {
            frames[last].elements.append(value)
        }
    }
}

// MARK: - Strings

extension JSONAssembler {
    private mutating func readText(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, isName: Bool) -> Int {
        var end = endOfPlainJSON(in: bytes, from: start)
        // Control characters must be escaped in strings; servers that do not escape them are accepted.
        while end < bytes.count, bytes[end] < 0x20 { end = endOfPlainJSON(in: bytes, from: end + 1) }
        if end > start { keep(UnsafeBufferPointer(rebasing: bytes[start..<end]), isName: isName) }
        guard end < bytes.count else { return end }
        if bytes[end] == UInt8(ascii: "\"") {
            endText(isName: isName)
        } else {
            mode = .escape(isName: isName)
        }
        return end + 1
    }

    private mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>, isName: Bool) {
        flushSurrogate()
        let isFull = keptBytes >= limits.valueBytes
        let room = (isName ? 256 : isFull ? 1_024 : limits.stringBytes) - scratch.count
        guard keepsNext, room > 0 else { return isCut = true }
        if bytes.count > room { isCut = true }
        scratch.append(contentsOf: bytes.prefix(room))
    }

    private mutating func endText(isName: Bool) {
        flushSurrogate()
        guard keepsNext else { return isName ? mode = .colon : endValue(nil) }
        if isName {
            let last = frames.count - 1
            frames[last].name = String(decoding: scratch, as: UTF8.self)
            keptBytes += scratch.count + 16
            mode = .colon
            return
        }
        keptBytes += scratch.count
        endValue(.string(String(decoding: scratch[..<wholeCharactersEnd], as: UTF8.self)))
    }

    /// The end of the last complete character, because a limit may have cut one.
    private var wholeCharactersEnd: Int {
        guard isCut, let lead = scratch.lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return scratch.count }
        let length =
            switch scratch[lead] {
            case 0xF0...: 4
            case 0xE0...: 3
            case 0xC0...: 2
            default: 1
            }
        return scratch.count - lead < length ? lead : scratch.count
    }

    private mutating func readEscape(_ byte: UInt8, isName: Bool) {
        mode = .text(isName: isName)
        switch byte {
        case UInt8(ascii: "u"): return mode = .unicode(isName: isName, digits: 0, unit: 0)
        case UInt8(ascii: "b"): keep(byte: 0x08, isName: isName)
        case UInt8(ascii: "f"): keep(byte: 0x0C, isName: isName)
        case UInt8(ascii: "n"): keep(byte: 0x0A, isName: isName)
        case UInt8(ascii: "r"): keep(byte: 0x0D, isName: isName)
        case UInt8(ascii: "t"): keep(byte: 0x09, isName: isName)
        default: keep(byte: byte, isName: isName)
        }
    }

    private mutating func readUnicode(_ byte: UInt8, isName: Bool, digits: Int, unit: UInt16) {
        guard let digit = ASCII.hexDigitValue(byte).map(UInt16.init) else { return mode = .failed }
        let unit = unit << 4 | digit
        guard digits == 3 else { return mode = .unicode(isName: isName, digits: digits + 1, unit: unit) }
        mode = .text(isName: isName)
        if let high = highSurrogate, (0xDC00..<0xE000).contains(unit) {
            highSurrogate = nil
            keep(scalar: 0x10000 + ((UInt32(high) - 0xD800) << 10) + (UInt32(unit) - 0xDC00), isName: isName)
        } else {
            flushSurrogate()
            if (0xD800..<0xDC00).contains(unit) {
                highSurrogate = unit
            } else {
                keep(scalar: UInt32(unit), isName: isName)
            }
        }
    }

    private mutating func keep(byte: UInt8, isName: Bool) {
        withUnsafePointer(to: byte) { keep(UnsafeBufferPointer(start: $0, count: 1), isName: isName) }
    }

    private mutating func keep(scalar: UInt32, isName: Bool) {
        let character = String(Unicode.Scalar(scalar) ?? "\u{FFFD}")
        for byte in character.utf8 { keep(byte: byte, isName: isName) }
    }

    /// Half of a surrogate pair without the other half is not a character.
    private mutating func flushSurrogate() {
        guard highSurrogate != nil else { return }
        highSurrogate = nil
        scratch += [0xEF, 0xBF, 0xBD]
    }
}

// MARK: - Numbers and words

extension JSONAssembler {
    private mutating func readScalar(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var end = start
        while end < bytes.count, isPartOfScalar(bytes[end]) { end += 1 }
        if scratch.count + end - start <= 64 {
            scratch.append(contentsOf: bytes[start..<end])
        } else {
            return failScalar(end)
        }
        if end < bytes.count { endScalar() }
        return end
    }

    private mutating func failScalar(_ end: Int) -> Int {
        mode = .failed
        return end
    }

    private mutating func endScalar() {
        let isBeyond = frames.last.map { !$0.isObject && $0.count >= limits.numbers } ?? false
        guard !isBeyond, keepsNext else { return endValue(nil, isLoss: !isBeyond) }
        let text = String(decoding: scratch, as: UTF8.self)
        switch text {
        case "true": endValue(.bool(true))
        case "false": endValue(.bool(false))
        case "null": endValue(.null)
        default:
            if let number = Int(text) {
                endValue(.int(number))
            } else if let number = Double(text), number.isFinite {
                endValue(.double(number))
            } else {
                mode = .failed
            }
        }
    }
}

private func isPartOfScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
        true
    default: false
    }
}
