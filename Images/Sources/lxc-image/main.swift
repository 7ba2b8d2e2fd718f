// SPDX-License-Identifier: Apache-2.0
import ImageTemplates
import LinuxKernel

let words = ProgramArguments.all
let status = ImageProgram.run(words.first ?? "", Array(words.dropFirst()))
ProcessCopy.exitNow(status)
