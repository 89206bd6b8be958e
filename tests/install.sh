#!/usr/bin/env bash
# Installs Debian packages, as root or through sudo; says so on standard error.
#
#   bash tests/install.sh [OPTION...] PACKAGE...
set -euo pipefail

as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

echo "installing $*" >&2
as_root apt-get update -qq >&2
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" </dev/null >/dev/null
