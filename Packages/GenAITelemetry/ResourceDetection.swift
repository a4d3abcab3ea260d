// SPDX-License-Identifier: MIT
public import GenAICore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

extension Resource {
    /// Returns the resource of this process: service, SDK, process, host and operating system.
    ///
    /// In order of precedence: the arguments, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` (`name=value,…` with
    /// percent-encoded values; discarded as a whole and reported if a part is invalid), and detected values. Without
    /// any name the service is called `unknown_service:` followed by the program's name.
    ///
    /// Source: OpenTelemetry resource SDK and semantic conventions for resources.
    ///
    /// - Parameter serviceName: The attribute `service.name`.
    public static func detected(
        serviceName: String? = nil, attributes: Attributes = [:], environment: TelemetryEnvironment = .process
    ) -> Resource {
        var all = detectedAttributes()
        all.merge(environment.resourceAttributes())
        if let name = environment.string("OTEL_SERVICE_NAME") { all["service.name"] = .string(name) }
        all.merge(attributes)
        if let serviceName { all["service.name"] = .string(serviceName) }
        return Resource(all)
    }

    private static func detectedAttributes() -> Attributes {
        let program = CommandLine.arguments.first.map(lastPathComponent) ?? "swift"
        var attributes: Attributes = [
            "service.name": .string("unknown_service:\(program)"),
            "service.instance.id": .string(processInstanceID),
            "telemetry.sdk.name": "last9-genai", "telemetry.sdk.language": "swift",
            "telemetry.sdk.version": .string(packageVersion),
            "process.pid": .int(Int(getpid())),
            "process.executable.name": .string(program),
            "process.runtime.name": "swift",
            "os.type": .string(operatingSystemType),
            "host.arch": .string(processorArchitecture),
        ]
        attributes["host.name"] = hostName().map(AttributeValue.string)
        return attributes
    }

    // One for each process, so that all three providers have the same. In the form of a random UUID, as the conventions
    // recommend.
    private static let processInstanceID: String = {
        let high = UInt64.random(in: .min ... .max) & ~0xF000 | 0x4000
        let low = UInt64.random(in: .min ... .max) & ~(0b11 << 62) | 0b10 << 62
        let digits = Array(TraceID(high: high, low: low).description)
        return [digits[..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20...]]
            .map { String($0) }.joined(separator: "-")
    }()
}

extension TelemetryEnvironment {
    /// Returns the attributes of `OTEL_RESOURCE_ATTRIBUTES`; none if any part of it is invalid.
    fileprivate func resourceAttributes() -> Attributes {
        let variable = "OTEL_RESOURCE_ATTRIBUTES"
        var attributes = Attributes()
        for part in list(variable) ?? [] {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, !sides[1].contains("="), let name = ASCII.percentDecoded(sides[0].trimmed),
                !name.isEmpty, let value = ASCII.percentDecoded(sides[1].trimmed)
            else {
                Diagnostics.report(
                    .warning, "Resource",
                    "\(variable) is ignored: \(part) is not name=value; write %3D for = and %2C for a comma in them")
                return [:]
            }
            attributes[name] = .string(value)
        }
        return attributes
    }
}

private func lastPathComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}

private func hostName() -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    let failed = gethostname(&buffer, buffer.count - 1) != 0
    guard !failed, let end = buffer.firstIndex(of: 0), end > 0 else { return nil }
    return String(decoding: buffer[..<end].map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
}

private var operatingSystemType: String {
    #if canImport(Darwin)
        "darwin"
    #else
        "linux"
    #endif
}

private var processorArchitecture: String {
    #if arch(x86_64)
        "amd64"
    #elseif arch(arm64) || arch(arm64_32)
        "arm64"
    #elseif arch(arm)
        "arm32"
    #else
        "other"
    #endif
}
