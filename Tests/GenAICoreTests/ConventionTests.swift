// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import GenAICore

@Suite("The convention constants")
struct ConventionTests {
    /// Pairs written by hand, so that the generator's naming is checked by something else than itself.
    static let spellings: [(constant: String, wire: String)] = [
        (AttributeKey.genAIOperationName.name, "gen_ai.operation.name"),
        (AttributeKey.genAIProviderName.name, "gen_ai.provider.name"),
        (AttributeKey.genAISystem.name, "gen_ai.system"),
        (AttributeKey.genAIConversationID.name, "gen_ai.conversation.id"),
        (AttributeKey.genAIRequestModel.name, "gen_ai.request.model"),
        (AttributeKey.genAIRequestTopK.name, "gen_ai.request.top_k"),
        (AttributeKey.genAIRequestStopSequences.name, "gen_ai.request.stop_sequences"),
        (AttributeKey.genAIRequestPreviousResponseID.name, "gen_ai.request.previous_response.id"),
        (AttributeKey.genAIResponseFinishReasons.name, "gen_ai.response.finish_reasons"),
        (AttributeKey.genAIResponseTimeToFirstChunk.name, "gen_ai.response.time_to_first_chunk"),
        (AttributeKey.genAIUsageInputTokens.name, "gen_ai.usage.input_tokens"),
        (AttributeKey.genAIUsageCacheReadInputTokens.name, "gen_ai.usage.cache_read.input_tokens"),
        (AttributeKey.genAIUsageCacheCreationInputTokens.name, "gen_ai.usage.cache_creation.input_tokens"),
        (AttributeKey.genAIUsagePromptTokens.name, "gen_ai.usage.prompt_tokens"),
        (AttributeKey.genAIPrompt.name, "gen_ai.prompt"),
        (AttributeKey.genAICompletion.name, "gen_ai.completion"),
        (AttributeKey.genAIOpenAIRequestSeed.name, "gen_ai.openai.request.seed"),
        (AttributeKey.genAIInputMessages.name, "gen_ai.input.messages"),
        (AttributeKey.genAISystemInstructions.name, "gen_ai.system_instructions"),
        (AttributeKey.genAIPromptVariable("city").name, "gen_ai.prompt.variable.city"),
        (AttributeKey.openAIAPIType.name, "openai.api.type"),
        (AttributeKey.openAIResponseSystemFingerprint.name, "openai.response.system_fingerprint"),
        (AttributeKey.awsBedrockKnowledgeBaseID.name, "aws.bedrock.knowledge_base.id"),
        (AttributeKey.mcpResourceURI.name, "mcp.resource.uri"),
        (AttributeKey.jsonRPCRequestID.name, "jsonrpc.request.id"),
        (AttributeKey.serverPort.name, "server.port"),
        (AttributeKey.errorType.name, "error.type"),
        (AttributeKey.userID.name, "user.id"),
        (AttributeKey.genAIL9SpanKind.name, "gen_ai.l9.span.kind"),
        (AttributeKey.genAIUsageCostUSD.name, "gen_ai.usage.cost_usd"),
        (AttributeKey.genAIConversationTurn.name, "gen_ai.conversation.turn"),
        (AttributeKey.genAIConversationTurnNumber.name, "gen_ai.conversation.turn_number"),
        (AttributeKey.genAIFunctionCallDurationMS.name, "gen_ai.function.call.duration_ms"),
        (AttributeKey.genAIPromptToolCallID(at: 2).name, "gen_ai.prompt.2.tool_call.id"),
        (AttributeKey.genAICompletionContent(at: 0).name, "gen_ai.completion.0.content"),
        (AttributeKey.workflowTotalCostUSD.name, "workflow.total_cost_usd"),
        (AttributeKey.workflowLLMCalls.name, "workflow.llm_calls"),
        (AttributeKey<Int>.custom("tier").name, "custom.tier"),
        (OperationName.textCompletion.rawValue, "text_completion"),
        (OperationName.invokeAgent.rawValue, "invoke_agent"),
        (ProviderName.openAI.rawValue, "openai"),
        (ProviderName.azureAIOpenAI.rawValue, "azure.ai.openai"),
        (ProviderName.gcpVertexAI.rawValue, "gcp.vertex_ai"),
        (ProviderName.xAI.rawValue, "x_ai"),
        (ProviderName.legacyXAI.rawValue, "xai"),
        (FinishReason.contentFilter.rawValue, "content_filter"),
        (OpenAIAPIType.chatCompletions.rawValue, "chat_completions"),
        (MCPMethodName.samplingCreateMessage.rawValue, "sampling/createMessage"),
        (Last9SpanKind.llm.rawValue, "llm"),
        (EventName.genAIChoice.rawValue, "gen_ai.choice"),
        (EventName.genAIClientInferenceOperationDetails.rawValue, "gen_ai.client.inference.operation.details"),
        (MetricDefinition.genAIClientTokenUsage.name, "gen_ai.client.token.usage"),
        (MetricDefinition.mcpServerSessionDuration.name, "mcp.server.session.duration"),
    ]

    @Test("are spelled as on the wire", arguments: spellings)
    func spelling(constant: String, wire: String) {
        #expect(constant == wire)
    }

    @Test("have each name of the table exactly once", arguments: ["GenAIAttributes", "Last9Attributes"])
    func attributesOnce(file: String) throws {
        let table = try ConventionTable.read()
        let keys = (file == "Last9Attributes" ? table.vendorAttributes : table.attributes).map(\.key)
        let literals = try literals(in: file, after: "Self(\"").map { literal in
            literal.replacing("\\(name)", with: "{name}").replacing("\\(index)", with: "{index}")
        }
        #expect(literals.sorted() == keys.sorted())
        #expect(Set(keys).count == keys.count)
    }

    @Test("have each event and metric of the table exactly once")
    func namesOnce() throws {
        let table = try ConventionTable.read()
        let events = (table.events + table.vendorEvents).map(\.name)
        let metrics = table.metrics.map(\.name)
        #expect(try literals(in: "GenAINames", after: "rawValue: \"").sorted() == events.sorted())
        #expect(try literals(in: "GenAINames", after: "name: \"").sorted() == metrics.sorted())
        #expect(Set(events + metrics).count == events.count + metrics.count)
    }

    @Test("have each value of the table exactly once within its type")
    func valuesOnce() throws {
        let table = try ConventionTable.read()
        let values = table.values.flatMap { $0.members.map(\.value) }
        #expect(try literals(in: "GenAIValues", after: "rawValue: \"").sorted() == values.sorted())
        for type in table.values { #expect(Set(type.members.map(\.value)).count == type.members.count) }
    }

    @Test("spell no name of the conventions twice over both tables")
    func tablesAreDisjoint() throws {
        let table = try ConventionTable.read()
        #expect(Set(table.attributes.map(\.key)).isDisjoint(with: table.vendorAttributes.map(\.key)))
    }

    @Test("give the metrics the instruments of the conventions")
    func metrics() {
        let tokens = MetricDefinition.genAIClientTokenUsage
        #expect(tokens.kind == .histogram)
        #expect(tokens.unit == "{token}")
        #expect(tokens.isInteger)
        #expect(tokens.boundaries == (0..<14).map { Double(1 << (2 * $0)) })
        let duration = MetricDefinition.genAIClientOperationDuration
        #expect(duration.unit == "s")
        #expect(!duration.isInteger)
        #expect(duration.boundaries.first == 0.01)
        #expect(duration.boundaries.last == 81.92)
        #expect(MetricDefinition.genAIClientInferenceUsageInputTokens.kind == .counter)
        #expect(MetricDefinition.genAIClientInferenceUsageInputTokens.boundaries.isEmpty)
    }

    @Test("let unknown values through")
    func unknownValues() {
        let provider: ProviderName = "tomorrow.ai"
        #expect(provider.rawValue == "tomorrow.ai")
        #expect(provider.attributeValue == "tomorrow.ai")
        #expect(ProviderName(rawValue: "openai") == .openAI)
    }

    /// The string literals that follow a marker in a file of the module.
    private func literals(in file: String, after marker: String) throws -> [String] {
        let source = try String(contentsOf: root.appending(path: "Packages/GenAICore/\(file).swift"), encoding: .utf8)
        return source.split(separator: marker, omittingEmptySubsequences: false).dropFirst().map {
            String($0.prefix { $0 != "\"" })
        }
    }

    @Test("are made with the identifiers that their names have", arguments: ["GenAIAttributes", "Last9Attributes"])
    func identifiers(file: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Packages/GenAICore")
        let source = try String(contentsOf: root.appending(path: "\(file).swift"), encoding: .utf8)
        let constants = source.matches(of: /Self\("([a-z0-9_.]+)", 0x([0-9A-F]{2}_[0-9A-F]{4})\)/)
        #expect(constants.count > 40)
        for constant in constants {
            let bits = UInt32(constant.2.replacing("_", with: ""), radix: 16)
            let made = AttributeKey<String>(String(constant.1), try #require(bits))
            #expect(made == AttributeKey(made.name))
        }
    }

    @Test("have a number each, which other names do not have")
    func numbers() {
        let numbers = NumberedNames.texts.map { AttributeName($0).id.number }
        #expect(numbers == Array(1...NumberedNames.texts.count))
        let others = ["", "role", "gen_ai.", "gen_ai.request.models", "gen_ai.prompt.0.role", "my.own.name"]
        let random = (0..<20_000).map { "app.\($0).name" }
        #expect((others + random).allSatisfy { AttributeName($0).id.number == 0 })
    }
}

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// Scripts/data/conventions.json, as far as the tests need it.
private struct ConventionTable: Decodable {
    struct Attribute: Decodable { let key: String }
    struct Name: Decodable { let name: String }
    struct Member: Decodable { let value: String }
    struct Values: Decodable { let members: [Member] }

    let attributes: [Attribute]
    let vendorAttributes: [Attribute]
    let values: [Values]
    let events: [Name]
    let vendorEvents: [Name]
    let metrics: [Name]

    static func read() throws -> ConventionTable {
        let data = try Data(contentsOf: root.appending(path: "Scripts/data/conventions.json"))
        return try JSONDecoder().decode(ConventionTable.self, from: data)
    }
}
