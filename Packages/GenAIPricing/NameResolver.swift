// SPDX-License-Identifier: MIT

/// Where a name leads in one table, or why it leads nowhere.
enum Resolution: Equatable {
    case found(model: Int, provider: Int, zone: Int?, usesFallback: Bool, match: NameMatch)
    case unknownModel
    case unknownProvider
}

/// Finds the row of a table that prices a model. Pure; only called for names not seen before.
struct NameResolver {
    /// Names of providers in use elsewhere that no clause of the table covers, with dashes for `_`, `.` and blanks.
    private static let aliases = [
        "fireworks-ai": "fireworks", "grok": "x-ai", "kimi": "moonshotai", "az-ai-inference": "azure",
        "azure-ai": "azure", "azure-ai-inference": "azure", "azure-ai-foundry": "azure", "microsoft-foundry": "azure",
        "together-ai": "together", "togetherai": "together", "open-router": "openrouter", "z-ai": "zai",
        "zhipu": "zhipuai", "voyage": "voyageai",
    ]
    /// A gateway that puts the provider in the model's name.
    private static let gateway = "litellm"
    /// The provider whose API others speak, and whose name therefore stands for any of them. Its own names have no prefix.
    private static let dialect = "openai"
    /// Where weights are published: a server of one's own names its models like this.
    private static let publishers = ["mistralai"].map { Array($0.utf8) }
    /// The provider whose names start with a maker, behind a region or not, as in `eu.anthropic.claude-sonnet-4-5`.
    private static let bedrock = "aws"
    private static let makers = [
        "ai21", "amazon", "anthropic", "cohere", "deepseek", "google", "luma", "meta", "minimax", "mistral", "moonshot",
        "moonshotai", "nvidia", "openai", "qwen", "stability", "twelvelabs", "writer", "xai", "zai",
    ]
    .map { Array($0.utf8) }

    let matcher: ClauseMatcher
    private var table: PriceTable { matcher.table }

    /// Which provider was meant, as far as that is known without the model's name.
    private enum Given {
        /// By its name or URL.
        case provider(Int)
        /// By the API alone: a server that speaks OpenAI's, which may be OpenAI's own.
        case dialect(Int)
        /// A URL of nobody in the table: perhaps a gateway, whose models' names start with their provider.
        case unknownHost
        case nothing
    }

    /// The row for a name: at the provider given, else at the one a URL belongs to, else at the one inferred.
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

    /// The provider to ask about a form: the one given, else the one in the name, else the one the name is typical of.
    ///
    /// A prefix is only taken off where it names a provider: `my-company/gpt-4o` may cost anything.
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

    /// The first zone of a provider that has this name and is meant for the model.
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

    /// Amazon's row, where no provider is named, or only by its API.
    private func bedrockIfUnnamed(_ given: Given) -> Int? {
        switch given {
        case .nothing, .dialect: provider(withID: Array(Self.bedrock.utf8))
        case .provider, .unknownHost: nil
        }
    }

    /// Whether a name starts with a maker and a dot, behind one region or none: `openai.gpt-5`, `eu.meta.llama3`.
    private static func startsWithMaker(_ name: [UInt8]) -> Bool {
        let words = name.split(separator: UInt8(ascii: "."), maxSplits: 2)
        return words.count >= 2 && words.dropLast().contains { makers.contains(Array($0)) }
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
