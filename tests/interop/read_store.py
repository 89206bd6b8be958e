#!/usr/bin/env python3
"""Read a store with three other programs and compare what they find.

    pip install deltalake duckdb polars
    python tests/interop/read_store.py STORE

Counts the events, and the events of each type, with `deltalake`, and with DuckDB and Polars over
the files that the Delta log names. Prints all as one JSON object. Exit code 1 if they differ, 2 if
the store cannot be opened.
"""

import json
import pathlib
import sys

import deltalake
import duckdb
import polars


def with_deltalake(table: deltalake.DeltaTable) -> dict:
    """Counts through deltalake's own reader."""
    reader = deltalake.QueryBuilder().register("events", table)
    rows = reader.execute("SELECT type, count(*) AS n FROM events GROUP BY type").read_all()
    types = rows.column("type").to_pylist()
    return summary(zip(types, rows.column("n").to_pylist()))


def with_duckdb(table: deltalake.DeltaTable) -> dict:
    """Counts through DuckDB, over the live files."""
    query = "SELECT type, count(*) FROM read_parquet(?) GROUP BY type"
    return summary(duckdb.execute(query, [files_of(table)]).fetchall())


def with_polars(table: deltalake.DeltaTable) -> dict:
    """Counts through Polars, over the live files."""
    return summary(polars.read_parquet(files_of(table)).group_by("type").len().rows())


def files_of(table: deltalake.DeltaTable) -> list[str]:
    """The live files."""
    return [uri.removeprefix("file://") for uri in table.file_uris()]


def summary(pairs) -> dict:
    """The total, and the count of each type in the order of their names."""
    by_type = dict(sorted((name, int(n)) for name, n in pairs))
    return {"events": sum(by_type.values()), "by_type": by_type}


def main() -> int:
    """Runs the comparison."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        table = deltalake.DeltaTable(str(pathlib.Path(sys.argv[1]) / "events"))
    except Exception as error:  # whatever the library raises, the table cannot be read
        print(f"{sys.argv[1]}: {error}", file=sys.stderr)
        return 2
    found = {"deltalake": with_deltalake(table)}
    if table.file_uris():
        found |= {"duckdb": with_duckdb(table), "polars": with_polars(table)}
    print(json.dumps({"version": table.version(), **found}, indent=2))
    return 0 if all(counts == found["deltalake"] for counts in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
