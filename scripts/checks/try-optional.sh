#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `try?` drops the reason of a failure. Each use in the product says why that is right, in a comment on its line or at most two
# lines before it.
set -euo pipefail
cd "$(dirname "$0")/../.."

find Sources Images/Sources -name '*.swift' -print0 | sort -z | xargs -0 awk '
    FNR == 1 { comment = 0; earlier = 0 }
    {
        code = $0
        sub(/\/\/.*/, "", code)
        if (code ~ /(^|[^A-Za-z0-9_])try\?/) {
            total++
            if (!comment && !earlier && $0 !~ /\/\//) { printf "%s:%d: try? without a comment that says why:%s\n", FILENAME, FNR, $0; bad++ }
        }
        earlier = comment
        comment = ($0 ~ /\/\//)
    }
    END { if (bad) exit 1; printf "%d uses of try?, each with its reason\n", total }
'
