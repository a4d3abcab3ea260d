// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI
import Testing

@Suite("The table of environment variables")
struct VariableTableTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The names that a variable of the table stands for.
    private static let names = Set(
        TelemetryEnvironment.variables.flatMap { variable in
            variable.name.contains("{SIGNAL}")
                ? ["TRACES", "METRICS", "LOGS", "{SIGNAL}"].map {
                    variable.name.replacingOccurrences(of: "{SIGNAL}", with: $0)
                } : [variable.name]
        })

    @Test("is the one in the documentation")
    func documentation() throws {
        let text = try String(contentsOf: Self.root.appending(path: "Docs/OpenTelemetry.md"), encoding: .utf8)
        let rows = TelemetryEnvironment.variables.map { variable in
            "| `\(variable.name)` | \(variable.defaultValue) | \(variable.meaning) |"
        }
        let table = (["| Variable | Default | Meaning |", "|---|---|---|"] + rows).joined(separator: "\n")
        #expect(text.contains("\n\n\(table)\n\n"), "the table should read:\n\(table)")
    }

    @Test("has every variable that the sources name")
    func sources() throws {
        let packages = Self.root.appending(path: "Packages").path()
        let files = try #require(FileManager.default.enumerator(atPath: packages)).compactMap { $0 as? String }
        var found = 0
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: packages + "/" + file, encoding: .utf8)
            for match in text.matches(of: /\b(?:OTEL|LAST9|GENAI|OPENAI|AZURE)_[A-Z0-9_]+[A-Z0-9]\b(?![_{*\\(])/) {
                found += 1
                let name = String(match.output)
                // Some are put together of a prefix and the rest.
                let isKnown = Self.names.contains { $0 == name || $0.hasPrefix("\(name)_") }
                #expect(isKnown, "\(name) in \(file)")
            }
        }
        #expect(found > 100)
    }
}
