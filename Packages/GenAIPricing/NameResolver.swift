// SPDX-License-Identifier: MIT

/// The row that a name leads to in one table, or the reason for finding none.
enum Resolution: Equatable {
    case found(model: Int, provider: Int, zone: Int?, usesFallback: Bool, match: NameMatch)
    case unknownModel
    case unknownProvider
}

/// Finds the row of a table that prices a model. Pure; called only for names that are not in the memo.
struct NameResolver {
    /// Provider names in common use that no clause of the table covers, with dashes for `_`, `.` and blanks.
    private static let aliases = [
        "fireworks-ai": "fireworks", "grok": "x-ai", "kimi": "moonshotai", "az-ai-inference": "azure",
        "azure-ai": "azure", "azure-ai-inference": "azure", "azure-ai-foundry": "azure", "microsoft-foundry": "azure",
        "together-ai": "together", "togetherai": "together", "open-router": "openrouter", "z-ai": "zai",
        "zhipu": "zhipuai", "voyage": "voyageai",
    ]
    /// A gateway that puts the provider into the model's name.
    private static let gateway = "litellm"
    /// The provider whose API others implement, and whose name may therefore stand for any of them. Its own models have
    /// no prefix.
    private static let dialect = "openai"
    /// Publishers of open weights: self-hosted servers name their models with this prefix.
    private static let publishers = ["mistralai"].map { Array($0.utf8) }
    /// The provider whose model names start with a maker, optionally after a region, as in
    /// `eu.anthropic.claude-sonnet-4-5`.
    private static let bedrock = "aws"
    private static let makers = [
        "ai21", "amazon", "anthropic", "cohere", "deepseek", "google", "luma", "meta", "minimax", "mistral", "moonshot",
        "moonshotai", "nvidia", "openai", "qwen", "stability", "twelvelabs", "writer", "xai", "zai",
    ]
    .map { Array($0.utf8) }

    let matcher: ClauseMatcher
    private var table: PriceTable { matcher.table }

    /// The provider as far as it is known without the model's name.
    private enum Given {
        /// Known by its name or URL.
        case provider(Int)
        /// Known by the API alone: a server with OpenAI's API, which may be OpenAI's own.
        case dialect(Int)
        /// A URL that is not in the table: perhaps a gateway, whose model names start with their provider.
        case unknownHost
        case nothing
    }

    /// Returns the row for a name: at the provider given, else at the one a URL belongs to, else at the one inferred.
    func resolve(_ forms: NameForms, provider: String?, apiURL: String?) -> Resolution {
        guard let given = given(provider, apiURL) else { return .unknownProvider }
        var tried: [NameForms.Form] = []
        // A fine-tuned model costs more than the one it is based on.
        let forms = forms.forms.filter { $0.match != .fineTunedBase }
        var tries: [(form: NameForms.Form, provider: Int)] = forms.compactMap { form in
            self.provider(for: form, given).map { (form, $0) }
        }
        if let bedrock = bedrockIfUnnamed(given) {
            tries += forms.compactMap { Self.startsWithMaker($0.name) ? ($0, bedrock) : nil }
        }
        for (form, provider) in tries {
            let key = NameForms.Form(name: form.name, match: .asGiven, prefix: [UInt8(provider)], zone: form.zone)
            guard !tried.contains(key) else { continue }
            if let found = find(form, at: provider) { return found }
            tried.append(key)
        }
        if case .unknownHost = given, tries.isEmpty { return .unknownProvider }
        return .unknownModel
    }

    private func given(_ provider: String?, _ apiURL: String?) -> Given? {
        if let provider, provider.utf8.count > NameForms.longestName { return nil }
        if let name = provider.flatMap(NameForms.folded), !name.elementsEqual(Self.gateway.utf8) {
            guard let found = self.provider(named: name) else { return nil }
            return isDialect(found) ? .dialect(found) : .provider(found)
        }
        guard let apiURL else { return .nothing }
        return self.provider(at: apiURL).map { .provider($0) } ?? .unknownHost
    }

    /// Returns the provider to search for a form: the one given, else the one in the name, else the one that such names
    /// are typical of.
    ///
    /// A prefix is removed only if it names a provider: `my-company/gpt-4o` may have any price.
    private func provider(for form: NameForms.Form, _ given: Given) -> Int? {
        guard let prefix = form.prefix else {
            switch given {
            case .provider(let given), .dialect(let given): return given
            case .nothing: return form.zone == nil ? inferred(from: form.name) : nil
            case .unknownHost: return nil
            }
        }
        guard let named = provider(named: prefix) else { return nil }
        switch given {
        case .provider(let given): return given
        case .dialect(let given): return Self.publishers.contains(prefix) ? given : named
        case .nothing, .unknownHost: return named
        }
    }

    private func find(_ form: NameForms.Form, at provider: Int) -> Resolution? {
        var zone: Int?
        if let name = form.zone {
            zone = self.zone(name, of: form.name, at: provider)
            if zone == nil { return nil }
        }
        if let found = find(form.name, at: provider) {
            return .found(
                model: found.model, provider: provider, zone: zone, usesFallback: found.usesFallback, match: form.match)
        }
        for route in table.providers[provider].routes where form.name.count > route.count + 1 {
            let end = form.name.count - route.count - 1
            guard form.name[end] == UInt8(ascii: ":"), form.name[(end + 1)...].elementsEqual(route),
                let found = find(Array(form.name[..<end]), at: provider)
            else { continue }
            return .found(
                model: found.model, provider: provider, zone: zone, usesFallback: found.usesFallback,
                match: .withoutRoute)
        }
        return nil
    }

    private func find(_ name: [UInt8], at provider: Int) -> (model: Int, usesFallback: Bool)? {
        name.withUnsafeBufferPointer { bytes in
            if let model = matcher.model(of: table.providers[provider], named: bytes) { return (model, false) }
            if name.starts(with: "ft:".utf8), let model = matcher.model(of: table.providers[provider], id: bytes) {
                return (model, false)
            }
            for other in table.providers[provider].fallbacks {
                if let model = matcher.model(of: table.providers[other], named: bytes) { return (model, true) }
            }
            return nil
        }
    }

    /// Returns the first zone of a provider that has this name and applies to the model.
    private func zone(_ name: [UInt8], of model: [UInt8], at provider: Int) -> Int? {
        model.withUnsafeBufferPointer { model in
            table.providers[provider].zones.range.first { row in
                let zone = table.zones[row]
                return matcher.pool[zone.name.range].elementsEqual(name)
                    && (zone.models.isEmpty || matcher.any(of: zone.models, hold: model))
            }
        }
    }

    // MARK: - Names of Bedrock

    /// Returns Amazon's row if no provider is named, or only by its API.
    private func bedrockIfUnnamed(_ given: Given) -> Int? {
        switch given {
        case .nothing, .dialect: provider(withID: Array(Self.bedrock.utf8))
        case .provider, .unknownHost: nil
        }
    }

    /// Returns whether a name starts with a maker and a dot, after at most one region: `openai.gpt-5`,
    /// `eu.meta.llama3`.
    private static func startsWithMaker(_ name: [UInt8]) -> Bool {
        let words = name.split(separator: UInt8(ascii: "."), maxSplits: 2)
        return words.count >= 2 && words.dropLast().contains { makers.contains(Array($0)) }
    }

    // MARK: - Providers

    /// Returns the provider whose models have names like this one.
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

    private func isDialect(_ provider: Int) -> Bool {
        matcher.pool[table.providers[provider].id.range].elementsEqual(Self.dialect.utf8)
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

    /// Returns the host of `https://user@host:port/path` in lower case; the scheme may be missing.
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
