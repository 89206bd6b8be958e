#!/usr/bin/env bash
# Kills the program at work, and fills its disk, hundreds of times; see tests/README.md.
#
#   bash tests/crash/run.sh [KILLS]
#
# Needs strace, which stops the program at a system call of our choice, and the Python packages of
# tests/interop; installs both where they are missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v strace >/dev/null; then
    bash tests/install.sh strace
fi
venv=$(bash tests/interop/venv.sh)
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/afterdose/target}
"$venv/bin/python" tests/crash/kill.py "$target/release/afterdose" --kills "${1:-200}"
