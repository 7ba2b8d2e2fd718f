// SPDX-License-Identifier: Apache-2.0
import LXCTools
import LinuxKernel
import Testing

@Suite struct CompletionTests {
    /// Runs bash on the generated script and on what follows, and returns its exit status: nobody judges bash better than bash.
    private func bash(_ rest: String) throws -> LinuxKernel.ExitStatus {
        let script = Shell.bash.script(for: ToolRegistry.tables) + "lxc-ls() { printf 'web\\nweb2\\ndb\\n'; }\n" + rest
        let child = try ProgramLaunch(.path("/bin/bash"), arguments: ["bash", "-c", script], environment: ["PATH=/usr/bin:/bin"]).start()
        let status = try child.handle?.collect()
        return try #require(status)
    }

    @Test(arguments: [
        ("lxc-start --da", "--daemon"), ("lxc-start we", "web web2"), ("lxc-stop -P /x d", "db"), ("lxc-stop --lxcpath = /x d", "db"),
        ("lxc-start -l DEB", "DEBUG"), ("lxc-start --logpriority = DEB", "DEBUG"), ("lxc sto", "stop"), ("lxc stop --nok", "--nokill"),
        ("lxc-attach web -- /et", "/etc"), ("lxc-wait -s ABO", "ABORTING"), ("lxc-info -n db", "db"), ("lxc-start -s x", ""),
        ("lxc-config --comp", "--completion"), ("lxc-unpriv-start --da", "--daemon"), ("lxc-unpriv-attach we", "web web2"),
        ("lxc-autostart --sh", "--shutdown"), ("lxc-autostart --order-rule l", "lowest-first"), ("lxc-top -s c", "c"),
        ("lxc-top --ba", "--batch"), ("lxc-checkpoint we", "web web2"), ("lxc-checkpoint --pre", "--pre-dump --predump-dir"),
        ("lxc auto", "autostart"),
    ])
    func bashCompletes(line: String, expected: String) throws {
        let status = try bash(
            """
            COMP_WORDS=(\(line)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lxc_complete
            [[ "${COMPREPLY[*]}" == "\(expected)" ]]
            """)
        #expect(status == .exited(0), "\(line) does not complete to \(expected)")
    }

    @Test(arguments: Shell.allCases) func scriptsKnowEveryToolAndOption(shell: Shell) {
        let script = shell.script(for: ToolRegistry.tables)
        for table in ToolRegistry.tables {
            #expect(script.contains(table.tool))
            for (long, _) in HelpTextTests.explained(table) {
                let spelling = shell == .fish ? "complete -c \(table.tool)" : "--\(long)"
                #expect(script.contains(spelling))
                if shell == .fish { #expect(script.contains(" -l \(long) ")) }
            }
        }
    }

    @Test func aDotInsideAWordDoesNotEndASummary() throws {
        let fish = Shell.fish.script(for: [CgroupCommand.table])
        #expect(
            fish.contains("complete -c lxc-cgroup -s P -l lxcpath -d 'Look for containers in PATH instead of the configured folder' -x"))
        let overview = ToolRun("lxc --help").errors
        #expect(overview.contains("for example memory.max\n"))
    }
}
