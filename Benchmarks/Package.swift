// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that neither users of the library nor its tests ever build it.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "last9-genai-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "last9-genai-swift", path: "..")],
    targets: [
        // Counts calls of malloc in the whole process.
        .target(name: "AllocationCounter"),
        // Counts instructions, which other processes do not change.
        .target(name: "InstructionCounter"),
        // Answers OTLP and chat requests, and counts what is in them.
        .target(name: "Sink"),
        // Makes chat requests with libcurl alone.
        .target(name: "CurlFloor"),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "AllocationCounter", "CurlFloor", "InstructionCounter", "Sink",
                .product(name: "Last9GenAI", package: "last9-genai-swift"),
            ],
            path: "Sources/Benchmarks",
            swiftSettings: strict),
    ]
)
