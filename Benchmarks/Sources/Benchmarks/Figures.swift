// SPDX-License-Identifier: MIT
import Foundation

/// The result of a run: numbers by name, in the order they were found.
struct Figures {
    private(set) var names: [String] = []
    private var values: [String: Double] = [:]

    subscript(name: String) -> Double? {
        get { values[name] }
        set {
            if values[name] == nil { names.append(name) }
            values[name] = newValue
        }
    }

    /// The figures of a file that ``write(to:)`` wrote.
    init(contentsOf path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        for (name, value) in object.sorted(by: { $0.key < $1.key }) { self[name] = value as? Double }
    }

    init() {}

    /// One flat JSON object: the figures, and what they were measured on.
    func write(to path: String) throws {
        var lines = [
            "  \"date\": \"\(ISO8601DateFormatter().string(from: Date()))\"",
            "  \"machine\": \"\(Machine.description)\"",
        ]
        lines += names.map { "  \"\($0)\": \(Self.number(values[$0] ?? .nan))" }
        let text = "{\n" + lines.joined(separator: ",\n") + "\n}\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// A number with as many digits as are worth reading.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
        return String(format: abs(value) >= 100 ? "%.1f" : abs(value) >= 1 ? "%.3f" : "%.4f", value)
    }
}

/// The machine on which the figures were measured.
enum Machine {
    static var description: String {
        let info = ProcessInfo.processInfo
        return "\(processor), \(info.activeProcessorCount) cores, \(info.operatingSystemVersionString)"
            .replacingOccurrences(of: "\"", with: "'")
    }

    /// The load average of the last minute.
    static var load: Double {
        var loads = [0.0, 0.0, 0.0]
        return getloadavg(&loads, 3) > 0 ? loads[0] : .nan
    }

    private static var processor: String {
        let cpuinfo = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = cpuinfo.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown processor"
    }
}
