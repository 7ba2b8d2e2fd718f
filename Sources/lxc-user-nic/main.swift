// SPDX-License-Identifier: Apache-2.0
import LXCUserNic
import LinuxKernel

ProcessCopy.exitNow(UserNicProgram.run())
