// SPDX-License-Identifier: Apache-2.0

// Rows that many keys share. A getter and a setter say where the value lives; key paths would cost more to make at every start.
extension ConfigKey {
    typealias Check = @Sendable (String) throws(ValueProblem) -> Void

    /// One text.
    static func text(
        _ name: String, historic: [String] = [], _ unit: Unit, _ documentation: String, check: @escaping Check = { _ in },
        get: @escaping @Sendable (ContainerConfig) -> String?, set: @escaping @Sendable (inout ContainerConfig, String?) -> Void
    ) -> ConfigKey {
        ConfigKey(
            name, historic: historic, .scalar, unit, documentation,
            Access(
                set: { (config, input) throws(ValueProblem) in
                    try check(input.value)
                    set(&config, input.value)
                },
                get: { config, _ in get(config) ?? "" },
                clear: { config, _ in set(&config, nil) }))
    }

    /// 0 or 1.
    static func flag(
        _ name: String, historic: [String] = [], default normal: Bool = false, empty: String? = nil, _ documentation: String,
        get: @escaping @Sendable (ContainerConfig) -> Bool, set: @escaping @Sendable (inout ContainerConfig, Bool) -> Void
    ) -> ConfigKey {
        ConfigKey(
            name, historic: historic, .scalar, .flag, documentation,
            Access(
                set: { (config, input) throws(ValueProblem) in set(&config, try DecimalNumber.parseFlag(input.value)) },
                get: { config, _ in get(config) ? "1" : "0" },
                clear: { config, _ in set(&config, normal) },
                emptyValue: empty, defaultValue: empty == nil ? nil : normal ? "1" : "0"))
    }

    /// A whole number; nil stands for "not set" and reads back as 0.
    static func number(
        _ name: String, historic: [String] = [], _ unit: Unit = .number, in range: ClosedRange<Int>, _ documentation: String,
        get: @escaping @Sendable (ContainerConfig) -> Int?, set: @escaping @Sendable (inout ContainerConfig, Int?) -> Void
    ) -> ConfigKey {
        ConfigKey(
            name, historic: historic, .scalar, unit, documentation,
            Access(
                set: { (config, input) throws(ValueProblem) in set(&config, try DecimalNumber.parse(input.value, in: range)) },
                get: { config, _ in String(get(config) ?? 0) },
                clear: { config, _ in set(&config, nil) }))
    }

    /// A value with its own text form.
    static func parsed<Value>(
        _ name: String, historic: [String] = [], _ unit: Unit, _ documentation: String,
        parse: @escaping @Sendable (String) throws(ValueProblem) -> Value,
        get: @escaping @Sendable (ContainerConfig) -> String, set: @escaping @Sendable (inout ContainerConfig, Value?) -> Void
    ) -> ConfigKey {
        ConfigKey(
            name, historic: historic, .scalar, unit, documentation,
            Access(
                set: { (config, input) throws(ValueProblem) in set(&config, try parse(input.value)) },
                get: { config, _ in get(config) },
                clear: { config, _ in set(&config, nil) }))
    }

    /// Lines that add up.
    static func list(
        _ name: String, historic: [String] = [], _ unit: Unit, _ documentation: String,
        add: @escaping @Sendable (inout ContainerConfig, inout KeyInput) throws(ValueProblem) -> Void,
        get: @escaping @Sendable (ContainerConfig) -> [String], clear: @escaping @Sendable (inout ContainerConfig) -> Void
    ) -> ConfigKey {
        ConfigKey(
            name, historic: historic, .list, unit, documentation,
            Access(set: add, get: { config, _ in lines(get(config)) }, clear: { config, _ in clear(&config) }))
    }

    /// Values under free names; `get` tells the names and values that are set, in order.
    static func tree(
        _ name: String, historic: [String] = [], _ unit: Unit, _ documentation: String,
        add: @escaping @Sendable (inout ContainerConfig, inout KeyInput) throws(ValueProblem) -> Void,
        get: @escaping @Sendable (ContainerConfig) -> [(name: String, value: String)],
        remove: @escaping @Sendable (inout ContainerConfig, (String) -> Bool) -> Void,
        oneValueEach: Bool = true
    ) -> ConfigKey {
        ConfigKey(
            name, historic: historic, .tree, unit, documentation,
            Access(
                set: { (config, input) throws(ValueProblem) in
                    guard !input.place.rest.isEmpty else {
                        throw ValueProblem("the name lacks its last part", hint: "write \(name).NAME = VALUE")
                    }
                    try add(&config, &input)
                },
                get: { config, place in
                    let all = get(config)
                    let values = all.filter { $0.name == place.rest }.map { $0.value }
                    if !values.isEmpty { return oneValueEach ? values[values.count - 1] : lines(values) }
                    return lines(all.filter { isInside($0.name, place.rest) }.map { "\(name).\($0.name) = \($0.value)" })
                },
                clear: { config, place in remove(&config) { $0 == place.rest || isInside($0, place.rest) } },
                subKeys: { config in
                    var names: [String] = []
                    for item in get(config) where !names.contains(item.name) { names.append(item.name) }
                    return names
                }))
    }

    /// Whether a free name lies below another one; everything lies below the empty one.
    static func isInside(_ name: String, _ branch: String) -> Bool {
        branch.isEmpty || name.hasPrefix(branch + ".")
    }

    /// Items each ended by a newline, as C LXC returns lists.
    static func lines(_ items: [String]) -> String {
        var text = ""
        for item in items {
            text += item
            text += "\n"
        }
        return text
    }
}
