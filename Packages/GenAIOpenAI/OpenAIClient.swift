// SPDX-License-Identifier: MIT

public import GenAIHTTP
import GenAITelemetry

/// A client for the OpenAI API and for every server that speaks it.
///
/// A value: copy it freely, use it from any task. Creating one never fails; a key that is missing where one is
/// needed is an error of the first call. Requests share the connections of the transport.
public struct OpenAIClient: Sendable {
    let sender: Sender

    /// The settings the client was created with.
    public var configuration: Configuration { sender.configuration }

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - configuration: Where the server is and how to talk to it; read once.
    ///   - transport: The HTTP client to send with. `nil` means the package's own, one that all such clients share.
    public init(configuration: Configuration = Configuration(), transport: (any HTTPTransport)? = nil) {
        self.init(
            configuration: configuration, transport: transport ?? Self.sharedTransport, clock: ContinuousClock())
    }

    /// Creates a client whose waits between attempts go by `clock`.
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
