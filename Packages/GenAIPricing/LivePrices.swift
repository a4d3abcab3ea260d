// SPDX-License-Identifier: MIT

package import GenAICore
import Synchronization

/// The prices in force, to be swapped while others read them.
///
/// Keep one for the life of the program. Each answer comes from one book, the old one or the new. Until the first
/// book is replaced nobody waits for a lock; after that, reading takes one for the time of copying one reference.
public final class LivePrices: Sendable {
    // Never let go of, so that threads can read it without touching memory that they share.
    private let first: PriceBook
    private let isReplaced = Atomic(false)
    private let current: Mutex<PriceBook>

    /// Creates a holder with the prices to start from. The default is the bundled table.
    public init(_ book: PriceBook = .bundled) {
        first = book
        current = Mutex(book)
    }

    /// The book in force. Hold on to it for answers that must agree with each other.
    public var book: PriceBook {
        current.withLock { $0 }
    }

    /// What a call costs by the book in force, which is neither copied nor held where it is the first one.
    package func charge(
        for usage: TokenUsage, model: String?, requestModel: String?, provider: String?, context: PriceContext?,
        at unixSeconds: Int64?
    ) -> Result<Charge, UnpricedReason> {
        withBook {
            $0.charge(
                for: usage, model: model, requestModel: requestModel, provider: provider, context: context,
                at: unixSeconds)
        }
    }

    @inline(__always)
    private func withBook<Answer>(_ body: (borrowing PriceBook) -> Answer) -> Answer {
        isReplaced.load(ordering: .acquiring) ? body(book) : body(first)
    }

    /// Puts another book in force for all later reads. The old one lives on with those who hold it.
    public func replace(with book: PriceBook) {
        let old = current.withLock { current in
            let old = current
            current = book
            return old
        }
        isReplaced.store(true, ordering: .releasing)
        withExtendedLifetime(old) {}  // freed here, outside the lock
    }

    /// Reads prices from a file, or the one `GENAI_PRICES_FILE` names, and puts them in force.
    ///
    /// Reads the file on the caller's thread.
    ///
    /// - Parameters:
    ///   - overrides: Prices by model name that go before those of the file.
    ///   - path: The file. `nil` reads the environment; without the variable only the overrides and the bundled
    ///     table are in force.
    /// - Throws: ``PriceFileError``. The prices in force before stay in force.
    public func reload(overrides: [String: ModelPricing] = [:], path: String? = nil) throws(PriceFileError) {
        let file = if let path { try PriceFile(path: path) } else { try PriceFile.fromEnvironment() }
        replace(with: PriceBook(overrides: overrides, file: file))
    }
}
