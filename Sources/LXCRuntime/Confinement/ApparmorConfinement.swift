// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCSecurity
import LinuxKernel

/// What `lxc.apparmor.*` asks for: found, and loaded if need be, before the container's first process is born.
struct ApparmorConfinement {
    let plan: StartPlan
    let log: LogWriter

    private static let key = "lxc.apparmor.profile"
    private static let unconfined = "set lxc.apparmor.profile = unconfined"

    /// What the container's programs are to be confined with.
    ///
    /// Throws ``OperationFailure`` when the configuration names a profile that cannot be had. A configuration that names none is content
    /// with less: it says so in the log.
    func request() throws(OperationFailure) -> SecurityLabel.Request {
        let wanted = plan.config.security.apparmorProfile
        if wanted == "unconfined" || wanted == "unchanged" { return .nothing }
        let confinesCaller = try attempting("cannot read the own AppArmor profile") { () throws(KernelError) in
            try ApparmorModule.confinesCaller
        }
        if confinesCaller {
            // From within a profile no other can be loaded or taken on.
            log.info("the container keeps the AppArmor profile that lxc-start runs in")
            return .nothing
        }
        do throws(OperationFailure) {
            try checkMediation()
            if wanted == "generated" && isRoot { return .apparmor(profile: try generate(), isRequired: true) }
            let isNamed = wanted != nil && wanted != "generated"
            let name = isNamed ? wanted ?? "" : ApparmorProfile.usual
            try find(name)
            return .apparmor(profile: name, isRequired: isNamed)
        } catch {
            guard wanted == nil else { throw error }
            log.warn("the container is not confined by AppArmor: \(error.what): \(error.reason)" + (error.hint.map { "; \($0)" } ?? ""))
            return .nothing
        }
    }

    /// The name of the profile that ``request()`` loads for this container alone; nil when it does not.
    static func generatedName(_ request: SecurityLabel.Request, _ plan: StartPlan) -> String? {
        guard plan.config.security.apparmorProfile == "generated", case .apparmor(let name, isRequired: true) = request else { return nil }
        return name
    }

    private var isRoot: Bool { ProcessControl.effectiveUser == 0 }

    private func checkMediation() throws(OperationFailure) {
        guard isRoot, !plan.config.security.apparmorAllowIncomplete else { return }
        let what = "cannot confine the container with AppArmor"
        if try attempting(what, { () throws(KernelError) in try ApparmorModule.mediatesMounts }) { return }
        throw failure(
            what, "this kernel's AppArmor has no rules about mounts, or /sys/kernel/security is not mounted",
            "set lxc.apparmor.allow_incomplete = 1")
    }

    private func generate() throws(OperationFailure) -> String {
        let settings = plan.config.security
        let profile = ApparmorProfile(
            container: plan.name, lxcPath: plan.lxcPath, allowsNesting: settings.apparmorAllowNesting, raw: settings.apparmorRaw)
        let what = "cannot generate an AppArmor profile for \(plan.name)"
        // A container that is only run once has no directory to keep anything in.
        let hasDirectory = try attempting(what) { () throws(KernelError) in try FileStatus.ifPresent(plan.directory) != nil }
        try load(profile, keptIn: hasDirectory ? plan.directory + "/apparmor" : nil, what)
        return profile.name
    }

    /// Sees to it that a profile with a name is loaded, as far as that can be seen.
    private func find(_ name: String) throws(OperationFailure) {
        let what = "cannot find the AppArmor profile \(name)"
        guard try isMissing(name, what), isRoot else { return }
        var problem: ApparmorLoader.Failure?
        let usual = "/etc/apparmor.d"
        for folder in InstalledPaths.apparmor == usual ? [usual] : [InstalledPaths.apparmor, usual] {
            let file = folder + "/lxc-containers"
            guard try attempting(what, { () throws(KernelError) in try FileStatus.ifPresent(file) }) != nil else { continue }
            do throws(ApparmorLoader.Failure) { try ApparmorLoader.load(file: file, including: folder) } catch {
                problem = problem ?? error
            }
            if try !isMissing(name, what) { return }
        }
        if let profile = ApparmorProfile(shared: name) { return try load(profile, keptIn: nil, what) }
        throw failure(
            what, problem?.reason ?? "no such profile is loaded, and /etc/apparmor.d/lxc has none",
            problem?.hint ?? "put the profile into a file in /etc/apparmor.d/lxc")
    }

    private func isMissing(_ name: String, _ what: String) throws(OperationFailure) -> Bool {
        try attempting(what) { () throws(KernelError) in try ApparmorModule.isLoaded(name) } == false
    }

    private func load(_ profile: ApparmorProfile, keptIn cache: String?, _ what: String) throws(OperationFailure) {
        do throws(ApparmorLoader.Failure) {
            try ApparmorLoader(cache: cache).load(profile) { log.info($0) }
        } catch { throw failure(what, error.reason, error.hint) }
        log.debug("AppArmor profile loaded: \(profile.name)")
    }

    private func failure(_ what: String, _ reason: String, _ hint: String?) -> OperationFailure {
        OperationFailure(
            what, reason: reason, key: Self.key, origin: plan.config.origin(of: Self.key),
            hint: hint.map { "\($0), or \(Self.unconfined)" } ?? Self.unconfined)
    }
}
