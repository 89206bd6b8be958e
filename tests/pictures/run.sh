#!/usr/bin/env bash
# The report in a browser: what suite.js lists, and pictures of the page and of its PDF.
#
#   bash tests/pictures/run.sh REPORT.html DIRECTORY
#
# REPORT.html is that of the quickstart where not given; the pictures go to DIRECTORY, by default
# `pictures` in the target directory. Chromium, Node and what drives the browser are installed where
# they are missing; the latter beside the pictures, at the versions of package-lock.json.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

report=${1:-$root/out/current/report.html}
pictures=${2:-${CARGO_TARGET_DIR:-$root/target}/pictures}

missing=()
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v pdfinfo >/dev/null || missing+=(poppler-utils)
((${#missing[@]} == 0)) || bash "$here/../install.sh" --no-install-recommends "${missing[@]}"

mkdir -p "$pictures"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$here"/*.js "$work"
(cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts)
node "$work/suite.js" "$(realpath "$report")" "$(realpath "$pictures")"
