#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Types and functions that other modules see have a summary behind `///`.
set -euo pipefail
cd "$(dirname "$0")/../.."

# The engine's methods are described once, in the protocol ContainerEngine.
missing=$(find Sources Images/Sources -name '*.swift' ! -name 'SystemEngine*.swift' -print0 | sort -z | xargs -0 awk '
    FNR == 1 { documented = 0 }
    /^ *\/\/\// { documented = 1; next }
    /^ *@/ && !/(func|struct|enum|class|protocol|actor|typealias) / { next }      # an attribute between comment and declaration
    /^ *(@[A-Za-z_()]+ +)*(public|package) +((static|final|mutating|consuming|borrowing|indirect|nonisolated|override) +)*(func|struct|enum|class|protocol|actor|typealias) / {
        # Operators say what they do; so does an enumeration within a documented type whose cases stand on the same line.
        plain = $0 ~ / func [^A-Za-z_`]/ || $0 ~ /^ +.* enum .*\{ *case [^}]*\}$/
        if (!documented && !plain) printf "%s:%d: no /// summary:%s\n", FILENAME, FNR, $0
    }
    { documented = 0 }
')
if [ -n "$missing" ]; then
    echo "$missing"
    exit 1
fi
