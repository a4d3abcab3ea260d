// swift-format-ignore-file
// The declarations of swift-service-lifecycle that the adapters use, so that CI can compile them without the package.
// Source: github.com/swift-server/swift-service-lifecycle, Sources/ServiceLifecycle.
public protocol Service: Sendable {
    func run() async throws
}

public func gracefulShutdown() async throws {}
