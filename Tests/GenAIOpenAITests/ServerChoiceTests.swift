// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIOpenAI
import GenAITelemetry
import Testing

@testable import struct GenAIOpenAI.ServerAddress

@Suite("Where requests go, and with what")
struct ServerChoiceTests {
    @Test("the environment names server, key, organization and project; code wins")
    func environment() async throws {
        let environment = TelemetryEnvironment([
            "OPENAI_API_KEY": " \(testKey)\n", "OPENAI_BASE_URL": "https://example.com/api/", "OPENAI_ORG_ID": "org",
            "OPENAI_PROJECT_ID": "proj",
        ])
        var configuration = OpenAIClient.Configuration(environment: environment)
        let transport = StubTransport(.json(RetryTests.models), .json(RetryTests.models))
        _ = try await OpenAIClient(configuration: configuration, transport: transport).models.list()
        configuration.organization = "other"
        configuration.headers = ["X-Extra": "1", "user-agent": "mine"]
        _ = try await OpenAIClient(configuration: configuration, transport: transport).models.list()
        let requests = transport.requests
        #expect(requests[0].url == "https://example.com/api/models")
        #expect(requests[0].method == "GET")
        #expect(requests[0].body.isEmpty)
        #expect(requests[0].headers["Authorization"] == "Bearer \(testKey)")
        #expect(requests[0].headers["OpenAI-Organization"] == "org")
        #expect(requests[0].headers["OpenAI-Project"] == "proj")
        #expect(requests[1].headers["OpenAI-Organization"] == "other")
        #expect(requests[1].headers["X-Extra"] == "1")
        #expect(requests[1].headers["User-Agent"] == "mine")
    }

    @Test("a missing key is an error of the first call to OpenAI, and none elsewhere")
    func missingKey() async throws {
        let transport = StubTransport(.json(RetryTests.models))
        var configuration = OpenAIClient.Configuration(environment: TelemetryEnvironment([:]))
        let client = OpenAIClient(configuration: configuration, transport: transport)
        let error = try await failure { () throws(OpenAIClientError) in try await client.models.list() }
        #expect(error.code == .authentication)
        #expect(error.message.contains("OPENAI_API_KEY"))
        #expect(transport.requests.isEmpty)
        configuration.baseURL = "http://192.0.2.1:11434/v1"
        _ = try await OpenAIClient(configuration: configuration, transport: transport).models.list()
        #expect(transport.requests.first?.headers["Authorization"] == nil)
    }

    static let plainHosts: [(url: String, isAllowed: Bool)] = [
        ("http://localhost:8000/v1", true), ("http://127.0.0.1/v1", true), ("http://127.8.9.1/v1", true),
        ("http://[::1]:8080/v1", true), ("http://api.localhost/v1", true), ("https://example.com/v1", true),
        ("http://example.com/v1", false), ("http://127.0.0.1.example.com/v1", false), ("http://10.0.0.1/v1", false),
        ("http://localhost.example.com/v1", false), ("http://127.0.0.256/v1", false),
    ]

    @Test("a key does not go over http to another machine unless asked for", arguments: plainHosts)
    func insecure(url: String, isAllowed: Bool) async throws {
        let transport = StubTransport(.json(RetryTests.models), .json(RetryTests.models))
        var configuration = OpenAIClient.Configuration(baseURL: url, apiKey: testKey)
        if isAllowed {
            _ = try await OpenAIClient(configuration: configuration, transport: transport).models.list()
        } else {
            let client = OpenAIClient(configuration: configuration, transport: transport)
            let error = try await failure { () throws(OpenAIClientError) in try await client.models.list() }
            #expect(error.code == .configuration)
            #expect(transport.requests.isEmpty)
            configuration.allowsInsecureHTTP = true
            _ = try await OpenAIClient(configuration: configuration, transport: transport).models.list()
        }
        #expect(transport.requests.count == 1)
    }

    @Test(
        "an unusable base URL is an error of the call",
        arguments: [
            "", "api.openai.com", "ftp://x/v1", "https://", "https:///v1", "https://user@example.com/v1",
            "https://example.com:0/", "https://example.com:x/", "https://exa mple.com",
            "https://example.com\\@evil.com",
        ])
    func badURL(url: String) async throws {
        let client = OpenAIClient(configuration: .init(baseURL: url, apiKey: testKey), transport: StubTransport())
        let error = try await failure { () throws(OpenAIClientError) in try await client.models.list() }
        #expect(error.code == .configuration)
    }

    @Test("a key with a line break is refused and not shown", arguments: ["sk-a\r\nX-Evil: 1", "sk-a\u{7F}b"])
    func headerInjection(key: String) async throws {
        let transport = StubTransport()
        let client = OpenAIClient(
            configuration: .init(baseURL: "https://example.com", apiKey: key), transport: transport)
        let error = try await failure { () throws(OpenAIClientError) in try await client.models.list() }
        #expect(error.code == .configuration)
        #expect(!"\(error)".contains("sk-a"))
        #expect(transport.requests.isEmpty)
    }

    @Test("a redirect within the same origin is followed with the body", arguments: [307, 308])
    func redirect(status: Int) async throws {
        let transport = StubTransport(
            .json("", status: status, headers: ["Location": "/v2/chat/completions"]), .json(ChatCompletionTests.hello))
        _ = try await OpenAIClient(transport).chat.completions.create(.init(model: "m", messages: [.user("Hi")]))
        let requests = transport.requests
        #expect(requests[1].url == "https://api.openai.com/v2/chat/completions")
        #expect(requests[1].method == "POST")
        #expect(requests[1].body == requests[0].body)
    }

    static let forbiddenRedirects: [(status: Int, location: String?)] = [
        (307, "https://evil.example/v1"), (308, "//evil.example/v1"), (307, "http://api.openai.com/v1"),
        (307, "https://api.openai.com:8443/v1"), (307, "https://api.openai.com@evil.example/"), (307, nil),
        (302, "/v1/chat/completions"), (301, "/v1/chat/completions"), (303, "/x"), (300, "/x"),
    ]

    @Test("no other redirect is followed", arguments: forbiddenRedirects)
    func forbiddenRedirect(status: Int, location: String?) async throws {
        var headers: HTTPHeaders = [:]
        headers["Location"] = location
        let transport = StubTransport(.json("", status: status, headers: headers), .json(ChatCompletionTests.hello))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport).chat.completions.create(.init(model: "m", messages: [.user("Hi")]))
        }
        #expect(error.code == .redirect)
        #expect(transport.requests.count == 1)
    }

    @Test("redirects without end are cut")
    func redirectLoop() async throws {
        let loop = StubTransport.Answer.json("", status: 307, headers: ["Location": "/v1/models"])
        let transport = StubTransport(loop, loop, loop, loop, loop, loop, loop)
        let error = try await failure { () throws(OpenAIClientError) in try await OpenAIClient(transport).models.list()
        }
        #expect(error.code == .redirect)
        #expect(transport.requests.count == 4)
    }

    @Test("timeouts of a call replace those of the client")
    func timeouts() async throws {
        let transport = StubTransport(.json(RetryTests.models), .json(RetryTests.models))
        let client = OpenAIClient(transport) { $0.timeouts = HTTPTimeouts(total: .seconds(9)) }
        var options = CallOptions()
        options.timeouts = HTTPTimeouts(head: .seconds(1))
        _ = try await client.models.list()
        _ = try await client.models.list(options: options)
        #expect(transport.requests.map(\.timeouts) == [.init(total: .seconds(9)), .init(head: .seconds(1))])
    }

    @Test("Azure addresses deployments, with its own header and version")
    func azure() async throws {
        let environment = TelemetryEnvironment([
            "AZURE_OPENAI_ENDPOINT": "https://res.openai.azure.com/", "AZURE_OPENAI_API_KEY": testKey,
            "OPENAI_API_VERSION": "2024-10-21",
        ])
        let transport = StubTransport(
            .json(ChatCompletionTests.hello), .json(RetryTests.models), .json(ChatCompletionTests.hello))
        var configuration = OpenAIClient.Configuration.azure(environment: environment)
        let request = ChatCompletionRequest(model: "my gpt/4", messages: [.user("Hi")])
        _ = try await OpenAIClient(configuration: configuration, transport: transport).chat.completions.create(request)
        _ = try await OpenAIClient(configuration: configuration, transport: transport).models.list()
        configuration.azure?.apiVersion = nil
        configuration.azure?.usesBearerToken = true
        _ = try await OpenAIClient(configuration: configuration, transport: transport).chat.completions.create(request)
        let requests = transport.requests
        let base = "https://res.openai.azure.com/openai"
        #expect(requests[0].url == "\(base)/deployments/my%20gpt%2F4/chat/completions?api-version=2024-10-21")
        #expect(requests[0].headers["api-key"] == testKey)
        #expect(requests[0].headers["Authorization"] == nil)
        #expect(requests[1].url == "\(base)/models?api-version=2024-10-21")
        #expect(requests[2].url == "\(base)/v1/chat/completions")
        #expect(requests[2].headers["Authorization"] == "Bearer \(testKey)")
        #expect(requests[2].headers["api-key"] == nil)
    }

    @Test("the query of the base URL is kept")
    func query() async throws {
        let transport = StubTransport(.json(RetryTests.models))
        let configuration = OpenAIClient.Configuration(baseURL: "https://example.com/v1/?tenant=7", apiKey: testKey)
        _ = try await OpenAIClient(configuration: configuration, transport: transport).models.list()
        #expect(transport.requests.first?.url == "https://example.com/v1/models?tenant=7")
    }

    static let providers: [(url: String, name: String)] = [
        ("https://api.openai.com/v1", "openai"), ("https://eu.api.openai.com/v1", "openai"),
        ("https://res.openai.azure.com", "azure.ai.openai"), ("https://api.groq.com/openai/v1", "groq"),
        ("https://api.deepseek.com", "deepseek"), ("https://api.mistral.ai/v1", "mistral_ai"),
        ("https://api.x.ai/v1", "x_ai"), ("https://api.perplexity.ai", "perplexity"),
        ("https://generativelanguage.googleapis.com/v1beta/openai", "gcp.gemini"),
        ("https://api.together.xyz/v1", "together"), ("https://api.fireworks.ai/inference/v1", "fireworks"),
        ("https://openrouter.ai/api/v1", "openrouter"), ("http://localhost:11434/v1", "ollama"),
        ("http://localhost:8000/v1", "openai"), ("https://max.ai/v1", "openai"), ("https://notopenai.com", "openai"),
        ("https://api.moonshot.ai/v1", "moonshot_ai"), ("https://api.anthropic.com/v1", "anthropic"),
    ]

    @Test("the provider is known by its host", arguments: providers)
    func provider(url: String, name: String) throws {
        #expect(try #require(ServerAddress(url)).providerName == name)
    }
}
