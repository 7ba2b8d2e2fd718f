// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The words this program was started with.
package enum ProgramArguments {
    /// All words, the program's name first, without loss; `CommandLine.arguments` replaces bytes that are not valid UTF-8.
    package static var all: [String] {
        (0..<Int(CommandLine.argc)).compactMap { index in
            CommandLine.unsafeArgv[index].map { word in
                let length = strlen(word)
                return word.withMemoryRebound(to: UInt8.self, capacity: length) {
                    String(kernelBytes: UnsafeBufferPointer(start: $0, count: length))
                }
            }
        }
    }
}
