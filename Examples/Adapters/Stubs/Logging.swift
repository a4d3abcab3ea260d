// swift-format-ignore-file
// The declarations of swift-log that the adapters use, so that CI can compile them without the package.
// Source: github.com/apple/swift-log 1.9, Sources/Logging.
public protocol LogHandler: Sendable {
    var metadataProvider: Logger.MetadataProvider? { get set }
    func log(event: LogEvent)
    subscript(metadataKey _: String) -> Logger.Metadata.Value? { get set }
    var metadata: Logger.Metadata { get set }
    var logLevel: Logger.Level { get set }
}

public struct LogEvent: Sendable {
    public var level: Logger.Level
    public var message: Logger.Message
    public var error: (any Error)?
    public var metadata: Logger.Metadata?
    public var source: String
    public var file: String
    public var function: String
    public var line: UInt
}

public struct Logger: Sendable {
    public typealias Metadata = [String: MetadataValue]
    public enum Level: String, Sendable { case trace, debug, info, notice, warning, error, critical }
    public struct Message: Sendable, CustomStringConvertible { public var description: String }
    public enum MetadataValue: Sendable {
        case string(String)
        case stringConvertible(any CustomStringConvertible & Sendable)
        case dictionary(Metadata)
        case array([Metadata.Value])
    }
    public struct MetadataProvider: Sendable {
        public func get() -> Metadata { [:] }
    }
}
