#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a package that depends on this one by its path, with the snippets as its programs, builds it, and runs them (root) on an
# installation of their own, with a template in place of the public image server.
#
# usage: snippets.sh [folder of built programs, .build/debug]
set -euo pipefail
cd "$(dirname "$0")/.."
checkout=$PWD
programs=${1:-.build/debug}
snippets=(FirstContainer UpdateContainers PrintHostname Website)

if [ "$(id -u)" -ne 0 ]; then
    echo "snippets: run it as root: the snippets start containers" >&2
    exit 1
fi
work=$(mktemp -d)
prefix=$checkout/.build/snippets-prefix
tools() { local tool=$1; shift; "$prefix/bin/lxc-$tool" "$@"; }
tidy() {
    for name in mysite web p1 base apicontainer; do
        if [ -d "$prefix/var/lib/lxc/$name" ]; then tools destroy -f -n "$name" || true; fi
    done
    rm -rf "$work"
}
trap tidy EXIT

# --- a fresh package ---------------------------------------------------------------------------------------------------------

{
    echo '// swift-tools-version: 6.2'
    echo 'import PackageDescription'
    echo "let package = Package(name: \"fresh\", dependencies: [.package(name: \"swift-lxc\", path: \"$checkout\")], targets: ["
    for snippet in "${snippets[@]}"; do
        echo "    .executableTarget(name: \"$snippet\", dependencies: [.product(name: \"LXC\", package: \"swift-lxc\")]),"
    done
    echo '])'
} > "$work/Package.swift"
for snippet in "${snippets[@]}"; do
    mkdir -p "$work/Sources/$snippet"
    cp "Snippets/$snippet.swift" "$work/Sources/$snippet/main.swift"
done
# What was compiled is kept: the second time takes seconds.
package=(--package-path "$work" --scratch-path "$checkout/.build/fresh-package")
swift build "${package[@]}"

# --- an installation of its own ----------------------------------------------------------------------------------------------

scripts/lib/install-private.sh "$programs" "$prefix"
template=$prefix/share/lxc/templates/lxc-download
rm -f "$template"
cat > "$template" << 'TEMPLATE'
#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A busybox in place of an image, with an apt-get that writes down what it was asked for.
set -e
kept=()
while [ $# -gt 0 ]; do
    case $1 in
        --dist | --release | --arch) shift ;;
        --rootfs=*) rootfs=${1#--rootfs=}; kept+=("$1") ;;
        *) kept+=("$1") ;;
    esac
    shift
done
"$(dirname "$0")/lxc-busybox" "${kept[@]}"
mkdir -p "$rootfs/var" "$rootfs/usr/bin"
printf '#!/bin/sh\necho "$*" >> /var/apt-get\n' > "$rootfs/usr/bin/apt-get"
chmod 755 "$rootfs/usr/bin/apt-get"
TEMPLATE
chmod 755 "$template"
cat > "$prefix/etc/lxc/default.conf" << 'CONFIG'
lxc.net.0.type = veth
lxc.net.0.flags = up
lxc.net.0.ipv4.address = 10.93.8.5/24
CONFIG

for snippet in "${snippets[@]}"; do
    program=$checkout/.build/fresh-package/debug/$snippet
    scripts/lib/stamp-paths.sh "$program" "$program.stamped" "$prefix/bin" "$prefix/sbin" "$prefix/libexec" \
        "$prefix/lib/$(uname -m)-linux-gnu" "$prefix/share" "$prefix/etc" "$prefix/var" "$prefix/run"
    mv "$program.stamped" "$program"
done

# --- each snippet ------------------------------------------------------------------------------------------------------------

snippet() { echo "--- swift run $1"; timeout 120 swift run --skip-build "${package[@]}" "$1" | tee "$work/said"; }
expect() { # what must hold, command...
    local what=$1
    shift
    if ! "$@" > /dev/null; then
        echo "snippets: $what" >&2
        exit 1
    fi
}
said() { grep -qxE "$1" "$work/said"; }

snippet FirstContainer
expect "FirstContainer did not tell the state" said 'Container state: RUNNING'
expect "FirstContainer did not tell the number of init" said 'Container PID: [1-9][0-9]*'
expect "FirstContainer left its container" test ! -e "$prefix/var/lib/lxc/apicontainer"

tools create -n p1 -t download -- --dist d --release r --arch a > /dev/null
snippet UpdateContainers
expect "UpdateContainers did not update p1" cmp "$prefix/var/lib/lxc/p1/rootfs/var/apt-get" <(printf 'update\ndist-upgrade -y\n')
expect "UpdateContainers did not stop p1" test "$(tools info -n p1 -sH)" = STOPPED

snippet PrintHostname
expect "PrintHostname did not read the host's file" said "Hostname: $(head -n 1 /etc/hostname)"
expect "PrintHostname did not read the container's file" said 'Hostname: p1'

snippet Website
expect "Website did not tell the address" said 'Website running at: http://10.93.8.5'
expect "Website did not start mysite" test "$(tools info -n mysite -sH)" = RUNNING
expect "Website did not prepare web" grep -rqx 'install apache2 -y' "$prefix/var/lib/lxc/web"
