"""Reads a file of events into Parquet as an analyst would today: `read.py HOW EVENTS PARQUET`.

Every field of the vocabulary is given with its type, so that nothing has to be guessed.
"""

import sys

EFFECT = {
    "term": "VARCHAR",
    "severity": "VARCHAR",
    "onset_min": "DOUBLE",
    "resolved_min": "DOUBLE",
    "serious": "BOOLEAN",
}
DATA = {
    "indications": ["VARCHAR"],
    "age_band": "VARCHAR",
    "sex": "VARCHAR",
    "prior_failed_trials": "INTEGER",
    "planned_route": "VARCHAR",
    "planned_infusions": "INTEGER",
    "psychotherapy_planned": "BOOLEAN",
    "screening": {"decision": "VARCHAR", "contraindications": ["VARCHAR"]},
    "route": "VARCHAR",
    "drug": "VARCHAR",
    "dose": {"value": "DOUBLE", "unit": "VARCHAR"},
    "weight_kg": "DOUBLE",
    "duration_min": "DOUBLE",
    "monitoring_min": "DOUBLE",
    "phase": "VARCHAR",
    "session_number": "INTEGER",
    "psychotherapy": "BOOLEAN",
    # An object in version 1 of a session, a list in version 2.
    "vitals": "JSON",
    "dissociation": {"instrument": "VARCHAR", "total": "DOUBLE"},
    "effects": [EFFECT],
    "effects_capture": "VARCHAR",
    "stopped_early": "VARCHAR",
    "measures": [{"instrument": "VARCHAR", "total": "DOUBLE", "items": ["INTEGER"]}],
    "mode": "VARCHAR",
    "global_change": "INTEGER",
    "administration": "VARCHAR",
    "recall_days": "INTEGER",
    "reason": "VARCHAR",
    "change": "VARCHAR",
    "after_infusion": "INTEGER",
    "corrects": "VARCHAR",
    "retracts": "VARCHAR",
    "time": "VARCHAR",
}
ENVELOPE = ["specversion", "id", "source", "type", "subject", "time"]


def sql_type(shape) -> str:
    if isinstance(shape, list):
        return f"{sql_type(shape[0])}[]"
    if isinstance(shape, dict):
        fields = ", ".join(f'"{name}" {sql_type(of)}' for name, of in shape.items())
        return f"STRUCT({fields})"
    return shape


def with_duckdb(events: str, parquet: str, is_sorted: bool) -> None:
    import duckdb

    # What a correction says is right stays JSON, as it may be the data of any type.
    columns = {name: "TIMESTAMP" if name == "time" else "VARCHAR" for name in ENVELOPE}
    columns["data"] = sql_type(DATA)[:-1] + ", data JSON)"
    given = ", ".join(f"{name}: '{of}'" for name, of in columns.items())
    order = "ORDER BY subject, time" if is_sorted else ""
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(
        f"COPY (SELECT * FROM read_json('{events}', format = 'newline_delimited', "
        f"columns = {{{given}}}) {order}) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)"
    )


def polars_type(shape):
    import polars as pl

    if isinstance(shape, list):
        return pl.List(polars_type(shape[0]))
    if isinstance(shape, dict):
        return pl.Struct({name: polars_type(of) for name, of in shape.items()})
    names = {
        "VARCHAR": pl.String,
        "JSON": pl.String,
        "DOUBLE": pl.Float64,
        "INTEGER": pl.Int32,
        "BOOLEAN": pl.Boolean,
    }
    return names[shape]


def with_polars(events: str, parquet: str) -> None:
    import polars as pl

    schema = {**{name: pl.String for name in ENVELOPE}, "data": polars_type(DATA)}
    pl.scan_ndjson(events, schema=schema).sink_parquet(parquet, compression="zstd")


def main() -> None:
    how, events, parquet = sys.argv[1:]
    if how == "polars":
        with_polars(events, parquet)
    else:
        with_duckdb(events, parquet, is_sorted=how == "duckdb-sorted")


if __name__ == "__main__":
    main()
