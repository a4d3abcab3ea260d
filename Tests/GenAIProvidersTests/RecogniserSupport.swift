// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import Testing

@testable import GenAIProviders

/// A scripted exchange: the request, and the response of a provider as documented.
struct Exchange: Sendable, CustomTestStringConvertible {
    var name: String
    var url: String
    var request: String
    var status = 200
    var headers: [String: String] = [:]
    var response: [UInt8]

    init(
        _ name: String, url: String, request: String, status: Int = 200, headers: [String: String] = [:],
        response: String
    ) {
        self.init(name, url: url, request: request, status: status, headers: headers, bytes: Array(response.utf8))
    }

    init(
        _ name: String, url: String, request: String, status: Int = 200, headers: [String: String] = [:],
        bytes: [UInt8]
    ) {
        (self.name, self.url, self.request, self.status) = (name, url, request, status)
        (self.headers, response) = (headers, bytes)
    }

    var testDescription: String { name }

    /// The result of an exchange.
    struct Result: Equatable {
        var request: ModelRequest
        var answer: ModelAnswer
        var outcome: ModelCallRecogniser.Outcome
        var isCut: Bool
    }

    /// The recogniser of the request, before the response.
    func recogniser(limits: ModelCallRecogniser.Limits = .init()) throws -> ModelCallRecogniser {
        try #require(ModelCallRecogniser(method: "POST", url: url, body: Array(request.utf8), limits: limits))
    }

    /// Runs the exchange with the response cut at some places.
    ///
    /// - Parameter start: A recogniser of the same request, so that it need not be read again.
    func run(cutAt cuts: [Int] = [], from start: ModelCallRecogniser? = nil) throws -> Result {
        var recogniser = try start ?? self.recogniser()
        recogniser.receive(status: status) { headers[$0] }
        var position = 0
        for cut in cuts + [response.count] {
            recogniser.receive(response[position..<cut])
            position = cut
        }
        let outcome = recogniser.finish()
        return Result(
            request: recogniser.request, answer: recogniser.answer, outcome: outcome, isCut: recogniser.isCut)
    }
}

/// The text of a stream of events.
func events(_ data: String...) -> String {
    data.map { "data: \($0)\n\n" }.joined()
}

/// A message of Amazon's event stream.
func amazonMessage(_ headers: KeyValuePairs<String, String>, _ payload: String) -> [UInt8] {
    func big(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
    var fields: [UInt8] = []
    for (name, value) in headers {
        fields += [UInt8(name.utf8.count)] + Array(name.utf8) + [7] + big(UInt16(value.utf8.count)) + Array(value.utf8)
    }
    var bytes = big(UInt32(16 + fields.count + payload.utf8.count)) + big(UInt32(fields.count))
    func checksum() -> [UInt8] {
        var sum = CRC32()
        sum.update(bytes)
        return big(sum.value)
    }
    bytes += checksum()
    bytes += fields + Array(payload.utf8)
    return bytes + checksum()
}

/// An event of ConverseStream.
func converseEvent(_ type: String, _ payload: String) -> [UInt8] {
    amazonMessage([":message-type": "event", ":event-type": type, ":content-type": "application/json"], payload)
}
