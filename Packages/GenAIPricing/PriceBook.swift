// SPDX-License-Identifier: MIT

public import GenAICore

/// Prices from code, a file and the bundled table, in this order of precedence, and the costs of calls by them.
///
/// A book never changes, so it can be used from any thread and always gives the same answers. It remembers names in a
/// fixed 32 KiB: the first call for a name takes microseconds, later ones take no lock and allocate nothing. To change
/// prices while the program runs, see ``LivePrices``.
public final class PriceBook: Sendable {
    private let overrides: PriceOverrides
    private let file: PriceOverrides
    private let bundled: PriceTable
    private let memo = PriceMemo()

    /// The bundled prices alone. They are parsed on first use.
    public static let bundled = PriceBook()

    /// Creates a book.
    ///
    /// - Parameters:
    ///   - overrides: Prices by model name. A key `gpt-4o` also prices `GPT-4o`, `azure/gpt-4o`, `gpt-4o-2024-08-06` and
    ///     models fine-tuned from it, unless a key matches better; `azure/gpt-4o` prices only calls to that provider;
    ///     `ollama/*` prices all names with this prefix.
    ///   - file: Prices from a file, with lower precedence than the overrides.
    public init(overrides: [String: ModelPricing] = [:], file: PriceFile? = nil) {
        self.overrides = PriceOverrides(overrides)
        self.file = PriceOverrides(file?.prices ?? [:])
        bundled = .bundled
    }

    /// Creates a book with the prices of the file that `GENAI_PRICES_FILE` names, if it is set.
    ///
    /// - Parameter overrides: Prices by model name that take precedence over those of the file.
    /// - Throws: ``PriceFileError`` if the file cannot be used.
    public static func fromEnvironment(overrides: [String: ModelPricing] = [:]) throws(PriceFileError) -> PriceBook {
        PriceBook(overrides: overrides, file: try .fromEnvironment())
    }

    /// Returns the cost of a call.
    ///
    /// Prices from code and file take precedence over the cost that the provider states (`TokenUsage.statedCost`). The
    /// bundled table does so only if it has a price for everything that was used, and never for OpenRouter, whose
    /// routes each have their own price. ``PricedCall/source`` tells whose figure it is. A missing price gives a
    /// reason, never zero. Never traps or blocks; call it from any thread, as often as you like.
    ///
    /// - Parameters:
    ///   - usage: The usage that the provider reported.
    ///   - model: The model that answered, or the requested one if the answer does not say.
    ///   - requestModel: The requested model. It is used if `model` has no price, or is the same without its date.
    ///   - provider: The provider's name in any usual spelling. If missing or `_OTHER`, it is inferred from the model's
    ///     name.
    ///   - apiURL: The URL of the call, which tells the provider if that is not named.
    ///   - context: The circumstances of the call that change its price. `nil` means the standard price.
    ///   - unixSeconds: The time of the call. Unit: seconds since 1970. Now by default.
    public func cost(
        of usage: TokenUsage,
        model: String,
        requestModel: String? = nil,
        provider: String? = nil,
        apiURL: String? = nil,
        context: PriceContext? = nil,
        at unixSeconds: Int64? = nil
    ) -> PriceAnswer {
        do throws(UnpricedReason) {
            let row = try find(model, requestModel, provider, apiURL)
            switch row.source {
            case .code: return try price(row, in: overrides.table, model, usage, context, unixSeconds)
            case .file: return try price(row, in: file.table, model, usage, context, unixSeconds)
            case .bundled, .provider: return try price(row, in: bundled, model, usage, context, unixSeconds)
            }
        } catch {
            return usage.statedCost.map { .priced(PricedCall(stated: $0, model: model)) } ?? .unpriced(error)
        }
    }

    private func price(
        _ row: PriceRow, in table: PriceTable, _ model: String, _ usage: TokenUsage, _ context: PriceContext?,
        _ unixSeconds: Int64?
    ) throws(UnpricedReason) -> PriceAnswer {
        let selection = table.select(row, usage, context: context, at: unixSeconds)
        let charge = try table.charge(row, selection, usage)
        if let stated = statedCost(usage, row, charge) { return .priced(PricedCall(stated: stated, model: model)) }
        return .priced(
            PricedCall(
                total: charge.total, input: charge.input, output: charge.output,
                ownTable: row.source == .bundled ? nil : table, row: row, selection: selection,
                unpriced: charge.unpriced, statedModel: nil))
    }

    /// Returns only the sums of ``cost(of:model:requestModel:provider:apiURL:context:at:)``, which refer to no table
    /// and so need no retain.
    package func charge(
        for usage: TokenUsage, model: String?, requestModel: String?, provider: String?, context: PriceContext?,
        at unixSeconds: Int64?
    ) -> Result<Charge, UnpricedReason> {
        do throws(UnpricedReason) {
            let row = try find(model, requestModel, provider, nil)
            switch row.source {
            case .code: return .success(try charge(row, in: overrides.table, usage, context, unixSeconds))
            case .file: return .success(try charge(row, in: file.table, usage, context, unixSeconds))
            case .bundled, .provider: return .success(try charge(row, in: bundled, usage, context, unixSeconds))
            }
        } catch {
            return usage.statedCost.map { .success(Charge(stated: $0)) } ?? .failure(error)
        }
    }

    @inline(__always)
    private func charge(
        _ row: PriceRow, in table: PriceTable, _ usage: TokenUsage, _ context: PriceContext?, _ unixSeconds: Int64?
    ) throws(UnpricedReason) -> Charge {
        let charge = try table.charge(row, table.select(row, usage, context: context, at: unixSeconds), usage)
        return statedCost(usage, row, charge).map { Charge(stated: $0) } ?? charge
    }

    /// Returns the cost that the provider states, if it takes precedence over the bundled table.
    @inline(__always)
    private func statedCost(_ usage: borrowing TokenUsage, _ row: PriceRow, _ charge: Charge) -> USD? {
        guard row.source == .bundled, let stated = usage.statedCost else { return nil }
        let isRouted = row.provider.map { bundled.providers[$0].isRouter } ?? false
        return isRouted || charge.unpriced != 0 ? stated : nil
    }

    /// Returns the maximum cost of a call, for budgets: without any cached input.
    ///
    /// - Parameters:
    ///   - inputTokens: The size of the prompt.
    ///   - maxOutputTokens: The maximum number of tokens of the answer.
    ///   - model: The model to call.
    ///   - provider: The provider's name in any usual spelling. Inferred from the model's name by default.
    ///   - context: The circumstances of the call that change its price. `nil` means the standard price.
    ///   - unixSeconds: The time of the call. Unit: seconds since 1970. Now by default.
    public func estimate(
        inputTokens: Int,
        maxOutputTokens: Int,
        model: String,
        provider: String? = nil,
        context: PriceContext? = nil,
        at unixSeconds: Int64? = nil
    ) -> PriceAnswer {
        let usage = TokenUsage(inputTokens: inputTokens, outputTokens: maxOutputTokens)
        return cost(of: usage, model: model, provider: provider, context: context, at: unixSeconds)
    }
}

/// All facts that tell which model a call went to.
private struct CallName {
    var model: String
    var requestModel: String?
    var provider: String?
    var apiURL: String?
}

// MARK: - Finding the row

extension PriceBook {
    private func find(
        _ model: String?, _ requestModel: String?, _ provider: String?, _ apiURL: String?
    ) throws(UnpricedReason) -> PriceRow {
        let key = memo.key(model, requestModel, provider, apiURL)
        if let key, let bits = memo.value(for: key) {
            guard let row = PriceRow(bits: bits) else { throw Self.reason(bits) }
            return row
        }
        // A provider that the conventions have no name for counts as not given, and is inferred.
        let isNamed = provider != ProviderName.other.rawValue
        let found = search(
            CallName(
                model: model ?? "", requestModel: requestModel, provider: isNamed ? provider : nil, apiURL: apiURL))
        if let key {
            switch found {
            case .success(let row): memo.store(row.bits, for: key)
            case .failure(let reason): memo.store(Self.bits(reason), for: key)
            }
        }
        return try found.get()
    }

    // A failed search, in bits for the memo. The bits of a row are odd, these are even.
    private static func bits(_ reason: UnpricedReason) -> UInt64 { reason.code == .unknownProvider ? 4 : 2 }
    private static func reason(_ bits: UInt64) -> UnpricedReason { .init(bits == 4 ? .unknownProvider : .unknownModel) }

    /// Searches all sources for the names, in order of precedence. Allocates; called only for names that are not in the
    /// memo.
    @inline(never)
    private func search(_ name: CallName) -> Result<PriceRow, UnpricedReason> {
        let names = Self.mostSpecificFirst(name).map { ($0.name, $0.isRequest, NameForms($0.name)) }
        for (source, prices) in [(PriceSource.Kind.code, overrides), (.file, file)] where !prices.isEmpty {
            for (text, isRequest, forms) in names {
                guard let found = prices.find(text, forms, provider: name.provider) else { continue }
                return .success(
                    PriceRow(source: source, model: found.model, match: found.match, usesRequestModel: isRequest))
            }
        }
        var reason = UnpricedReason(.unknownModel)
        let found: PriceRow? = ClauseMatcher.with(bundled) { matcher in
            let resolver = NameResolver(matcher: matcher)
            for (_, isRequest, forms) in names {
                switch resolver.resolve(forms, provider: name.provider, apiURL: name.apiURL) {
                case .found(let model, let provider, let zone, let usesFallback, let match):
                    return PriceRow(
                        source: .bundled, model: model, provider: provider, zone: zone, usesFallback: usesFallback,
                        match: match,
                        usesRequestModel: isRequest)
                case .unknownModel: break
                case .unknownProvider: reason = UnpricedReason(.unknownProvider)
                }
            }
            return nil
        }
        return found.map { .success($0) } ?? .failure(reason)
    }

    /// Returns the names, the more specific one first. That is the model that answered, unless the requested one is the
    /// same with a date or behind a prefix: an answer of `gpt-4o-2024-11-20` to `azure/eu/gpt-4o` counts as
    /// `azure/eu/gpt-4o-2024-11-20`.
    private static func mostSpecificFirst(_ name: CallName) -> [(name: String, isRequest: Bool)] {
        guard let request = name.requestModel, request != name.model else { return [(name.model, false)] }
        guard let answered = NameForms.folded(name.model) else { return [(request, true)] }
        guard let asked = NameForms.folded(request) else { return [(name.model, false)] }
        let slash = UInt8(ascii: "/")
        if let end = asked.lastIndex(of: slash), !answered.contains(slash) {
            let tail = asked[(end + 1)...]
            let prefixed = String(decoding: asked[...end] + answered, as: UTF8.self)
            if tail.elementsEqual(answered) || isDated(answered, tail) {
                return [(prefixed, true), (name.model, false), (request, true)]
            }
        }
        return isDated(asked, answered[...])
            ? [(request, true), (name.model, false)] : [(name.model, false), (request, true)]
    }

    /// Returns whether one name is the other followed by a date.
    private static func isDated(_ name: [UInt8], _ other: ArraySlice<UInt8>) -> Bool {
        let rest = name.dropFirst(other.count)
        return name.starts(with: other) && (rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "@"))
            && rest.dropFirst().allSatisfy { $0.isDigit || $0 == UInt8(ascii: "-") }
    }
}
