// SPDX-License-Identifier: MIT
import Foundation

/// This program in a process of its own, whose processor time and memory are those of one workload.
enum Child {
    /// Starts this program with arguments.
    static func start(_ arguments: [String]) throws -> (process: Process, output: Pipe) {
        let process = Process()
        process.executableURL = Bundle.main.executableURL
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        return (process, output)
    }

    /// Runs this program and returns the numbers that it prints, of which there must be so many.
    static func numbers(_ count: Int, from arguments: [String]) throws -> [Double] {
        let (process, output) = try start(arguments)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let numbers = text.split { $0.isWhitespace }.compactMap { Double($0) }
        guard numbers.count == count, process.terminationStatus == 0 else {
            throw Failure("\(arguments.joined(separator: " ")) ended with \(process.terminationStatus): \(text)")
        }
        return numbers
    }
}

/// The sink in a process of its own.
final class Sink {
    /// The received items.
    struct Counts {
        var bytes = 0
        var spans = 0
        var records = 0
        var grpcCalls = 0
    }

    let port: Int
    private let process: Process

    /// The address of its server.
    var endpoint: String { "http://127.0.0.1:\(port)" }

    init() throws {
        let (process, output) = try Child.start(["sink"])
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            process.terminate()
            throw Failure("the sink said: \(line)")
        }
        (self.port, self.process) = (port, process)
    }

    /// The items received so far.
    var counts: Counts {
        get throws {
            guard let url = URL(string: endpoint + "/stats") else { throw Failure("no URL") }
            let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
            guard let bytes = object?["bytes"] as? Int, let spans = object?["spans"] as? Int,
                let records = object?["records"] as? Int, let grpcCalls = object?["grpc_calls"] as? Int
            else { throw Failure("the sink gives no counts") }
            return Counts(bytes: bytes, spans: spans, records: records, grpcCalls: grpcCalls)
        }
    }

    // It does not heed the gentler signal, and one that stays keeps the terminal waiting.
    func stop() { kill(process.processIdentifier, SIGKILL) }
}

/// The memory of this process.
enum Memory {
    /// The peak of the resident memory in bytes.
    static var peak: Double {
        var usage = rusage()
        getrusage(0, &usage)  // RUSAGE_SELF, whose type differs from system to system
        // Linux counts in kilobytes, Darwin in bytes.
        #if canImport(Darwin)
            return Double(usage.ru_maxrss)
        #else
            return Double(usage.ru_maxrss) * 1_024
        #endif
    }

    /// The resident memory in bytes; on Linux only.
    static var resident: Double {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (pages.flatMap { $0.count > 1 ? Double($0[1]) : nil } ?? .nan) * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// An error that ends the benchmarks.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
