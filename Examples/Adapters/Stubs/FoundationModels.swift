// swift-format-ignore-file
// The declarations of FoundationModels that the adapters use, so that CI can compile them without the framework.
// Source: developer.apple.com/documentation/foundationmodels.
public struct GenerationOptions: Sendable {
    public var temperature: Double?
    public var maximumResponseTokens: Int?
    public init(temperature: Double? = nil, maximumResponseTokens: Int? = nil) {}
}

public final class LanguageModelSession: Sendable {
    public struct Response<Content: Sendable>: Sendable {
        public let content: Content
    }

    public struct ResponseStream<Content: Sendable>: AsyncSequence, Sendable {
        public struct Snapshot: Sendable {
            public var content: Content
        }

        public struct AsyncIterator: AsyncIteratorProtocol {
            public mutating func next() async throws -> Snapshot? { nil }
        }

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
    }

    public func respond(to prompt: String, options: GenerationOptions = GenerationOptions()) async throws -> Response<
        String
    > { throw CancellationError() }

    public func streamResponse(to prompt: String, options: GenerationOptions = GenerationOptions()) -> ResponseStream<
        String
    > { ResponseStream() }
}
