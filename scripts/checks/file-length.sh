#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No source file is longer than 400 lines.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly most=400
long=$(find Sources Tests scripts Images/Sources Images/Tests -type f \( -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.sh' -o -name '*.py' \) \
    -exec awk -v most=$most 'ENDFILE { if (FNR > most) print FILENAME ": " FNR " lines, at most " most " are allowed" }' {} + | sort)
if [ -n "$long" ]; then
    echo "$long"
    exit 1
fi
