"""Times `afterdose curves` against one query of DuckDB's, on the same made-up events.

    python benches/peers/curves.py [--subjects N] [--runs N] [--program PATH] [--whole]

Each reads what it made of the events itself: afterdose its store, in which the facts of an earlier run
are deleted before every run, DuckDB its own Parquet, sorted by subject and time. Every run is a process of
its own; the two take turns. Adjusted comparisons are made without resampling. See benches/README.md.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ingest import Afterdose, HERE, head, in_turn, run, say, spread

PIPELINE = """name = "curves"
[analysis]
resamples = 0
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--subjects", type=int, default=107_000, help="about 19 events each")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--program", help="the afterdose to measure")
    parser.add_argument("--whole", action="store_true", help="facts, charts and page as well")
    args = parser.parse_args()
    target = os.environ.get("CARGO_TARGET_DIR", str(HERE.parents[1] / "target"))
    program = args.program or str(Path(target) / "release" / "afterdose")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        afterdose = Afterdose(program, work)
        events, store, parquet = work / "events.ndjson", work / "store", work / "peer.parquet"
        pipeline = work / "curves.toml"
        pipeline.write_text(PIPELINE)
        afterdose.simulate(args.subjects, 1, events)
        print(f"{sum(1 for _ in events.open('rb')):,} events, {args.runs} runs each\n")
        subprocess.run(afterdose.ingest(events, store), check=True, stdout=subprocess.DEVNULL)
        peer = [sys.executable, str(HERE / "read.py"), "duckdb-sorted", str(events), str(parquet)]
        subprocess.run(peer, check=True)
        ours = [program, "--quiet", "curves", "--store", str(store), "--pipeline", str(pipeline)]
        ours += [] if args.whole else ["--tables"]
        commands = {
            "afterdose": [*ours, "--out", str(work / "out")],
            "DuckDB": [sys.executable, str(HERE / "query.py"), str(parquet)],
        }
        runs = {name: [] for name in commands}
        for turn in range(args.runs):
            shutil.rmtree(store / "facts", ignore_errors=True)
            shutil.rmtree(work / "out", ignore_errors=True)
            for name in in_turn(list(commands), turn):
                runs[name].append(run(commands[name]))
    head()
    for name, measured in runs.items():
        say(name, measured)
    ratios = [a[0] / b[0] for a, b in zip(runs["afterdose"], runs["DuckDB"])]
    print(f"\nafterdose / DuckDB {spread(ratios)}")


if __name__ == "__main__":
    main()
