// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LXCTemplates
import LXCTools
import LinuxKernel

ProcessStack.fill()
// Templates and tools are one program under many names: one file to install, to read and to keep in memory.
let arguments = ProgramArguments.all
let program = DirectoryHandle.split(arguments.first ?? "").name
switch program {
case "lxc-busybox": ProcessCopy.exitNow(BusyboxTemplate.run(Array(arguments.dropFirst())))
case "lxc-softwarecontainer": ProcessCopy.exitNow(SoftwareContainerTemplate.run(Array(arguments.dropFirst())))
case "lxc-debian": ProcessCopy.exitNow(DistributionTemplate.run(.debian, Array(arguments.dropFirst())))
case "lxc-ubuntu": ProcessCopy.exitNow(DistributionTemplate.run(.ubuntu, Array(arguments.dropFirst())))
case ContainerWorker.name: ProcessCopy.exitNow(ContainerWorker.run())
default: ProcessCopy.exitNow(Multicall.run(arguments, engine: SystemEngine()))
}
