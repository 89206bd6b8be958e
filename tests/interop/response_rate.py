#!/usr/bin/env python3
"""Work out the infusion-6 response rate by SQL, and hold it against ours.

    python tests/interop/response_rate.py STORE TABLE

STORE is a store; TABLE the `response_by_infusion.csv` of a run of it with `min_cell = 0` and every
other setting at its default. The SQL is docs/sql/response_rate.sql, run by DuckDB over the files
that the Delta log names. Exit code 1 if the two differ.
"""

import csv
import pathlib
import sys

import deltalake
import duckdb

SQL = pathlib.Path(__file__).resolve().parents[2] / "docs" / "sql" / "response_rate.sql"
ROW = {"instrument": "phq-9", "stratum": "all", "level": "all", "route": "all", "infusion": "6"}


def main() -> int:
    """Runs the comparison."""
    store, table = map(pathlib.Path, sys.argv[1:3])
    uris = deltalake.DeltaTable(str(store / "events")).file_uris()
    files = [uri.removeprefix("file://") for uri in uris]
    connection = duckdb.connect()
    connection.from_parquet(files).create_view("events")
    by_sql = connection.execute(SQL.read_text(encoding="utf-8")).fetchone()
    with table.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if ROW.items() <= row.items()]
    ours = tuple(float(rows[0][name]) for name in ("n_observed", "responders", "response_rate"))
    print(f"by SQL {by_sql}, ours {ours}")
    # Counts are whole; the rate is one division of the same two, and written in full.
    return 0 if ours == by_sql and by_sql[0] > 100 else 1


if __name__ == "__main__":
    sys.exit(main())
