// SPDX-License-Identifier: MIT
import GenAICore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#elseif canImport(Darwin)
    import Darwin
#endif

/// Prices read from a JSON file.
///
/// ```json
/// { "models": {
///     "gpt-4o": { "input": 2.5, "output": "10", "cache_read": 1.25 },
///     "my-long-model": { "input": 1, "output": 4, "tiers": [{ "above_input_tokens": 200000, "input": 2 }] },
///     "dear-by-day": { "input": 1, "output": 4,
///         "periods": [{ "from": "2026-08-17", "daily_utc": ["01:00", "10:00"], "weekdays": [1, 2, 3, 4, 5], "input": 2 }] },
///     "by-the-token": { "per": "token", "input": 1.5e-7, "output": 6e-7 },
///     "ollama/*": { "free": true } } }
/// ```
///
/// The keys of a model are unit names (see ``PricedUnit/name``). Prices are USD for the unit's size: a million tokens
/// unless `per` says `token` or `thousand_tokens`. They are read as decimals, never as binary fractions. An unknown key
/// is an error, so that a misspelt price does not go unnoticed.
public struct PriceFile: Sendable {
    /// The origin of the prices, for messages.
    public let path: String
    /// The prices by model name, as in ``PriceBook/init(overrides:file:)``.
    public let prices: [String: ModelPricing]

    /// The environment variable that names a price file.
    public static let environmentVariable = "GENAI_PRICES_FILE"
    /// The maximum size of a file. A larger one is rejected. Unit: bytes.
    public static let largestSize = 16 << 20

    /// Reads a file.
    ///
    /// - Throws: ``PriceFileError`` with the path, the line and the key of the error.
    public init(path: String) throws(PriceFileError) {
        try self.init(json: Self.contents(of: path), path: path)
    }

    /// Reads prices from JSON in memory.
    ///
    /// - Parameters:
    ///   - json: The text, in UTF-8.
    ///   - path: The origin of the text, for messages.
    /// - Throws: ``PriceFileError`` with the path, the line and the key of the error.
    public init(json: [UInt8], path: String) throws(PriceFileError) {
        self.path = path
        do {
            prices = try PriceFileReader.prices(in: JSONItem(parsing: json))
        } catch let error as JSONSyntaxError {
            throw PriceFileError(.malformedJSON, "expected \(error.expected)", path: path, line: error.line)
        } catch let fault as PriceFileReader.Fault {
            throw PriceFileError(fault.code, fault.message, path: path, line: fault.line, key: fault.key)
        } catch {
            throw PriceFileError(.malformedJSON, "unreadable", path: path)
        }
    }

    /// Reads the file that `GENAI_PRICES_FILE` names. Returns `nil` if the variable is not set or empty.
    ///
    /// - Throws: ``PriceFileError`` if the file cannot be used.
    public static func fromEnvironment() throws(PriceFileError) -> PriceFile? {
        guard let value = getenv(environmentVariable) else { return nil }
        let path = String(cString: value)
        return path.isEmpty ? nil : try PriceFile(path: path)
    }

    private static func contents(of path: String) throws(PriceFileError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw PriceFileError(.unreadable, String(cString: strerror(errno)), path: path)
        }
        defer { fclose(file) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            contents += chunk[..<count]
            guard contents.count <= largestSize else {
                throw PriceFileError(.tooLarge, "more than \(largestSize) bytes", path: path)
            }
            if count < chunk.count { break }
        }
        guard ferror(file) == 0 else {
            throw PriceFileError(.unreadable, String(cString: strerror(errno)), path: path)
        }
        return contents
    }
}

/// An error that makes a price file unusable. The prices in force before stay in force.
public struct PriceFileError: Error, Sendable, Hashable {
    /// The kind of failure. New codes may appear in minor releases.
    public struct Code: Sendable, Hashable {
        private enum Kind { case unreadable, tooLarge, malformedJSON, unexpectedValue, unusablePrice }
        private let kind: Kind

        /// The file does not exist or cannot be read.
        public static let unreadable = Code(kind: .unreadable)
        /// The file is larger than ``PriceFile/largestSize``.
        public static let tooLarge = Code(kind: .tooLarge)
        /// The text is not JSON.
        public static let malformedJSON = Code(kind: .malformedJSON)
        /// The JSON does not have the structure of a price file.
        public static let unexpectedValue = Code(kind: .unexpectedValue)
        /// A price is negative, not a number or out of range.
        public static let unusablePrice = Code(kind: .unusablePrice)
    }

    /// The kind of failure, to switch on.
    public var code: Code
    /// Details for a log line. Unstable: never parse it.
    public var message: String
    /// The path of the file.
    public var path: String
    /// The line of the error, counted from one.
    public var line: Int?
    /// The key of the error, such as `models.gpt-4o.input`.
    public var key: String?

    /// Creates an error.
    public init(_ code: Code, _ message: String, path: String, line: Int? = nil, key: String? = nil) {
        self.code = code
        self.message = message
        self.path = path
        self.line = line
        self.key = key
    }
}

extension PriceFileError: CustomStringConvertible {
    /// The path, line, key and message in one line.
    public var description: String {
        var place = path
        if let line { place += ":\(line)" }
        if let key { place += ": \(key)" }
        return "\(place): \(message)"
    }
}
