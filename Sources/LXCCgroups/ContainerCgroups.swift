// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The cgroups of one container in all hierarchies: the monitor's and the payload's.
///
/// Paths are the same in every hierarchy. Nothing is undone when the object goes: see ``removePayload(drainMilliseconds:)``.
package final class ContainerCgroups {
    /// One hierarchy that takes part.
    struct Member {
        let hierarchy: CgroupHierarchy
        let base: CgroupAnchor
        var isCpuset: Bool { hierarchy.version == .v1 && hierarchy.controllers.contains("cpuset") }
    }

    package let layout: CgroupLayout
    package let placement: CgroupPlacement
    let members: [Member]
    /// The hierarchies that take part.
    package var hierarchies: [CgroupHierarchy] { members.map { $0.hierarchy } }
    /// Path of the monitor's cgroup below the base once it exists, for example `lxc.monitor.p1`.
    package internal(set) var monitorPath: String?
    /// Path of the payload's outer cgroup below the base, the one that carries the limits.
    package internal(set) var limitPath: String?
    /// The payload's cgroup v2 directory (the inner one), in which the first process can be born.
    private var unifiedPayload: CgroupAnchor?
    private var unifiedMonitor: CgroupAnchor?

    /// Opens the bases of the hierarchies.
    ///
    /// For users other than root, hierarchies in which they may not make cgroups do not take part.
    ///
    /// - Parameters:
    ///   - layout: The host's hierarchies.
    ///   - placement: What the cgroups are called.
    ///   - bases: The bases of this very layout, if they are open already.
    /// - Throws: ``CgroupError/kernel(_:)`` when a base cannot be opened.
    package init(layout: CgroupLayout, placement: CgroupPlacement, bases: CgroupBases? = nil) throws(CgroupError) {
        self.layout = layout
        self.placement = placement
        var members: [Member] = []
        for (index, hierarchy) in layout.hierarchies.enumerated() {
            guard let path = hierarchy.baseDirectory, hierarchy.version == .v2 || placement.uses(hierarchy.controllers) else { continue }
            let base: CgroupAnchor
            if let open = bases?.anchors[index] {
                base = open
            } else {
                base = CgroupAnchor(try wrapped { () throws(KernelError) in try CgroupDirectory(opening: path) }, hierarchy.version)
            }
            if ProcessControl.effectiveUser != 0 && !base.directory.isWritable() { continue }
            members.append(Member(hierarchy: hierarchy, base: base))
        }
        self.members = members
    }

    /// Makes the cgroup of the monitor.
    ///
    /// - Throws: ``CgroupError``; nothing is left behind then.
    package func createMonitor() throws(CgroupError) {
        let path = try create(.monitor)
        monitorPath = path
        unifiedMonitor = try openUnified(path)
    }

    /// Decides the payload's path and makes it in one hierarchy, cgroup v2 where there is one: enough for the first process to be
    /// born there. ``completePayload()`` makes the others, while that process is already at work.
    ///
    /// - Throws: ``CgroupError``; nothing is left behind then.
    package func reservePayload() throws(CgroupError) {
        guard let anchor = members.last else { return }
        let inner = try placement.innerComponents()
        limitPath = try create(.payload, inner: inner, in: [anchor], unlessIn: members)
        if let payloadPath { unifiedPayload = try openUnified(payloadPath) }
    }

    /// Makes the payload's cgroup in the hierarchies that ``reservePayload()`` left out.
    ///
    /// - Throws: ``CgroupError``; what was made stays, for ``removePayload(drainMilliseconds:)``.
    package func completePayload() throws(CgroupError) {
        guard let limitPath else { return }
        var made: [Made] = []
        let isWhole = try makeEverywhere(limitPath, placement.innerComponents(), in: members.dropLast(), &made)
        // Ours was made first, so somebody who does not look there made this one meanwhile.
        guard isWhole else { throw .inUse(path: limitPath, setting: "made by another program at this moment; start again") }
    }

    private func openUnified(_ path: String) throws(CgroupError) -> CgroupAnchor? {
        guard let member = members.last(where: { $0.hierarchy.version == .v2 }) else { return nil }
        let directory = try wrapped { () throws(KernelError) in try member.base.directory.open(path) }
        return CgroupAnchor(directory, .v2)
    }

    /// Path of the cgroup that the container's processes are in, below the base; nil before it exists.
    package var payloadPath: String? {
        guard let limitPath else { return nil }
        guard let inner = placement.innerDirectory?.split(separator: "/"), !inner.isEmpty else { return limitPath }
        return limitPath + "/" + inner.joined(separator: "/")
    }

    /// Directory of the payload's cgroup v2, for `CLONE_INTO_CGROUP`; nil when the host has none or before it exists.
    /// The number is valid as long as this object lives.
    package var birthCgroup: Int32? { unifiedPayload?.directory.number }

    /// Directory of the monitor's cgroup v2, likewise.
    package var monitorBirthCgroup: Int32? { unifiedMonitor?.directory.number }

    // MARK: - Making

    private struct Made {
        let base: CgroupAnchor
        let path: String
    }

    private func create(
        _ role: CgroupRole, inner: [String] = [], in chosen: [Member]? = nil, unlessIn others: [Member] = []
    ) throws(CgroupError) -> String {
        let name = try placement.cgroupName(role)
        for number in 0...(name.isNumbered ? 999 : 0) {
            let path = name.path(number: number)
            if others.contains(where: { $0.base.directory.exists(path) }) { continue }
            var made: [Made] = []
            do throws(CgroupError) {
                if try makeEverywhere(path, inner, in: chosen ?? members, &made) { return path }
            } catch {
                undo(made)
                throw error
            }
            undo(made)
        }
        let plain = name.path(number: 0)
        if name.isNumbered { throw .noFreeName(path: plain) }
        throw .inUse(path: plain, setting: role == .monitor ? "lxc.cgroup.dir.monitor" : "lxc.cgroup.dir.container")
    }

    /// Makes a cgroup in some hierarchies; false when one has it already. `made` lists what is new, in order.
    private func makeEverywhere(
        _ path: String, _ inner: [String], in chosen: some Collection<Member>, _ made: inout [Made]
    ) throws(CgroupError) -> Bool {
        let components = path.split(separator: "/")
        for member in chosen {
            var walked = ""
            try delegate(member, ".")
            for component in components.dropLast() {
                walked += walked.isEmpty ? String(component) : "/" + component
                _ = try make(member, walked, &made)
                try delegate(member, walked)
            }
            guard try make(member, path, &made) else { return false }
            walked = path
            for component in inner {
                try delegate(member, walked)
                walked += "/" + component
                _ = try make(member, walked, &made)
            }
        }
        return true
    }

    private func make(_ member: Member, _ path: String, _ made: inout [Made]) throws(CgroupError) -> Bool {
        let base = member.base
        let isNew = try wrapped { () throws(KernelError) in try base.directory.make(path) }
        if isNew { made.append(Made(base: base, path: path)) }
        if member.isCpuset { try wrapped { () throws(KernelError) in try CpusetSetup.inherit(path, below: base.directory) } }
        return isNew
    }

    /// On hybrid hosts the controllers belong to v1, so nothing is turned on there, as in C LXC.
    private func delegate(_ member: Member, _ path: String) throws(CgroupError) {
        guard layout.kind == .unified, member.hierarchy.version == .v2 else { return }
        _ = try wrapped { () throws(KernelError) in
            try ControllerDelegation.enable(path, below: member.base.directory) { placement.uses([$0]) }
        }
    }

    private func undo(_ made: [Made]) {
        for cgroup in made.reversed() {
            // The error that made us undo is the one to report.
            do { _ = try cgroup.base.directory.remove(cgroup.path) } catch { continue }
        }
    }

    /// Makes the pivot cgroup, which all containers share, in one hierarchy.
    func makePivot(_ member: Member) throws(CgroupError) -> String {
        var walked = ""
        var made: [Made] = []
        for component in try placement.pivotComponents() {
            if !walked.isEmpty { try delegate(member, walked) }
            walked += walked.isEmpty ? component : "/" + component
            _ = try make(member, walked, &made)
        }
        return walked
    }
}
