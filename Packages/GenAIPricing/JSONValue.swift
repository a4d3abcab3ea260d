// SPDX-License-Identifier: MIT

/// A JSON text as a tree that remembers lines. Numbers stay text, so that prices are read exactly.
indirect enum JSONValue: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONItem])
    case object([JSONMember])
}

/// A value and the line it starts on, counted from one.
struct JSONItem: Equatable {
    var value: JSONValue
    var line: Int
}

/// A key of an object, its line, and its value.
struct JSONMember: Equatable {
    var key: String
    var item: JSONItem
}

/// Why a text is not JSON.
struct JSONError: Error, Equatable {
    var message: String
    var line: Int
}

/// A strict reader of RFC 8259: no comments, no trailing commas, no duplicate keys, well-formed UTF-8 only.
///
/// Depth is limited, so hostile input cannot exhaust the stack.
struct JSONReader {
    static let deepest = 32

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    /// Reads a whole text.
    static func read(_ bytes: [UInt8]) throws(JSONError) -> JSONItem {
        var reader = JSONReader(bytes: bytes)
        reader.skipBlanks()
        let item = try reader.item(depth: 0)
        reader.skipBlanks()
        guard reader.next == nil else { throw reader.error("text after the end of the value") }
        return item
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func error(_ message: String) -> JSONError {
        JSONError(message: message, line: line)
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            if byte == 0x0A { line += 1 }
            position += 1
        }
    }

    /// Steps over a byte if it is next.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    // MARK: - Values

    private mutating func item(depth: Int) throws(JSONError) -> JSONItem {
        guard depth < Self.deepest else { throw error("nested deeper than \(Self.deepest) levels") }
        let start = line
        let value: JSONValue
        switch next {
        case UInt8(ascii: "{"): value = try object(depth: depth)
        case UInt8(ascii: "["): value = try array(depth: depth)
        case UInt8(ascii: "\""): value = .string(try string())
        case UInt8(ascii: "t"): value = try word("true", .bool(true))
        case UInt8(ascii: "f"): value = try word("false", .bool(false))
        case UInt8(ascii: "n"): value = try word("null", .null)
        case .some(let byte) where byte.isDigit || byte == UInt8(ascii: "-"): value = .number(try number())
        case nil: throw error("unexpected end")
        default: throw error("expected a value")
        }
        return JSONItem(value: value, line: start)
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var members: [JSONMember] = []
        var keys: Set<String> = []
        skipBlanks()
        if take("}") { return .object([]) }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw error("expected a key in quotes") }
            let key = try string()
            guard keys.insert(key).inserted else { throw error("the same key twice in one object") }
            skipBlanks()
            guard take(":") else { throw error("expected ':' after a key") }
            skipBlanks()
            members.append(JSONMember(key: key, item: try item(depth: depth + 1)))
            skipBlanks()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("expected ',' or '}'") }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var items: [JSONItem] = []
        skipBlanks()
        if take("]") { return .array([]) }
        while true {
            skipBlanks()
            items.append(try item(depth: depth + 1))
            skipBlanks()
            if take("]") { return .array(items) }
            guard take(",") else { throw error("expected ',' or ']'") }
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let word = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes[position...].starts(with: word) else { throw error("expected a value") }
        position += word.count
        return value
    }

    /// A number as it is written. RFC 8259 §6: no leading zeros, a digit on both sides of the point.
    private mutating func number() throws(JSONError) -> String {
        let start = position
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(JSONError) {
        guard next?.isDigit == true else { throw error("malformed number") }
        while next?.isDigit == true { position += 1 }
    }

    // MARK: - Strings

    private mutating func string() throws(JSONError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw error("malformed UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw error("control character in a string")
            default: text.append(byte)
            }
        }
        throw error("a string does not end")
    }

    private mutating func escape() throws(JSONError) -> [UInt8] {
        guard let byte = next else { throw error("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try scalar()).utf8)
        default: throw error("unknown escape")
        }
    }

    /// The scalar of `\uXXXX`, or of a pair of them.
    private mutating func scalar() throws(JSONError) -> Character {
        var value = try hexadecimal()
        if 0xD800..<0xDC00 ~= value {
            guard take("\\"), take("u") else { throw error("half a surrogate pair") }
            let low = try hexadecimal()
            guard 0xDC00..<0xE000 ~= low else { throw error("half a surrogate pair") }
            value = 0x1_0000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw error("half a surrogate pair") }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("malformed escape")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
