// SPDX-License-Identifier: MIT

package import GenAICore
import Synchronization

/// The prices in force, which can be replaced while other threads read them.
///
/// Keep one for the life of the program. Each answer comes from one book, the old one or the new. Until the first book
/// is replaced, reading takes no lock; after that, it takes one for the time of copying one reference.
public final class LivePrices: Sendable {
    // Never released, so that threads can read it without updating a shared reference count.
    private let first: PriceBook
    private let isReplaced = Atomic(false)
    private let current: Mutex<PriceBook>

    /// Creates an instance with the initial prices. The default is the bundled table.
    public init(_ book: PriceBook = .bundled) {
        first = book
        current = Mutex(book)
    }

    /// The book in force. Keep a copy for answers that must be consistent with each other.
    public var book: PriceBook {
        current.withLock { $0 }
    }

    /// Returns the cost of a call by the book in force. The first book is neither copied nor retained.
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

    /// Replaces the book for all later reads. Earlier copies of the old book stay valid.
    public func replace(with book: PriceBook) {
        let old = current.withLock { current in
            let old = current
            current = book
            return old
        }
        isReplaced.store(true, ordering: .releasing)
        withExtendedLifetime(old) {}  // freed here, outside the lock
    }

    /// Loads prices from a file, or from the one that `GENAI_PRICES_FILE` names, and puts them in force.
    ///
    /// Reads the file on the caller's thread.
    ///
    /// - Parameters:
    ///   - overrides: Prices by model name that take precedence over those of the file.
    ///   - path: The file. `nil` reads the environment variable; if that is not set, only the overrides and the bundled
    ///     table are in force.
    /// - Throws: ``PriceFileError``. The prices in force before stay in force.
    public func reload(overrides: [String: ModelPricing] = [:], path: String? = nil) throws(PriceFileError) {
        let file = if let path { try PriceFile(path: path) } else { try PriceFile.fromEnvironment() }
        replace(with: PriceBook(overrides: overrides, file: file))
    }
}
