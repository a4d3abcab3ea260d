// SPDX-License-Identifier: MIT

/// The requested properties of an instrument.
struct InstrumentDescriptor: Sendable, Hashable {
    let name: String
    let kind: InstrumentKind
    let unit: String
    let description: String
    /// A zero of the instrument's number type: integer or floating point.
    let zero: MetricNumber
    /// The advised bucket bounds.
    var bounds: [Double]?

    /// The key by which names are compared.
    var key: String { name.lowercased() }

    /// Returns whether both describe the same instrument. Advice is ignored.
    func isSame(as other: InstrumentDescriptor) -> Bool {
        key == other.key && kind == other.kind && unit == other.unit && description == other.description
            && zero == other.zero
    }

    /// The problem with the name; `nil` if it is valid.
    ///
    /// Source: OpenTelemetry metrics API, instrument name syntax.
    var nameProblem: String? {
        let bytes = name.utf8
        guard let first = bytes.first else { return "is empty" }
        guard bytes.count <= 255 else { return "is longer than 255 characters" }
        guard isLetter(first) else { return "does not start with a letter" }
        let others = Array("_.-/0123456789".utf8)
        guard bytes.allSatisfy({ isLetter($0) || others.contains($0) }) else {
            return "has characters other than letters, digits, _, ., - and /"
        }
        return nil
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

/// Returns the bounds without a final infinity; `nil` if they are not finite and strictly ascending.
func validBounds(_ bounds: [Double]) -> [Double]? {
    let finite = bounds.last == .infinity ? bounds.dropLast() : bounds[...]
    guard finite.allSatisfy(\.isFinite), zip(finite, finite.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    return Array(finite)
}

extension InstrumentKind {
    /// Indicates whether measurements are never negative, so that their sum only grows.
    var isMonotonic: Bool {
        switch kind {
        case .counter, .histogram, .observableCounter: true
        case .upDownCounter, .gauge, .observableUpDownCounter, .observableGauge: false
        }
    }
}
