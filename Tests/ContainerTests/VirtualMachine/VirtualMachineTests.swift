// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import Testing

/// What the kernel of this machine does not have: the tests that `make vm-test` runs, one after the other, because its processor is slow.
@Suite(.needsRoot, .serialized) enum VirtualMachineTests {}
