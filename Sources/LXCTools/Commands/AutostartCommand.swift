// SPDX-License-Identifier: Apache-2.0
import LXCConfig

/// What `lxc-autostart` is asked to do.
package struct AutostartRequest: Sendable, Equatable {
    /// What happens to the containers.
    package enum Action: Sendable, Equatable {
        case start, reboot, shutdown, kill

        /// Whether `lxc.start.delay` holds.
        var waitsAfterwards: Bool { self == .start || self == .reboot }
    }

    /// Which containers are meant.
    package enum Choice: Sendable, Equatable {
        case all
        /// The members of these groups, one group after the other; an empty name stands for the containers that are in none.
        case groups([String])
    }

    package var options: CommonOptions
    package var action = Action.start
    package var choice = Choice.groups([""])
    /// Whether those without `lxc.start.auto` are meant too.
    package var ignoresAuto = false
    /// Whether the containers are only shown.
    package var lists = false
    /// Seconds to wait for the end or the reboot; 0 does not wait, `nil` waits for ever.
    package var timeout: Int? = 60
    /// Whether a higher `lxc.start.order` starts earlier; `nil` for what the system configuration says.
    package var highestFirst: Bool?
    /// Remarks on the command line.
    package var notes: [String] = []
    package var format = OutputFormat.table
}

/// `lxc-autostart`.
package enum AutostartCommand: ToolCommand {
    static let reboot = Option("reboot", "r", help: "Reboot the containers instead of starting them.")
    static let shutdown = Option("shutdown", "s", help: "Shut the containers down instead of starting them.")
    static let kill = Option("kill", "k", help: "Kill the containers instead of starting them.")
    static let list = Option(
        "list", "L", help: "Do nothing; print the containers in their order, with the seconds to wait after each.")
    static let timeout = Option(
        "timeout", "t", .required("SECONDS"), default: "60",
        help: "With -s: wait this long before a container is killed; with -r: before it counts as failed. -1 waits for ever, 0 not at all.")
    static let groups = Option(
        "groups", "g", .required("GROUP,..."),
        help: """
            Choose the containers of these groups, one group after the other; may be repeated. An empty name stands for the containers \
            that are in no group, which are chosen without this option.
            """)
    static let all = Option("all", "a", help: "Choose containers whatever their groups.")
    static let ignoreAuto = Option("ignore-auto", "A", help: "Choose containers without lxc.start.auto too.")
    static let ignore = Option(nil, "I", isExtension: true, help: "The same as -A.")
    static let orderRule = Option(
        "order-rule", nil, .required("RULE"), completes: .words({ OrderRule.allCases.map { $0.rawValue } }), isExtension: true,
        help: """
            Which lxc.start.order comes first: highest-first or lowest-first. Without this option lxc.start.order.rule in lxc.conf \
            decides, and without that the highest, as in LXC 1.0; C LXC since 2.0 starts the lowest first.
            """)

    enum OrderRule: String, CaseIterable { case highestFirst = "highest-first", lowestFirst = "lowest-first" }

    package static let table = OptionTable(
        tool: "lxc-autostart",
        synopsis: ["[-r|-s|-k] [-L] [-a|-g GROUP,...] [-A] [OPTION...]"],
        summary: """
            Starts the containers that have lxc.start.auto, in the order of lxc.start.order; or reboots, stops or kills those of them that \
            run. Containers with the same order and without lxc.start.delay are dealt with at the same time.
            """,
        groups: [
            .init(nil, [kill, list, reboot, shutdown, timeout, SharedOption.format, orderRule]),
            .init("Choice of containers", [all, ignoreAuto, ignore, groups]),
        ],
        operands: Operands(name: .absent),
        notes: ["The status is 0 when all went well, 1 when nothing did, and 2 when some containers failed; each has a line that says why."]
    )

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> AutostartRequest {
        var request = AutostartRequest(options: common)
        // Of several the most careful one, as in C LXC.
        if options.has(shutdown) {
            request.action = .shutdown
        } else if options.has(kill) {
            request.action = .kill
        } else if options.has(reboot) {
            request.action = .reboot
        }
        let seconds = try options.integer(timeout, in: -1...Int(Int32.max)) ?? 60
        request.timeout = seconds < 0 ? nil : seconds
        request.ignoresAuto = options.has(ignoreAuto) || options.has(ignore)
        request.lists = options.has(list)
        request.format = try options.outputFormat()
        request.highestFirst = try options.choice(orderRule, OrderRule.allCases).map { $0 == .highestFirst }
        if options.has(all) {
            request.choice = .all
            if options.has(groups) { request.notes.append("-a chooses all groups, so -g says nothing more") }
        } else if options.has(groups) {
            request.choice = .groups(unique(options.values(groups), &request.notes))
        }
        return request
    }

    private static func unique(_ lists: [String], _ notes: inout [String]) -> [String] {
        var groups: [String] = []
        for list in lists {
            for word in list.split(separator: ",", omittingEmptySubsequences: false) {
                let group = String(word.filter { $0 != " " })
                if groups.contains(group) {
                    notes.append("the group \"\(group)\" is named twice")
                } else {
                    groups.append(group)
                }
            }
        }
        return groups
    }

    /// Does it and prints the result.
    package static func run(
        _ request: AutostartRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        let report = AutostartReport(request, streams)
        for note in request.notes { report.note(note) }
        let rule: Bool
        if let given = request.highestFirst {
            rule = given
        } else {
            rule = try engine.systemValue(.startOrderRule) != OrderRule.lowestFirst.rawValue
        }
        let plan = AutostartPlan(request, try engine.autostartCandidates(request.options), highestFirst: rule)
        for container in plan.unreadable {
            if let failure = container.failure { report.ended(container.name, failure) }
        }
        if request.lists {
            try streams.print(text(plan, request))
            report.count(plan.containers.count)
            return report.exit
        }
        for (index, step) in plan.steps.enumerated() {
            var hasWorked = false
            try perform(request, step, engine) { (name, failure) in
                if failure == nil { hasWorked = true }
                report.ended(name, failure)
            }
            // Nobody comes after the last one, and nobody was started when all of them failed.
            if step.delay > 0 && hasWorked && index + 1 < plan.steps.count { engine.pause(seconds: step.delay) }
        }
        report.summarize()
        return report.exit
    }

    private static func perform(
        _ request: AutostartRequest, _ step: AutostartStep, _ engine: some ContainerEngine, _ ended: (String, ToolFailure?) -> Void
    ) throws(ToolFailure) {
        let targets = step.containers.map { ContainerTarget(name: $0.name, options: request.options) }
        switch request.action {
        case .start: try engine.startTogether(targets) { ended(targets[$0].name, $1) }
        case .reboot: try engine.stopTogether(targets, .reboot, timeout: request.timeout) { ended(targets[$0].name, $1) }
        case .shutdown: try engine.stopTogether(targets, .shutdown, timeout: request.timeout) { ended(targets[$0].name, $1) }
        case .kill: try engine.stopTogether(targets, .kill, timeout: nil) { ended(targets[$0].name, $1) }
        }
    }

    private static func text(_ plan: AutostartPlan, _ request: AutostartRequest) -> String {
        switch request.format {
        case .table:
            return plan.containers.map { container in
                request.action.waitsAfterwards ? "\(container.name) \(container.settings.delay)\n" : container.name + "\n"
            }.joined()
        case .json:
            let rows = plan.containers.map { container in
                JSONValue.object([
                    .init("name", .string(container.name)), .init("order", .integer(Int64(container.settings.order))),
                    .init("delay", .integer(Int64(container.settings.delay))),
                    .init("groups", .array(container.settings.groups.map { .string($0) })),
                    .init("autostart", .boolean(container.settings.auto)),
                ])
            }
            return JSONValue.document([.init("containers", .array(rows))]).text + "\n"
        }
    }
}
