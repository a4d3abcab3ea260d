// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIOpenAI
import GenAITelemetry
import Synchronization
import Testing

/// Answers each request with the next of its scripted answers, and remembers what was asked.
final class StubTransport: HTTPTransport {
    enum Answer: Sendable {
        case response(status: Int, headers: HTTPHeaders, pieces: [[UInt8]])
        case failure(HTTPTransportError)
        case broken(String, HTTPTransportError)

        static func json(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> Answer {
            .response(status: status, headers: headers, pieces: [Array(text.utf8)])
        }

        static func events(_ pieces: String...) -> Answer {
            .response(
                status: 200, headers: ["Content-Type": "text/event-stream"], pieces: pieces.map { Array($0.utf8) })
        }
    }

    private struct State {
        var answers: [Answer]
        var requests: [HTTPRequest] = []
    }

    private let state: Mutex<State>

    convenience init(_ answers: Answer...) {
        self.init(answers: answers)
    }

    init(answers: [Answer]) {
        state = Mutex(State(answers: answers))
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        switch answer {
        case nil: throw HTTPTransportError(.connection, "no answer is scripted for this request")
        case .failure(let error): throw error
        case .broken(let text, let error):
            let rest = Mutex<[UInt8]?>(Array(text.utf8))
            return HTTPResponse(
                status: 200,
                body: HTTPBody { () throws(HTTPTransportError) in
                    let piece = rest.withLock { rest in
                        defer { rest = nil }
                        return rest
                    }
                    guard let piece else { throw error }
                    return piece
                })
        case .response(let status, let headers, let pieces):
            let rest = Mutex(pieces[...])
            return HTTPResponse(
                status: status, headers: headers,
                body: HTTPBody { () throws(HTTPTransportError) in rest.withLock { $0.popFirst() } })
        }
    }
}

extension OpenAIClient {
    /// A client of a scripted transport.
    init(_ transport: StubTransport, configure: (inout Configuration) -> Void = { _ in }) {
        var configuration = Configuration(environment: TelemetryEnvironment(["OPENAI_API_KEY": testKey]))
        configure(&configuration)
        self.init(configuration: configuration, transport: transport)
    }
}

/// A key no error may ever show.
let testKey = "sk-test-0123456789abcdef"

extension HTTPRequest {
    /// The body as JSON.
    var json: JSONValue {
        get throws { try JSONValue(parsing: body) }
    }
}

/// Runs what must fail and returns the error.
func failure<Value>(
    sourceLocation: SourceLocation = #_sourceLocation, of body: () async throws(OpenAIClientError) -> Value
) async throws -> OpenAIClientError {
    var caught: OpenAIClientError?
    do throws(OpenAIClientError) { _ = try await body() } catch { caught = error }
    return try #require(caught, "nothing was thrown", sourceLocation: sourceLocation)
}
