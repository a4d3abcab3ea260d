// SPDX-License-Identifier: MIT

/// Assembles a response head from its lines. Pure: no network.
struct ResponseHeadReader {
    /// The result of reading one line.
    enum Step {
        case more
        case complete(Exchange.Head)
        case invalid(HTTPTransportError)
    }

    /// The maximum number of bytes of all lines: the 1xx heads, the final head and the trailer.
    static let byteLimit = 262_144
    /// The maximum number of fields of one head.
    static let fieldLimit = 1_000
    /// The largest body length that is accepted.
    static let lengthLimit: UInt64 = 1 << 60

    private var byteCount = 0
    private var head: Exchange.Head?
    /// Indicates whether the final head is complete; later lines are trailer fields.
    private(set) var isComplete = false
    /// The trailer fields.
    private(set) var trailers: HTTPHeaders = [:]

    /// Reads one line, its line break included.
    mutating func read(line: some Collection<UInt8>) -> Step {
        byteCount += line.count
        guard byteCount <= Self.byteLimit else { return .invalid(.tooLargeHead) }
        let bytes = Array(line)[...].trimmed { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
        if isComplete { return addTrailer(bytes) }
        if bytes.isEmpty { return endHead() }
        guard head != nil else { return readStatus(String(decoding: bytes, as: UTF8.self)) }
        return addField(bytes)
    }

    private mutating func readStatus(_ text: String) -> Step {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/"), let status = Int(parts[1]), 100...999 ~= status else {
            return .invalid(HTTPTransportError(.protocolViolation, "the status line of the response is not valid"))
        }
        head = Exchange.Head(status: status, headers: [:])
        return .more
    }

    private mutating func addField(_ line: ArraySlice<UInt8>) -> Step {
        // An obsolete way to continue the value of the previous line. RFC 9112 section 5.2.
        if let first = line.first, isBlank(first) {
            head?.headers.appendToLast(" " + String(decoding: line.trimmed(isBlank), as: UTF8.self))
            return .more
        }
        guard let count = head?.headers.fields.count, count < Self.fieldLimit else { return .invalid(.tooLargeHead) }
        guard let (name, value) = Self.field(line) else {
            return .invalid(HTTPTransportError(.protocolViolation, "a line of the response head is not a header field"))
        }
        head?.headers.append(name, value)
        if name.lowercased() == "content-length" {
            guard let length = UInt64(value), length <= Self.lengthLimit else {
                return .invalid(
                    HTTPTransportError(.protocolViolation, "the announced length of the response is not valid"))
            }
        }
        return .more
    }

    /// Adds a trailer field. An invalid one is ignored: the body has arrived, and a trailer is no reason to lose it.
    private mutating func addTrailer(_ line: ArraySlice<UInt8>) -> Step {
        guard trailers.fields.count < Self.fieldLimit else { return .invalid(.tooLargeHead) }
        if let (name, value) = Self.field(line) { trailers.append(name, value) }
        return .more
    }

    private static func field(_ line: ArraySlice<UInt8>) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon != line.startIndex else { return nil }
        let value = line[(colon + 1)...].trimmed(isBlank)
        return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private mutating func endHead() -> Step {
        guard var head else { return .more }
        self.head = nil
        if 100...199 ~= head.status { return .more }
        isComplete = true
        // libcurl rejects a coding that it cannot decode.
        if let coding = head.headers["Content-Encoding"], coding.lowercased() != "identity" {
            head.headers.removeCoding()
        }
        return .complete(head)
    }
}

extension HTTPTransportError {
    fileprivate static var tooLargeHead: HTTPTransportError {
        HTTPTransportError(.tooLarge, "the response head is too large")
    }
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

extension ArraySlice<UInt8> {
    /// Returns the elements without matching ones at both ends.
    fileprivate func trimmed(_ isLeftOut: (UInt8) -> Bool) -> Self {
        guard let first = firstIndex(where: { !isLeftOut($0) }), let last = lastIndex(where: { !isLeftOut($0) })
        else { return [] }
        return self[first...last]
    }
}
