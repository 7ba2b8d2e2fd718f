#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The shell scripts parse, and shellcheck (when it is installed) has nothing to say about them.
set -euo pipefail
cd "$(dirname "$0")/../.."

mapfile -d '' -t scripts < <(git ls-files -z --cached --others --exclude-standard \
    | while IFS= read -r -d '' file; do
        if [ -f "$file" ] && head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh$'; then printf '%s\0' "$file"; fi
    done)
for script in "${scripts[@]}"; do
    case $(head -n 1 "$script") in
        *bash) bash -n "$script" ;;
        *) sh -n "$script" ;;
    esac
done
if command -v shellcheck > /dev/null; then
    shellcheck "${scripts[@]}"
else
    echo "${#scripts[@]} scripts parse; shellcheck is not installed, so nothing more was looked at"
fi
