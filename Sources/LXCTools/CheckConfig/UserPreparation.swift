// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Adds what a user lacks: `lxc-checkconfig --user NAME --prepare`.
struct UserPreparation {
    let readiness: UserReadiness
    let survey: UserSurvey

    static let settingsFile = "/etc/sysctl.d/50-lxc-users.conf"

    /// Carries out what a program can; the rest stays advice.
    ///
    /// - Parameter done: Called with each remedy that was carried out.
    /// - Throws: ``ToolFailure`` at the first that failed; those before it stay.
    func perform(_ done: (UserReadiness.Remedy) throws(ToolFailure) -> Void) throws(ToolFailure) {
        let remedies = readiness.findings.compactMap { $0.remedy }
        let isForRoot = remedies.contains { if case .line = $0 { true } else if case .setting = $0 { true } else { false } }
        if isForRoot && ProcessControl.effectiveUser != 0 {
            throw ToolFailure(
                .notPermitted, "cannot prepare the system for \(survey.name)", reason: "only root may", advice: "run it as root")
        }
        for remedy in remedies {
            switch remedy {
            case .line(let file, let text): try append(text, to: file)
            case .setting(let name, let value): try set(name, value)
            case .places: try makePlaces()
            case .advice: continue
            }
            try done(remedy)
        }
    }

    private func append(_ line: String, to file: String) throws(ToolFailure) {
        do throws(KernelError) {
            var bytes: [UInt8] = []
            var mode: UInt32 = 0o644
            if let status = try FileStatus.ifPresent(file) {
                bytes = try WholeFile.read(file)
                mode = status.permissions
            }
            if let last = bytes.last, last != 0x0A { bytes.append(0x0A) }
            try AtomicFile.write(file, bytes + Array((line + "\n").kernelBytes), mode: mode)
        } catch { throw ToolFailure("cannot add a line to \(file)", error) }
    }

    private func set(_ name: String, _ value: String) throws(ToolFailure) {
        do throws(KernelError) {
            try WholeFile.writeControl("/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 }), value)
        } catch { throw ToolFailure("cannot set \(name)", error) }
        try append("\(name) = \(value)", to: Self.settingsFile)
    }

    private func makePlaces() throws(ToolFailure) {
        let text = defaultConfig
        let home = survey.home
        _ = try AsUser(user: survey.user, group: survey.group).run("make folders in \(home)") { () throws(KernelError) in
            for place in UserSurvey.places where try FileStatus.ifPresent(home + "/" + place) == nil {
                guard place.hasSuffix(".conf") else {
                    try HostPath.makeDirectories(home + "/" + place)
                    continue
                }
                let file = try OwnedDescriptor(opening: home + "/" + place, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644)
                try file.writeAll(text.kernelBytes)
            }
            return []
        }
    }

    /// What new containers of the user begin with.
    private var defaultConfig: String {
        let facts = readiness.facts
        func range(_ ranges: [SubordinateIDFile.Range], _ free: SubordinateIDFile.Range?) -> SubordinateIDFile.Range? {
            ranges.first { $0.count >= UserReadiness.wantedIDs } ?? free
        }
        var text = "# What new containers of this user begin with; made by lxc-checkconfig.\n"
        if let users = range(facts.users, facts.freeUsers), let groups = range(facts.groups, facts.freeGroups) {
            text += "lxc.idmap = u 0 \(users.first) \(users.count)\nlxc.idmap = g 0 \(groups.first) \(groups.count)\n"
        }
        return text
            + "lxc.net.0.type = veth\nlxc.net.0.link = \(facts.bridge)\nlxc.net.0.flags = up\nlxc.net.0.hwaddr = 00:16:3e:xx:xx:xx\n"
    }
}
