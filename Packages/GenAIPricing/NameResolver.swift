// SPDX-License-Identifier: MIT

/// Where a name leads in one table, or why it leads nowhere.
enum Resolution: Equatable {
    case found(model: Int, provider: Int, usesFallback: Bool, match: NameMatch)
    case unknownModel
    case unknownProvider
}

/// Finds the row of a table that prices a model. Pure; only called for names not seen before.
struct NameResolver {
    /// Names of providers in use elsewhere that no clause of the table covers, with dashes for `_`, `.` and blanks.
    private static let aliases = [
        "fireworks-ai": "fireworks", "grok": "x-ai", "kimi": "moonshotai", "az-ai-inference": "azure",
        "azure-ai": "azure", "azure-ai-inference": "azure", "azure-ai-foundry": "azure", "microsoft-foundry": "azure",
        "together-ai": "together", "togetherai": "together",
    ]
    /// A gateway that puts the provider in the model's name.
    private static let gateway = "litellm"

    let matcher: ClauseMatcher
    private var table: PriceTable { matcher.table }

    /// The row for a name: at the provider given, else at the one a URL belongs to, else at the one inferred.
    func resolve(_ forms: NameForms, provider: String?, apiURL: String?) -> Resolution {
        var given: Int?
        if let name = provider.flatMap(NameForms.folded), !name.elementsEqual(Self.gateway.utf8) {
            given = self.provider(named: name)
            if given == nil { return .unknownProvider }
        } else if let provider, provider.utf8.count > NameForms.longestName {
            return .unknownProvider
        } else if let apiURL {
            given = self.provider(at: apiURL)
            if given == nil { return .unknownProvider }
        }
        var tried: [(name: [UInt8], provider: Int)] = []
        for form in forms.forms {
            guard let provider = self.provider(for: form, given: given),
                !tried.contains(where: { $0.provider == provider && $0.name == form.name })
            else { continue }
            if let found = find(form, at: provider) { return found }
            tried.append((form.name, provider))
        }
        return .unknownModel
    }

    /// The provider to ask about a form: the one given, else the one in the name, else the one the name is typical of.
    ///
    /// A prefix is only taken off where it names a provider: `my-company/gpt-4o` may cost anything.
    private func provider(for form: NameForms.Form, given: Int?) -> Int? {
        guard let prefix = form.prefix else { return given ?? inferred(from: form.name) }
        return provider(named: prefix).map { given ?? $0 }
    }

    private func find(_ form: NameForms.Form, at provider: Int) -> Resolution? {
        form.name.withUnsafeBufferPointer { name in
            if let model = matcher.model(of: table.providers[provider], named: name) {
                return .found(model: model, provider: provider, usesFallback: false, match: form.match)
            }
            if form.name.starts(with: "ft:".utf8), let model = matcher.model(of: table.providers[provider], id: name) {
                return .found(model: model, provider: provider, usesFallback: false, match: form.match)
            }
            for other in table.providers[provider].fallbacks {
                if let model = matcher.model(of: table.providers[other], named: name) {
                    return .found(model: model, provider: provider, usesFallback: true, match: form.match)
                }
            }
            return nil
        }
    }

    // MARK: - Providers

    /// The provider whose models have names like this one.
    private func inferred(from name: [UInt8]) -> Int? {
        let plain = name.starts(with: "ft:".utf8) ? Array(name.dropFirst(3)) : name
        return plain.withUnsafeBufferPointer { plain in
            table.providers.firstIndex { matcher.any(of: $0.modelClauses, hold: plain) }
        }
    }

    private func provider(named name: [UInt8]) -> Int? {
        if let exact = provider(withID: name) { return exact }
        let matching = name.withUnsafeBufferPointer { name in
            table.providers.firstIndex { matcher.any(of: $0.nameClauses, hold: name) }
        }
        if let matching { return matching }
        let dashed = name.map {
            $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == 0x20 ? UInt8(ascii: "-") : $0
        }
        if let exact = provider(withID: dashed) { return exact }
        return Self.aliases[String(decoding: dashed, as: UTF8.self)].flatMap { provider(withID: Array($0.utf8)) }
    }

    private func provider(withID id: [UInt8]) -> Int? {
        table.providers.firstIndex { matcher.pool[$0.id.range].elementsEqual(id) }
    }

    private func provider(at url: String) -> Int? {
        guard let host = Self.host(of: url) else { return nil }
        return host.withUnsafeBufferPointer { host in
            table.providers.firstIndex { matcher.any(of: $0.hosts, hold: host) }
        }
    }

    /// The host of `https://user@host:port/path`, in lower case; the scheme may be missing.
    static func host(of url: String) -> [UInt8]? {
        guard let url = NameForms.folded(String(url.prefix(NameForms.longestName / 4))) else { return nil }
        var rest = url[...]
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")), rest[(colon + 1)...].starts(with: "//".utf8) {
            rest = rest[(colon + 3)...]
        }
        rest = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[(at + 1)...] }
        rest = rest.prefix { $0 != UInt8(ascii: ":") }
        return rest.isEmpty ? nil : Array(rest)
    }
}
