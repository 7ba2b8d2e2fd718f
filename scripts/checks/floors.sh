#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A module imports only modules below it; SwiftPM does not enforce that. Floors are explained in ARCHITECTURE.md.
set -euo pipefail
cd "$(dirname "$0")/../.."

# module: what it may import. A folder of Sources that is not listed here is an error, so a new module gets its row.
read -r -d '' table << 'TABLE' || true
LinuxKernel: CLinux
Netlink: CLinux LinuxKernel
Gzip: CZlib
LXCConfig: LinuxKernel
LXCCgroups: LinuxKernel Netlink LXCConfig
LXCStorage: LinuxKernel Netlink LXCConfig
LXCNetwork: LinuxKernel Netlink LXCConfig
LXCSecurity: LinuxKernel Netlink LXCConfig CSeccomp
LXCTemplates: LinuxKernel LXCStorage
LXCUserNic: LinuxKernel Netlink LXCConfig LXCNetwork
LXCRuntime: LinuxKernel Netlink LXCConfig LXCCgroups LXCStorage LXCNetwork LXCSecurity
LXCOperations: LinuxKernel Netlink LXCConfig LXCCgroups LXCStorage LXCNetwork LXCRuntime
LXC: LinuxKernel LXCConfig LXCStorage LXCRuntime LXCOperations Dispatch Synchronization
LXCTools: LinuxKernel Netlink Gzip LXCConfig LXCCgroups LXCStorage LXCNetwork LXCRuntime LXCOperations
LiblxcABI: LinuxKernel Netlink LXCConfig LXCNetwork LXCStorage LXCRuntime LXCOperations CLiblxc Synchronization
lxc-multicall: LXCOperations LXCTools LXCTemplates LXCRuntime LinuxKernel
lxc-supervisor: LXCRuntime LXCConfig LinuxKernel
lxc-monitord: LXCRuntime LXCConfig LinuxKernel
lxc-init: CInit
lxc-user-nic: LXCUserNic LinuxKernel
lxc-usernsexec: LXCConfig LinuxKernel
Unpacking: CCompression CArchive CDigest LinuxKernel
ImageTemplates: Unpacking CTransfer LXCConfig LinuxKernel FoundationEssentials
lxc-image: ImageTemplates LinuxKernel
TABLE

status=0
modules=0
for folder in Sources/*/ Images/Sources/*/; do
    # The folders of the main package that the other one has by a link.
    if [ -L "${folder%/}" ]; then continue; fi
    module=$(basename "$folder")
    files=$(find "$folder" -name '*.swift' | sort)
    if [ -z "$files" ]; then continue; fi # C headers only
    modules=$((modules + 1))
    if ! row=$(grep "^$module:" <<< "$table"); then
        echo "Sources/$module has no row in scripts/checks/floors.sh; add one that says what it may import"
        status=1
        continue
    fi
    allowed=" ${row#*:} "
    while IFS=: read -r file line text; do
        # import Name, package import Name, @testable import Name, import struct Name.Part
        imported=$(sed -E 's/^.*import +((struct|class|enum|protocol|typealias|func|var|let) +)?([A-Za-z0-9_]+).*$/\3/' <<< "$text")
        if [[ $allowed != *" $imported "* ]]; then
            echo "$file:$line: $module may not import $imported (allowed:${row#*:})"
            status=1
        fi
    done < <(xargs grep -HnE '^ *(@[A-Za-z_()]+ +)*((package|public|internal|private|fileprivate) +)?import ' <<< "$files" || true)
done

if [ $status -eq 0 ]; then echo "$modules modules import only what is below them"; fi
exit $status
