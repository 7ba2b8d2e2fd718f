// SPDX-License-Identifier: Apache-2.0
// lxc-init: process 1 of a container that runs one command (lxc-execute).
//
// Embedded Swift, fully static: it must start in no time in any root filesystem, and nothing of it may fail later.
import CInit

guard let words = cinit_words() else { exit(1) }

switch InitOptions.parse(cinit_word_count(), words) {
case .run(let options):
    var process = InitProcess(options: options, count: cinit_word_count(), words: words)
    process.run()
case .stop(let status): exit(status)
}
