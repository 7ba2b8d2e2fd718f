#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every file that we wrote and that can hold a comment names its licence in its first three lines.
set -euo pipefail
cd "$(dirname "$0")/../.."

status=0
while IFS= read -r -d '' file; do
    case $file in
        *.md | */README | packaging/debian/copyright | *.json | *.resolved | *.txt | LICENSE | .git* | .swift-* | */seeds/* | */corpus/* | */Fixtures/* | share/lxc/config/*.seccomp) continue ;;
    esac
    [ -f "$file" ] || continue
    if ! head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0'; then
        echo "$file: the first three lines have no 'SPDX-License-Identifier: Apache-2.0'"
        status=1
    fi
done < <(git ls-files -z --cached --others --exclude-standard)
exit $status
