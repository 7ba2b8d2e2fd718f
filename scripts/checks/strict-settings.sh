#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every Swift target is built with the strict settings, so a warning anywhere fails the build.
set -euo pipefail
cd "$(dirname "$0")/../.."

check() { # folder of a package
    swift package --package-path "$1" dump-package | (cd "$1" && python3 -c '
import json, os, sys
bad = 0
for target in json.load(sys.stdin)["targets"]:
    name = target["name"]
    if target["type"] == "system":
        continue
    base = target.get("path") or ("Tests/" if target["type"] == "test" else "Sources/") + name
    if not any(f.endswith(".swift") for _, _, files in os.walk(base) for f in files):
        continue
    text = json.dumps(target["settings"])
    for wanted in ("treatAllWarnings", "InternalImportsByDefault", "MemberImportVisibility", "ExistentialAny"):
        if wanted not in text:
            print(f"target {name} is built without {wanted}; give it `swiftSettings: strict` in Package.swift")
            bad = 1
sys.exit(bad)
')
}
check .
check Images
