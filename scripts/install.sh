#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs or removes the programs, laid out as the Debian packages of C LXC lay theirs out.
#
# usage: install.sh install|uninstall
#
# From the environment (the Makefile sets all of them; see its head for the defaults):
#   BUILD_DIR  folder of the built programs
#   LIBRARY_BUILD_DIR  folder of the built library; .build/library/release, or .build/debug when that is where the programs are
#   IMAGE_BUILD_DIR  folder of the built lxc-image; .build/images/release, or debug when the other programs are those of a debug build
#   DESTDIR    put in front of every place that is written, not known to the programs
#   PREFIX BINDIR SBINDIR LIBEXECDIR LIBDIR DATADIR SYSCONFDIR LOCALSTATEDIR RUNDIR
#   UNITDIR    folder of systemd's units
#   INITSCRIPTS  sysvinit or openrc: which scripts go to init.d; openrc where the machine has it
set -euo pipefail

readonly action=${1:-}
case $action in
    install | uninstall) ;;
    *)
        echo "usage: $0 install|uninstall" >&2
        exit 2
        ;;
esac

cd "$(dirname "$0")/.."
: "${BUILD_DIR:=.build/programs/release}" "${DESTDIR:=}" "${PREFIX:=/usr/local}"
: "${IMAGE_BUILD_DIR:=.build/images/$(basename "$BUILD_DIR")}"
if [ -z "${LIBRARY_BUILD_DIR:=}" ]; then
    case $BUILD_DIR in *debug) LIBRARY_BUILD_DIR=$BUILD_DIR ;; *) LIBRARY_BUILD_DIR=.build/library/release ;; esac
fi
: "${INCLUDEDIR:=$PREFIX/include}"
: "${BINDIR:=$PREFIX/bin}" "${SBINDIR:=$PREFIX/sbin}" "${LIBEXECDIR:=$PREFIX/libexec}" "${DATADIR:=$PREFIX/share}"
: "${LIBDIR:=$PREFIX/lib/$(uname -m)-linux-gnu}"
case $PREFIX in
    /usr | /usr/local) : "${SYSCONFDIR:=/etc}" "${LOCALSTATEDIR:=/var}" "${RUNDIR:=/run}" ;;
    *) : "${SYSCONFDIR:=$PREFIX/etc}" "${LOCALSTATEDIR:=$PREFIX/var}" "${RUNDIR:=$PREFIX/run}" ;;
esac

# systemd looks in /usr/lib and /usr/local/lib.
: "${UNITDIR:=$PREFIX/lib/systemd/system}"
if [ -z "${INITSCRIPTS:=}" ]; then
    if [ -x /sbin/openrc-run ]; then INITSCRIPTS=openrc; else INITSCRIPTS=sysvinit; fi
fi

# The tools of the multicall program, one link each.
tools=(
    attach autostart cgroup checkconfig checkpoint clone config console copy create destroy device execute freeze info ls monitor snapshot
    start start-ephemeral stop top unfreeze unshare update-config usernsexec wait
)
# Those that users do not call, and those of them that have a manual page.
helpers=(containers monitord net)
documented=("${tools[@]}" containers net)
# Debian's names of two tools for ordinary users.
unprivileged=(attach start)

# --- what happens to one place: each function puts it there, or takes it away again -----------------------------------------

put_program() { # built name, place, mode (0755), folder of the build
    local built=${4:-$BUILD_DIR}/$1
    if [ "$action" = uninstall ]; then
        rm -f "$DESTDIR$2"
        return
    fi
    if [ ! -x "$built" ]; then
        echo "install: $built is missing; run 'make release' (or 'make build') first" >&2
        exit 1
    fi
    mkdir -p "$DESTDIR$(dirname "$2")"
    # A program that runs at this moment cannot be written to; a new file under its name can take its place.
    scripts/lib/stamp-paths.sh "$built" "$DESTDIR$2.new" \
        "$BINDIR" "$SBINDIR" "$LIBEXECDIR" "$LIBDIR" "$DATADIR" "$SYSCONFDIR" "$LOCALSTATEDIR" "$RUNDIR"
    chmod "${3:-0755}" "$DESTDIR$2.new"
    mv -f "$DESTDIR$2.new" "$DESTDIR$2"
}

put_link() { # place, what it leads to (both absolute)
    if [ "$action" = uninstall ]; then
        rm -f "$DESTDIR$1"
        return
    fi
    mkdir -p "$DESTDIR$(dirname "$1")"
    ln -sfn "$(realpath -m -s --relative-to="$(dirname "$1")" "$2")" "$DESTDIR$1"
}

put_file() { # source, place, mode
    if [ "$action" = uninstall ]; then
        rm -f "$DESTDIR$2"
        return
    fi
    mkdir -p "$DESTDIR$(dirname "$2")"
    render "$1" > "$DESTDIR$2.new"
    chmod "$3" "$DESTDIR$2.new"
    mv -f "$DESTDIR$2.new" "$DESTDIR$2"
}

put_setting() { # source, place, mode (0644): a file that belongs to the administrator once it is there
    local place=$DESTDIR$2
    if [ -e "$place" ] && ! render "$1" | cmp -s - "$place"; then
        if [ "$action" = uninstall ]; then
            echo "kept: $place was changed after the installation" >&2
        else
            echo "kept: $place exists and differs from ours, which is $1" >&2
        fi
        return
    fi
    put_file "$1" "$2" "${3:-0644}"
}

put_directory() { # place, mode; what others stored there survives an uninstallation
    if [ "$action" = uninstall ]; then
        rmdir --ignore-fail-on-non-empty "$DESTDIR$1" 2> /dev/null || true
        return
    fi
    [ -d "$DESTDIR$1" ] || install -d -m "$2" "$DESTDIR$1"
}

# Shipped text names other shipped files; @CONFIG@ and friends become their places.
render() { # source
    sed -e "s|@BIN@|$BINDIR|g" -e "s|@CONFIG@|$DATADIR/lxc/config|g" -e "s|@HOOKS@|$DATADIR/lxc/hooks|g" \
        -e "s|@SYSCONF@|$SYSCONFDIR/lxc|g" -e "s|@LXCPATH@|$LOCALSTATEDIR/lib/lxc|g" -e "s|@RUN@|$RUNDIR/lxc|g" \
        -e "s|@PREFIX@|$PREFIX|g" -e "s|@LIB@|$LIBDIR|g" -e "s|@INCLUDE@|$INCLUDEDIR|g" -e "s|@LIBEXEC@|$LIBEXECDIR|g" -e "s|@ETC@|$SYSCONFDIR|g" "$1"
}

# --- the layout -------------------------------------------------------------------------------------------------------------

put_program lxc "$BINDIR/lxc"
put_program lxc-supervisor "$LIBEXECDIR/lxc/lxc-supervisor"
put_program lxc-init "$LIBEXECDIR/lxc/lxc-init"
# Set-user-ID root. Installed by somebody else it is not: it would give everybody that user's rights.
if [ "$(id -u)" -eq 0 ]; then user_nic_mode=4755; else user_nic_mode=0755; fi
put_program lxc-user-nic "$LIBEXECDIR/lxc/lxc-user-nic" "$user_nic_mode"
for tool in "${tools[@]}"; do put_link "$BINDIR/lxc-$tool" "$BINDIR/lxc"; done
for tool in "${helpers[@]}"; do put_link "$LIBEXECDIR/lxc/lxc-$tool" "$BINDIR/lxc"; done
for tool in "${unprivileged[@]}"; do put_link "$BINDIR/lxc-unpriv-$tool" "$BINDIR/lxc"; done
# A file, not a link: people mount this folder into containers (usr/sbin), where a link would lead nowhere.
put_program lxc-init "$SBINDIR/init.lxc"
for template in busybox debian softwarecontainer ubuntu; do
    put_link "$DATADIR/lxc/templates/lxc-$template" "$BINDIR/lxc"
done
# The templates for images need libraries that not every host has; everything else works without them.
if [ "$action" = uninstall ] || [ -x "$IMAGE_BUILD_DIR/lxc-image" ]; then
    put_program lxc-image "$LIBEXECDIR/lxc/lxc-image" 0755 "$IMAGE_BUILD_DIR"
    for template in download local oci; do put_link "$DATADIR/lxc/templates/lxc-$template" "$LIBEXECDIR/lxc/lxc-image"; done
else
    echo "left out: the templates download, local and oci; 'make release' or 'make images' builds $IMAGE_BUILD_DIR/lxc-image" >&2
fi

# The library for C programs, and what it takes to build against it.
library=$LIBDIR/liblxc.so.1.7.0
if [ "$action" = uninstall ] || [ -x "$LIBRARY_BUILD_DIR/libliblxc-shared.so" ]; then
    put_program libliblxc-shared.so "$library" 0755 "$LIBRARY_BUILD_DIR"
    put_link "$LIBDIR/liblxc.so.1" "$library"
    put_link "$LIBDIR/liblxc.so" "$LIBDIR/liblxc.so.1"
    for header in attach_options lxccontainer version; do
        put_file "Sources/CLiblxc/include/lxc/$header.h" "$INCLUDEDIR/lxc/$header.h" 0644
    done
    put_file share/pkgconfig/lxc.pc "$LIBDIR/pkgconfig/lxc.pc" 0644
else
    echo "left out: liblxc.so.1; 'make release' or 'make library' builds $LIBRARY_BUILD_DIR/libliblxc-shared.so" >&2
fi

while IFS= read -r -d '' file; do
    mode=0644
    if [ -x "$file" ]; then mode=0755; fi
    put_file "$file" "$DATADIR/${file#share/}" "$mode"
done < <(find share/lxc -type f -print0 | sort -z)

put_setting share/etc/default.conf "$SYSCONFDIR/lxc/default.conf"
put_setting share/etc/lxc.conf "$SYSCONFDIR/lxc/lxc.conf"
put_setting share/etc/lxc-usernet "$SYSCONFDIR/lxc/lxc-usernet"
put_file share/man/lxc-user-nic.1 "$DATADIR/man/man1/lxc-user-nic.1" 0644
put_file share/man/lxc-usernet.5 "$DATADIR/man/man5/lxc-usernet.5" 0644
put_setting share/etc/default/lxc "$SYSCONFDIR/default/lxc"
put_setting share/etc/default/lxc-net "$SYSCONFDIR/default/lxc-net"
for unit in lxc.service lxc@.service lxc-net.service lxc-monitord.service; do
    put_file "share/systemd/$unit" "$UNITDIR/$unit" 0644
done
for script in lxc lxc-net; do put_setting "share/$INITSCRIPTS/$script" "$SYSCONFDIR/init.d/$script" 0755; done

# AppArmor looks in /etc/apparmor.d; lxc-start also where it was installed itself.
put_setting share/apparmor/lxc-containers "$SYSCONFDIR/apparmor.d/lxc-containers"
for profile in default default-cgns default-with-mounting default-with-nesting; do
    put_setting "share/apparmor/lxc/lxc-$profile" "$SYSCONFDIR/apparmor.d/lxc/lxc-$profile"
done
put_file share/apparmor/lxc-apparmor-load "$LIBEXECDIR/lxc/lxc-apparmor-load" 0755

put_directory "$LIBDIR/lxc/rootfs" 0755
put_directory "$LOCALSTATEDIR/lib/lxc" 0755
put_directory "$LOCALSTATEDIR/cache/lxc" 0755
put_directory "$LOCALSTATEDIR/log/lxc" 0755

# --- manual pages and completion: the multicall prints them from the very tables that it parses with ------------------------

man_folder=$DATADIR/man/man1
bash_folder=$DATADIR/bash-completion/completions
zsh_file=$DATADIR/zsh/site-functions/_lxc
fish_file=$DATADIR/fish/vendor_completions.d/lxc.fish

if [ "$action" = uninstall ]; then
    rm -f "$DESTDIR$bash_folder/_lxc" "$DESTDIR$zsh_file" "$DESTDIR$fish_file"
    for tool in "${documented[@]}"; do rm -f "$DESTDIR$bash_folder/lxc-$tool" "$DESTDIR$man_folder/lxc-$tool.1"; done
    for tool in "${unprivileged[@]}"; do rm -f "$DESTDIR$bash_folder/lxc-unpriv-$tool" "$DESTDIR$man_folder/lxc-unpriv-$tool.1"; done
    rm -f "$DESTDIR$DATADIR/man/man5/lxc.container.conf.5" "$DESTDIR$DATADIR/man/man5/lxc.system.conf.5" "$DESTDIR$DATADIR/man/man5/lxc.conf.5"
    for folder in lxc/templates lxc/config/common.conf.d lxc/config/userns.conf.d lxc/config lxc/hooks lxc; do
        put_directory "$DATADIR/$folder" 0755
    done
    put_directory "$INCLUDEDIR/lxc" 0755
    put_directory "$LIBEXECDIR/lxc" 0755
    put_directory "$LIBDIR/lxc" 0755
    for folder in lxc init.d apparmor.d/lxc apparmor.d; do put_directory "$SYSCONFDIR/$folder" 0755; done
    echo "removed from $DESTDIR$PREFIX; containers and logs below $DESTDIR$LOCALSTATEDIR stay"
    exit 0
fi

put_printed() { # place, option and word of lxc-config that print the file
    mkdir -p "$DESTDIR$(dirname "$1")"
    "$DESTDIR$BINDIR/lxc-config" "$2" "$3" > "$DESTDIR$1.new"
    chmod 0644 "$DESTDIR$1.new"
    mv -f "$DESTDIR$1.new" "$DESTDIR$1"
}

put_printed "$bash_folder/_lxc" --completion bash
put_printed "$zsh_file" --completion zsh
put_printed "$fish_file" --completion fish
for tool in "${documented[@]}"; do
    put_link "$bash_folder/lxc-$tool" "$bash_folder/_lxc"
    put_printed "$man_folder/lxc-$tool.1" --manual "lxc-$tool"
done
for tool in "${unprivileged[@]}"; do
    put_link "$bash_folder/lxc-unpriv-$tool" "$bash_folder/_lxc"
    put_link "$man_folder/lxc-unpriv-$tool.1" "$man_folder/lxc-$tool.1"
done
for page in lxc.container.conf lxc.system.conf; do put_printed "$DATADIR/man/man5/$page.5" --manual "$page"; done
# What LXC 1.0 called it.
put_link "$DATADIR/man/man5/lxc.conf.5" "$DATADIR/man/man5/lxc.container.conf.5"
echo "installed in $DESTDIR$PREFIX"
