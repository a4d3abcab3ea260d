// SPDX-License-Identifier: MIT
// Packages: swift-log (Logging)
//
// A handler of swift-log that exports each record over OTLP, with its trace, conversation and user. Copy this file into
// your program, then:
//
//     let telemetry = try Last9.install()
//     LoggingSystem.bootstrap { Last9LogHandler(label: $0, provider: telemetry.loggerProvider) }
import GenAICore
import GenAITelemetry
import Logging

/// Sends log records to a `LoggerProvider` of Last9GenAI.
struct Last9LogHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let emitter: LogEmitter

    /// - Parameters:
    ///   - label: The logger's label, which becomes the instrumentation scope.
    ///   - provider: The provider for the log records: that of `Last9.install`.
    init(label: String, provider: LoggerProvider) {
        emitter = provider.emitter(named: label)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard emitter.isEnabled else { return }
        var record = LogRecordData(body: .string("\(event.message)"), severity: LogSeverity(event.level))
        record.severityText = event.level.rawValue.uppercased()
        record.attributes = Attributes(metadata)
        record.attributes.merge(Attributes(metadataProvider?.get() ?? [:]))
        record.attributes.merge(Attributes(event.metadata ?? [:]))
        record.attributes["code.file.path"] = .string(event.file)
        record.attributes["code.function.name"] = .string(event.function)
        record.attributes["code.line.number"] = .int(Int(event.line))
        emitter.emit(record, error: event.error)
    }
}

extension LogSeverity {
    fileprivate init(_ level: Logger.Level) {
        switch level {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info: self = .info
        case .notice: self = LogSeverity(rawValue: 10)
        case .warning: self = .warn
        case .error: self = .error
        case .critical: self = .fatal
        }
    }
}

extension Attributes {
    fileprivate init(_ metadata: Logger.Metadata) {
        self.init()
        for (name, value) in metadata { self[name] = AttributeValue(value) }
    }
}

extension AttributeValue {
    fileprivate init(_ value: Logger.Metadata.Value) {
        switch value {
        case .string(let text): self = .string(text)
        case .stringConvertible(let convertible): self = .string("\(convertible)")
        case .array(let values): self = .array(values.map(AttributeValue.init))
        case .dictionary(let values): self = .map(Attributes(values))
        }
    }
}
