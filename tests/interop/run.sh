#!/usr/bin/env bash
# Other people's programs on our files: deltalake, DuckDB and Polars read the store of a run, DuckDB
# works out a response rate from it, jsonschema validates the sample events against the schemas.
#
#   bash tests/interop/run.sh STORE MANIFEST
#
# STORE and MANIFEST are those of the quickstart where not given. Python packages go into a
# virtual environment under the cache directory; python3-venv is installed where it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

store=${1:-out/store}
manifest=${2:-out/current/manifest.json}
python=$(bash tests/interop/venv.sh)/bin/python

echo "the store, by deltalake, DuckDB and Polars"
found=$("$python" tests/interop/read_store.py "$store")
printf '%s\n' "$found"
"$python" - "$manifest" "$found" <<'PYTHON'
import json
import sys

manifest, found = json.load(open(sys.argv[1], encoding="utf-8")), json.loads(sys.argv[2])
wrong = {
    name: (count, manifest["events"])
    for name, count in [(name, found[name]["events"]) for name in ("deltalake", "duckdb", "polars")]
    if count != manifest["events"]
}
if found["version"] != manifest["store_version"]:
    wrong["version"] = (found["version"], manifest["store_version"])
sys.exit(f"the manifest says otherwise: {wrong}" if wrong else 0)
PYTHON

echo "the response rate after infusion 6, by SQL"
internal=$(mktemp -d)
trap 'rm -rf "$internal"' EXIT
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/afterdose/target}
"$target/release/afterdose" --quiet curves --store "$store" --out "$internal" \
    --pipeline tests/interop/internal.toml
"$python" tests/interop/response_rate.py "$store" \
    "$internal/current/tables/response_by_infusion.csv"

echo "the sample events, by jsonschema"
"$python" tests/interop/validate_events.py \
    sample_data/{tiny,clinic}/*.ndjson tests/oracle/*/*.ndjson schemas/examples/*/*.valid.ndjson
