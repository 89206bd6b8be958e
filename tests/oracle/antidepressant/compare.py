#!/usr/bin/env python3
"""Run the program on an antidepressant trial and compare its tables with the numbers of R.

    python3 tests/oracle/antidepressant/compare.py PROGRAM TRIAL.csv

Prints the largest deviation of each column. Exit code 1 if a count differs, a number deviates by
more than 1e-9 or the limit of an interval by more than 1e-8.
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import events  # noqa: E402

EXPECTED = pathlib.Path(__file__).with_name("expected.json")
# Part of the expected numbers, its table, and which rows of that besides route and stratum `all`.
PARTS = [
    ("by_infusion", "response_by_infusion", {}),
    ("kaplan_meier", "cumulative_response", {"estimator": "kaplan-meier"}),
    ("aalen_johansen", "cumulative_response", {"estimator": "aalen-johansen"}),
    ("time_to_response", "time_to_response", {"estimator": "kaplan-meier"}),
]
PIPELINE = """
name = "antidepressant"

[store]
path = "store"

[[sources]]
path = "events.ndjson"
time_basis = "actual"

[analysis]
instruments = ["ham-d17"]
horizon = 4
compare_at = 4

[disclosure]
min_cell = 0

[output]
path = "out"
"""


def run(program, trial, directory):
    """Runs the program; the folder of its tables."""
    events.write_events(trial, directory / "events.ndjson")
    pipeline = directory / "pipeline.toml"
    pipeline.write_text(PIPELINE, encoding="utf-8")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    subprocess.run([program, "run", str(pipeline)], check=True, **quiet)
    return directory / "out/current/tables"


def read(tables, name, chosen):
    """Rows of a table with route and stratum `all` and these values, in order."""
    chosen = {"route": "all", "stratum": "all"} | chosen
    with open(tables / f"{name}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if all(row[column] == value for column, value in chosen.items())]


def tolerance(column, expected):
    """How far a number may be off."""
    if isinstance(expected, int):
        return 0
    return 1e-8 if column.split("_")[-1] in ("lo", "hi") else 1e-9


def deviation(text, expected):
    """How far a cell is off; infinitely, where one is undefined and the other is not."""
    if expected is None:
        return 0 if text == "NA" else float("inf")
    try:
        return abs(float(text) - expected)
    except ValueError:
        return float("inf")


def main():
    """Command line."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    program, trial = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:])
    oracle = json.loads(EXPECTED.read_text(encoding="utf-8"))
    largest, wrong = {}, []
    with tempfile.TemporaryDirectory() as directory:
        tables = run(program, trial, pathlib.Path(directory))
        for part, table, chosen in PARTS:
            found = read(tables, table, chosen)
            if len(found) != len(oracle[part]):
                wrong.append(f"{part}: {len(found)} rows, expected {len(oracle[part])}")
            for number, (row, expected) in enumerate(zip(found, oracle[part]), start=1):
                for column, value in expected.items():
                    text = row.get(column, "absent")
                    off = deviation(text, value)
                    name = f"{part}, {column}"
                    largest[name] = max(largest.get(name, 0), off)
                    if not off <= tolerance(column, value):
                        wrong.append(f"{name}, row {number}: {text}, expected {value}")
    print(f"against {oracle['origin']}")
    for name, off in largest.items():
        print(f"  {name:40} {off:.2e}")
    print(f"largest deviation {max(largest.values()):.2e}")
    print("\n".join(wrong) or "all numbers agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
