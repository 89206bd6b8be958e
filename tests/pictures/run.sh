#!/usr/bin/env bash
# The report in a browser: nothing wider than the page at 360, 768 and 1440 px, a dark page where
# dark is preferred, pictures of each and a PDF.
#
#   bash tests/pictures/run.sh REPORT.html DIRECTORY
#
# REPORT.html is that of the quickstart where not given; the pictures go to DIRECTORY, by default
# `pictures` in the target directory. Chromium is installed where it is missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

report=${1:-$root/out/current/report.html}
pictures=${2:-${CARGO_TARGET_DIR:-$root/target}/pictures}
# A picture with words and charts on it is far above this; a blank page is below.
least_bytes=20000

browser=$(command -v chromium || command -v chromium-browser || true)
if [[ -z $browser ]]; then
    bash "$here/../install.sh" --no-install-recommends chromium fonts-dejavu-core
    browser=$(command -v chromium)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$report" "$work/report.html"
cp "$here/frame.html" "$work/frame.html"
mkdir -p "$pictures"

# Runs the browser without a screen; what it says on standard error is shown if it fails.
browse() {
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --disable-dev-shm-usage --hide-scrollbars --allow-file-access-from-files \
        --user-data-dir="$work/profile" "$@" </dev/null 2>"$work/stderr" ||
        { cat "$work/stderr" >&2 && return 1; }
}

fail() {
    echo "$1" >&2
    exit 1
}

is_large_enough() {
    [[ -f $1 && $(stat -c %s "$1") -ge $least_bytes ]] || fail "$1 is missing or blank"
}

for width in 360 768 1440; do
    declare -A background=()
    for scheme in light dark; do
        prefer=$([[ $scheme == dark ]] && echo 0 || echo 1)
        options=("--blink-settings=preferredColorScheme=$prefer")
        page="file://$work/frame.html#$width"
        dom=$(browse "${options[@]}" --dump-dom "$page")
        title=$(grep -o '<title>[^<]*</title>' <<<"$dom" | head -n 1 | sed 's/<[^>]*>//g')
        read -r inner content height background[$scheme] <<<"$title"
        echo "$width px $scheme: content $content px wide, $height px high, ${background[$scheme]}"
        [[ $inner == "$width" ]] || fail "the frame is $inner px wide, not $width"
        ((content <= width)) || fail "the page is wider than $width px: $content px"
        picture=$pictures/report-$width-$scheme.png
        rm -f "$picture"
        browse "${options[@]}" --window-size="$((width < 500 ? 500 : width)),$height" \
            --screenshot="$picture" "$page" >/dev/null
        is_large_enough "$picture"
    done
    [[ ${background[light]} != "${background[dark]}" ]] || fail "dark looks like light"
done

pdf=$pictures/report.pdf
rm -f "$pdf"
browse --no-pdf-header-footer --print-to-pdf="$pdf" "file://$work/report.html" >/dev/null
is_large_enough "$pdf"
[[ $(head -c 5 "$pdf") == %PDF- ]] || fail "$pdf is no PDF"
echo "pictures: $pictures"
