// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// Which containers `lxc-ls` shows, and which facts it must look up to know.
struct ListFilter {
    private let states: [ContainerState]
    private let definedOnly: Bool
    private let expression: RegularExpression?
    private let groups: [String]
    /// The facts needed for the choice and the output.
    let fields: ListFields

    init(_ request: ListRequest) throws(ToolFailure) {
        states = request.states
        definedOnly = request.definedOnly
        groups = request.groups
        expression = try request.pattern.map { (pattern) throws(ToolFailure) in
            try RegularExpression.checked(pattern, asWritten: pattern)
        }
        var fields: ListFields = []
        switch request.layout {
        case .lines, .packed: break
        case .table(let columns), .json(let columns): for column in columns { fields.insert(ListFields(column)) }
        case .ruledTable(let columns):
            for column in columns { fields.insert(ListFields(column)) }
            // Its AUTOSTART column names the groups.
            fields.insert(.groups)
        }
        if !states.isEmpty || request.nestingLevels > 0 { fields.insert(.state) }
        if !groups.isEmpty { fields.insert(.groups) }
        self.fields = fields
    }

    /// The choice that costs nothing.
    func admits(_ container: ListedContainer) -> Bool {
        (container.isDefined || !definedOnly) && admitsName(container.name)
    }

    func admitsName(_ name: String) -> Bool { expression?.matches(name) ?? true }

    /// The choice by facts.
    func admits(_ row: ListRow) -> Bool {
        (states.isEmpty || states.contains(row.state)) && groups.allSatisfy { row.groups.contains($0) }
    }

    /// Groups as written on a command line: commas and blanks both separate.
    static func groups(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == " " }.map(String.init)
    }
}
