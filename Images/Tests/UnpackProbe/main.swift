// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Unpacking

// usage: unpack-probe ARCHIVE DIRECTORY
// Prints "made N" or "refused REASON", then the most memory that it had, in KiB.

do {
    let words = CommandLine.arguments
    guard words.count == 3 else { throw ImageFailure("usage: unpack-probe ARCHIVE DIRECTORY") }
    let root = try attempt("cannot open \(words[2])") { () throws(KernelError) in try DirectoryHandle(opening: words[2]) }
    let report = try SafeUnpacker(into: root).unpack(try FileSource(opening: words[1]))
    print("made \(report.made)")
} catch let failure as ImageFailure {
    print("refused \(failure.message)")
}
let status = try WholeFile.text("/proc/self/status")
print(status.split(separator: "\n").filter { $0.hasPrefix("VmHWM:") }.map { $0.split(separator: " ")[1] }.joined())
