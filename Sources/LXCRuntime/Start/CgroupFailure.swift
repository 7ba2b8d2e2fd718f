// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LinuxKernel

extension OperationFailure {
    /// What could not be done with cgroups; the setting that asked for it is the key where there is one.
    init(_ what: String, _ error: CgroupError) {
        let isOfContainer = { (setting: String) in setting.hasPrefix("lxc.cgroup.dir") }
        switch error {
        case .kernel(let error): self.init(what, reason: error.reason(after: ""), errno: error.errno.rawValue)
        case .inUse(let path, let setting) where isOfContainer(setting):
            self.init(what, reason: "the cgroup \(path) exists already", key: setting, hint: "remove it, or choose another path")
        case .noFreeName(let path):
            self.init(
                what, reason: "the cgroup \(path) and its variants -1 to -999 exist already", hint: "remove those that are left over")
        case .invalidPath(let path, let setting) where isOfContainer(setting):
            self.init(what, reason: "\"\(path)\" names no cgroup below the base", key: setting, hint: "write a path without \"..\"")
        default: self.init(what, reason: error.description)
        }
    }
}
