// SPDX-License-Identifier: Apache-2.0

/// `lxc.cap.drop` and `lxc.cap.keep`
enum CapKeys {
    static let all: [ConfigKey] = [
        .list(
            "lxc.cap.drop", .words, "Capabilities that the container loses; not together with lxc.cap.keep.",
            add: { (config, input) throws(ValueProblem) in
                guard config.security.capabilityKeep == nil else { throw conflict("lxc.cap.keep", config) }
                for word in ConfigText.words(input.value) {
                    if word == "none" { throw ValueProblem("none is only for lxc.cap.keep", hint: "an empty value drops nothing") }
                    config.security.capabilityDrop.append(try capability(word))
                }
            },
            get: { $0.security.capabilityDrop.map { $0.name } }, clear: { $0.security.capabilityDrop = [] }),
        .list(
            "lxc.cap.keep", .words, "The only capabilities that the container keeps; none keeps no capability at all.",
            add: { (config, input) throws(ValueProblem) in
                guard config.security.capabilityDrop.isEmpty else { throw conflict("lxc.cap.drop", config) }
                var kept = config.security.capabilityKeep ?? []
                for word in ConfigText.words(input.value) {
                    if word == "none" { kept = [] } else { kept.append(try capability(word)) }
                }
                config.security.capabilityKeep = kept
            },
            get: { config in config.security.capabilityKeep.map { $0.isEmpty ? ["none"] : $0.map { $0.name } } ?? [] },
            clear: { $0.security.capabilityKeep = nil }),
    ]

    private static func capability(_ word: String) throws(ValueProblem) -> CapabilityName {
        if let capability = CapabilityName(word: word) { return capability }
        var plain = word.lowercased()
        if plain.hasPrefix("cap_") { plain = String(plain.dropFirst(4)) }
        let guess = KeySuggestion.nearest(to: plain, among: CapabilityName.names)
        throw ValueProblem("there is no capability \(quoted(word))", hint: guess.map { "did you mean \($0)?" })
    }

    private static func conflict(_ other: String, _ config: ContainerConfig) -> ValueProblem {
        let place = config.origin(of: other).map { " at \($0)" } ?? ""
        return ValueProblem("\(other) is set too\(place), and only one of the two can be", hint: "clear it first: \(other) =")
    }
}
