// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

ProcessCopy.exitNow(SupervisorProgram.run())
