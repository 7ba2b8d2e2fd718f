// SPDX-License-Identifier: Apache-2.0
// Feeds libFuzzer's bytes to the decoder of the control socket, in pieces, as a hostile client would send them.
import FuzzDriver
import Glibc
import LXCRuntime

exit(
    fuzz { data, count in
        var rest = fuzzInput(data, count)[...]
        var reader = RequestReader()
        while case .needs(let missing) = reader.progress {
            precondition(missing > 0, "a reader that needs nothing is complete")
            let part = rest.prefix(missing)
            if part.isEmpty { return 0 }
            rest = rest.dropFirst(part.count)
            if case .complete(let header, let payload) = reader.feed(Array(part)) {
                do { _ = try ControlRequest(header, payload: payload) } catch { return 0 }
            }
        }
        return 0
    })
