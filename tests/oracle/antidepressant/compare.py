#!/usr/bin/env python3
"""Run the program on an antidepressant trial and compare its table with the numbers of R.

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
    """Rows of route and stratum `all`, by infusion."""
    events.write_events(trial, directory / "events.ndjson")
    pipeline = directory / "pipeline.toml"
    pipeline.write_text(PIPELINE, encoding="utf-8")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    subprocess.run([program, "run", str(pipeline)], check=True, **quiet)
    table = directory / "out/current/tables/response_by_infusion.csv"
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    whole = [row for row in rows if row["stratum"] == row["route"] == "all"]
    return {int(row["infusion"]): row for row in whole}


def tolerance(column, expected):
    """How far a number may be off."""
    if isinstance(expected, int):
        return 0
    return 1e-8 if column.endswith(("_lo", "_hi")) else 1e-9


def main():
    """Command line."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    program, trial = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:])
    oracle = json.loads(EXPECTED.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as directory:
        found = run(program, trial, pathlib.Path(directory))
    largest, wrong = {}, []
    if sorted(found) != [expected["infusion"] for expected in oracle["by_infusion"]]:
        wrong.append(f"infusions {sorted(found)}")
    for expected in oracle["by_infusion"]:
        row = found.get(expected["infusion"], {})
        for column, value in expected.items():
            text = row.get(column, "absent")
            try:
                deviation = abs(float(text) - value)
            except ValueError:
                deviation = float("inf")
            largest[column] = max(largest.get(column, 0), deviation)
            if not deviation <= tolerance(column, value):
                wrong.append(f"infusion {expected['infusion']}, {column}: {text}, expected {value}")
    print(f"against {oracle['origin']}")
    for column, deviation in largest.items():
        print(f"  {column:20} {deviation:.2e}")
    print(f"largest deviation {max(largest.values()):.2e}")
    print("\n".join(wrong) or "all numbers agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
