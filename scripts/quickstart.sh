#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The first container: builds, installs inside the checkout, and shows each step as a newcomer would type it.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
    {
        echo "quickstart: it sets up the host's bridge, so it needs root; what ordinary users need is in Documentation/ordinary-users.md."
        echo "  run:  sudo make quickstart     (with your PATH if swift is not in root's:  sudo env PATH=\"\$PATH\" make quickstart)"
        echo "  without root you can build and run the unit tests:  make test"
    } >&2
    exit 1
fi

scripts/install-dependencies.sh

# A debug build, because `make test` uses the same one; everything installed stays below .local.
swift build --build-tests
prefix=$PWD/.local
scripts/lib/install-private.sh .build/debug "$prefix"

export PATH="$prefix/bin:$PATH"
name=first
# The bridge of an LXC that is installed here serves as well; one that is made here goes again.
ownBridge=
cleanup() {
    lxc-stop -k -n "$name" > /dev/null 2>&1 || true
    lxc-destroy -n "$name" > /dev/null 2>&1 || true
    if [ -n "$ownBridge" ]; then "$prefix/libexec/lxc/lxc-net" force-stop > /dev/null 2>&1 || true; fi
}
if [ -e "$prefix/var/lib/lxc/$name" ]; then cleanup; fi # what an interrupted quickstart left
trap cleanup EXIT

show() {
    echo
    echo "\$ $*"
    "$@"
}

echo
echo "\$ export PATH=\$PWD/.local/bin:\$PATH"
if [ ! -e /sys/class/net/lxcbr0 ]; then
    ownBridge=yes
    show "$prefix/libexec/lxc/lxc-net" start
fi
show lxc-create -n $name -t busybox
show lxc-start -n $name
# The container asks for its address once it runs.
for _ in {1..100}; do
    if [ -n "$(lxc-info -n $name -iH)" ]; then break; fi
    sleep 0.1
done
show lxc-ls -f -F name,state,pid,ipv4
show lxc-attach -n $name -- ps
bridge=$(lxc-attach -n $name -- ip route | sed -n 's/^default via \([^ ]*\).*/\1/p')
show lxc-attach -n $name -- ping -c 1 "$bridge"
show lxc-stop -n $name
show lxc-destroy -n $name
if [ -n "$ownBridge" ]; then show "$prefix/libexec/lxc/lxc-net" stop; fi
trap - EXIT

cat << 'NEXT'

That was a container of your own, from nothing to nothing. What next:

  export PATH=$PWD/.local/bin:$PATH    use the tools of this checkout in this shell
  .local/libexec/lxc/lxc-net start     the containers' bridge again, until the next boot
  lxc-create -n web -t busybox         another container; it lives in .local/var/lib/lxc/web
  lxc-start -n web && lxc-attach -n web    a shell inside; leave it with exit
  lxc-console -n web                   its console; leave it with ctrl-a q
  make test                            all tests
  make install                         the same tools for the whole system, below /usr/local
NEXT
