#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's tools on a container that ours started, and ours on one that Debian's started: prints a table. Needs root and both.
#
# usage: interoperation.sh
#
# From the environment:
#   BUILD_DIR  folder of the built programs; .build/programs/release when unset
#
# The status is 1 when anything differs; what differed is below the table.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

if [ "$(id -u)" -ne 0 ] || [ ! -f /usr/bin/lxc-start ] || [ -L /usr/bin/lxc-start ]; then
    echo "interoperation: left out: needs root and Debian's lxc (apt-get install lxc)" >&2
    exit 0
fi

folder=$(mktemp -d /tmp/lxc-interoperation.XXXXXX)
path=$folder/containers
name=$(basename "$folder" | tr . -)
readonly folder path name
cleanup() {
    local group
    "$folder/ours/bin/lxc-stop" -P "$path" -n "$name" -k > /dev/null 2>&1 || true # it is stopped already when all went well
    for monitor in /usr/bin "$folder/ours/bin"; do "$monitor/lxc-monitor" -P "$path" -Q > /dev/null 2>&1 || true; done
    # C LXC leaves the empty cgroups of its monitors behind.
    while IFS= read -r group; do rmdir "$group" 2> /dev/null || true; done \
        < <(find /sys/fs/cgroup -depth -type d -name "lxc.monitor.$name*" 2> /dev/null)
    rm -rf --one-file-system "$folder" "/run/lxc$folder" "/run/lxc/lock$folder"
    rmdir /run/lxc/tmp /run/lxc/lock/tmp 2> /dev/null || true # others may use them
}
trap cleanup EXIT
# With the system's run folder, because that is where both sides look for the monitor's pipe and for locks.
PREFIX=$folder/ours RUNDIR=/run BUILD_DIR=${BUILD_DIR:-.build/programs/release} scripts/install.sh install > /dev/null
mkdir -p "$path"

# --- the two sides ------------------------------------------------------------------------------------------------------------

tool() { # side, tool, arguments...
    local program=/usr/bin/lxc-$2
    if [ "$1" = ours ]; then program=$folder/ours/bin/lxc-$2; fi
    shift 2
    timeout 30 "$program" -P "$path" "$@"
}

# --- what is compared ---------------------------------------------------------------------------------------------------------

host= visitor=  # the side that started the container, the other side
said=           # why the check at hand has failed

# The visitor's answer, status included, is the host's own.
same() { # tool, arguments...
    local own other
    own=$(tool "$host" "$@" 2> /dev/null; echo "status $?")
    other=$(tool "$visitor" "$@" 2> /dev/null; echo "status $?")
    if [ "$own" = "$other" ]; then return 0; fi
    said+="  lxc-$*: $host says:"$'\n'"$own"$'\n'"  $visitor says:"$'\n'"$other"$'\n'
    return 1
}

succeeds() { # tool, arguments...
    local output
    if output=$(tool "$visitor" "$@" 2>&1); then return 0; fi
    said+="  lxc-$* of $visitor failed: $output"$'\n'
    return 1
}

# Both sides see a state within five seconds.
state() { # state
    local own other
    for _ in {1..100}; do
        own=$(tool "$host" info -n "$name" -sH)
        other=$(tool "$visitor" info -n "$name" -sH)
        if [ "$own" = "$1" ] && [ "$other" = "$1" ]; then return 0; fi
        sleep 0.05
    done
    said+="  expected $1; $host sees $own, $visitor sees $other"$'\n'
    return 1
}

equal() { # what, expected, found
    if [ "$2" = "$3" ]; then return 0; fi
    said+="  $1: expected \"$2\", found \"$3\""$'\n'
    return 1
}

begin() {
    tool "$host" start -n "$name"
    state RUNNING
    # Until its init has started everything, the numbers change between two questions: then it has a child for each of three terminals.
    for _ in {1..100}; do
        if [ "$(tool "$host" attach -n "$name" -- /bin/busybox ps 2> /dev/null | grep -c ' init$')" -ge 4 ]; then break; fi
        sleep 0.02
    done
}

# --- one check a tool: each finds the container running and leaves it running --------------------------------------------------

check_info() {
    local options
    for options in -s -p -i "-pH" "-sH" "-c lxc.uts.name" "-c lxc.group" "-H -c lxc.signal.halt" "-c lxc.no.such"; do
        # shellcheck disable=SC2086 # an option and its value
        same info -n "$name" $options || return 1
    done
}

check_ls() {
    local options
    for options in "" "-1" "-f" "--running -1" "--active" "--stopped" "--frozen" "-f -F name,state,pid,groups,autostart" "-g one -1"; do
        # shellcheck disable=SC2086 # several options
        same ls $options || return 1
    done
}

check_freeze() { succeeds freeze -n "$name" && state FROZEN; }
check_unfreeze() { succeeds unfreeze -n "$name" && state RUNNING; }

check_wait() {
    succeeds wait -n "$name" -s RUNNING -t 5 || return 1
    tool "$visitor" wait -n "$name" -s FROZEN -t 10 &
    local waiting=$! status=0
    tool "$host" freeze -n "$name"
    wait $waiting || status=$?
    equal "status of lxc-wait -s FROZEN" 0 $status || return 1
    tool "$host" unfreeze -n "$name"
    # Not with -t 0, for which C LXC 5.0.2 waits for ever, also on its own containers.
    same wait -n "$name" -s STOPPED -t 1
}

check_attach() {
    local output status=0
    output=$(tool "$visitor" attach -n "$name" -- /bin/sh -c 'hostname; echo $((6 * 7)); exit 7' 2>&1) || status=$?
    equal "output of lxc-attach" "$name"$'\n'42 "$output" && equal "status of lxc-attach" 7 $status || return 1
    same attach -n "$name" -- /bin/sh -c 'for n in /proc/self/ns/*; do readlink $n; done; sed -n "s/^Cap...:/&/p" /proc/self/status' || return 1
    same attach -n "$name" --clear-env -v COLOUR=blue -- /bin/sh -c 'env | grep -v ^PATH= | sort'
}

check_console() {
    local output
    if output=$(python3 scripts/lib/console-session.py lxc-console \
        "$(if [ "$visitor" = ours ]; then echo "$folder/ours/bin"; else echo /usr/bin; fi)/lxc-console" -P "$path" -n "$name" -t 1 2>&1); then
        return 0
    fi
    said+="  lxc-console: $output"$'\n'
    return 1
}

check_cgroup() {
    local file=memory.limit_in_bytes value=67108864
    if ! tool "$host" cgroup -n "$name" $file > /dev/null 2>&1; then file=cpuset.cpus value=0; fi
    if ! tool "$host" cgroup -n "$name" $file > /dev/null 2>&1; then file=hugetlb.2MB.max value=2097152; fi
    same cgroup -n "$name" $file && succeeds cgroup -n "$name" $file $value || return 1
    equal "$file as $host reads it" $value "$(tool "$host" cgroup -n "$name" $file | head -n 1)" || return 1
    same cgroup -n "$name" no.such
}

check_monitor() {
    local side program events phrase count monitors=()
    for side in "$host" "$visitor"; do
        program=/usr/bin/lxc-monitor
        if [ "$side" = ours ]; then program=$folder/ours/bin/lxc-monitor; fi
        : > "$folder/events-$side"
        "$program" -P "$path" -n "$name" >> "$folder/events-$side" &
        monitors+=($!)
    done
    # What happens before a monitor is connected it does not see.
    for _ in {1..100}; do
        if [ -s "$folder/events-$host" ] && [ -s "$folder/events-$visitor" ]; then break; fi
        tool "$host" freeze -n "$name"
        tool "$host" unfreeze -n "$name"
    done
    # Now both see everything.
    tool "$host" freeze -n "$name"
    tool "$host" unfreeze -n "$name"
    tool "$host" stop -n "$name" -k
    for side in "$host" "$visitor"; do
        for _ in {1..100}; do
            if grep -q 'STOPPED' "$folder/events-$side"; then break; fi
            sleep 0.05
        done
    done
    kill "${monitors[@]}"
    wait "${monitors[@]}" 2> /dev/null || true # they were just killed
    tool "$visitor" monitor -Q > /dev/null 2>&1 || true # its status says nothing
    begin
    events=$(cat "$folder/events-$visitor")
    for phrase in FROZEN THAWED 'exited with status' STOPPING STOPPED; do
        if ! grep -q "'$name' .*$phrase" <<< "$events"; then equal events "$phrase" "$events" || return 1; fi
    done
    # One may have been connected before the other.
    count=$(cat "$folder/events-$host" "$folder/events-$visitor" | wc -l)
    for side in "$host" "$visitor"; do
        if [ "$(wc -l < "$folder/events-$side")" -lt "$count" ]; then count=$(wc -l < "$folder/events-$side"); fi
    done
    equal events "$(tail -n "$count" "$folder/events-$host")" "$(tail -n "$count" "$folder/events-$visitor")"
}

check_stop() {
    succeeds stop -n "$name" -t 20 && state STOPPED || return 1
    same stop -n "$name" && begin
}

check_stop_k() { succeeds stop -n "$name" -k && state STOPPED && begin; }

check_stop_r() {
    local before after
    before=$(tool "$host" info -n "$name" -pH)
    succeeds stop -n "$name" -r -t 20 && state RUNNING || return 1
    after=$(tool "$host" info -n "$name" -pH)
    if [ "$before" != "$after" ]; then return 0; fi
    said+="  lxc-stop -r: init is the same process as before"$'\n'
    return 1
}

# --- the table ----------------------------------------------------------------------------------------------------------------

checks=(info ls freeze unfreeze wait attach console monitor cgroup stop_r stop stop_k)
declare -A result
details=
for host in ours debian; do
    if [ $host = ours ]; then visitor=debian; else visitor=ours; fi
    tool ours create -n "$name" -t busybox -f /dev/null > /dev/null
    printf '%s\n' 'lxc.net.0.type = empty' 'lxc.group = one' "lxc.uts.name = $name" >> "$path/$name/config"
    begin
    for check in "${checks[@]}"; do
        said=
        if "check_$check"; then
            result[$check,$host]=ok
        else
            result[$check,$host]=difference
            details+=$'\n'"lxc-${check//_/ -} of $visitor on a container of $host:"$'\n'"$said"
            # The next check begins with a container that runs.
            tool "$host" stop -n "$name" -k > /dev/null 2>&1 || true
            begin
        fi
    done
    tool "$host" stop -n "$name" -k
    state STOPPED
    tool "$visitor" destroy -n "$name" > /dev/null
    if [ -e "$path/$name" ]; then details+=$'\n'"lxc-destroy of $visitor left $path/$name"$'\n'; fi
done

echo "interoperation with C LXC $(/usr/bin/lxc-start --version)"
printf '%-14s| %-22s| %s\n' tool "Debian's tool on ours" "ours on Debian's"
printf '%s|%s|%s\n' -------------- ----------------------- -----------------
for check in "${checks[@]}"; do
    printf 'lxc-%-10s| %-22s| %s\n' "${check//_/ -}" "${result[$check,ours]}" "${result[$check,debian]}"
done
if [ -n "$details" ]; then
    printf '%s' "$details"
    exit 1
fi
