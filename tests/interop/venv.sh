#!/usr/bin/env bash
# Prints the path of a virtual environment with the packages of requirements.txt, making it under
# the cache directory first; python3-venv is installed where it is missing.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/afterdose
venv=$cache/venv
requirements=$here/requirements.txt

make_venv() {
    python3 -m venv "$venv" >/dev/null 2>&1 && [[ -x $venv/bin/pip ]]
}

mkdir -p "$cache"
if [[ ! -x $venv/bin/pip ]] && ! make_venv; then
    rm -rf "$venv"
    bash "$here/../install.sh" python3 python3-venv
    make_venv
fi
if ! cmp -s "$requirements" "$venv/installed.txt"; then
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
    cp "$requirements" "$venv/installed.txt"
fi
echo "$venv"
