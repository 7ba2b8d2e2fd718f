#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs what `make install` lays out into Debian packages, in .build/deb. The same commit and toolchain make the same bytes.
#
# usage: deb.sh     (needs what `make release library` builds)
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
version=$(scripts/lib/version.sh)
architecture=$(dpkg --print-architecture)
out=$PWD/.build/deb
stage=$out/stage
rm -rf "$out"
mkdir -p "$stage"

# Everything below the system's folders, as Debian's packages have it.
unset BINDIR SBINDIR LIBEXECDIR LIBDIR DATADIR UNITDIR INCLUDEDIR
BUILD_DIR=${BUILD_DIR:-.build/programs/release} DESTDIR=$stage PREFIX=/usr SYSCONFDIR=/etc LOCALSTATEDIR=/var RUNDIR=/run \
    scripts/install.sh install > "$out/install.log"
if grep "left out" "$out/install.log"; then
    echo "deb: the installation is not complete; make release library" >&2
    exit 1
fi
find "$stage/usr/share/man" -type f -name '*.[0-9]' -exec gzip -9n {} +
# Links to what was packed above.
find "$stage/usr/share/man" -type l -name '*.[0-9]' -print0 | while IFS= read -r -d '' link; do
    ln -s "$(readlink "$link").gz" "$link.gz"
    rm "$link"
done

# --- which file goes where ----------------------------------------------------------------------------------------------------

package_of() { # path in the installation
    local package patterns pattern
    while read -r package patterns; do
        [[ -z $package || $package == \#* ]] && continue
        set -f
        for pattern in $patterns; do
            # shellcheck disable=SC2053
            if [[ $1 == $pattern ]]; then
                echo "$package"
                set +f
                return
            fi
        done
        set +f
    done < packaging/debian/files
    echo "deb: no package is named for $1" >&2
    return 1
}

while IFS= read -r -d '' path; do
    package=$(package_of "$path")
    mkdir -p "$out/$package/$(dirname "$path")"
    mv "$stage/$path" "$out/$package/$path"
done < <(cd "$stage" && find . \( -type f -o -type l -o -type d -empty \) -printf '%P\0' | sort -z)

# The packages of the libraries that a package's programs are linked with, at least in this machine's version of libc.
libraries_of() { # tree
    find "$1" -type f -perm -u+x -exec objdump -p {} + 2> /dev/null | awk '/NEEDED/ { print $2 }' | sort -u | while read -r library; do
        path=$(ldconfig -p | awk -v name="$library" '$1 == name && /x86-64|AArch64|64bit/ { print $NF; exit }')
        # dpkg knows files by the paths that they were packed with, before /lib became /usr/lib.
        dpkg -S "$(realpath "$path")" "${path}" "${path#/usr}" 2> /dev/null | sed -n 's/:.*//p' | head -n 1
    done | sort -u | sed "s/^libc6\$/libc6 (>= $(dpkg-query -W -f '${Version}' libc6 | cut -d- -f 1))/" | paste -sd, | sed 's/,/, /g'
}

# --- one package after the other ----------------------------------------------------------------------------------------------

for control in packaging/debian/*.control; do
    package=$(basename "$control" .control)
    tree=$out/$package
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/doc/$package"
    cp packaging/debian/copyright "$tree/usr/share/doc/$package/copyright"
    gzip -9nc CHANGELOG.md > "$tree/usr/share/doc/$package/changelog.gz"
    chmod 0644 "$tree/usr/share/doc/$package/"*
    sed "/^#/d; s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@LIBRARIES@/$(libraries_of "$tree")/" "$control" > "$tree/DEBIAN/control"
    sed -i "/^Version:/a Installed-Size: $(du -k --apparent-size -s --exclude=DEBIAN "$tree" | cut -f 1)" "$tree/DEBIAN/control"
    # Files of the administrator, which an upgrade leaves as they are.
    if [ -d "$tree/etc" ]; then (cd "$tree" && find etc -type f -printf '/%p\n' | sort) > "$tree/DEBIAN/conffiles"; fi
    (cd "$tree" && find . -path ./DEBIAN -prune -o -path ./etc -prune -o -type f -printf '%P\n' | sort | xargs -d '\n' md5sum) \
        > "$tree/DEBIAN/md5sums"
    for script in postinst prerm postrm triggers; do
        [ -e "packaging/debian/$package.$script" ] || continue
        mode=0755
        if [ "$script" = triggers ]; then mode=0644; fi
        install -m "$mode" "packaging/debian/$package.$script" "$tree/DEBIAN/$script"
    done
    find "$tree" -type d -exec chmod 0755 {} +
    find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz --build "$tree" "$out/${package}_${version}_$architecture.deb" > /dev/null
    rm -rf "$tree"
done
rm -rf "$stage"
ls -l "$out"/*.deb
