// swift-format-ignore-file
// The declarations of swift-service-context that the adapters use, so that CI can compile them without the package.
// Source: github.com/apple/swift-service-context, Sources/ServiceContextModule.
public protocol ServiceContextKey: Sendable {
    associatedtype Value: Sendable
    static var nameOverride: String? { get }
}

public struct ServiceContext: Sendable {
    @TaskLocal public static var current: ServiceContext?
    public static var topLevel: ServiceContext { ServiceContext() }
    public static func withValue<T>(_ value: ServiceContext?, operation: () throws -> T) rethrows -> T {
        try $current.withValue(value, operation: operation)
    }
    public subscript<Key: ServiceContextKey>(_ key: Key.Type) -> Key.Value? {
        get { nil }
        set {}
    }
}
