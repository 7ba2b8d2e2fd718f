// SPDX-License-Identifier: Apache-2.0
import LXCTools
import Testing

/// The options of every tool in the reference, of every release since 1.0: what old scripts may use.
@Suite struct ReferenceOptionTests {
    @Test(arguments: [
        (
            "lxc-start",
            "d:daemon F:foreground p=pidfile f=rcfile c=console L=console-log C:close-all-fds s=define =share-net =share-ipc =share-uts =share-pid"
        ),
        ("lxc-stop", "r:reboot W:nowait t=timeout k:kill :nokill :nolock =rcfile"),
        ("lxc-console", "t=tty e=escape =rcfile"),
        ("lxc-freeze", "=rcfile"), ("lxc-unfreeze", "=rcfile"),
        ("lxc-ls", "1:line f:fancy F=fancy-format :active :running :frozen :stopped :defined ?nesting =filter g=groups"),
        ("lxc-info", "c=config i:ips p:pid S:stats H:no-humanize s:state =rcfile"),
        ("lxc-monitor", "Q:quit"),
        ("lxc-wait", "s=state t=timeout =rcfile"),
        ("lxc-create", "t=template f=config B=bdev =dir =lvname =vgname =thinpool =fstype =fssize =zfsroot =rbdname =rbdpool =rbduser"),
        ("lxc-destroy", "f:force s:snapshots =rcfile"),
        (
            "lxc-attach",
            "e?elevated-privileges a=arch s=namespaces R:remount-sys-proc :clear-env :keep-env v=set-var =keep-var L=pty-log f=rcfile u=uid g=gid c=context"
        ),
        ("lxc-execute", "f=rcfile s=define u=uid g=gid d:daemon =share-net =share-ipc =share-uts =share-pid"),
        ("lxc-cgroup", "=rcfile"), ("lxc-device", "=rcfile"),
        (
            "lxc-copy",
            "N=newname p=newpath R:rename s:snapshot a:allowrunning F:foreground d:daemon e:ephemeral m=mount B=backingstorage =backingstore t:tmpfs L=fssize D:keepdata K:keepname M:keepmac =rcfile"
        ),
        ("lxc-snapshot", "L:list C:showcomments c=comment r=restore N=newname d=destroy =rcfile"),
        ("lxc-autostart", "r:reboot s:shutdown k:kill L:list t=timeout g=groups a:all A:ignore-auto"),
        ("lxc-top", "d=delay s=sort r:reverse b:batch m=max"),
        (
            "lxc-checkpoint",
            "r:restore D=checkpoint-dir v:verbose s:stop p:pre-dump =predump-dir A=action-script d:daemon F:foreground =rcfile"
        ),
        ("lxc-unshare", "s=namespaces u=user H=hostname i=ifname d:daemon M:remount"),
    ])
    func existWithTheirArguments(tool: String, list: String) throws {
        let table = try #require(ToolRegistry.tables.first { $0.tool == tool })
        let common = " n=name P=lxcpath o=logfile l=logpriority q:quiet h:help :usage :version"
        try Self.compare(table, list + common)
    }

    /// Those that do not share the options of the others.
    @Test(arguments: [
        (
            "lxc-clone",
            "s:snapshot B=backingstore L=size o=orig n=new v=vgname t=fstype K:keepname M:keepmac H:copyhooks p=lxcpath P=newpath R:rename"
        ),
        (
            "lxc-start-ephemeral",
            "o=orig n=name b=bdir u=user S=key d:daemon s=storage-type U=union-type k:keep-data P=lxcpath :version"
        ),
        ("lxc-config", "l:list"), ("lxc-update-config", "c=config"), ("lxc-checkconfig", ""), ("lxc-containers", ""), ("lxc-net", ""),
        ("lxc-monitord", ":daemon"),
    ])
    func existInTheOtherTools(tool: String, list: String) throws {
        let table = try #require((ToolRegistry.tables + [MonitorDaemonCommand.table]).first { $0.tool == tool })
        try Self.compare(table, list + " h:help")
    }

    /// Its options are letters only.
    @Test(arguments: [("m", true), ("s", false), ("u", true), ("g", true)]) func usernsexecHasItsLetters(letter: String, isFollowed: Bool)
        throws
    {
        let option = try #require(UsernsExecCommand.table.allOptions.first { $0.shortText == letter })
        if case .required = option.argument { #expect(isFollowed) } else { #expect(!isFollowed) }
    }

    @Test func everyToolExists() {
        let tools = """
            attach autostart cgroup checkconfig checkpoint clone config console containers copy create destroy device execute freeze info ls
            monitor net snapshot start start-ephemeral stop top unfreeze unshare update-config usernsexec wait
            """
        let missing = tools.split(whereSeparator: { $0.isWhitespace }).map { "lxc-\($0)" }.filter { !ToolRegistry.names.contains($0) }
        #expect(missing == [])
        let wrappers = ["lxc-unpriv-start", "lxc-unpriv-attach"]
        for tool in ToolRegistry.names + wrappers { #expect(ToolRun("\(tool) --version").output == "5.0.2\n", "\(tool)") }
    }

    private static func compare(_ table: OptionTable, _ list: String) throws {
        for item in list.split(separator: " ") {
            let sign = try #require(item.firstIndex { ":=?".contains($0) })
            let short = item[..<sign].isEmpty ? nil : String(item[..<sign])
            let long = String(item[item.index(after: sign)...])
            let option = try #require(table.allOptions.first { $0.longText == long }, "\(table.tool) lacks --\(long)")
            #expect(option.shortText == short, "\(table.tool) --\(long)")
            switch (item[sign], option.argument) {
            case (":", .none), ("=", .required), ("?", .optional): break
            default: Issue.record("\(table.tool) --\(long) has another kind of argument")
            }
        }
    }
}
