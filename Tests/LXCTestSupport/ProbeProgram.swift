// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A small program that is a container's init (or any process in it) and writes down what it sees.
///
/// It is a script for busybox's shell, so it goes into a busybox container as `/probe`.
package enum ProbeProgram {
    /// Puts the script into a container's root filesystem.
    ///
    /// Run it as `/probe REPORT [COMMAND...]`: it writes REPORT (a path inside) and then becomes COMMAND, or ends.
    package static func install(in rootfs: String) throws {
        let file = try OwnedDescriptor(opening: rootfs + "/probe", [.writeOnly, .create, .truncate], mode: 0o755)
        try file.setPermissions(0o755)
        try file.writeAll(script.utf8)
    }

    // Everything is gathered before the report is opened, so that the probe does not see its own file.
    private static let script = """
        #!/bin/sh
        report=$1
        shift
        section() { text="$text
        == $1
        $2"; }
        text=
        self=$$
        # By a child that opens a file itself: a pipe to this shell would be one of its descriptors.
        (ls -l /proc/$self/fd > "$report.descriptors")
        section descriptors "$(sed -n 's/^.* \\([0-9][0-9]*\\) -> /\\1 /p' "$report.descriptors")"
        rm -f "$report.descriptors"
        section environment "$(env | sort)"
        section identity "$(id -u) $(id -g) $(id -G)"
        section hostname "$(hostname)"
        section directory "$(readlink /proc/$self/cwd)"
        section root "$(readlink /proc/$self/root)"
        section program "$(readlink /proc/$self/exe)"
        section namespaces "$(for n in /proc/$self/ns/*; do echo "${n##*/} $(readlink "$n")"; done)"
        section status "$(cat /proc/$self/status)"
        section limits "$(cat /proc/$self/limits)"
        section mounts "$(cat /proc/$self/mountinfo)"
        section cgroup "$(cat /proc/$self/cgroup)"
        section interfaces "$(ls /sys/class/net 2> /dev/null)"
        section devices "$(ls -l /dev 2> /dev/null)"
        section processes "$(ps -o pid,ppid,args 2> /dev/null)"
        section label "$(cat /proc/$self/attr/current 2> /dev/null)"
        section uidmap "$(cat /proc/$self/uid_map)"
        section terminal "$(tty 2> /dev/null)"
        printf '%s\\n== end\\n' "$text" > "$report.new"
        mv "$report.new" "$report"
        [ $# -eq 0 ] || exec "$@"

        """
}

/// What a ``ProbeProgram`` wrote down.
package struct ProbeReport: Sendable {
    /// Lines by section.
    package let sections: [String: [String]]

    /// Reads a report that is complete.
    ///
    /// - Throws: ``FixtureFailure`` when it has no end, ``KernelError`` when it is not there.
    package init(at path: String) throws {
        var sections: [String: [String]] = [:]
        var current = ""
        for line in try WholeFile.text(path).split(separator: "\n") {
            if line.hasPrefix("== ") {
                current = String(line.dropFirst(3))
                sections[current] = []
            } else {
                sections[current, default: []].append(String(line))
            }
        }
        guard sections["end"] != nil else { throw FixtureFailure("the report \(path) is not complete") }
        self.sections = sections
    }

    /// Lines of one section.
    package subscript(section: String) -> [String] { sections[section] ?? [] }

    /// The environment by name.
    package var environment: [String: String] { pairs(self["environment"], separator: "=") }

    /// Where each open descriptor leads, by number.
    package var descriptors: [Int: String] {
        var found: [Int: String] = [:]
        for (number, target) in pairs(self["descriptors"], separator: " ") {
            if let number = Int(number) { found[number] = target }
        }
        return found
    }

    /// Identity of each namespace, by its name in `/proc/PID/ns`.
    package var namespaces: [String: String] { pairs(self["namespaces"], separator: " ") }

    /// One field of `/proc/PID/status`, for example `CapEff`.
    package func status(_ field: String) -> String? {
        self["status"].first { $0.hasPrefix(field + ":") }.map { line in
            String(line.dropFirst(field.count + 1).drop { $0 == "\t" || $0 == " " })
        }
    }

    /// Filesystem type and options of the last mount on a place.
    package func mount(on place: String) -> (type: String, options: [String])? {
        for line in self["mounts"].reversed() {
            let halves = line.split(separator: " ").split(separator: "-", maxSplits: 1)
            guard halves.count == 2 else { continue }
            let head = Array(halves[0])
            guard head.count > 5, head[4] == place, let type = halves[1].first else { continue }
            return (String(type), head[5].split(separator: ",").map(String.init))
        }
        return nil
    }

    private func pairs(_ lines: [String], separator: Character) -> [String: String] {
        var found: [String: String] = [:]
        for line in lines {
            guard let place = line.firstIndex(of: separator) else { continue }
            found[String(line[..<place])] = String(line[line.index(after: place)...])
        }
        return found
    }
}
