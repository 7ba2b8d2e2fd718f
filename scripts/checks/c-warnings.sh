#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The C files compile without any warning.
set -euo pipefail
cd "$(dirname "$0")/../.."

compiler=$(dirname "$(readlink -f "$(command -v swift)")")/clang
if [ ! -x "$compiler" ]; then compiler=gcc; fi
while IFS= read -r -d '' file; do
    # Programs that use liblxc: with our headers, where Debian's are not installed.
    "$compiler" -fsyntax-only -std=gnu17 -O1 -Wall -Wextra -Werror -I "$(dirname "$file")/include" -I Sources/CLinux/include -I Sources/CLiblxc/include "$file"
done < <(find Sources Tests -name '*.c' -print0)
# Each header can be included alone and twice.
while IFS= read -r -d '' file; do
    printf '#include "%s"\n#include "%s"\n' "$(basename "$file")" "$(basename "$file")" \
        | "$compiler" -fsyntax-only -std=gnu17 -O1 -Wall -Wextra -Wno-unused-function -Werror -I "$(dirname "$file")" -x c -
done < <(find Sources -path '*/CLinux/include/*.h' -print0; find Images/Sources -name '*_calls.h' -print0)
