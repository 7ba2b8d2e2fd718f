#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs already built programs with everything (settings, containers, run files) below one folder of their own.
#
# usage: install-private.sh BUILD_DIR PREFIX
set -euo pipefail
if [ $# -ne 2 ]; then
    echo "usage: $0 BUILD_DIR PREFIX" >&2
    exit 2
fi
# make exports its directories to what it runs; they belong to another installation.
unset BINDIR SBINDIR LIBEXECDIR LIBDIR DATADIR SYSCONFDIR LOCALSTATEDIR RUNDIR DESTDIR
BUILD_DIR=$1 PREFIX=$2 exec "$(dirname "$0")/../install.sh" install
