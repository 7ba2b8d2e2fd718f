// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

extension SystemSurvey {
    /// Looks at the running system; what cannot be read counts as absent, as this tool must work on broken systems. The search path
    /// is folders with programs, joined with colons.
    package static func gather(searchPath: String) -> SystemSurvey {
        var survey = SystemSurvey()
        survey.modules = Set(lines("/proc/modules").compactMap { $0.split(separator: " ").first.map(String.init) })
        survey.namespaceLimits = limits()
        survey.hasCgroupNamespace = exists("/proc/self/ns/cgroup")
        for mount in lines("/proc/self/mounts") {
            let fields = mount.split(separator: " ")
            guard fields.count >= 3 else { continue }
            switch fields[2] {
            case "cgroup": survey.cgroupMountsVersion1.append(unescaped(fields[1]))
            case "cgroup2": survey.cgroupMountsVersion2.append(unescaped(fields[1]))
            default: break
            }
        }
        if !survey.cgroupMountsVersion1.isEmpty {
            let names = Set(survey.cgroupMountsVersion1.flatMap { $0.split(separator: "/").last?.split(separator: ",") ?? [] })
            survey.missingVersion1Controllers = ["systemd", "freezer"].filter { !names.contains($0[...]) }
            survey.hasCloneChildren = survey.cgroupMountsVersion1.contains { exists($0 + "/cgroup.clone_children") }
        }
        survey.newuidmap = helper("newuidmap", searchPath)
        survey.newgidmap = helper("newgidmap", searchPath)
        survey.interpreters = readInterpreters()
        return survey
    }

    private static func limits() -> [(name: String, value: String)] {
        let folder = "/proc/sys/user"
        return names(folder).filter { $0.hasPrefix("max_") && $0.hasSuffix("_namespaces") }.compactMap { name in
            lines("\(folder)/\(name)").first.map { (name, $0) }
        }
    }

    private static func helper(_ name: String, _ searchPath: String) -> Helper {
        for folder in searchPath.split(separator: ":") where folder.hasPrefix("/") {
            guard let status = status("\(folder)/\(name)"), status.kind == .regular else { continue }
            return status.permissions & 0o4000 != 0 && status.owner == 0 ? .ready : .unprivileged
        }
        return .absent
    }

    private static func readInterpreters() -> [Interpreter]? {
        // Rules that cannot be read are as good as none.
        (try? ForeignProgramHandler.all())?.map {
            Interpreter(name: $0.name, isEnabled: $0.isEnabled, program: $0.interpreter, flags: $0.flags)
        }
    }

    private static func exists(_ path: String) -> Bool { status(path) != nil }

    private static func status(_ path: String) -> FileStatus? {
        do { return try FileStatus.ifPresent(path) } catch { return nil }
    }

    private static func names(_ folder: String) -> [String] {
        do { return try DirectoryListing.names(in: folder) } catch { return [] }
    }

    private static func lines(_ path: String) -> [String] {
        do { return try WholeFile.text(path).split(separator: "\n").map(String.init) } catch { return [] }
    }

    /// Undoes the kernel's `\040` form of blanks in a path of the mount table.
    static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        let source = Array(String(text).kernelBytes)
        var index = 0
        while index < source.count {
            let digits = source[index...].dropFirst().prefix(3)
            if source[index] == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                index += 4
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return String(kernelBytes: bytes)
    }
}
