// SPDX-License-Identifier: MIT

/// Prices given by the caller, found by name. Pure and immutable.
struct PriceOverrides: Sendable {
    let table: PriceTable
    private var exact: [String: Int] = [:]
    private var folded: [[UInt8]: Int] = [:]
    /// The keys that end in `*`, without it, the longest first.
    private var prefixes: [(start: [UInt8], model: Int)] = []

    init(_ prices: [String: ModelPricing]) {
        var builder = PriceTableBuilder()
        for (key, pricing) in prices.sorted(by: { $0.key < $1.key }) {
            let model = builder.appendModel(key, pricing)
            exact[key] = model
            guard let name = NameForms.folded(key) else { continue }
            if name.last == UInt8(ascii: "*") {
                prefixes.append((name.dropLast(), model))
            } else if folded[name] == nil {
                folded[name] = model
            }
        }
        prefixes.sort { $0.start.count > $1.start.count }
        table = PriceTable(builder)
    }

    var isEmpty: Bool { exact.isEmpty }

    /// Returns the price for a name: under the exact key, else under one of its other forms, else under a `*` key.
    ///
    /// A key may name the provider too, as `azure/gpt-4o`; such a key takes precedence over one without.
    func find(_ name: String, _ forms: NameForms, provider: String?) -> (model: Int, match: NameMatch)? {
        if let provider, let model = exact["\(provider)/\(name)"] { return (model, .asGiven) }
        if let model = exact[name] { return (model, .asGiven) }
        let owner = provider.flatMap(NameForms.folded).map { $0 + [UInt8(ascii: "/")] }
        for form in forms.forms {
            if let owner, let model = folded[owner + form.name] { return (model, form.match) }
            if let model = folded[form.name] { return (model, form.match) }
        }
        guard let full = NameForms.folded(name) else { return nil }
        for (start, model) in prefixes {
            if full.starts(with: start) { return (model, .asGiven) }
            if let owner, (owner + full).starts(with: start) { return (model, .asGiven) }
        }
        return nil
    }
}
