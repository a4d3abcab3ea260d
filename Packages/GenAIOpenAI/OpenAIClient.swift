// SPDX-License-Identifier: MIT

public import GenAIHTTP
import GenAITelemetry

/// A client for the OpenAI API and compatible servers.
///
/// A value that can be copied and used from any task. Creating one never fails: if a key is required and missing, the
/// first call throws. Requests share the connections of the transport.
public struct OpenAIClient: Sendable {
    let sender: Sender

    /// The settings the client was created with.
    public var configuration: Configuration { sender.configuration }

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - configuration: The settings; read once.
    ///   - transport: The HTTP client to use. `nil` means the package's own, which all such clients share.
    public init(configuration: Configuration = Configuration(), transport: (any HTTPTransport)? = nil) {
        self.init(
            configuration: configuration, transport: transport ?? Self.sharedTransport, clock: TimerThreadClock())
    }

    /// Creates a client that waits between attempts with `clock`.
    package init(
        configuration: Configuration, transport: any HTTPTransport, clock: any Clock<Duration>
    ) {
        sender = Sender(configuration: configuration, transport: transport, clock: clock)
    }

    private static let sharedTransport: any HTTPTransport = {
        if let warning = defaultTransportWarning {
            Diagnostics.report(.warning, "OpenAIClient", warning, key: "transport")
        }
        return makeDefaultTransport()
    }()
}
