// swift-format-ignore-file
// The declarations of FoundationModels that the package uses, so that CI can compile that part without the framework.
// Source: developer.apple.com/documentation/foundationmodels.
public struct GenerationOptions: Sendable {
    public var temperature: Double?
    public var maximumResponseTokens: Int?
    public init(temperature: Double? = nil, maximumResponseTokens: Int? = nil) {}
}

public struct GeneratedContent: Sendable {
    public var jsonString: String { "" }
}

public struct GenerationSchema: Sendable {}

public protocol PromptRepresentable {}
public protocol ConvertibleFromGeneratedContent: SendableMetatype {}
public protocol Generable: ConvertibleFromGeneratedContent, PromptRepresentable {
    associatedtype PartiallyGenerated = Self
}

extension String: Generable {}

public protocol Tool<Arguments, Output>: Sendable {
    associatedtype Output: PromptRepresentable
    associatedtype Arguments: ConvertibleFromGeneratedContent
    var name: String { get }
    var description: String { get }
    var parameters: GenerationSchema { get }
    var includesSchemaInInstructions: Bool { get }
    @concurrent func call(arguments: Arguments) async throws -> Output
}

public final class SystemLanguageModel: Sendable {
    public static let `default` = SystemLanguageModel()
}

public final class LanguageModelSession: Sendable {
    public struct Response<Content> where Content: Generable {
        public let content: Content
        public let rawContent: GeneratedContent
    }

    public struct ResponseStream<Content>: AsyncSequence where Content: Generable {
        public struct Snapshot {
            public var content: Content.PartiallyGenerated
        }

        public struct AsyncIterator: AsyncIteratorProtocol {
            public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Snapshot? { nil }
        }

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
    }

    public convenience init(
        model: SystemLanguageModel = .default, tools: [any Tool] = [], instructions: String? = nil
    ) { self.init() }
    init() {}

    public var isResponding: Bool { false }

    public nonisolated(nonsending) func respond(
        to prompt: String, options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<String> { throw CancellationError() }

    public nonisolated(nonsending) func respond<Content: Generable>(
        to prompt: String, generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<Content> { throw CancellationError() }

    public func streamResponse(
        to prompt: String, options: GenerationOptions = GenerationOptions()
    ) -> sending ResponseStream<String> { ResponseStream() }
}
