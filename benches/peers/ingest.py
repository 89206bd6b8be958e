"""Times `afterdose ingest` against DuckDB and Polars on the same made-up events.

    python benches/peers/ingest.py [--subjects N] [--runs N] [--again SHARE] [--program PATH]

Every run is a process of its own; the programs take turns. See benches/README.md.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
THREADS = 2


def run(command: list[str]) -> tuple[float, float, float]:
    """Runs a command: seconds on the clock, seconds of processor time, peak memory in MB.

    What the one before left to be written is on the disk by then, so that nobody pays for it.
    """
    os.sync()
    env = {**os.environ, "POLARS_MAX_THREADS": str(THREADS), "RAYON_NUM_THREADS": str(THREADS)}
    begin = time.perf_counter()
    child = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    message = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{command[0]} failed:\n{message}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def in_turn(names: list[str], turn: int) -> list[str]:
    """The names, another one first in each turn: none always comes after the same one."""
    first = turn % len(names)
    return names[first:] + names[:first]


def spread(values: list[float], unit: str = "") -> str:
    middle = statistics.median(values)
    return f"{middle:.2f}{unit} ({min(values):.2f} to {max(values):.2f})"


def say(name: str, runs: list[tuple[float, float, float]]) -> None:
    seconds, processor, memory = zip(*runs)
    print(f"{name:<16} {spread(seconds, ' s'):<28} {spread(processor, ' s'):<28} {max(memory):.0f} MB")


def head() -> None:
    print(f"{'':<16} {'clock: median (least to most)':<28} {'processor':<28} peak memory")


class Afterdose:
    def __init__(self, program: str, work: Path):
        self.program, self.work = program, work

    def simulate(self, subjects: int, seed: int, out: Path) -> None:
        command = [self.program, "--quiet", "simulate", "--subjects", str(subjects)]
        command += ["--seed", str(seed), "--out", str(out)]
        subprocess.run(command, check=True)

    def ingest(self, source: Path, store: Path) -> list[str]:
        command = [self.program, "--quiet", "ingest", "--time-basis", "actual"]
        return command + ["--store", str(store), str(source)]


def against_peers(afterdose: Afterdose, args: argparse.Namespace) -> None:
    events = afterdose.work / "events.ndjson"
    afterdose.simulate(args.subjects, 1, events)
    count = sum(1 for _ in events.open("rb"))
    print(f"{count:,} events, {events.stat().st_size / 1e6:,.0f} MB, {args.runs} runs each\n")
    store, parquet = afterdose.work / "store", afterdose.work / "peer.parquet"
    peer = [sys.executable, str(HERE / "read.py")]
    commands = {
        "afterdose": afterdose.ingest(events, store),
        "DuckDB, sorted": [*peer, "duckdb-sorted", str(events), str(parquet)],
        "DuckDB": [*peer, "duckdb", str(events), str(parquet)],
        "Polars": [*peer, "polars", str(events), str(parquet)],
    }
    runs = {name: [] for name in commands}
    for turn in range(args.runs):
        for name in in_turn(list(commands), turn):
            shutil.rmtree(store, ignore_errors=True)
            parquet.unlink(missing_ok=True)
            runs[name].append(run(commands[name]))
    head()
    for name, measured in runs.items():
        say(name, measured)
    print()
    for name in list(commands)[1:]:
        ratios = [ours[0] / theirs[0] for ours, theirs in zip(runs["afterdose"], runs[name])]
        print(f"afterdose / {name:<16} {spread(ratios)}")


def again(afterdose: Afterdose, args: argparse.Namespace) -> None:
    first, second = afterdose.work / "first.ndjson", afterdose.work / "second.ndjson"
    afterdose.simulate(args.subjects, 1, first)
    afterdose.simulate(max(1, round(args.subjects * args.again)), 2, second)
    store, copy = afterdose.work / "store", afterdose.work / "copy"
    whole = run(afterdose.ingest(first, store))
    runs = []
    for _ in range(args.runs):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(store, copy)
        runs.append(run(afterdose.ingest(second, copy)))
    head()
    say("first", [whole])
    say("second", runs)
    print(f"\nsecond / first   {spread([one[0] / whole[0] for one in runs])}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--subjects", type=int, default=107_000, help="about 19 events each")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--again", type=float, metavar="SHARE")
    parser.add_argument("--program", help="the afterdose to measure")
    args = parser.parse_args()
    target = os.environ.get("CARGO_TARGET_DIR", str(HERE.parents[1] / "target"))
    program = args.program or str(Path(target) / "release" / "afterdose")
    with tempfile.TemporaryDirectory() as work:
        afterdose = Afterdose(program, Path(work))
        (again if args.again else against_peers)(afterdose, args)


if __name__ == "__main__":
    main()
