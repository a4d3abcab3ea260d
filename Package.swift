// swift-tools-version: 6.2
import PackageDescription

/// The settings of every target: Swift 6 mode and the stricter rules that are still opt-in.
var strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
// Set by .ci/run only: a new warning of a newer compiler must not break a user's build.
if Context.environment["LAST9_GENAI_WARNINGS_AS_ERRORS"] != nil { strict.append(.treatAllWarnings(as: .error)) }

/// A library product with its one target.
struct Module {
    var name: String
    var dependencies: [String] = []
    var linuxDependencies: [String] = []
    var exclude: [String] = []
    /// Files that apps on Apple platforms ship; elsewhere a bundle would only be in the way.
    var appleResources: [String] = []
}

#if canImport(Darwin)
    let hasAppleHost = true
#else
    let hasAppleHost = false
#endif

// A dependency means "may import". Siblings never import each other; Last9GenAI connects them.
let modules = [
    Module(name: "GenAICore"),
    Module(name: "GenAITelemetry", dependencies: ["GenAICore"]),
    Module(name: "GenAIInstrumentation", dependencies: ["GenAICore", "GenAITelemetry"]),
    Module(name: "GenAITelemetryTesting", dependencies: ["GenAICore", "GenAITelemetry"]),
    Module(name: "GenAIPricing", dependencies: ["GenAICore"]),
    Module(name: "GenAIBridge", dependencies: ["GenAICore", "GenAITelemetry", "GenAIInstrumentation"]),
    Module(
        name: "GenAIReport",
        dependencies: ["GenAICore", "GenAITelemetry", "GenAIInstrumentation", "GenAIPricing", "CZlib"],
        exclude: ["Page/Source"]),
    Module(name: "GenAIHTTP", linuxDependencies: ["CCurl"]),
    Module(
        name: "GenAIExportOTLP", dependencies: ["GenAICore", "GenAITelemetry", "GenAIHTTP", "CZlib"],
        appleResources: ["PrivacyInfo.xcprivacy"]),
    Module(name: "GenAIOpenAI", dependencies: ["GenAICore", "GenAITelemetry", "GenAIInstrumentation", "GenAIHTTP"]),
    Module(name: "GenAIProviders", dependencies: ["GenAICore", "GenAITelemetry", "GenAIInstrumentation"]),
    Module(
        name: "GenAIURLSession",
        dependencies: ["GenAICore", "GenAITelemetry", "GenAIInstrumentation", "GenAIProviders"]),
    Module(
        name: "Last9GenAI",
        dependencies: [
            "GenAICore", "GenAITelemetry", "GenAIInstrumentation", "GenAIPricing", "GenAIBridge", "GenAIExportOTLP",
            "GenAIOpenAI", "GenAIProviders", "GenAIURLSession", "GenAIReport",
        ]),
]

/// A program in Examples/. Programs are not products, so that only developers of this package build them.
struct Example {
    var name: String
    var folder: String
    var dependencies = ["Last9GenAI", "LoopbackServer"]
    var exclude: [String] = []
}

/// The dependencies of the examples: the umbrella module and a scripted model.
let lesson = ["Last9GenAI", "ExampleSupport"]

let examples = [
    Example(name: "quickstart", folder: "Quickstart"),
    Example(
        name: "conventions-tour", folder: "ConventionsTour",
        dependencies: ["Last9GenAI", "GenAIHTTP", "LoopbackServer"],
        exclude: ["README.md"]),
    Example(
        name: "price-log", folder: "PriceLog", dependencies: ["GenAICore", "GenAIPricing"],
        exclude: ["README.md", "calls.jsonl"]),
    Example(name: "anthropic", folder: "Anthropic", dependencies: ["Last9GenAI", "GenAIHTTP", "LoopbackServer"]),
    Example(name: "basic-usage", folder: "BasicUsage", dependencies: lesson),
    Example(name: "conversations", folder: "Conversations", dependencies: lesson),
    Example(name: "workflows", folder: "Workflows", dependencies: lesson),
    Example(
        name: "multi-agent", folder: "MultiAgent",
        dependencies: lesson + ["GenAIHTTP", "GenAIReport", "LoopbackServer"]),
    Example(name: "observe", folder: "Observe", dependencies: lesson),
    Example(name: "typed-tools", folder: "TypedTools", dependencies: lesson),
    Example(name: "structured-output", folder: "StructuredOutput", dependencies: lesson),
    Example(name: "web-service", folder: "WebService", dependencies: lesson + ["GenAIHTTP", "LoopbackServer"]),
    Example(name: "custom-exporter", folder: "CustomExporter", dependencies: lesson),
    Example(name: "budget-guard", folder: "BudgetGuard", dependencies: lesson),
    Example(name: "redaction", folder: "Redaction", dependencies: lesson),
    Example(name: "any-client", folder: "AnyClient"),
    Example(name: "gemini", folder: "Gemini"),
    Example(name: "ollama", folder: "Ollama"),
    Example(name: "report", folder: "Report", dependencies: lesson + ["GenAIReport"]),
    Example(name: "multi-turn", folder: "MultiTurn", dependencies: lesson),
    Example(name: "tenants", folder: "Tenants", dependencies: lesson),
    Example(name: "offline", folder: "Offline", dependencies: lesson + ["LoopbackServer"]),
]

/// The test targets, with their dependencies besides the module they are named after.
let testDependencies: [String: [String]] = [
    "GenAICore": ["GenAITelemetryTesting"],
    "GenAITelemetry": ["GenAICore", "GenAITelemetryTesting"],
    "GenAIInstrumentation": ["GenAICore", "GenAITelemetry", "GenAITelemetryTesting"],
    "GenAIPricing": ["GenAICore", "GenAITelemetryTesting"],
    "GenAIBridge": ["GenAICore", "GenAITelemetry", "GenAIInstrumentation", "GenAITelemetryTesting"],
    "GenAIReport": ["GenAICore", "GenAITelemetry", "GenAIInstrumentation", "GenAIPricing", "GenAIExportOTLP"],
    "GenAIHTTP": ["LoopbackServer"],
    "GenAIExportOTLP": ["GenAICore", "GenAITelemetry", "GenAITelemetryTesting", "GenAIHTTP", "LoopbackServer"],
    "GenAIOpenAI": [
        "GenAICore", "GenAITelemetry", "GenAIInstrumentation", "GenAITelemetryTesting", "GenAIHTTP", "LoopbackServer",
    ],
    "GenAIProviders": [
        "GenAICore", "GenAITelemetry", "GenAIInstrumentation", "GenAITelemetryTesting", "GenAIURLSession",
        "LoopbackServer",
    ],
    "GenAIURLSession": [
        "GenAICore", "GenAITelemetry", "GenAIInstrumentation", "GenAITelemetryTesting", "LoopbackServer",
    ],
    "Last9GenAI": ["GenAITelemetryTesting", "LoopbackServer", "quickstart", "telemetry-load"],
]

let package = Package(
    name: "last9-genai-swift",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: modules.map { .library(name: $0.name, targets: [$0.name]) }
        + [.executable(name: "genai-report", targets: ["genai-report"])],
    targets: modules.map { module in
        .target(
            name: module.name,
            dependencies: module.dependencies.map { .init(stringLiteral: $0) }
                + module.linuxDependencies.map { .target(name: $0, condition: .when(platforms: [.linux])) },
            path: "Packages/\(module.name)",
            exclude: module.exclude + (hasAppleHost ? [] : module.appleResources),
            resources: hasAppleHost ? module.appleResources.map { .process($0) } : [],
            swiftSettings: strict)
    }
        + [
            .systemLibrary(
                name: "CZlib", path: "Packages/CZlib", providers: [.apt(["zlib1g-dev"])]),
            // The C interface of the libcurl that comes with FoundationNetworking; nothing to install.
            .target(
                name: "CCurl", path: "Packages/CCurl",
                linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
            .executableTarget(
                name: "genai-report", dependencies: ["GenAICore", "GenAIPricing", "GenAIReport"],
                path: "Packages/genai-report", swiftSettings: strict),
            // A scriptable HTTP/1.1 server on loopback, for tests and offline examples.
            .target(name: "LoopbackServer", path: "Tests/LoopbackServer", swiftSettings: strict),
            .target(
                name: "ExampleSupport", dependencies: ["Last9GenAI", "LoopbackServer"], path: "Examples/Support",
                swiftSettings: strict),
            // Random telemetry for Scripts/check-otlp-roundtrip.
            .executableTarget(
                name: "otlp-random",
                dependencies: ["GenAICore", "GenAITelemetry", "GenAITelemetryTesting", "GenAIHTTP", "GenAIExportOTLP"],
                path: "Tests/Tools/OTLPRandom", swiftSettings: strict),
            // Many spans and calls, for Scripts/check-delivery and Scripts/soak.
            .executableTarget(
                name: "telemetry-load", dependencies: ["Last9GenAI", "GenAIHTTP", "LoopbackServer"],
                path: "Tests/Tools/TelemetryLoad",
                swiftSettings: strict),
        ]
        + examples.map { example in
            .executableTarget(
                name: example.name,
                dependencies: example.dependencies.map { .init(stringLiteral: $0) },
                path: "Examples/\(example.folder)",
                exclude: example.exclude,
                swiftSettings: strict)
        }
        + testDependencies.sorted { $0.key < $1.key }.map { name, extra in
            .testTarget(
                name: "\(name)Tests",
                dependencies: ([name] + extra).map { .init(stringLiteral: $0) },
                path: "Tests/\(name)Tests",
                swiftSettings: strict)
        }
)
