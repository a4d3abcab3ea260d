// swift-format-ignore-file
// The declarations of the MCP SDK that the adapters use, so that CI can compile them without the package.
// Source: github.com/modelcontextprotocol/swift-sdk 0.12, Sources/MCP/Base/Transport.swift.
import Logging
import struct Foundation.Data

public protocol Transport: Actor {
    var logger: Logger { get }
    func connect() async throws
    func disconnect() async
    func send(_ data: Data) async throws
    func receive() -> AsyncThrowingStream<Data, Swift.Error>
}
