// SPDX-License-Identifier: Apache-2.0
// Feeds libFuzzer's bytes to the readers of rtnetlink's answers: no input may trap.
import FuzzDriver
import Glibc
import LinuxKernel
import Netlink

exit(
    fuzz { data, count in
        let bytes = fuzzInput(data, count)
        for message in NetlinkMessage.all(in: bytes) {
            precondition(message.payload.count <= bytes.count)
            if let verdict = message.verdict { precondition(verdict.errno >= 0) }
            if let link = Link(message) { precondition(String(kernelBytes: link.name.kernelBytes) == link.name) }
            if let address = LinkAddress(message) { _ = address.request }
            if let route = Route(message) { _ = route.request }
        }
        return 0
    })
