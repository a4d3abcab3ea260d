// SPDX-License-Identifier: MIT

import LoopbackServer
import Testing

@testable import GenAIHTTP

@Suite("Secrets")
struct SecretsTests {
    static let headers: HTTPHeaders = [
        "Authorization": "Bearer sk-12345678", "X-Tenant": "acme corp", "Content-Type": "application/json",
        "Proxy-Authorization": "Basic dXNlcm5hbWU6cGFzc3dvcmQ=",
    ]
    private let secrets = Secrets(
        headers: headers, urls: ["https://user:p%40ss@h/v1/k0123456789abcdefghij/x?api_key=q%2Fk&tag=blue&bare"])

    static let echoes: [(String, String)] = [
        ("bad key sk-12345678!", "bad key ***!"), ("Bearer sk-12345678", "***"), ("acme corp", "***"),
        ("acme%20corp", "***"), ("username and password", "*** and ***"), ("p%40ss p@ss", "*** ***"),
        ("q/k is short: q%2Fk", "q/k is short: ***"), ("blue bare", "*** ***"), ("k0123456789abcdefghij", "***"),
        ("sk-12345678sk-12345678", "******"), ("sk-1234567", "sk-1234567"), ("application/json", "application/json"),
        ("", ""), ("äöü sk-12345678 äöü", "äöü *** äöü"),
    ]

    @Test("are masked in every form they come back in, and nothing else is", arguments: echoes)
    func echo(text: String, shown: String) {
        #expect(secrets.masked(text) == shown)
    }

    @Test("leave no half behind wherever the text is cut", arguments: 0...80)
    func cut(limit: Int) {
        let text = String(repeating: "sk-12345678 ä ", count: 1_000)
        let shown = secrets.masked(text, limit: limit)
        #expect(shown.utf8.count <= limit)
        #expect(!shown.contains("sk-"))
        #expect(!shown.contains("\u{FFFD}"))
    }

    static let urls: [(String, String)] = [
        ("https://h/v1?key=1", "https://h/v1"), ("https://u:p@h:1/x#f", "https://h:1/x"), ("http://h", "http://h"),
        ("https://u:a/b@h/x", "https://h/x"), ("https://h/k0123456789abcdefghij/v1", "https://h/***/v1"),
        ("nonsense?key=1", "nonsense"),
        (
            "http://h/opentelemetry.proto.collector.logs.v1.LogsService/Export",
            "http://h/opentelemetry.proto.collector.logs.v1.LogsService/Export"
        ), ("", ""),
        ("https://h/averyveryverylongwordofletters", "https://h/averyveryverylongwordofletters"),
    ]

    @Test("are left out of a URL that is shown", arguments: urls)
    func url(url: String, shown: String) {
        #expect(withoutSecrets(url: url) == shown)
    }

    @Test("do not come out of what is printed, dumped or reflected")
    func printing() throws {
        let request = HTTPRequest(
            method: "POST", url: "https://user:p%40ss@h/v1/k0123456789abcdefghij?api_key=q%2Fk", headers: Self.headers,
            body: Array("sk-12345678".utf8))
        let response = HTTPResponse(status: 401, headers: Self.headers)
        let values: [Any] = [
            request, request.headers, Self.headers.fields, response, secrets, HTTPTransportConfiguration(),
            try Kind.urlSession.makeTransport(), makeDefaultTransport(),
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                for secret in ["sk-1234", "acme", "p%40ss", "q%2Fk", "k0123456789", "dXNlcm5"] {
                    #expect(!text.contains(secret), "\(text)")
                }
            }
        }
        #expect("\(request)" == "POST https://h/v1/***")
        #expect("\(request.headers)".contains("Authorization: ***, X-Tenant: ***, Content-Type: application/json"))
    }

    #if canImport(Glibc)
        @Test("an error says in words what libcurl met")
        func words() async throws {
            let error = try await failure {
                try await withTransport(.curl) { _ = try await $0.get(LoopbackServer.refusedURL()) }
            }
            #expect(error.code == .connection)
            #expect(error.message.contains("connect to 127.0.0.1 port"), "\(error.message)")
        }
    #endif
}
