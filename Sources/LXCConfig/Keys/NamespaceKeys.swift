// SPDX-License-Identifier: Apache-2.0

/// `lxc.namespace.*`
enum NamespaceKeys {
    static let all: [ConfigKey] = [
        .parsed(
            "lxc.namespace.clone", .words, "The namespaces that are made; not together with lxc.namespace.keep.",
            parse: kinds, get: { ConfigKey.lines(($0.namespaces.clone ?? []).map { $0.rawValue }) }, set: { $0.namespaces.clone = $1 }
        ).refusing("lxc.namespace.keep") { !$0.namespaces.keep.isEmpty },
        .parsed(
            "lxc.namespace.keep", .words, "The namespaces that are inherited from the caller.",
            parse: kinds, get: { ConfigKey.lines($0.namespaces.keep.map { $0.rawValue }) }, set: { $0.namespaces.keep = $1 ?? [] }
        ).refusing("lxc.namespace.clone") { $0.namespaces.clone != nil },
        .tree(
            "lxc.namespace.share", .text, "A container, process number or namespace file whose namespace of this kind is joined.",
            add: { (config, input) throws(ValueProblem) in
                config.namespaces.share[try kind(input.place.rest)] = Sourced(input.value, input.origin)
            },
            get: { config in
                NamespaceKind.allCases.compactMap { kind in config.namespaces.share[kind].map { (kind.rawValue, $0.value) } }
            },
            remove: { config, matches in
                for kind in NamespaceKind.allCases where matches(kind.rawValue) { config.namespaces.share[kind] = nil }
            }),
    ]

    private static func kind(_ word: String) throws(ValueProblem) -> NamespaceKind {
        if let kind = NamespaceKind(word: word) { return kind }
        let names = NamespaceKind.allCases.map { $0.rawValue }.joined(separator: " ")
        throw ValueProblem("there is no kind of namespace \(quoted(word))", hint: "kinds: \(names)")
    }

    private static let kinds: @Sendable (String) throws(ValueProblem) -> [NamespaceKind] = { (text) throws(ValueProblem) in
        var kinds: [NamespaceKind] = []
        for word in ConfigText.words(text) {
            let kind = try kind(word)
            if !kinds.contains(kind) { kinds.append(kind) }
        }
        return kinds
    }
}

extension ConfigKey {
    /// The same row, refusing a value while another key is set.
    fileprivate func refusing(_ other: String, while isSet: @escaping @Sendable (ContainerConfig) -> Bool) -> ConfigKey {
        var access = self.access
        let set = access.set
        access.set = { (config, input) throws(ValueProblem) in
            if isSet(config) {
                let place = config.origin(of: other).map { " at \($0)" } ?? ""
                throw ValueProblem("\(other) is set too\(place), and only one of the two can be", hint: "clear it first: \(other) =")
            }
            try set(&config, &input)
        }
        return ConfigKey(name, historic: historic, form, unit, documentation, access)
    }
}
