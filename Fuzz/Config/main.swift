// SPDX-License-Identifier: Apache-2.0
// Feeds libFuzzer's bytes to the configuration parser. A text is either refused with a reason, or taken; then every value can be
// asked for, and what would be saved is the text itself.
import FuzzDriver
import Glibc
import LXCConfig

exit(
    fuzz { data, count in
        let bytes = fuzzInput(data, count)
        do throws(ConfigProblem) {
            let document = try ConfigParser.parse(bytes, name: "fuzz")
            for entry in document.config.entries.prefix(64) { _ = document.value(of: entry.key) }
            precondition(document.bytes == bytes, "an untouched text must be saved as it was")
        } catch {
            precondition(!"\(error)".isEmpty, "a refusal must say why")
        }
        return 0
    })
