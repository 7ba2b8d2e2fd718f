// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Programs of the host that the bridge needs: dnsmasq, nft, iptables.
enum HostProgram {
    /// Where they are looked for. `PATH` is whoever's that calls: a program that root runs is not found through it.
    static let folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"]

    /// The path of a program; nil when no folder has it.
    static func find(_ name: String) -> String? {
        for folder in folders {
            let path = folder + "/" + name
            // A folder that cannot be looked into holds nothing for us.
            do {
                if let status = try FileStatus.ifPresent(path), status.kind == .regular, status.permissions & 0o111 != 0 { return path }
            } catch { continue }
        }
        return nil
    }

    /// Runs a program to its end.
    ///
    /// `milliseconds`: the longest it may take; it is killed then, which is a failure.
    static func run(
        _ path: String, _ arguments: [String], input: String = "", milliseconds: Int32, doing what: @autoclosure () -> String
    ) throws(HostNetworkFailure) -> ProgramRun.Result {
        do {
            return try ProgramRun.of(
                path, arguments: [path] + arguments, environment: ["PATH=" + folders.joined(separator: ":"), "LC_ALL=C"],
                input: input.kernelBytes, milliseconds: milliseconds)
        } catch {
            let reason = error.errno == .timedOut ? "it was not done after \(milliseconds / 1000) seconds" : error.reason
            throw HostNetworkFailure(what(), reason: "\(path): \(reason)")
        }
    }

    /// What a program said about its failure, in a line.
    static func complaint(_ path: String, _ result: ProgramRun.Result) -> String {
        let text = String(kernelBytes: result.error.isEmpty ? result.output : result.error)
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
        guard let first = lines.first else { return "\(path) \(result.status)" }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return first.hasPrefix(name) ? String(first) : "\(name): \(first)"
    }
}
