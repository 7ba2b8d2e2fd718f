// SPDX-License-Identifier: Apache-2.0
import LXCStorage
import LXCTools
import Testing

/// The command lines of lxc-copy, lxc-clone and lxc-snapshot.
@Suite struct CopyRequestTests {
    @Test func everyOptionOfCopy() throws {
        let run = ToolRun("lxc-copy -n p1 -N p2 -p /other -s -a -B overlay -L 2G -K -M -- one two")
        let request = try #require(run.engine.copied)
        #expect(run.engine.calls == ["snapshot p1 to p2"])
        #expect(request.newPath == "/other" && request.allowsRunning && request.storage == .overlay)
        #expect(request.sizeInBytes == 2 << 30 && request.keepsName && request.keepsAddresses && request.arguments == ["one", "two"])
    }

    /// Of several the last one decides, as with C LXC.
    @Test(arguments: [
        ("-R", "rename"), ("-s", "snapshot"), ("-s -R", "rename"), ("-R -s", "snapshot"), ("-e -s", "snapshot"), ("", "copy"),
    ])
    func theTask(options: String, task: String) {
        #expect(ToolRun("lxc-copy -n p1 -N p2 \(options)").engine.calls == ["\(task) p1 to p2"])
    }

    @Test func ephemeral() throws {
        let run = ToolRun("lxc-copy -n p1 -e -F -t -m bind=/a,overlay=/b:/c -m bind=/d:/e:ro -- top -b")
        #expect(run.output == "Created p1_AbC123 as clone of p1\n")
        let request = try #require(run.engine.copied)
        #expect(request.isForeground && request.usesMemory && !request.keepsData && request.arguments == ["top", "-b"])
        #expect(
            request.mounts.map { "\($0.kind) \($0.source) \($0.target) \($0.isReadOnly)" }
                == ["bind /a /a false", "overlay /b /c false", "bind /d /e true"])
    }

    @Test(arguments: [
        ("lxc-copy -N p2", "No container name specified"), ("lxc-copy -n p1", "there is no name for the copy"),
        ("lxc-copy -n p1 -N p1", "cannot have the name of the original"), ("lxc-copy -n p1 -N p2 -t", "are for ephemeral copies"),
        ("lxc-copy -n p1 -e -t -D", "exclude each other"), ("lxc-copy -n p1 -e -m /a", "has no ="),
        ("lxc-copy -n p1 -e -m nfs=/a", "is of no known type"), ("lxc-copy -n p1 -e -m bind=/a:/b:/c", "has too many parts"),
        ("lxc-copy -n p1 -e -m overlay=/a:ro", "always writable"), ("lxc-copy -n p1 -N p2 -B best", "not a valid backing storage type"),
        ("lxc-copy -n p1 -N p2 -L much", "\"much\" is not a size"), ("lxc-clone p1", "you must provide orig and new names"),
        ("lxc-clone -v vg p1 p2", "is not supported"), ("lxc-clone -B tape p1 p2", "tape is not a valid backing storage type"),
        ("lxc-snapshot -n p1 -N p2", "-N is for -r"), ("lxc-snapshot -n p1 more", "the word \"more\" is too many"),
        ("lxc-snapshot", "No container name specified"),
    ])
    func withoutSense(line: String, complaint: String) {
        let run = ToolRun(line)
        #expect(run.status == 1 && run.engine.calls.isEmpty)
        #expect(run.errors.contains(complaint), "\(run.errors)")
    }

    @Test func startEphemeral() throws {
        let run = ToolRun("lxc-start-ephemeral -o p1 -b /srv -U aufs -- make test")
        #expect(run.engine.calls == ["start a copy of p1", "attach p1_AbC123", "stop p1_AbC123"], "\(run.engine.calls)")
        let copy = try #require(run.engine.copied)
        #expect(copy.usesMemory && !copy.keepsData && copy.separator == "-" && copy.mounts.map { $0.target } == ["/srv"])
        #expect(try !#require(ToolRun("lxc-start-ephemeral -o p1 -k -d").engine.copied).usesMemory)
        #expect(ToolRun("lxc-start-ephemeral -o p1 -k -s tmpfs").errors.contains("exclude each other"))
        #expect(ToolRun("lxc-start-ephemeral p1").errors.contains("there is no original"))
    }

    @Test(arguments: [
        ("lxc-clone p1 p2", "Created container p2 as copy of p1\n"),
        ("lxc-clone -s -B aufs p1 p2", "Created container p2 as snapshot of p1\n"),
        ("lxc-clone -o p1 -n p2 -- x", "Created container p2 as copy of p1\n"),
    ])
    func clone(line: String, output: String) throws {
        let run = ToolRun(line)
        #expect(run.output == output)
        #expect(try #require(run.engine.copied).isHistoric)
    }

    /// -p and -P mean the other way round what they mean to lxc-copy.
    @Test func pathsOfClone() throws {
        let request = try #require(ToolRun("lxc-clone -p /from -P /to -K -M -H -L 1 p1 p2 -- word").engine.copied)
        #expect(request.target.options.paths == ["/from"] && request.newPath == "/to" && request.sizeInBytes == 1 << 20)
        #expect(request.keepsName && request.keepsAddresses && request.arguments == ["word"])
    }

    @Test(arguments: [
        ("lxc-snapshot -n p1", "make(commentFile: nil) of p1"), ("lxc-snapshot p1 -c /x", "make(commentFile: Optional(\"/x\")) of p1"),
        ("lxc-snapshot -n p1 -r snap0", "restore(snapshot: \"snap0\", newName: nil) of p1"),
        ("lxc-snapshot -n p1 -r snap0 p2", "restore(snapshot: \"snap0\", newName: Optional(\"p2\")) of p1"),
        ("lxc-snapshot -n p1 -r snap0 -N p2", "restore(snapshot: \"snap0\", newName: Optional(\"p2\")) of p1"),
        ("lxc-snapshot -n p1 -r snap0 -N p1", "restore(snapshot: \"snap0\", newName: nil) of p1"),
        ("lxc-snapshot -n p1 -d snap3", "destroy(snapshot: \"snap3\") of p1"), ("lxc-snapshot -n p1 -d ALL", "destroyAll of p1"),
    ])
    func snapshot(line: String, call: String) {
        #expect(ToolRun(line).engine.calls == [call])
    }

    @Test func theListOfSnapshots() {
        let rows = [
            SnapshotRow(name: "snap0", folder: "/var/lib/lxcsnaps/u3", time: "2014:08:12 09:51:11", comment: "text"),
            SnapshotRow(name: "snap1", folder: "/var/lib/lxcsnaps/u3", time: "", comment: nil),
        ]
        #expect(ToolRun("lxc-snapshot -n u3 -L").output == "No snapshots\n")
        let plain = ToolRun("lxc-snapshot -n u3 -L") { $0.snapshotRows = rows }
        #expect(plain.output == "snap0 (/var/lib/lxcsnaps/u3) 2014:08:12 09:51:11\nsnap1 (/var/lib/lxcsnaps/u3)\n")
        let commented = ToolRun("lxc-snapshot -n u3 -L -C") { $0.snapshotRows = rows }
        #expect(commented.output == "snap0 (/var/lib/lxcsnaps/u3) 2014:08:12 09:51:11\ntext\nsnap1 (/var/lib/lxcsnaps/u3)\n")
        let json = ToolRun("lxc-snapshot -n u3 -L --format json") { $0.snapshotRows = rows }
        #expect(
            json.output
                == #"{"schema":1,"snapshots":[{"name":"snap0","path":"/var/lib/lxcsnaps/u3","created":"2014:08:12 09:51:11","comment":"text"},"#
                + #"{"name":"snap1","path":"/var/lib/lxcsnaps/u3","created":null,"comment":null}]}"# + "\n")
    }
}
