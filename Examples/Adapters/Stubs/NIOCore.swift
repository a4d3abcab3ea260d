// swift-format-ignore-file
// The declarations of swift-nio that the adapters use, so that CI can compile them without the package.
// Source: github.com/apple/swift-nio, Sources/NIOCore and Sources/NIOHTTP1.
public struct ByteBuffer: Sendable {
    public init() {}
    public var readableBytesView: ByteBufferView { ByteBufferView() }
}

public struct ByteBufferView: RandomAccessCollection, Sendable {
    public var startIndex: Int { 0 }
    public var endIndex: Int { 0 }
    public subscript(position: Int) -> UInt8 { 0 }
}

public struct TimeAmount: Sendable {
    public static func seconds(_ amount: Int64) -> TimeAmount { TimeAmount() }
}

public struct HTTPHeaders: Sendable {
    public func first(name: String) -> String? { nil }
}

public struct HTTPMethod: Sendable {
    public var rawValue: String
}

public struct HTTPResponseStatus: Sendable {
    public var code: UInt
}
